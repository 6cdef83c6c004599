//! `ls -l` of Unix, and the many servers that imitate it.
//!
//! ```text
//! drwxr-xr-x   2 ada      users        4096 Nov 27 10:00 genomes
//! -rw-r--r--   1 ada      Domain Users 1024 Nov 27  2025 notes.txt
//! lrwxrwxrwx 1 1000 100 9 2026-11-27 10:00:00.000000000 +0100 latest -> notes.txt
//! ```

use memchr::memmem;

use super::found::{Context, Found, Meaning};
use super::kind::Kind;
use super::{ls_date, scan};

/// The first ten characters of a line, such as `drwxr-xr-x`.
struct Head {
    /// The first character, which is the type: `d` for a directory.
    letter: u8,
    kind: Kind,
    /// The permission bits. `None` if the line has `?????????` in their place.
    mode: Option<u16>,
}

/// The word before the date: the size in bytes, and how many bytes of the word belong to the group,
/// because some servers print no blank between group and size (`users12345678`).
struct Size {
    bytes: Option<u64>,
    before: usize,
}

/// The most words between the permissions and the date. There can be many, because names of owners
/// and groups of Windows domains have several words.
const MOST_WORDS: usize = 12;

/// The word for `total` in the languages of GNU ls. It begins the first line of a listing.
const TOTALS: [&str; 20] = [
    "total",
    "totale",
    "totaal",
    "totalt",
    "insgesamt",
    "celkem",
    "celkom",
    "razem",
    "łącznie",
    "összesen",
    "yhteensä",
    "toplam",
    "итого",
    "всего",
    "合計",
    "合计",
    "总用量",
    "總用量",
    "总计",
    "합계",
];

pub(super) fn read<'a>(line: &'a [u8], context: &mut Context) -> Option<Meaning<'a>> {
    let Some((head, rest)) = head(line) else {
        return connect_enterprise(line, context).or_else(|| noise(line));
    };
    let columns = match rest {
        [b'+' | b'.' | b'@' | b'*', rest @ ..] => rest,
        _ => rest,
    };
    // Some servers print no blank between the permissions and a link count with many digits. So a
    // digit may follow the permissions too.
    if !matches!(columns, [b' ' | b'\t' | b'0'..=b'9', ..]) {
        return None;
    }
    if head.mode.is_none() {
        return unknown(&head, columns);
    }
    columns_and_date(&head, columns, context)
}

/// Splits a line into its head (the type and the permissions) and the text after it.
fn head(line: &[u8]) -> Option<(Head, &[u8])> {
    let ([letter, permissions @ ..], rest) = line.split_first_chunk::<10>()?;
    let kind = match letter {
        b'-' | b'f' => Kind::File,
        b'd' => Kind::Directory,
        b'l' => Kind::Link,
        // The letters mean: devices, pipes, sockets, doors, event ports, network and HP-UX special
        // files, migrated files of Cray, external links of z/OS.
        b'b' | b'c' | b'C' | b'D' | b'e' | b'm' | b'M' | b'n' | b'p' | b'P' | b's' | b'S'
        | b'w' => Kind::Other,
        b'?' => Kind::Unknown,
        _ => return None,
    };
    let mode = match permissions {
        b"?????????" => None,
        _ => Some(mode(permissions)?),
    };
    let head = Head {
        letter: *letter,
        kind,
        mode,
    };
    Some((head, rest))
}

/// Returns the permission bits of a text such as `rwxr-xr-x`.
#[inline]
pub(super) fn mode(permissions: &[u8; 9]) -> Option<u16> {
    let [first @ .., last] = permissions;
    let set = scan::same_bytes(first, b"rwxrwxrw");
    let other = scan::same_bytes(first, b"--------");
    match last {
        b'x' if set | other == 0xFF => Some(u16::from(set) << 1 | 1),
        b'-' if set | other == 0xFF => Some(u16::from(set) << 1),
        _ => special_mode(permissions),
    }
}

