//! OS/400 (IBM i): objects of libraries and of the integrated file system, with the list format 0.
//!
//! ```text
//! ADA              36864 11/27/26 09:30:05 *DIR       genomes/
//! ADA               1024 11/27/26 09:30:05 *STMF      notes.txt
//! ADA              28672 11/27/26 09:30:05 *FILE      GENOME.FILE
//! ADA                                      *MEM       GENOME.FILE/SAMPLE1.MBR
//! ```
//!
//! The date is in the format of the server's job: `*MDY`, `*DMY`, `*YMD` or `*JUL`, with any of its
//! separators.

use super::found::{Context, Found, Meaning};
use super::kind::Kind;
use super::modified::{DateOrder, Modified};
use super::{order, scan};
use crate::reply::Timestamp;

/// The width of the column of the type, such as `*STMF     `. One blank separates it from the name.
const WIDTH: usize = 10;

pub(super) fn read<'a>(line: &'a [u8], context: &mut Context) -> Option<Meaning<'a>> {
    let (columns, object, name) = split_at_type(line)?;
    let columns = scan::trim_end(columns);
    let when = When::at_end(columns);
    let before = when.as_ref().map_or(columns, |when| when.before);
    let words = scan::words::<2>(before)?;
    let (owner, size) = match words.as_slice() {
        [] => (None, None),
        [size] if scan::is_number(size) && when.is_some() => (None, Some(*size)),
        [owner] if is_profile(owner) => (Some(*owner), None),
        [owner, size] if is_profile(owner) && scan::is_number(size) && when.is_some() => {
            (Some(*owner), Some(*size))
        }
        _ => return None,
    };
    if scan::skip_blanks(name).is_empty() {
        // The line has no name: if one file is listed, such a line precedes the lines of its
        // members.
        return Some(Meaning::Noise);
    }
    // The server prints a `/` after the name of a directory, and nowhere else. The `/` is not part
    // of the name.
    let without_mark = name.strip_suffix(b"/").filter(|name| !name.is_empty());
    let kind = match (kind(object), without_mark) {
        (None, _) if when.is_none() => return None,
        (_, Some(_)) => Kind::Directory,
        (kind, None) => kind.unwrap_or(Kind::Other),
    };
    Some(Meaning::Entry(Found {
        kind,
        name: without_mark.unwrap_or(name),
        size: size.filter(|_| kind == Kind::File).and_then(scan::number),
        modified: when.and_then(|when| when.resolve(context)),
        owner,
        ..Found::default()
    }))
}

/// Splits a line at the type. Returns the columns before the type, the type without its `*`
/// (`STMF`), and the name.
fn split_at_type(line: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let star = memchr::memchr(b'*', line)?;
    let (columns, field) = line.split_at_checked(star)?;
    let (_, rest) = scan::token(field)?;
    let length = field.len().checked_sub(rest.len())?;
    let object = field.get(1..length)?;
    let fits = (2..WIDTH).contains(&object.len())
        && object.first().is_some_and(u8::is_ascii_uppercase)
        && object
            .iter()
            .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    if !fits || columns.last().is_some_and(|byte| *byte != b' ') {
        return None;
    }
    // If the type fills its column with blanks, exactly one blank precedes the name, and further
    // blanks belong to the name.
    let is_blank = |part: &[u8]| part.iter().all(|byte| *byte == b' ');
    let name = match field.split_at_checked(WIDTH.saturating_add(1)) {
        Some((column, name)) if column.get(length..).is_some_and(is_blank) => name,
        _ => scan::skip_blanks(rest),
    };
    Some((columns, object, name))
}

/// Returns the kind of an object with this type. `None` if the type is unknown.
fn kind(object: &[u8]) -> Option<Kind> {
    Some(match object {
        b"DIR" | b"DDIR" | b"LIB" | b"FLR" => Kind::Directory,
        // `FILE` is a file of a library, with members that have their own lines. RETR of the file
        // itself sends its first member, or the whole of a save file.
        b"STMF" | b"DSTMF" | b"FILE" | b"MEM" | b"MBR" | b"DOC" | b"SAVF" => Kind::File,
        b"SYMLNK" => Kind::Link,
        b"BLKSF" | b"CHRSF" | b"FIFO" | b"SOCKET" | b"PGM" | b"SRVPGM" | b"MODULE" | b"BNDDIR"
        | b"CMD" | b"USRPRF" | b"AUTL" | b"USRSPC" | b"USRQ" | b"USRIDX" | b"DTAARA" | b"DTAQ"
        | b"JOBD" | b"JOBQ" | b"OUTQ" | b"MSGF" | b"MSGQ" | b"JRN" | b"JRNRCV" | b"SBSD"
        | b"CLS" | b"MENU" | b"PNLGRP" | b"QRYDFN" => Kind::Other,
        _ => return None,
    })
}

