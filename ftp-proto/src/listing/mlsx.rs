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
    // could be a file of VMS with its version. So in a reply to LIST, a line is taken for facts
    // only if it has a known fact.
    if context.fixed != Some(Dialect::Mlsx) && !pairs(facts(line)).any(is_known) {
        return None;
    }
    parse(line)
}

pub(super) fn parse(line: &[u8]) -> Option<Meaning<'_>> {
    let mut seen = Seen::default();
    match usual(line, &mut seen) {
        Some(name) => Some(seen.into_meaning(name)),
        None => parse_any(line),
    }
}

/// Reads a line that [`usual`] cannot read, whatever its form.
#[cold]
fn parse_any(line: &[u8]) -> Option<Meaning<'_>> {
    let mut seen = Seen::default();
    let (facts, name) = split(line)?;
    for fact in skip_blanks(facts).split(|byte| *byte == b';') {
        seen.take(fact, eight(fact));
    }
    Some(seen.into_meaning(name))
}

/// Reads a line of the usual form: each fact ends with `;`, and a blank follows the last fact.
/// Returns the name. `None` for a line of another form, which is rare.
#[inline(always)]
fn usual<'a>(line: &'a [u8], seen: &mut Seen<'a>) -> Option<&'a [u8]> {
    let mut rest = line;
    loop {
        let eight = u64::from_le_bytes(*rest.first_chunk::<8>()?);
        let (after, is_known) = seen.take(rest, eight)?;
        if !is_known && rest.len() == line.len() {
            let (fact, _) = value(rest)?;
            if fact.iter().any(|byte| matches!(byte, b' ' | b'\t')) {
                return None;
            }
        }
        rest = after;
        if let Some(name) = rest.strip_prefix(b" ") {
            return Some(name);
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

/// A letter with this bit set is in lower case.
const CASE: u8 = 0x20;

/// The beginning of a fact, such as `type=`, as a number of eight bytes, so that one comparison
/// recognizes it.
struct Begin {
    text: u64,
    /// The bit 0x20 of each letter. These bits are set before the comparison, so `TYPE=` matches
    /// too.
    case: u64,
    /// Has all bits set in the bytes that `text` uses. Only these bytes are compared.
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

/// The names of the facts that [`Entry::to_facts`](super::Entry::to_facts) adds, without the `X.`
/// before them. `YEAR` and `ORDER` are the values of `MODIFY_ASSUMED`.
pub(super) const MODIFY_LOCAL: &str = "Modify-Local";
pub(super) const MODIFY_ASSUMED: &str = "Modify-Assumed";
pub(super) const LINK_TARGET: &str = "Link-Target";
pub(super) const YEAR: &str = "year";
pub(super) const ORDER: &str = "order";

impl Begin {
    /// Makes the number of a text such as `type=`: lower-case letters, and then `=` or `.`. Zeros
    /// fill the text up to eight bytes.
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
    #[inline(always)]
    fn into_meaning(self, name: &'a [u8]) -> Meaning<'a> {
        let mut found = self.found;
        found.name = name;
        Meaning::Entry(found)
    }

    /// Stores the value of the first fact in `text`. `eight` is the first eight bytes of `text`.
    /// Returns the text after the fact, and whether the fact is one that this function knows.
    #[inline(always)]
    fn take(&mut self, text: &'a [u8], eight: u64) -> Option<(&'a [u8], bool)> {
        let found = &mut self.found;
        let [letter, ..] = eight.to_le_bytes();
        let after = if letter | CASE == b'u' {
            if UNIX.begins(eight) {
                return self.take_unix(text.get(5..)?);
            } else if UNIQUE.begins(eight) {
                let (value, after) = value(text.get(7..)?)?;
                found.unique = found.unique.or_else(|| part(value));
                after
            } else {
                return Some((value(text)?.1, false));
            }
        } else if TYPE.begins(eight) {
            let (value, after) = value(text.get(5..)?)?;
            if !self.kind {
                self.kind = true;
                (found.kind, found.target) = read_type(value);
            }
            after
        } else if SIZE.begins(eight) {
            let (value, after) = value(text.get(5..)?)?;
            if found.size.is_none() {
                found.size = scan::number(value);
            }
            after
        } else if PERM.begins(eight) {
            let (value, after) = value(text.get(5..)?)?;
            found.perm = found.perm.or(Some(value));
            after
        } else if MODIFY.begins(eight) {
            let (modified, after) = modified(text.get(7..)?)?;
            if found.modified.is_none() {
                found.modified = modified;
            }
            after
        } else {
            let (fact, after) = value(text)?;
            let is_local = LOCAL.begins(eight) && self.take_local(fact.get(2..)?);
            return Some((after, is_local));
        };
        Some((after, true))
    }

    /// Stores the value of a fact that [`Entry::to_facts`](super::Entry::to_facts) adds. `fact` is
    /// the text after `X.`. Returns whether it is such a fact.
    #[cold]
    fn take_local(&mut self, fact: &'a [u8]) -> bool {
        let found = &mut self.found;
        let (name, value) = name_and_value(fact);
        if name.eq_ignore_ascii_case(MODIFY_LOCAL.as_bytes()) {
            found.modified = found.modified.or_else(|| local_time(value));
        } else if name.eq_ignore_ascii_case(MODIFY_ASSUMED.as_bytes()) {
            let words = value.split(|byte| *byte == b',');
            let has = |what: &str| words.clone().any(|it| it == what.as_bytes());
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

    /// Stores the value of a fact whose name begins with `UNIX.`. `text` begins after the `UNIX.`.
    /// Returns the text after the fact, and whether the fact is one that this function knows.
    #[inline(always)]
    fn take_unix(&mut self, text: &'a [u8]) -> Option<(&'a [u8], bool)> {
        let found = &mut self.found;
        let eight = eight(text);
        let value = |at: usize| value(text.get(at..)?);
        let after = if MODE.begins(eight) {
            let (mode, after) = value(5)?;
            found.mode = found.mode.or_else(|| scan::octal_mode(mode));
            after
        } else if OWNER.begins(eight) {
            let (owner, after) = value(6)?;
            found.owner = found.owner.or(part(owner));
            after
        } else if GROUP.begins(eight) {
            let (group, after) = value(6)?;
            found.group = found.group.or(part(group));
            after
        } else if UID.begins(eight) {
            let (owner, after) = value(4)?;
            found.owner = found.owner.or(part(owner));
            after
        } else if GID.begins(eight) {
            let (group, after) = value(4)?;
            found.group = found.group.or(part(group));
            after
        } else {
            let (fact, after) = value(0)?;
            return Some((after, self.take_name(fact)));
        };
        Some((after, true))
    }

    /// Stores the name of an owner or of a group. Returns false if the fact is another one.
    fn take_name(&mut self, fact: &'a [u8]) -> bool {
        let found = &mut self.found;
        let Some((name, value)) = fact.split_at_checked(10) else {
            return false;
        };
        if value.is_empty() {
            return false;
        }
        if !self.owner_name && name.eq_ignore_ascii_case(b"ownername=") {
            (self.owner_name, found.owner) = (true, Some(value));
        } else if !self.group_name && name.eq_ignore_ascii_case(b"groupname=") {
            (self.group_name, found.group) = (true, Some(value));
        } else {
            return false;
        }
        true
    }
}

/// Splits the text at the first `;`, or at its end.
#[inline(always)]
fn value(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = find_near(text, b';').unwrap_or(text.len());
    let (value, after) = text.split_at_checked(end)?;
    Some((value, after.get(1..).unwrap_or_default()))
}

/// Reads the value of `modify` at the beginning of the text. Returns it with the text after it.
#[inline(always)]
fn modified(text: &[u8]) -> Option<(Option<Modified>, &[u8])> {
    // 14 digits are the usual form, so the end need not be looked for.
    if let Some((digits, [b';', after @ ..])) = text.split_first_chunk::<14>() {
        if let Ok(time) = Timestamp::from_digits(digits) {
            return Some((Some(Modified::utc(time)), after));
        }
    }
    let (value, after) = value(text)?;
    Some((Timestamp::parse(value).ok().map(Modified::utc), after))
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