/// Returns the permission bits of a text with other letters, such as `rwsr-xr-t`.
fn special_mode(permissions: &[u8; 9]) -> Option<u16> {
    let [a, b, c, d, e, f, g, h, i] = *permissions;
    let bit = |found: u8, letter: u8, bit: u16| match found {
        b'-' => Some(0),
        _ if found == letter => Some(bit),
        _ => None,
    };
    let execute = |found: u8, bit: u16, special: u16| match found {
        b'-' => Some(0),
        b'x' => Some(bit),
        b's' | b't' => Some(bit | special),
        // `l` and `L` mean mandatory locking: the set-group-ID bit is set, and the right to execute
        // is not.
        b'S' | b'T' | b'l' | b'L' => Some(special),
        _ => None,
    };
    let read = bit(a, b'r', 0o400)? | bit(d, b'r', 0o040)? | bit(g, b'r', 0o004)?;
    let write = bit(b, b'w', 0o200)? | bit(e, b'w', 0o020)? | bit(h, b'w', 0o002)?;
    let execute =
        execute(c, 0o100, 0o4000)? | execute(f, 0o010, 0o2000)? | execute(i, 0o001, 0o1000)?;
    Some(read | write | execute)
}

/// Reads the columns, the date and the name. The date is the first text that reads as a date and
/// has a size before it. The other columns are before the size, and the name is after the date.
#[inline]
fn columns_and_date<'a>(head: &Head, columns: &'a [u8], context: &Context) -> Option<Meaning<'a>> {
    let mut words = [&[][..]; 3];
    let mut size_at = scan::skip_blanks(columns);
    for count in 0..MOST_WORDS {
        let (word, after) = scan::until_blank(size_at);
        let date_at = scan::skip_blanks(after);
        let (Some(first), Some(last)) = (word.first(), word.last()) else {
            return None;
        };
        if first.is_ascii_digit() || last.is_ascii_digit() {
            if let Some((modified, name)) = ls_date::read(date_at, context.now) {
                let size = size(head.letter, word)?;
                let [links, owner, group] = words;
                let is_usual = count == words.len()
                    && size.before == 0
                    && !is_device(head.letter)
                    && links.iter().all(u8::is_ascii_digit);
                let (owner, group) = if is_usual {
                    (Some(owner), Some(group))
                } else {
                    let before = columns.len().checked_sub(size_at.len())?;
                    let columns = columns.get(..before.checked_add(size.before)?)?;
                    owner_and_group(without_major(head.letter, columns), &size)?
                };
                let (kind, name, target) = named(head, name);
                return Some(Meaning::Entry(Found {
                    kind,
                    name,
                    target,
                    size: size.bytes.filter(|_| kind == Kind::File),
                    modified,
                    mode: head.mode,
                    owner,
                    group,
                    unique: None,
                    perm: None,
                }));
            }
        }
        if let Some(place) = words.get_mut(count) {
            *place = word;
        }
        size_at = date_at;
    }
    None
}

/// Returns the kind of an entry, its name, and the target if it is a link.
#[inline]
fn named<'a>(head: &Head, text: &'a [u8]) -> (Kind, &'a [u8], Part<'a>) {
    let (name, target) = match head.letter {
        b'l' | b'e' => split_target(text),
        _ => (text, None),
    };
    let kind = match name {
        b"." => Kind::Current,
        b".." => Kind::Parent,
        _ => head.kind,
    };
    (kind, name, target)
}

/// Splits the name of a link from its target at the first ` -> `.
fn split_target(text: &[u8]) -> (&[u8], Option<&[u8]>) {
    // The search begins at the second byte, because a name has at least one byte.
    let arrow = memmem::find(text.get(1..).unwrap_or_default(), b" -> ");
    let parts = arrow.and_then(|at| text.split_at_checked(at.saturating_add(1)));
    match parts {
        Some((name, rest)) => {
            let target = rest.get(b" -> ".len()..);
            (name, target.filter(|target| !target.is_empty()))
        }
        None => match text.strip_suffix(b" ->") {
            Some(name) if !name.is_empty() => (name, None),
            _ => (text, None),
        },
    }
}

