//! Reads a line of MLSD or MLST (RFC 3659, section 7.2): facts such as `size=5;`, and then the
//! name.

use memchr::memmem;

use super::found::{Context, Dialect, Found, Meaning};
use super::kind::Kind;
use super::modified::{Modified, Precision};
use super::scan::{self, find_near, skip_blanks};
use crate::reply::Timestamp;

pub(super) fn read<'a>(line: &'a [u8], context: &mut Context) -> Option<Meaning<'a>> {
    // In a reply to LIST, a line that begins with a blank could be anything, and a word with a `;`
    // could be a file of VMS with its version. So such a line must have a known fact.
    if context.fixed != Some(Dialect::Mlsx) && !pairs(facts(line)).any(is_known) {
        return None;
    }
    parse(line)
}

pub(super) fn parse(line: &[u8]) -> Option<Meaning<'_>> {
    let (mut found, name) = usual(line).or_else(|| {
        let (facts, name) = split(line)?;
        let mut seen = Seen::default();
        for fact in skip_blanks(facts).split(|byte| *byte == b';') {
            seen.take(fact, eight(fact));
        }
        Some((seen.found, name))
    })?;
    found.name = name;
    Some(Meaning::Entry(found))
}

/// Reads a line whose facts all end with `;`, as most servers send them, in one pass. `None` for
/// any other line, which `split` then handles.
#[inline]
fn usual(line: &[u8]) -> Option<(Found<'_>, &[u8])> {
    let mut seen = Seen::default();
    let mut rest = line;
    loop {
        let (fact, after) = rest.split_at_checked(find_near(rest, b';')?)?;
        let eight = u64::from_le_bytes(*rest.first_chunk::<8>()?);
        let is_known = seen.take(fact, eight);
        let is_first = rest.len() == line.len();
        if is_first && !is_known && fact.iter().any(|byte| matches!(byte, b' ' | b'\t')) {
            return None;
        }
        rest = after.get(1..)?;
        if let Some(name) = rest.strip_prefix(b" ") {
            return Some((seen.found, name));
        }
    }
}

/// Returns the facts of a line, with the blanks before them. Returns an empty slice if the line has
/// only a name.
pub(super) fn facts(line: &[u8]) -> &[u8] {
    split(line).map(|(facts, _)| facts).unwrap_or_default()
}

/// Returns the facts as pairs of name and value, in the order of the line.
pub(super) fn pairs(facts: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    Pairs {
        rest: skip_blanks(facts),
    }
}

struct Pairs<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Pairs<'a> {
    type Item = (&'a [u8], &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        while !self.rest.is_empty() {
            let end = find_near(self.rest, b';');
            let (fact, rest) = self.rest.split_at_checked(end.unwrap_or(self.rest.len()))?;
            self.rest = rest.get(1..).unwrap_or_default();
            if fact.is_empty() {
                continue;
            }
            return Some(name_and_value(fact));
        }
        None
    }
}

/// Splits a fact at its `=`. The value is empty if the fact has no `=`.
#[inline]
fn name_and_value(fact: &[u8]) -> (&[u8], &[u8]) {
    let equals = find_near(fact, b'=').unwrap_or(fact.len());
    let (name, value) = fact.split_at_checked(equals).unwrap_or((fact, &[]));
    (name, value.get(1..).unwrap_or_default())
}

/// Whether the fact shows that its line is one of MLSD: it has a value, and its name is a common
/// one of RFC 3659 or of an extension.
fn is_known((fact, value): (&[u8], &[u8])) -> bool {
    const KNOWN: [&str; 8] = [
        "type",
        "size",
        "sizd",
        "modify",
        "create",
        "perm",
        "unique",
        "unix.mode",
    ];
    let is = |known: &&str| fact.eq_ignore_ascii_case(known.as_bytes());
    !value.is_empty() && KNOWN.iter().any(is)
}

/// The beginning of a fact, such as `type=`, as a number of eight bytes, so that one comparison
/// recognizes it.
struct Begin {
    text: u64,
    /// The bit 0x20 of each letter. These bits are set before the comparison, so `TYPE=` matches
    /// too.
    case: u64,
    /// The bytes that count.
    mask: u64,
}

