//! Classic Mac OS: Peter's server (NetPresenz), WebSTAR.
//!
//! ```text
//! drwxr-xr-x               folder        2 Nov 27 09:30 genomes
//! -rw-r--r--         326    81975    82301 Jan  3  2025 notes.txt
//! ```
//!
//! The three numbers of a file are the bytes of its resource fork, of its data fork, and of both.
//! The number of a folder counts what is in it.

use super::found::{Context, Found, Meaning};
use super::kind::Kind;
use super::{ls_date, scan, unix};

pub(super) fn read<'a>(line: &'a [u8], context: &mut Context) -> Option<Meaning<'a>> {
    if unix::is_total(line) {
        return Some(Meaning::Noise);
    }
    let ([letter, permissions @ ..], rest) = line.split_first_chunk::<10>()?;
    let mode = unix::mode(permissions)?;
    if !matches!(rest, [b' ' | b'\t', ..]) {
        return None;
    }
    let (kind, size, rest) = match letter {
        b'd' => (Kind::Directory, None, after_folder(rest)?),
        b'-' => {
            let (size, rest) = size_of_forks(rest)?;
            (Kind::File, Some(size), rest)
        }
        _ => return None,
    };
    let (modified, name) = ls_date::read(rest, context.now)?;
    Some(Meaning::Entry(Found {
        kind,
        name,
        size,
        modified,
        mode: Some(mode),
        ..Found::default()
    }))
}

/// Returns the text after `folder` and the number of items in the folder.
fn after_folder(text: &[u8]) -> Option<&[u8]> {
    let (word, rest) = scan::word(text)?;
    let (count, rest) = scan::word(rest)?;
    (word == b"folder" && scan::is_number(count)).then_some(rest)
}

/// Reads the bytes of both forks and their sum. Returns the sum and the text after it. `None` if
/// the third number is not the sum, because the line may then be one of Unix that has no group.
fn size_of_forks(text: &[u8]) -> Option<(u64, &[u8])> {
    let (resources, rest) = scan::word(text)?;
    let (data, rest) = scan::word(rest)?;
    let (sum, rest) = scan::word(rest)?;
    let sum = scan::number(sum)?;
    let forks = scan::number(resources)?.checked_add(scan::number(data)?)?;
    (forks == sum).then_some((sum, rest))
}