/// Reads the word before the date as a size. `None` if it cannot be one.
fn size(letter: u8, word: &[u8]) -> Option<Size> {
    let size = |bytes, before| Some(Size { bytes, before });
    if let Some(bytes) = scan::number(word) {
        return size(Some(bytes), 0);
    }
    let digits = word.iter().rev().take_while(|byte| byte.is_ascii_digit());
    let digits = digits.count();
    let before = word.len().saturating_sub(digits);
    let begins_with_digit = word.first().is_some_and(u8::is_ascii_digit);
    if digits == word.len() || is_device(letter) && begins_with_digit {
        // The word is a number above `u64::MAX`, or the two numbers of a device, such as `8,1`.
        // Both give no size.
        return size(None, 0);
    }
    if begins_with_digit {
        return match scan::grouped_number(word) {
            Some(bytes) => size(bytes, 0),
            None => with_unit(word).then_some(Size {
                bytes: None,
                before: 0,
            }),
        };
    }
    if word.iter().any(|byte| matches!(byte, b':' | b'/')) {
        return None;
    }
    // The word is a group and a size without a blank between them. A size of eight digits or more
    // fills its column, so no blank precedes it. A shorter size would have a blank before it, so
    // fewer digits are part of the group.
    match digits {
        8.. => size(scan::number(word.get(before..)?), before),
        _ => size(None, 0),
    }
}

/// Whether the word is a rounded size with a unit, such as `4.0K`, `12M` or `1,5GiB`. The entry
/// then gets no size, because a rounded size is not exact.
fn with_unit(word: &[u8]) -> bool {
    let of_number = |byte: &u8| byte.is_ascii_digit() || matches!(byte, b'.' | b',');
    let number = word.iter().take_while(|byte| of_number(byte)).count();
    let unit = word.get(number..).unwrap_or_default();
    let unit = unit.strip_suffix(b"B").unwrap_or(unit);
    let unit = unit.strip_suffix(b"i").unwrap_or(unit);
    matches!(unit, [b'K' | b'k' | b'M' | b'G' | b'T' | b'P' | b'E'])
        || word.ends_with(b"B") && unit.is_empty()
}

const fn is_device(letter: u8) -> bool {
    matches!(letter, b'b' | b'c')
}

/// Removes the major number of a device, such as `1,` of `1, 3`, from the end of the columns before
/// the size.
fn without_major(letter: u8, columns: &[u8]) -> &[u8] {
    if !is_device(letter) {
        return columns;
    }
    let trimmed = columns.trim_ascii_end();
    match trimmed.strip_suffix(b",") {
        Some(rest) => {
            let digits = rest.iter().rev().take_while(|byte| byte.is_ascii_digit());
            let end = rest.len().saturating_sub(digits.count());
            rest.get(..end).unwrap_or_default()
        }
        None => columns,
    }
}

/// Reads the owner and the group from the columns between the permissions and the size. `None` if
/// the line is one of a classic Mac, which another dialect reads.
fn owner_and_group<'a>(columns: &'a [u8], size: &Size) -> Option<(Part<'a>, Part<'a>)> {
    let Some((first, names)) = scan::word(columns) else {
        return Some((None, None));
    };
    let links = first
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    let names = if links == first.len() {
        names
    } else {
        // The first word is not just a link count: the count is missing, or the owner follows it
        // without a blank.
        scan::skip_blanks(columns).get(links..).unwrap_or_default()
    };
    let names = trim_end(names);
    if names == b"folder" && links == 0 {
        return None;
    }
    let (owner, rest) = scan::until_blank(names);
    if rest.is_empty() {
        let sum = scan::number(first).zip(scan::number(owner));
        let sum = sum.and_then(|(resource, data)| resource.checked_add(data));
        // In a line of a classic Mac, the sizes of the two forks of a file precede their sum.
        let is_mac = sum.is_some() && sum == size.bytes;
        return (!is_mac).then_some((Some(owner).filter(|owner| !owner.is_empty()), None));
    }
    let group = scan::skip_blanks(rest);
    if !group.iter().any(|byte| matches!(byte, b' ' | b'\t')) {
        return Some((Some(owner), Some(group)));
    }
    Some(split_names(names))
}

/// A field of an entry. `None` if the line does not have it.
type Part<'a> = Option<&'a [u8]>;