const TYPE: Begin = Begin::new(*b"type=\0\0\0");
const SIZE: Begin = Begin::new(*b"size=\0\0\0");
const PERM: Begin = Begin::new(*b"perm=\0\0\0");
const MODIFY: Begin = Begin::new(*b"modify=\0");
const UNIQUE: Begin = Begin::new(*b"unique=\0");
const UNIX: Begin = Begin::new(*b"unix.\0\0\0");
const MODE: Begin = Begin::new(*b"mode=\0\0\0");
const OWNER: Begin = Begin::new(*b"owner=\0\0");
const GROUP: Begin = Begin::new(*b"group=\0\0");
const UID: Begin = Begin::new(*b"uid=\0\0\0\0");
const GID: Begin = Begin::new(*b"gid=\0\0\0\0");
const LOCAL: Begin = Begin::new(*b"x.\0\0\0\0\0\0");

/// The local facts of [`Entry::to_facts`](super::Entry::to_facts), without `X.` before them, and the
/// values of the second.
pub(super) const MODIFY_LOCAL: &str = "Modify-Local";
pub(super) const MODIFY_ASSUMED: &str = "Modify-Assumed";
pub(super) const LINK_TARGET: &str = "Link-Target";
pub(super) const YEAR: &str = "year";
pub(super) const ORDER: &str = "order";

impl Begin {
    /// Makes the number of a text in lower case. The text consists of letters, `=` or `.`, and
    /// zeros up to eight bytes.
    const fn new(text: [u8; 8]) -> Self {
        let text = u64::from_le_bytes(text);
        let is_letter = text & u64::from_le_bytes([0x40; 8]);
        let bits = 64_u32.saturating_sub(text.leading_zeros() & !7);
        Self {
            text,
            case: is_letter >> 1,
            mask: u64::MAX >> 64_u32.saturating_sub(bits),
        }
    }

    #[inline]
    const fn begins(&self, eight: u64) -> bool {
        (eight | self.case) & self.mask == self.text
    }
}

/// Returns the first eight bytes of a text as a little-endian number. If the text is shorter, the
/// missing bytes are zeros.
#[inline]
fn eight(text: &[u8]) -> u64 {
    match text.first_chunk::<8>() {
        Some(eight) => u64::from_le_bytes(*eight),
        None => {
            let bytes = text.iter().rev();
            bytes.fold(0, |number, byte| number << 8 | u64::from(*byte))
        }
    }
}

/// What was read of a line so far. If several facts have the same name, only the first is used. The
/// flags say that a fact has come, if `found` alone cannot show this.
#[derive(Default)]
struct Seen<'a> {
    found: Found<'a>,
    kind: bool,
    /// Whether a name of the owner has come (`UNIX.ownername`, from ProFTPD). It replaces a number
    /// (`UNIX.uid`).
    owner_name: bool,
    group_name: bool,
}

impl<'a> Seen<'a> {
    /// Stores the value of a fact. `eight` is the beginning of the fact as a number. Returns
    /// whether the fact is one that is stored.
    #[inline(always)]
    fn take(&mut self, fact: &'a [u8], eight: u64) -> bool {
        let found = &mut self.found;
        let value = |at: usize| fact.get(at..).unwrap_or_default();
        if TYPE.begins(eight) {
            if !self.kind {
                self.kind = true;
                (found.kind, found.target) = read_type(value(5));
            }
        } else if SIZE.begins(eight) {
            if found.size.is_none() {
                found.size = scan::number(value(5));
            }
        } else if MODIFY.begins(eight) {
            if found.modified.is_none() {
                found.modified = Timestamp::parse(value(7)).ok().map(Modified::utc);
            }
        } else if UNIX.begins(eight) {
            return self.take_unix(value(5));
        } else if PERM.begins(eight) {
            found.perm = found.perm.or(Some(value(5)));
        } else if UNIQUE.begins(eight) {
            found.unique = found.unique.or_else(|| part(value(7)));
        } else {
            return LOCAL.begins(eight) && self.take_local(value(2));
        }
        true
    }

    /// Takes a fact that [`Entry::to_facts`](super::Entry::to_facts) adds, without `X.` before it.
    /// Returns whether it is one.
    #[cold]
    fn take_local(&mut self, fact: &'a [u8]) -> bool {
        let found = &mut self.found;
        let (name, value) = name_and_value(fact);
        if name.eq_ignore_ascii_case(MODIFY_LOCAL.as_bytes()) {
            found.modified = found.modified.or_else(|| local_time(value));
        } else if name.eq_ignore_ascii_case(MODIFY_ASSUMED.as_bytes()) {
            let has = |what: &str| {
                value
                    .split(|byte| *byte == b',')
                    .any(|it| it == what.as_bytes())
            };
            found.modified = found.modified.map(|modified| {
                modified
                    .with_year_resolved(has(YEAR))
                    .with_order_assumed(has(ORDER))
            });
        } else if name.eq_ignore_ascii_case(LINK_TARGET.as_bytes()) {
            found.target = found.target.or_else(|| part(value));
        } else {
            return false;
        }
        true
    }

