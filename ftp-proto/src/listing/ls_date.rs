//! Reads the dates of `ls -l`, in the styles of all systems and in many languages.

use super::modified::{Modified, Precision};
use super::{months, scan};
use crate::reply::Timestamp;

/// A date with the parts that the server has printed.
#[derive(Clone, Copy)]
struct Date<'a> {
    year: Option<u16>,
    month: u8,
    day: u8,
    clock: Option<Clock<'a>>,
    /// How many minutes the printed time is ahead of UTC. `None` if the line does not say it.
    offset: Option<i16>,
}

/// A time of day.
#[derive(Clone, Copy)]
struct Clock<'a> {
    hour: u8,
    minute: u8,
    second: Option<u8>,
    /// The digits after the point of the second, such as `25` of `09:30:05.25`. Empty if there are
    /// none.
    fraction: &'a [u8],
}

/// The characters for year, month and day after the numbers of an East Asian date, in UTF-8 and in
/// the older encodings: GBK, EUC-JP, Shift JIS, Big5 and EUC-KR.
const YEAR: [&[u8]; 7] = [
    "年".as_bytes(),
    "년".as_bytes(),
    b"\xC4\xEA",
    b"\xC7\xAF",
    b"\x94\x4E",
    b"\xA6\x7E",
    b"\xB3\xE2",
];
const MONTH: [&[u8]; 7] = [
    "月".as_bytes(),
    "월".as_bytes(),
    b"\xD4\xC2",
    b"\xB7\xEE",
    b"\x8C\x8E",
    b"\xA4\xEB",
    b"\xBF\xF9",
];
const DAY: [&[u8]; 7] = [
    "日".as_bytes(),
    "일".as_bytes(),
    b"\xC8\xD5",
    b"\xC6\xFC",
    b"\x93\xFA",
    b"\xA4\xE9",
    b"\xC0\xCF",
];

/// Reads the date at the beginning of the text. Returns the date, and the text after the date and
/// one blank. The date is `None` if there is no such day (30 February), or if it has no year and
/// `now` is not set.
///
/// Returns `None` if the text does not begin with a date, a blank and at least one more byte.
#[inline]
pub(super) fn read(text: &[u8], now: Option<Timestamp>) -> Option<(Option<Modified>, &[u8])> {
    match usual(text, now) {
        Some(found) => Some(found),
        None => read_any(text, now),
    }
}

/// Reads a date in the form that most servers send: `Nov 27 10:00` or `Nov 27  2025`. Its fixed
/// width makes it faster to read than the other forms.
#[inline]
fn usual(text: &[u8], now: Option<Timestamp>) -> Option<(Option<Modified>, &[u8])> {
    let (date, name) = text.split_first_chunk::<13>()?;
    let [a, b, c, b' ', tens, units, b' ', d, e, f, g, h, b' '] = *date else {
        return None;
    };
    let tens = if tens == b' ' { b'0' } else { tens };
    let day = two_digits(tens, units).filter(|day| (1..=31).contains(day))?;
    let month = months::english([a | 0x20, b | 0x20, c | 0x20])?;
    if name.is_empty() {
        return None;
    }
    if d == b' ' {
        let year = four_digits([e, f, g, h])?;
        let time = Timestamp::from_parts(year, month, day, 0, 0, 0);
        return Some((time.map(|time| Modified::local(time, Precision::Day)), name));
    }
    let (hour, minute) = (two_digits(d, e)?, two_digits(g, h)?);
    if f != b':' || hour > 23 || minute > 59 {
        return None;
    }
    let modified = Modified::without_year(month, day, (hour, minute), now);
    Some((modified, name))
}

fn read_any(text: &[u8], now: Option<Timestamp>) -> Option<(Option<Modified>, &[u8])> {
    let (first, rest) = scan::until_blank(text);
    let (date, rest) = match first {
        [
            b'0'..=b'9',
            b'0'..=b'9',
            b'0'..=b'9',
            b'0'..=b'9',
            b'-' | b'/',
            ..,
        ] => iso(first, rest)?,
        [b'0'..=b'9', b'0'..=b'9', b'-', ..] => month_and_day(first, rest)?,
        [b'0'..=b'9', ..] => match day(first) {
            Some(day) => {
                let (name, rest) = scan::word(rest)?;
                time_or_year(months::month(name)?, day, rest)?
            }
            None => east_asian(text)?,
        },
        _ => {
            let rest = scan::skip_blanks(rest);
            // Most texts that come here are no dates, but the owner and the group of a file. In a
            // date, the day would follow now.
            if !rest.first().is_some_and(u8::is_ascii_digit) {
                return None;
            }
            let (number, rest) = scan::until_blank(rest);
            let day = day(number)?;
            time_or_year(months::month(first)?, day, rest)?
        }
    };
    let name = after_blank(rest)?;
    Some((date.resolve(now), name))
}

