//! z/OS (MVS): data sets, the members of a partitioned data set, and jobs (JES). Its Unix files
//! come in the dialect of Unix.
//!
//! ```text
//! Volume Unit    Referred Ext Used Recfm Lrecl BlkSz Dsorg Dsname
//! VOL001 3390   2026/11/27  1   15  FB      80 27920  PO  ADA.SOURCE
//! Migrated                                                ADA.OLD.DATA
//!
//!  Name     VV.MM   Created       Changed      Size  Init   Mod   Id
//! GENOME    01.03 2026/01/03 2026/11/27 09:30    11    10     0 ADA
//!
//! JOBNAME  JOBID    OWNER    STATUS CLASS
//! ADAJOB   JOB01234 ADA      OUTPUT A        RC=0000 3 spool files
//! ```
//!
//! The sizes of data sets count tracks, and those of members count lines, so these entries have no
//! size. The size of a spool file is in bytes. `Referred` is when a data set was last opened, and
//! `Id` is who changed a member last: neither is a modification time or an owner.

use super::found::{Context, Found, Heading, Meaning};
use super::kind::Kind;
use super::modified::Modified;
use super::scan;

/// The most words of a line. A line with more words is no line of z/OS.
const MOST_WORDS: usize = 16;

pub(super) fn read<'a>(line: &'a [u8], context: &mut Context) -> Option<Meaning<'a>> {
    let words = scan::words::<MOST_WORDS>(line)?;
    let words = words.as_slice();
    if let Some(heading) = heading(words) {
        context.heading = heading;
        return Some(Meaning::Noise);
    }
    let found = match context.heading {
        Heading::ZosDataSets => data_set_or_state(words),
        Heading::ZosMembers => member(words),
        Heading::ZosJobs | Heading::ZosSpool if is_about_a_job(words) => {
            return Some(Meaning::Noise);
        }
        Heading::ZosSpool => spool_file(words),
        _ => None,
    };
    // Data sets, members with statistics, and jobs are recognized without a heading too, because
    // JES at level 1 sends none.
    let found = found
        .or_else(|| data_set(words))
        .or_else(|| member_with_statistics(words))
        .or_else(|| job(words))?;
    Some(Meaning::Entry(found))
}

fn heading(words: &[&[u8]]) -> Option<Heading> {
    Some(match words {
        [b"Volume", b"Unit", b"Referred", .., b"Dsname"] => Heading::ZosDataSets,
        [b"Name", b"VV.MM", b"Created", ..] | [b"Name", b"Size", b"TTR", ..] => Heading::ZosMembers,
        [b"JOBNAME", b"JOBID", b"OWNER", b"STATUS", ..] => Heading::ZosJobs,
        [b"ID", b"STEPNAME", b"PROCSTEP", ..] => Heading::ZosSpool,
        _ => return None,
    })
}

fn entry(kind: Kind, name: &[u8]) -> Option<Found<'_>> {
    Some(Found {
        kind,
        name,
        ..Found::default()
    })
}

/// Reads a data set with all columns. The columns between the date and the organization are not
/// used, because there may be no blank between two of them.
fn data_set<'a>(words: &[&'a [u8]]) -> Option<Found<'a>> {
    let [_, _, referred, space @ .., organization, name] = words else {
        return None;
    };
    let of_column = |byte: &u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b'+';
    let is_column = |word: &&[u8]| *word == b"?" || word.iter().all(of_column);
    let fits = is_date(referred) || *referred == b"**NONE**";
    if !fits || !(3..=6).contains(&space.len()) || !space.iter().all(is_column) {
        return None;
    }
    entry(kind(organization)?, data_set_name(name)?)
}

/// Returns the kind of a data set with this organization (Dsorg). FTP can read sequential and
/// direct data sets, and can list partitioned ones. It cannot open VSAM clusters, and a generation
/// data group (GDG) is only a name for other data sets.
fn kind(organization: &[u8]) -> Option<Kind> {
    Some(match organization {
        b"PO" | b"PO-E" | b"POU" => Kind::Directory,
        b"PS" | b"PSU" | b"PS-L" | b"PS-E" | b"DA" | b"DAU" | b"IS" | b"ISU" => Kind::File,
        b"VSAM" | b"VS" | b"GDG" | b"HFS" | b"ZFS" => Kind::Other,
        b"NONE" | b"?" | b"??" | b"U" => Kind::Unknown,
        _ => return None,
    })
}

