//! MLSD and MLST: facts, and a name (RFC 3659, section 7.2).

use memchr::memmem;

use super::dialect::{Context, Dialect, Found, Meaning};
use super::entry::Kind;
use super::modified::Modified;
use super::scan;
use crate::reply::Timestamp;

pub(super) fn read<'a>(line: &'a [u8], context: &mut Context) -> Option<Meaning<'a>> {
    // A blank and a name are an entry of MLSD, but could be anything in a listing of LIST.
    let is_mlsd = context.fixed == Some(Dialect::Mlsx);
    // So could `GENOME.FASTA;3  12/15`, which is a line of VMS.
    if !is_mlsd && !begins_with_a_fact(scan::skip_blanks(line)) {
        return None;
    }
    parse(line)
}

pub(super) fn parse(line: &[u8]) -> Option<Meaning<'_>> {
    let (facts, name) = split(line)?;
    let mut found = Found {
        name,
        ..Found::default()
    };
    let mut kind = None;
    for (fact, value) in pairs(facts) {
        apply(&mut found, &mut kind, fact, value);
    }
    found.kind = kind.unwrap_or_default();
    if !matches!(found.kind, Kind::File | Kind::Unknown) {
        // The size of a directory counts blocks of the file system, not bytes that can be read.
        found.size = None;
    }
    Some(Meaning::Entry(found))
}

/// The facts of a line, with the blanks before them. Empty if the line has only a name.
pub(super) fn facts(line: &[u8]) -> &[u8] {
    split(line).map(|(facts, _)| facts).unwrap_or_default()
}

/// Names and values, in their order.
pub(super) fn pairs(facts: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let begin = indentation(facts);
    facts
        .get(begin..)
        .unwrap_or_default()
        .split(|byte| *byte == b';')
        .filter(|fact| !fact.is_empty())
        .map(|fact| match memchr::memchr(b'=', fact) {
            Some(at) => {
                let (name, value) = fact.split_at(at);
                (name, value.get(1..).unwrap_or_default())
            }
            None => (fact, &fact[..0]),
        })
}

/// Takes one fact. The first of several facts with the same name counts.
fn apply<'a>(found: &mut Found<'a>, kind: &mut Option<Kind>, fact: &[u8], value: &'a [u8]) {
    let is = |name: &str| fact.eq_ignore_ascii_case(name.as_bytes());
    match fact.len() {
        4 if is("type") => {
            if kind.is_none() {
                let (read, target) = read_type(value);
                (*kind, found.target) = (Some(read), target);
            }
        }
        4 if is("size") => found.size = found.size.or_else(|| scan::number(value)),
        4 if is("perm") => found.perm = found.perm.or(Some(value)),
        6 if is("modify") => {
            let time = || Timestamp::parse(value).ok().map(Modified::utc);
            found.modified = found.modified.or_else(time);
        }
        6 if is("unique") => found.unique = found.unique.or(Some(value)),
        9 if is("unix.mode") => found.mode = found.mode.or_else(|| scan::octal_mode(value)),
        10 if is("unix.owner") => found.owner = found.owner.or(Some(value)),
        10 if is("unix.group") => found.group = found.group.or(Some(value)),
        8 if is("unix.uid") => found.owner = found.owner.or(Some(value)),
        8 if is("unix.gid") => found.group = found.group.or(Some(value)),
        // The names of ProFTPD, which count more than the numbers.
        14 if is("unix.ownername") => found.owner = Some(value),
        14 if is("unix.groupname") => found.group = Some(value),
        _ => {}
    }
}

/// Reads the value of `type`, and the target of a link: `OS.unix=slink:/pub` (or `symlink`).
fn read_type(value: &[u8]) -> (Kind, Option<&[u8]>) {
    let is = |text: &str| value.eq_ignore_ascii_case(text.as_bytes());
    let kind = match value.len() {
        4 if is("file") => Kind::File,
        3 if is("dir") => Kind::Directory,
        4 if is("cdir") => Kind::Current,
        4 if is("pdir") => Kind::Parent,
        0 => Kind::Unknown,
        _ => return read_system_type(value),
    };
    (kind, None)
}

fn read_system_type(value: &[u8]) -> (Kind, Option<&[u8]>) {
    let system = b"OS.unix=";
    let rest = match value.split_at_checked(system.len()) {
        Some((head, rest)) if head.eq_ignore_ascii_case(system) => rest,
        _ => return (Kind::Other, None),
    };
    let colon = memchr::memchr(b':', rest);
    let (name, target) = rest.split_at(colon.unwrap_or(rest.len()));
    let target = target.get(1..).filter(|target| !target.is_empty());
    if name.eq_ignore_ascii_case(b"slink") || name.eq_ignore_ascii_case(b"symlink") {
        (Kind::Link, target)
    } else {
        (Kind::Other, None)
    }
}

/// The facts, and the name after the one blank that ends them.
fn split(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = end_of_facts(line)?;
    let (facts, name) = line.split_at_checked(end)?;
    Some((facts, name.get(1..)?))
}

/// The position of the blank that ends the facts and precedes the name.
fn end_of_facts(line: &[u8]) -> Option<usize> {
    let begin = indentation(line);
    let rest = line.get(begin..)?;
    if begin > 0 && !begins_with_a_fact(rest) {
        return line.starts_with(b" ").then_some(0);
    }
    let blank = memchr::memchr(b' ', rest)?;
    let fact = rest.get(..blank)?;
    memchr::memchr2(b'=', b';', fact)?;
    let end = match memmem::find(rest, b"; ") {
        Some(semicolon) => semicolon.checked_add(1)?,
        None => blank,
    };
    begin.checked_add(end)
}

/// How many blanks and tabs a line begins with.
fn indentation(line: &[u8]) -> usize {
    let not_blank = |byte: &u8| !matches!(byte, b' ' | b'\t');
    line.iter().position(not_blank).unwrap_or(line.len())
}

/// Whether the text begins with `name=value;`. After a blank it may be a file's name as well, so
/// nothing less than this counts as a fact.
fn begins_with_a_fact(text: &[u8]) -> bool {
    let of_a_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-');
    let name = text.iter().take_while(|byte| of_a_name(byte)).count();
    let blank = memchr::memchr(b' ', text).unwrap_or(text.len());
    let ends = || {
        let first = text.get(..blank).unwrap_or_default();
        first.contains(&b';') || memmem::find(text, b"; ").is_some()
    };
    name > 0 && text.get(name) == Some(&b'=') && ends()
}