/// Reads the day in a word such as `27`, `7` or `27.`. `None` if it is not 1 to 31.
fn day(word: &[u8]) -> Option<u8> {
    let day = match *word {
        [units] | [units, b'.' | b','] => two_digits(b'0', units)?,
        [tens, units] | [tens, units, b'.' | b','] => two_digits(tens, units)?,
        _ => return None,
    };
    (1..=31).contains(&day).then_some(day)
}

/// Returns the text after its first byte, if this byte is a blank or tab. `None` if nothing follows
/// the blank.
fn after_blank(text: &[u8]) -> Option<&[u8]> {
    match text {
        [b' ' | b'\t', name @ ..] if !name.is_empty() => Some(name),
        _ => None,
    }
}

/// Reads the text after the day: a time (`10:00`), a year (`2025`), or both (`10:00:00 2025`),
/// which BSD prints with `-T`.
fn time_or_year(month: u8, day: u8, text: &[u8]) -> Option<(Date<'_>, &[u8])> {
    let (word, rest) = scan::until_blank(scan::skip_blanks(text));
    let mut date = Date {
        year: None,
        month,
        day,
        clock: None,
        offset: None,
    };
    if let Some(year) = year(word) {
        date.year = Some(year);
        return Some((date, rest));
    }
    let clock = clock(word)?;
    date.clock = Some(clock);
    if clock.second.is_some() {
        let (word, after) = scan::until_blank(scan::skip_blanks(rest));
        if let (Some(year), Some(_)) = (year(word), after_blank(after)) {
            date.year = Some(year);
            return Some((date, after));
        }
    }
    Some((date, rest))
}

/// `2025`, or `2025年`.
fn year(word: &[u8]) -> Option<u16> {
    let (digits, unit) = word.split_first_chunk::<4>()?;
    let year = four_digits(*digits)?;
    (unit.is_empty() || YEAR.contains(&unit)).then_some(year)
}

/// Reads a time such as `10:00`, `9:05`, `10:00:59` or `10:00:59.000000000`.
fn clock(word: &[u8]) -> Option<Clock<'_>> {
    let (hour, rest) = match *word {
        [units, b':', ref rest @ ..] => (two_digits(b'0', units)?, rest),
        [tens, units, b':', ref rest @ ..] => (two_digits(tens, units)?, rest),
        _ => return None,
    };
    let (minute, rest) = match *rest {
        [tens, units, ref rest @ ..] => (two_digits(tens, units)?, rest),
        _ => return None,
    };
    let (second, fraction) = match *rest {
        [] => (None, &[][..]),
        [b':', tens, units] => (Some(two_digits(tens, units)?), &[][..]),
        [b':', tens, units, b'.' | b',', ref fraction @ ..] if is_digits(fraction) => {
            (Some(two_digits(tens, units)?), fraction)
        }
        _ => return None,
    };
    let exists = hour <= 23 && minute <= 59 && second.unwrap_or(0) <= 60;
    exists.then_some(Clock {
        hour,
        minute,
        second,
        fraction,
    })
}

/// Reads the date `2026-11-27`. A time of day may follow the date, and an offset from UTC such as
/// `+0100` may follow the time.
fn iso<'a>(first: &[u8], rest: &'a [u8]) -> Option<(Date<'a>, &'a [u8])> {
    let (year, month, day) = match *first {
        [a, b, c, d, b'-', e, f, b'-', g, h] | [a, b, c, d, b'/', e, f, b'/', g, h] => (
            four_digits([a, b, c, d])?,
            two_digits(e, f)?,
            two_digits(g, h)?,
        ),
        _ => return None,
    };
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let mut date = Date {
        year: Some(year),
        month,
        day,
        clock: None,
        offset: None,
    };
    let (word, after) = scan::until_blank(after_blank(rest)?);
    let Some(clock) = clock(word) else {
        // With `--time-style=iso`, GNU ls prints `11-27 10:00` for recent files, and pads an older
        // date with a blank to the same width. This blank is not part of the name.
        let padded = rest.strip_prefix(b" ").filter(|rest| rest.len() > 1);
        return Some((
            date,
            padded.filter(|rest| rest.starts_with(b" ")).unwrap_or(rest),
        ));
    };
    if after_blank(after).is_none() {
        // Nothing follows the word that looks like a time, so this word is the name of the file.
        return Some((date, rest));
    }
    date.clock = Some(clock);
    if clock.second.is_some() {
        let (word, name) = scan::until_blank(after_blank(after)?);
        if let (Some(offset), Some(_)) = (offset(word), after_blank(name)) {
            date.offset = Some(offset);
            return Some((date, name));
        }
    }
    Some((date, after))
}