/// Splits an owner and a group that have more than two words in all. The group begins after two or
/// more blanks, or with the word `Domain`, as in `Domain Users`. If neither is found, the line has
/// no owner and no group.
fn split_names(names: &[u8]) -> (Part<'_>, Part<'_>) {
    let split = |at: usize| {
        let (owner, group) = names.split_at_checked(at)?;
        let group = scan::skip_blanks(group);
        let is_one = memmem::find(group, b"  ").is_none();
        is_one.then_some((Some(trim_end(owner)), Some(group)))
    };
    if let Some(gap) = memmem::find(names, b"  ") {
        return split(gap).unwrap_or_default();
    }
    match memmem::find(names, b" Domain ") {
        Some(at) => split(at).unwrap_or_default(),
        None => (None, None),
    }
}

fn trim_end(text: &[u8]) -> &[u8] {
    let end = text.iter().rposition(|byte| !matches!(byte, b' ' | b'\t'));
    let end = end.map_or(0, |last| last.saturating_add(1));
    text.get(..end).unwrap_or_default()
}

/// Reads the line that GNU ls prints for a file whose attributes it may not read:
///
/// `-????????? ? ? ? ?            ? name`
fn unknown<'a>(head: &Head, columns: &'a [u8]) -> Option<Meaning<'a>> {
    let mut rest = columns;
    for _ in 0..5 {
        rest = scan::skip_blanks(rest).strip_prefix(b"?")?;
    }
    let (kind, name, target) = named(head, rest.strip_prefix(b" ")?);
    Some(Meaning::Entry(Found {
        kind,
        name,
        target,
        ..Found::default()
    }))
}

/// Reads a line of Sterling Connect:Enterprise: the flags, protocol and code of a batch, its mailbox
/// and its number, and then the columns of Unix from the size on:
/// `-C--E-----FTP A QUA1I1      18128       41 Aug 12 13:56 QUADTEST`
fn connect_enterprise<'a>(line: &'a [u8], context: &Context) -> Option<Meaning<'a>> {
    let (flags, rest) = line.split_first_chunk::<10>()?;
    let is_flag = |byte: &u8| *byte == b'-' || byte.is_ascii_uppercase();
    if !line.starts_with(b"-") || !flags.iter().all(is_flag) {
        return None;
    }
    let (protocol, rest) = scan::until_blank(rest);
    let (code, rest) = scan::word(rest)?;
    if protocol.len() != 3 || !protocol.iter().all(u8::is_ascii_uppercase) || code.len() != 1 {
        return None;
    }
    let head = Head {
        letter: b'-',
        kind: Kind::File,
        mode: None,
    };
    let (mailbox, _) = scan::word(rest)?;
    let mut meaning = columns_and_date(&head, rest, context)?;
    if let Meaning::Entry(found) = &mut meaning {
        // Connect:Enterprise prints the number of the batch where Unix prints the group.
        (found.owner, found.group) = (Some(mailbox), None);
    }
    Some(meaning)
}

/// Reads a line that names no file: `total 12`, in several languages, or a heading of `ls -R` such
/// as `.:` or `./sub:`.
fn noise(line: &[u8]) -> Option<Meaning<'static>> {
    let is_heading = line.ends_with(b":") && (line == b".:" || line.starts_with(b"./"));
    (is_heading || is_total(line)).then_some(Meaning::Noise)
}

pub(super) fn is_total(line: &[u8]) -> bool {
    let Some((word, rest)) = scan::word(line) else {
        return false;
    };
    // The Danish word for `total` has two parts: `i alt 12`.
    let (word, rest) = match (word, rest.strip_prefix(b"alt ")) {
        (b"i", Some(rest)) => (&b"total"[..], rest),
        _ => (word, rest),
    };
    let is = |total: &&str| word.eq_ignore_ascii_case(total.as_bytes());
    let number = trim_end(rest);
    let is_number = || !number.is_empty() && number.iter().all(u8::is_ascii_digit);
    let counts = || is_number() || scan::grouped_number(number).is_some() || with_unit(number);
    TOTALS.iter().any(is) && counts()
}