/// Reads a line below the heading of data sets. Instead of columns, the line may have a state that
/// says why the columns are missing, such as `Migrated`.
fn data_set_or_state<'a>(words: &[&'a [u8]]) -> Option<Found<'a>> {
    let (name, columns) = words.split_last()?;
    let kind = match columns {
        [b"VSAM" | b"GDG" | b"PATH"] | [_, _, b"VSAM"] => Kind::Other,
        [b"Pseudo", b"Directory"] => Kind::Directory,
        [b"User", b"catalog", b"connector"] | [b"Alias"] => Kind::Other,
        [b"Migrated"]
        | [_, b"Tape"]
        | [.., b"Not", b"Mounted"]
        | [.., b"Not", b"Direct", b"Access", b"Device"]
        | [.., b"Not", b"a", b"DASD", b"device"]
        | [.., b"File", b"not", b"on", b"volume"]
        | [.., b"Error", b"determining", b"attributes"] => Kind::Unknown,
        _ => return data_set(words),
    };
    entry(kind, data_set_name(name)?)
}

/// Checks the name of a data set, and returns it as it stands in the list. It may have quotes
/// (`'ADA.SOURCE'`), which make the name absolute in a command too, so they stay.
fn data_set_name(name: &[u8]) -> Option<&[u8]> {
    let inner = match name {
        [b'\'', inner @ .., b'\''] => inner,
        _ => name,
    };
    let of_name = |byte: &u8| {
        byte.is_ascii_uppercase()
            || byte.is_ascii_digit()
            || matches!(byte, b'.' | b'$' | b'#' | b'@' | b'-' | b'{' | 0x80..)
    };
    let fits = (1..=44).contains(&inner.len()) && inner.iter().all(of_name);
    fits.then_some(name)
}

/// Reads a line below the heading of members. It is a member with statistics, a load module, or
/// just the name of a member.
fn member<'a>(words: &[&'a [u8]]) -> Option<Found<'a>> {
    match words {
        [name] => entry(Kind::File, member_name(name)?),
        _ => member_with_statistics(words).or_else(|| load_module(words)),
    }
}

fn member_with_statistics<'a>(words: &[&'a [u8]]) -> Option<Found<'a>> {
    let [name, version, created, date, time, counts @ ..] = words else {
        return None;
    };
    let [major, minor] = scan::parts(version, b'.')?;
    let is_version = scan::two_digits(major).is_some() && scan::two_digits(minor).is_some();
    let fits = is_version && is_date(created) && (3..=4).contains(&counts.len());
    let modified = changed(date, time)?;
    let numbers = counts.get(..3)?;
    (fits && numbers.iter().all(|word| scan::is_number(word))).then_some(Found {
        kind: Kind::File,
        name: member_name(name)?,
        modified,
        ..Found::default()
    })
}

/// Reads when a member was changed. `None` if the words have not the form of a date and a time,
/// `Some(None)` if they do not exist, such as 31 February.
fn changed(date: &[u8], time: &[u8]) -> Option<Option<Modified>> {
    let [year, month, day] = scan::parts(date, b'/').filter(|_| is_date(date))?;
    let clock = scan::clock(time, b':')?;
    let date = (
        scan::year(year)?,
        scan::two_digits(month)?,
        scan::two_digits(day)?,
    );
    Some(clock.on(date))
}

/// Reads a load module. Its columns are: name, size and place in hexadecimal digits, the name of
/// which it is an alias (may be missing), authorization code, attributes, addressing mode,
/// residence mode. The size is the one in storage and not that of a transfer, so the entry gets no
/// size.
fn load_module<'a>(words: &[&'a [u8]]) -> Option<Found<'a>> {
    let [name, size, place, rest @ ..] = words else {
        return None;
    };
    let is_hex =
        |word: &[u8], digits: usize| word.len() == digits && word.iter().all(u8::is_ascii_hexdigit);
    let is_code = |word: &[u8]| is_hex(word, 2) && word.first().is_some_and(u8::is_ascii_digit);
    if !(is_hex(size, 6) || is_hex(size, 8)) || !is_hex(place, 6) {
        return None;
    }
    let (target, modes) = match rest {
        [code, modes @ ..] if is_code(code) => (None, modes),
        [target, code, modes @ ..] if is_code(code) => (Some(member_name(target)?), modes),
        _ => return None,
    };
    let [
        ..,
        b"24" | b"31" | b"64" | b"ANY" | b"MIN",
        b"24" | b"31" | b"64" | b"ANY",
    ] = modes
    else {
        return None;
    };
    Some(Found {
        kind: target.map_or(Kind::File, |_| Kind::Link),
        target,
        name: member_name(name)?,
        ..Found::default()
    })
}