/// `11-27 10:00`
fn month_and_day<'a>(first: &[u8], rest: &'a [u8]) -> Option<(Date<'a>, &'a [u8])> {
    let [a, b, b'-', c, d] = *first else {
        return None;
    };
    let (month, day) = (two_digits(a, b)?, two_digits(c, d)?);
    let (word, rest) = scan::until_blank(scan::skip_blanks(rest));
    let date = Date {
        year: None,
        month,
        day,
        clock: Some(clock(word)?),
        offset: None,
    };
    ((1..=12).contains(&month) && (1..=31).contains(&day)).then_some((date, rest))
}

/// Reads a Chinese or Japanese date, such as `11月 27 10:00`, `11月27日 2025年` or `2025年11月27日`, and
/// the same forms in Korean.
fn east_asian(text: &[u8]) -> Option<(Date<'_>, &[u8])> {
    let mut rest = text;
    let mut year = None;
    if let Some((number, after)) = counted(rest, &YEAR) {
        (year, rest) = (Some(number), after);
    }
    let (month, after) = counted(rest, &MONTH)?;
    let month = u8::try_from(month)
        .ok()
        .filter(|month| (1..=12).contains(month))?;
    let (day, after) = match counted(after, &DAY) {
        Some((day, after)) => (u8::try_from(day).ok()?, after),
        None => {
            let (word, after) = scan::until_blank(scan::skip_blanks(after));
            (day(word)?, after)
        }
    };
    if !(1..=31).contains(&day) {
        return None;
    }
    let Some(_) = year else {
        return time_or_year(month, day, after);
    };
    let date = Date {
        year,
        month,
        day,
        clock: None,
        offset: None,
    };
    let (word, rest) = scan::until_blank(scan::skip_blanks(after));
    match (clock(word), after_blank(rest)) {
        (Some(clock), Some(_)) => Some((
            Date {
                clock: Some(clock),
                ..date
            },
            rest,
        )),
        _ => Some((date, after)),
    }
}

/// Reads a number of one to five digits and one of the units after it, such as `11月`. Blanks may
/// precede the number. Returns the number and the text after the unit.
fn counted<'a>(text: &'a [u8], units: &[&[u8]]) -> Option<(u16, &'a [u8])> {
    let text = scan::skip_blanks(text);
    let digits = text.iter().take(5).take_while(|byte| byte.is_ascii_digit());
    let (digits, rest) = text.split_at_checked(digits.count())?;
    let rest = units.iter().find_map(|unit| rest.strip_prefix(*unit))?;
    let number = u16::try_from(scan::number(digits)?).ok()?;
    Some((number, rest))
}

/// Reads an offset from UTC such as `+0100` or `-0530`, and returns it in minutes.
fn offset(word: &[u8]) -> Option<i16> {
    let [sign @ (b'+' | b'-'), a, b, c, d] = *word else {
        return None;
    };
    let hours = i16::from(two_digits(a, b)?);
    let minutes = i16::from(two_digits(c, d)?);
    if hours > 15 || minutes > 59 {
        return None;
    }
    let offset = hours.saturating_mul(60).saturating_add(minutes);
    Some(if sign == b'-' {
        offset.saturating_neg()
    } else {
        offset
    })
}

fn two_digits(tens: u8, units: u8) -> Option<u8> {
    let tens = tens.wrapping_sub(b'0');
    let units = units.wrapping_sub(b'0');
    (tens <= 9 && units <= 9).then(|| tens.wrapping_mul(10).wrapping_add(units))
}

fn four_digits([a, b, c, d]: [u8; 4]) -> Option<u16> {
    let hundreds = u16::from(two_digits(a, b)?);
    Some(
        hundreds
            .wrapping_mul(100)
            .wrapping_add(u16::from(two_digits(c, d)?)),
    )
}

fn is_digits(text: &[u8]) -> bool {
    !text.is_empty() && text.iter().all(u8::is_ascii_digit)
}

impl Date<'_> {
    fn resolve(self, now: Option<Timestamp>) -> Option<Modified> {
        let Self {
            year, month, day, ..
        } = self;
        let Some(clock) = self.clock else {
            let time = Timestamp::from_parts(year?, month, day, 0, 0, 0)?;
            return Some(Modified::local(time, Precision::Day));
        };
        let Clock { hour, minute, .. } = clock;
        let Some(year) = year else {
            return Modified::without_year(month, day, (hour, minute), now);
        };
        let second = clock.second.unwrap_or(0);
        let mut time = Timestamp::from_parts(year, month, day, hour, minute, second)?;
        if !clock.fraction.is_empty() {
            time = time.with_fraction(clock.fraction)?;
        }
        let precision = if clock.second.is_some() {
            Precision::Second
        } else {
            Precision::Minute
        };
        let local = Modified::local(time, precision);
        match self.offset {
            Some(offset) => local.to_utc(offset).map(Modified::utc),
            None => Some(local),
        }
    }
}