/// Whether the word can be the name of a user profile: at most ten bytes in upper case, with no
/// digit first.
fn is_profile(word: &[u8]) -> bool {
    let of_profile = |byte: &u8| {
        byte.is_ascii_uppercase()
            || byte.is_ascii_digit()
            || matches!(byte, b'$' | b'#' | b'@' | b'_' | b'.' | 0x80..)
    };
    word.len() <= 10 && word.iter().all(of_profile) && !word.first().is_some_and(u8::is_ascii_digit)
}

/// The date and the time of a line, not yet interpreted, and the columns before them.
struct When<'a> {
    before: &'a [u8],
    date: Date<'a>,
    clock: scan::Clock,
}

enum Date<'a> {
    /// `11/27/26`: the three numbers, and the separator between them.
    Numbers([&'a [u8]; 3], u8),
    /// `26/331`: the year, and the day of the year (`*JUL`).
    Julian([&'a [u8]; 2]),
}

impl<'a> When<'a> {
    /// Splits the date and the time from the end of the columns, by their widths. They cannot be
    /// split at blanks, because a date may hold blanks (`11 27 26`).
    fn at_end(columns: &'a [u8]) -> Option<Self> {
        let (rest, clock) = split_end(columns, 8)?;
        let separator = *clock.get(2)?;
        if !matches!(separator, b':' | b'.' | b',' | b' ') {
            return None;
        }
        let clock = scan::parts::<3>(clock, separator)
            .filter(|parts| parts.map(<[u8]>::len) == [2, 2, 2])
            .and_then(|_| scan::clock(clock, separator))?;
        let rest = scan::trim_end(rest);
        let (before, date) = Self::date(rest, 8)
            .or_else(|| Self::date(rest, 10))
            .or_else(|| Self::julian(rest))?;
        Some(Self {
            before,
            date,
            clock,
        })
    }

    fn date(columns: &'a [u8], width: usize) -> Option<(&'a [u8], Date<'a>)> {
        let (before, date) = split_end(columns, width)?;
        let separator = *date.iter().find(|byte| !byte.is_ascii_digit())?;
        let numbers = scan::parts::<3>(date, separator)?;
        let fits = is_separator(separator)
            && numbers.iter().all(|number| scan::is_number(number))
            && matches!(numbers.map(<[u8]>::len), [2, 2, 2] | [4, 2, 2] | [2, 2, 4]);
        fits.then_some((before, Date::Numbers(numbers, separator)))
    }

    fn julian(columns: &'a [u8]) -> Option<(&'a [u8], Date<'a>)> {
        let (before, date) = split_end(columns, 6)?;
        let separator = *date.get(2)?;
        let numbers = scan::parts::<2>(date, separator)?;
        let fits = is_separator(separator) && numbers.iter().all(|number| scan::is_number(number));
        fits.then_some((before, Date::Julian(numbers)))
    }

    /// Interprets the date and the time. `None` if they do not exist.
    fn resolve(&self, context: &mut Context) -> Option<Modified> {
        use DateOrder::{DayFirst, MonthFirst, YearFirst};
        let (day, is_assumed) = match self.date {
            Date::Numbers(numbers, separator) => {
                // Countries that write dates with points put the day first.
                let usual = if separator == b'.' {
                    DayFirst
                } else {
                    MonthFirst
                };
                let orders = [MonthFirst, DayFirst, YearFirst];
                let date = order::resolve(numbers, &orders, usual, context)?;
                (date.day, date.is_assumed)
            }
            Date::Julian([year, day]) => (day_of_year(year, day)?, false),
        };
        let modified = self.clock.on((day.year(), day.month(), day.day()))?;
        Some(modified.with_order_assumed(is_assumed))
    }
}

fn is_separator(byte: u8) -> bool {
    matches!(byte, b'/' | b'-' | b'.' | b',' | b' ')
}

/// Splits the last `width` bytes from the columns. `None` if the byte before them is not a blank.
fn split_end(columns: &[u8], width: usize) -> Option<(&[u8], &[u8])> {
    let (before, last) = columns.split_at_checked(columns.len().checked_sub(width)?)?;
    before
        .last()
        .is_none_or(|byte| *byte == b' ')
        .then_some((before, last))
}

const SECONDS_A_DAY: i64 = 86_400;

fn day_of_year(year: &[u8], day: &[u8]) -> Option<Timestamp> {
    let year = scan::year(year)?;
    let days = i64::try_from(scan::number(day)?).ok()?.checked_sub(1)?;
    let first = Timestamp::from_parts(year, 1, 1, 0, 0, 0)?.unix_time();
    let date = first.checked_add(days.checked_mul(SECONDS_A_DAY)?)?;
    let date = Timestamp::from_unix_time(date, 0).ok()?;
    (days >= 0 && date.year() == year).then_some(date)
}
