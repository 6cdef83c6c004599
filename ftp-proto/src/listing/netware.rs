//! NetWare.
//!
//! ```text
//! total 0
//! d [RWCEAFMS] ada                 512 Nov 27 09:30 genomes
//! - [R----F--] supervisor       214059 Jan  3  2025    notes.txt
//! ```
//!
//! The letters in brackets are rights of NetWare, which are no permission bits of Unix.

use super::found::{Context, Found, Meaning};
use super::kind::Kind;
use super::{ls_date, scan, unix};

pub(super) fn read<'a>(line: &'a [u8], context: &mut Context) -> Option<Meaning<'a>> {
    if unix::is_total(line) {
        return Some(Meaning::Noise);
    }
    let (kind, rest) = match line.split_first()? {
        (b'd', rest) => (Kind::Directory, rest),
        (b'-', rest) => (Kind::File, rest),
        _ => return None,
    };
    let columns = after_rights(scan::skip_blanks(rest))?;
    let (owner, size, date) = split_columns(columns)?;
    let (modified, name) = ls_date::read(date, context.now)?;
    // Old versions of NetWare print four blanks after the date, and `ls_date` has skipped one of
    // them.
    let name = name
        .strip_prefix(b"   ")
        .filter(|name| !name.is_empty())
        .unwrap_or(name);
    Some(Meaning::Entry(Found {
        kind: match name {
            b"." => Kind::Current,
            b".." => Kind::Parent,
            _ => kind,
        },
        name,
        size: scan::number(size).filter(|_| kind == Kind::File),
        modified,
        owner: Some(owner).filter(|owner| !owner.is_empty()),
        ..Found::default()
    }))
}

/// Returns the text after rights such as `[RWCEAFMS]`: read, write, create, erase, access control,
/// file scan, modify, and supervisor. A `-` stands in the place of each right that is missing.
fn after_rights(text: &[u8]) -> Option<&[u8]> {
    let text = text.strip_prefix(b"[")?;
    let (rights, rest) = text.split_at_checked(memchr::memchr(b']', text)?)?;
    let is_right = |byte: &u8| b"SRWCEMFA-".contains(byte);
    let fits = (1..=9).contains(&rights.len()) && rights.iter().all(is_right);
    let rest = rest.get(1..)?;
    (fits && matches!(rest, [b' ' | b'\t', ..])).then_some(rest)
}

/// Splits the columns into the owner, the size, and the text that begins with the date. The date
/// begins at the first name of a month that follows a number. This number is the size. The owner
/// may hold blanks, or be missing.
fn split_columns(columns: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let mut last: Option<&[u8]> = None;
    let mut rest = columns;
    loop {
        let (word, after) = scan::token(rest)?;
        let is_month = word.len() == 3 && scan::english_month(word).is_some();
        if let Some(size) = last.filter(|last| is_month && scan::is_number(last)) {
            let end = columns.len().checked_sub(rest.len())?;
            let before = columns.get(..end.checked_sub(size.len())?)?;
            let date = scan::skip_blanks(rest);
            return Some((scan::trim_end(scan::skip_blanks(before)), size, date));
        }
        (last, rest) = (Some(word), after);
    }
}
