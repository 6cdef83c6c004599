//! EPLF, the easily parsed list format, of anonftpd and publicfile.
//!
//! ```text
//! +i8388621.48594,m1795771805,r,s1024,up644,<TAB>notes.txt
//! +i8388621.50690,m1795771805,/,<TAB>genomes
//! ```
//!
//! The facts: `i` an identifier, `m` seconds since 1970 in UTC, `r` can be downloaded, `/` can be
//! entered, `s` bytes, `up` permission bits of Unix. A client leaves out what it does not know.

use super::found::{Context, Found, Meaning};
use super::kind::Kind;
use super::modified::Modified;
use super::scan;
use crate::reply::Timestamp;

pub(super) fn read<'a>(line: &'a [u8], _context: &mut Context) -> Option<Meaning<'a>> {
    let text = line.strip_prefix(b"+")?;
    let (facts, name) = text.split_at_checked(memchr::memchr(b'\t', text)?)?;
    let name = name.get(1..).filter(|name| !name.is_empty())?;
    if !facts.iter().all(u8::is_ascii_graphic) {
        return None;
    }
    let mut found = Found {
        name,
        ..Found::default()
    };
    let (mut is_file, mut is_directory) = (false, false);
    for fact in facts.split(|byte| *byte == b',') {
        match fact {
            b"r" => is_file = true,
            b"/" => is_directory = true,
            [b's', size @ ..] => found.size = found.size.or_else(|| scan::number(size)),
            [b'm', time @ ..] => found.modified = found.modified.or_else(|| modified(time)),
            [b'i', unique @ ..] if !unique.is_empty() => {
                found.unique = found.unique.or(Some(unique));
            }
            [b'u', b'p', mode @ ..] => {
                found.mode = found.mode.or_else(|| scan::octal_mode(mode));
            }
            _ => {}
        }
    }
    found.kind = match (is_file, is_directory, name) {
        (_, true, b".") => Kind::Current,
        (_, true, b"..") => Kind::Parent,
        (true, false, _) => Kind::File,
        (false, true, _) => Kind::Directory,
        // The fact `r` means a file, and the fact `/` a directory. If the server sends both facts
        // or neither, the kind is unknown.
        (true, true, _) | (false, false, _) => Kind::Unknown,
    };
    found.size = found
        .size
        .filter(|_| matches!(found.kind, Kind::File | Kind::Unknown));
    Some(Meaning::Entry(found))
}

fn modified(seconds: &[u8]) -> Option<Modified> {
    let seconds = i64::try_from(scan::number(seconds)?).ok()?;
    let time = Timestamp::from_unix_time(seconds, 0).ok()?;
    Some(Modified::utc(time))
}
