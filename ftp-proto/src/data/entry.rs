//! One line of MLSD or MLST (RFC 3659, section 7.2).

use crate::path::{InvalidPath, RemotePath};
use crate::wire::Escaped;
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;
use memchr::memmem;

/// What MLSD or MLST says about one file: facts, and a name.
///
/// The line is kept as it came, and read no further than its grammar goes: what a fact means is
/// left to whoever asks for it. Facts may come in any order and more than once, and those that the
/// RFC does not know are there too.
///
/// ```
/// use ftp_proto::data::Entry;
///
/// let entry = Entry::parse("Type=file;Size=12;UNIX.mode=0644; notes; 2026.txt");
/// assert_eq!(entry.name(), b"notes; 2026.txt");
/// assert_eq!(entry.fact("size"), Some(&b"12"[..]));
/// assert_eq!(entry.fact("modify"), None);
/// assert_eq!(entry.path()?.as_bytes(), entry.name());
/// # Ok::<(), ftp_proto::InvalidPath>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Entry {
    line: Box<[u8]>,
    /// How many bytes of facts stand in front of the blank; `None` where there is none.
    facts: Option<usize>,
}

impl Entry {
    /// Reads one line, which comes without its line end. There is no line that it refuses, and
    /// none of which it drops a byte.
    ///
    /// Blanks and tabs may stand before the facts. Facts end at the first `; `, and the name is all
    /// that follows it: further blanks, `;` and `=` belong to it. A blank within a value is one that
    /// the RFC does not allow, and Pure-FTPd sends (`type=OS.unix=slink:/a b;`). Where no `; ` is,
    /// as NcFTPd leaves out the last `;`, they end at the first blank. A line that has nothing but a
    /// name begins with the blank.
    ///
    /// What is not of this form, an error of `ls` or a line of LIST for example, is all name, and
    /// [malformed](Self::is_malformed).
    #[must_use]
    pub fn parse(line: impl Into<Vec<u8>>) -> Self {
        let line = line.into().into_boxed_slice();
        let facts = end_of_facts(&line);
        Self { line, facts }
    }

    /// The name, byte for byte; it may be empty, and in MLST it may be a whole path.
    ///
    /// It is the server's claim, and may lead anywhere: `../../etc/passwd` is a name, too. For a
    /// file of one's own there is [`file_name`](Self::file_name).
    #[must_use]
    pub fn name(&self) -> &[u8] {
        let begin = self.facts.map_or(0, |end| end.saturating_add(1));
        self.line.get(begin..).unwrap_or_default()
    }

    /// The name as one under which a file can be made in a directory of one's own; `None` for
    /// names that would lead out of it on some system (`/`, `\`, `.`, `..`), for empty ones, and
    /// for those with control characters.
    ///
    /// ```
    /// use ftp_proto::data::Entry;
    ///
    /// assert_eq!(Entry::parse("type=file; a b").file_name(), Some(&b"a b"[..]));
    /// assert_eq!(Entry::parse("type=file; ../../etc/passwd").file_name(), None);
    /// ```
    #[must_use]
    pub fn file_name(&self) -> Option<&[u8]> {
        let name = self.name();
        let leads_out = |byte: &u8| matches!(byte, b'/' | b'\\') || byte.is_ascii_control();
        let is_safe = !matches!(name, b"" | b"." | b"..") && !name.iter().any(leads_out);
        is_safe.then_some(name)
    }

    /// The name as one that can be sent back.
    ///
    /// # Errors
    ///
    /// [`InvalidPath`] where it is empty, or holds what the protocol cannot carry.
    pub fn path(&self) -> Result<RemotePath, InvalidPath> {
        RemotePath::new(self.name())
    }

    /// The facts in the server's order, each with its value verbatim. A fact without a value
    /// (`Size;`) has an empty one, as `Size=;` has.
    pub fn facts(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        let facts = self.facts.and_then(|end| self.line.get(..end));
        let facts = facts.unwrap_or_default();
        facts
            .get(indentation(facts)..)
            .unwrap_or_default()
            .split(|byte| *byte == b';')
            .filter(|fact| !fact.is_empty())
            .map(|fact| {
                let mut parts = fact.splitn(2, |byte| *byte == b'=');
                let name = parts.next().unwrap_or_default();
                (name, parts.next().unwrap_or_default())
            })
    }

    /// The value of the fact of this name, in either case; the first where there are several.
    #[must_use]
    pub fn fact(&self, name: &str) -> Option<&[u8]> {
        self.facts()
            .find(|(found, _)| found.eq_ignore_ascii_case(name.as_bytes()))
            .map(|(_, value)| value)
    }

    /// Whether the line is no entry of RFC 3659: it has no place where facts end and a name begins,
    /// or nothing stands there, or the name ends with a CR, which may belong to the line end.
    ///
    /// ```
    /// use ftp_proto::data::Entry;
    ///
    /// assert!(!Entry::parse("type=file; a").is_malformed());
    /// for line in ["total 12", "type=file; ", "type=file; a\r"] {
    ///     assert!(Entry::parse(line).is_malformed());
    /// }
    /// ```
    #[must_use]
    pub fn is_malformed(&self) -> bool {
        self.facts.is_none() || matches!(self.name().last(), None | Some(b'\r'))
    }

    /// The line as it came.
    #[must_use]
    pub fn line(&self) -> &[u8] {
        &self.line
    }
}

/// Where the facts end and the blank before the name stands.
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

/// Whether `name=value;` stands here. After a blank it may be a name as well, so that less than this
/// is one.
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

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Entry({:?})", Escaped::new(&self.line))
    }
}