    /// Stores the value of a fact whose name begins with `UNIX.`. `fact` is the text after this
    /// prefix. Returns whether the fact says something.
    fn take_unix(&mut self, fact: &'a [u8]) -> bool {
        let found = &mut self.found;
        let eight = eight(fact);
        let value = |at: usize| part(fact.get(at..).unwrap_or_default());
        if MODE.begins(eight) {
            found.mode = found.mode.or_else(|| scan::octal_mode(value(5)?));
        } else if OWNER.begins(eight) {
            found.owner = found.owner.or(value(6));
        } else if GROUP.begins(eight) {
            found.group = found.group.or(value(6));
        } else if UID.begins(eight) {
            found.owner = found.owner.or(value(4));
        } else if GID.begins(eight) {
            found.group = found.group.or(value(4));
        } else if let (Some(name), Some(value)) = (fact.get(..10), value(10)) {
            if !self.owner_name && name.eq_ignore_ascii_case(b"ownername=") {
                (self.owner_name, found.owner) = (true, Some(value));
            } else if !self.group_name && name.eq_ignore_ascii_case(b"groupname=") {
                (self.group_name, found.group) = (true, Some(value));
            } else {
                return false;
            }
        } else {
            return false;
        }
        true
    }
}

/// Reads a time in the server's zone, whose precision the number of its digits shows: `20261127`,
/// `202611270930`, or what [`Timestamp::parse`] reads.
fn local_time(value: &[u8]) -> Option<Modified> {
    let precision = match value.len() {
        8 => Precision::Day,
        12 => Precision::Minute,
        _ => Precision::Second,
    };
    let mut digits = *b"00000000000000";
    let text = match digits.get_mut(..value.len()) {
        Some(begin) if precision != Precision::Second => {
            begin.copy_from_slice(value);
            &digits[..]
        }
        _ => value,
    };
    let time = Timestamp::parse(text).ok()?;
    Some(Modified::local(time, precision))
}

/// Returns the value of a fact. `None` if it is empty.
fn part(value: &[u8]) -> Option<&[u8]> {
    (!value.is_empty()).then_some(value)
}

/// Reads the value of the fact `type`. Returns the kind and, for a link such as
/// `OS.unix=slink:/pub` (or `symlink`), its target.
#[inline]
fn read_type(value: &[u8]) -> (Kind, Option<&[u8]>) {
    const CASE: u8 = 0x20;
    // Setting this bit turns a capital letter into a small one.
    let kind = match *value {
        [a, b, c, d] => match &[a | CASE, b | CASE, c | CASE, d | CASE] {
            b"file" => Kind::File,
            b"cdir" => Kind::Current,
            b"pdir" => Kind::Parent,
            b"link" => Kind::Link,
            _ => Kind::Other,
        },
        [a, b, c] if [a | CASE, b | CASE, c | CASE] == *b"dir" => Kind::Directory,
        [] => Kind::Unknown,
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

/// Splits a line at the blank between facts and name. Returns the facts and the name without this
/// blank.
fn split(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = end_of_facts(line)?;
    let (facts, name) = line.split_at_checked(end)?;
    Some((facts, name.get(1..)?))
}

/// Returns the position of the blank between the facts and the name.
#[inline]
fn end_of_facts(line: &[u8]) -> Option<usize> {
    let begin = indentation(line);
    let rest = line.get(begin..)?;
    if begin > 0 && !begins_with_a_fact(rest) {
        return line.starts_with(b" ").then_some(0);
    }
    let blank = memchr::memchr(b' ', rest)?;
    let fact = rest.get(..blank)?;
    if fact.last() == Some(&b';') {
        return begin.checked_add(blank);
    }
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

/// Whether the text begins with a fact such as `type=file;`. If a line begins with blanks, the text
/// after them may also be the name of a file, so a text without `=` and `;` is not taken for a
/// fact.
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
