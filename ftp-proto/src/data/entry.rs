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
    /// Facts end at the first `; `, and the name is all that stands behind it: further blanks, `;`
    /// and `=` belong to it. A blank within a value is one that the RFC does not allow, and
    /// Pure-FTPd sends (`type=OS.unix=slink:/a b;`). Where no `; ` is, as NcFTPd leaves out the
    /// last `;`, they end at the first blank. A line that has nothing but a name begins with the
    /// blank.
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
        facts
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

    /// Whether the line has no place where facts end and a name begins.
    #[must_use]
    pub fn is_malformed(&self) -> bool {
        self.facts.is_none()
    }

    /// The line as it came.
    #[must_use]
    pub fn line(&self) -> &[u8] {
        &self.line
    }
}

fn end_of_facts(line: &[u8]) -> Option<usize> {
    let blank = memchr::memchr(b' ', line)?;
    match line.get(..blank)? {
        [] => Some(blank),
        fact if memchr::memchr2(b'=', b';', fact).is_none() => None,
        _ => memmem::find(line, b"; ").map_or(Some(blank), |end| end.checked_add(1)),
    }
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Entry({:?})", Escaped::new(&self.line))
    }
}
