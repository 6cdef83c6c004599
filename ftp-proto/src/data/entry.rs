//! One line of MLSD or MLST (RFC 3659, section 7.2).

use crate::path::{InvalidPath, RemotePath};
use crate::wire::Escaped;
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;
use memchr::memmem;

/// What MLSD or MLST says about one file: facts, and a name.
///
/// The line is kept as it came. It is split by the grammar, but the facts are not interpreted: that
/// is up to you. Facts may come in any order and more than once. Facts that the RFC does not define
/// are included.
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
    /// How many bytes of facts there are before the blank. `None` if there are no facts.
    facts: Option<usize>,
}

impl Entry {
    /// Reads one line, without its line end. It accepts every line, and drops no byte.
    ///
    /// Blanks and tabs may precede the facts. The facts end at the first `; `, and everything after
    /// it is the name, with any further blanks, `;` and `=`. So a value may hold a blank; the RFC
    /// forbids this, but Pure-FTPd sends it (`type=OS.unix=slink:/a b;`). If there is no `; `,
    /// because NcFTPd leaves out the last `;`, the facts end at the first blank. A line with only a
    /// name begins with a blank.
    ///
    /// Any other line, such as an error of `ls` or a line of LIST, is taken as a name, and is
    /// [malformed](Self::is_malformed).
    #[must_use]
    pub fn parse(line: impl Into<Vec<u8>>) -> Self {
        let line = line.into().into_boxed_slice();
        let facts = end_of_facts(&line);
        Self { line, facts }
    }

    /// Returns the name, byte for byte. It may be empty, and in MLST it may be a whole path.
    ///
    /// The server chooses the name, so it may lead anywhere: `../../etc/passwd` is a possible name.
    /// If you want to make a local file, use [`file_name`](Self::file_name).
    #[must_use]
    pub fn name(&self) -> &[u8] {
        let begin = self.facts.map_or(0, |end| end.saturating_add(1));
        self.line.get(begin..).unwrap_or_default()
    }

    /// Returns the name, if you can safely make a file of this name in a local directory. `None`
    /// for names that would lead out of the directory on some system (`/`, `\`, `.`, `..`), for
    /// empty names, and for names with control characters.
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

    /// Returns the name as a path that you can send back.
    ///
    /// # Errors
    ///
    /// [`InvalidPath`] if the name is empty, or holds a byte that FTP cannot carry.
    pub fn path(&self) -> Result<RemotePath, InvalidPath> {
        RemotePath::new(self.name())
    }

    /// Returns the facts in the server's order, each with its value as it came. A fact without a
    /// value (`Size;`) has an empty value, like `Size=;`.
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

    /// Returns the value of the first fact with this name, in upper or lower case.
    #[must_use]
    pub fn fact(&self, name: &str) -> Option<&[u8]> {
        self.facts()
            .find(|(found, _)| found.eq_ignore_ascii_case(name.as_bytes()))
            .map(|(_, value)| value)
    }

    /// Returns whether the line is not an entry of RFC 3659: the facts have no end, the name is
    /// empty, or the name ends with a CR, which may belong to the line end.
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

    /// Returns the line as it came.
    #[must_use]
    pub fn line(&self) -> &[u8] {
        &self.line
    }
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

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Entry({:?})", Escaped::new(&self.line))
    }
}