fn member_name(name: &[u8]) -> Option<&[u8]> {
    let may_begin =
        |byte: &u8| byte.is_ascii_uppercase() || matches!(byte, b'$' | b'#' | b'@' | b'{' | 0x80..);
    let fits = name.len() <= 8
        && name.first().is_some_and(may_begin)
        && name
            .iter()
            .all(|byte| may_begin(byte) || byte.is_ascii_digit());
    fits.then_some(name)
}

/// Reads a job: name, number, owner (only at JES level 2), status. The number becomes the name of
/// the entry, because RETR and DELE take it.
fn job<'a>(words: &[&'a [u8]]) -> Option<Found<'a>> {
    let [_, number, rest @ ..] = words else {
        return None;
    };
    let owner = match rest {
        [owner, status, ..] if is_status(status) => Some(*owner),
        [status] if is_status(status) => None,
        [status, count, _, _] if is_status(status) && scan::is_number(count) => None,
        _ => return None,
    };
    let mut found = entry(Kind::Other, job_number(number)?)?;
    // The owner of a job of the system itself is printed as `++++++++`, which is no name.
    found.owner = owner.filter(|owner| !owner.iter().all(|byte| *byte == b'+'));
    Some(found)
}

/// Checks that the word is the number of a job: `JOB01234`, `STC01234` or `TSU01234`, or with a
/// shorter prefix (`J`, `S` or `T`) and more digits.
fn job_number(word: &[u8]) -> Option<&[u8]> {
    let digits = [&b"JOB"[..], b"STC", b"TSU", b"J", b"S", b"T"]
        .iter()
        .find_map(|kind| word.strip_prefix(*kind))?;
    (scan::is_number(digits) && (5..=8).contains(&word.len())).then_some(word)
}

fn is_status(word: &[u8]) -> bool {
    const ALL: [&[u8]; 5] = [b"INPUT", b"ACTIVE", b"OUTPUT", b"HELD", b"-HELD-"];
    ALL.iter().any(|status| status.eq_ignore_ascii_case(word))
}

/// Whether the line is a detail of the job above it: a line of dashes, its step, its processor
/// time, or the number of its spool files.
fn is_about_a_job(words: &[&[u8]]) -> bool {
    match words {
        [rule] => rule.len() >= 8 && rule.iter().all(|byte| *byte == b'-'),
        [b"STEPNAME", _, b"PROCNAME", _] | [b"CPUTIME", _, b"ELAPSED", b"TIME", _] => true,
        [count, b"spool" | b"Spool", b"files" | b"Files" | b"file"] => scan::is_number(count),
        _ => false,
    }
}

/// Reads a spool file of a job: number, step, procedure step, class, DD name, bytes. The number is
/// the name of the entry. For RETR, the number of the job precedes it: `JOB01234.2`.
fn spool_file<'a>(words: &[&'a [u8]]) -> Option<Found<'a>> {
    let ([number, _, _, _, bytes] | [number, _, _, _, _, bytes]) = words else {
        return None;
    };
    let zeros = number.iter().take_while(|byte| **byte == b'0').count();
    let name = number.get(zeros..).filter(|name| scan::is_number(name))?;
    let mut found = entry(Kind::File, name)?;
    found.size = scan::number(bytes);
    scan::is_number(bytes).then_some(found)
}

/// Whether the word has the form of a date such as `2026/11/27`. The date may be one that does not
/// exist.
fn is_date(word: &[u8]) -> bool {
    let parts = scan::parts::<3>(word, b'/');
    parts.is_some_and(|parts| {
        parts.iter().all(|part| scan::is_number(part)) && parts.map(<[u8]>::len) == [4, 2, 2]
    })
}
