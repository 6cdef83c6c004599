//! A whole listing in memory: its entries, and the lines that no dialect could read.

use alloc::boxed::Box;
use alloc::vec::{self, Vec};
use core::ops::Deref;
use core::slice;

use super::entry::Entry;
use super::modified::Modified;
use super::parser::{Line, Parser};
use crate::error::{Error, ErrorKind};
use crate::options::ListingLimits;
use crate::remedy::Remedy;
use crate::wire::Reply;

/// The entries of a directory. You can use it as a slice of [`Entry`].
///
/// ```
/// use ftp_proto::ListingLimits;
/// use ftp_proto::listing::{Directory, Parser};
///
/// let mut parser = Parser::new();
/// let mut directory = Directory::new();
/// let mut bytes = &b"total 1\n-rw-r--r-- 1 0 0 5 2026-11-27 10:00 a\nls: b: forbidden\n"[..];
/// while let Some(line) = parser.next_line(&mut bytes) {
///     directory.push(line, &ListingLimits::default())?;
/// }
/// assert_eq!(directory.len(), 1);
/// assert_eq!(*directory.unparsed()[0], *b"ls: b: forbidden");
/// # Ok::<(), ftp_proto::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Directory {
    entries: Vec<Entry<'static>>,
    unparsed: Vec<Box<[u8]>>,
    bytes: usize,
}

impl Directory {
    /// Makes an empty directory. [`push`](Self::push) adds the lines of a listing, except `.` and
    /// `..`.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            entries: Vec::new(),
            unparsed: Vec::new(),
            bytes: 0,
        }
    }

    /// Makes a directory of the lines of MLSD. It keeps the entries of the listed directory itself
    /// and of its parent (`cdir` and `pdir`). A line that is no entry, or has an empty name, is
    /// [unparsed](Self::unparsed).
    pub fn from_facts(lines: impl IntoIterator<Item = Vec<u8>>) -> Self {
        let mut directory = Self::new();
        for line in lines {
            match Entry::from_facts(&line).filter(|entry| !entry.name().is_empty()) {
                Some(entry) => directory.entries.push(entry.into_owned()),
                None => directory.unparsed.push(line.into_boxed_slice()),
            }
        }
        directory
    }

    /// Makes a directory of a reply to STAT with a path. The first and the last line of such a
    /// reply are not part of the listing. The entries `.` and `..` are left out.
    ///
    /// # Errors
    /// [`TooLarge`](ErrorKind::TooLarge) if the listing has more lines or bytes than `limits`
    /// allow.
    ///
    /// ```
    /// use ftp_proto::ListingLimits;
    /// use ftp_proto::listing::{Directory, Parser};
    /// use ftp_proto::wire::Reply;
    ///
    /// let reply = b"213-Status follows:\r\n\
    ///     -rw-r--r--    1 0        0               5 Jan 01  2026 notes.txt\r\n\
    ///     213 End of status\r\n";
    /// let reply = Reply::parse(reply).unwrap();
    /// let limits = ListingLimits::default();
    /// let directory = Directory::from_status(&reply, Parser::new(), &limits)?;
    /// assert_eq!(directory[0].name(), b"notes.txt");
    /// # Ok::<(), ftp_proto::Error>(())
    /// ```
    pub fn from_status(
        reply: &Reply,
        mut parser: Parser,
        limits: &ListingLimits,
    ) -> Result<Self, Error> {
        let mut directory = Self::new();
        let mut lines = reply.text_lines().skip(1).peekable();
        while let Some(line) = lines.next() {
            if lines.peek().is_none() {
                break;
            }
            for mut bytes in [line, b"\n"] {
                while let Some(line) = parser.next_line(&mut bytes) {
                    directory.push(line, limits)?;
                }
            }
        }
        while let Some(line) = parser.finish() {
            directory.push(line, limits)?;
        }
        directory.resolve_dates(&parser);
        Ok(directory)
    }

    /// Returns the entries.
    #[must_use]
    pub fn entries(&self) -> &[Entry<'static>] {
        &self.entries
    }

    /// Returns the lines that are of no known dialect, and the first bytes of each line that is
    /// longer than the parser's limit. Such a line may be an error message, such as `ls: x:
    /// Permission denied`, or an entry that is missing here.
    #[must_use]
    pub fn unparsed(&self) -> &[Box<[u8]>] {
        &self.unparsed
    }

    /// Adds a line. Leaves out lines that name no file (headings, totals), `.` and `..`.
    ///
    /// # Errors
    /// [`TooLarge`](ErrorKind::TooLarge) if the listing then has more lines or bytes than `limits`
    /// allow.
    pub fn push(&mut self, line: Line<'_>, limits: &ListingLimits) -> Result<(), Error> {
        let bytes = match &line {
            Line::Noise(_) => return Ok(()),
            Line::Entry(entry) if entry.is_dot() => return Ok(()),
            Line::Entry(entry) => entry.raw().len(),
            Line::Unparsed(line) | Line::Cut(line) => line.len(),
        };
        self.bytes = self.bytes.saturating_add(bytes);
        let lines = self.entries.len().saturating_add(self.unparsed.len());
        if lines >= limits.lines || self.bytes > limits.bytes {
            return Err(Error::new(ErrorKind::TooLarge)
                .with_source("the listing has more lines or bytes than the limit")
                .with_remedy(Remedy::ListingLimits));
        }
        match line {
            Line::Entry(entry) => self.entries.push(entry.into_owned()),
            Line::Unparsed(line) | Line::Cut(line) => {
                self.unparsed.push(line.into_owned().into_boxed_slice());
            }
            Line::Noise(_) => {}
        }
        Ok(())
    }

    /// Reads dates such as `03-04-26` a second time, because a later line of the listing may have
    /// shown whether the day or the month comes first. Call this method after the last line, with
    /// the parser that has read the lines.
    pub fn resolve_dates(&mut self, parser: &Parser) {
        let is_open = |entry: &Entry<'_>| entry.modified().is_some_and(Modified::is_order_assumed);
        for entry in self.entries.iter_mut().filter(|entry| is_open(entry)) {
            if let Some(modified) = parser.date_again(entry) {
                entry.set_modified(modified);
            }
        }
    }
}

impl Deref for Directory {
    type Target = [Entry<'static>];

    fn deref(&self) -> &Self::Target {
        &self.entries
    }
}

impl IntoIterator for Directory {
    type Item = Entry<'static>;
    type IntoIter = vec::IntoIter<Entry<'static>>;

    fn into_iter(self) -> Self::IntoIter {
        self.entries.into_iter()
    }
}

impl<'a> IntoIterator for &'a Directory {
    type Item = &'a Entry<'static>;
    type IntoIter = slice::Iter<'a, Entry<'static>>;

    fn into_iter(self) -> Self::IntoIter {
        self.entries.iter()
    }
}
