//! A whole listing, collected.

use alloc::boxed::Box;
use alloc::vec::{self, Vec};
use core::ops::Deref;
use core::slice;

use super::entry::Entry;
use super::parser::Line;
use crate::error::{Error, ErrorKind};
use crate::options::ListingLimits;

/// The entries of a directory. It is a slice of [`Entry`].
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
    /// Makes an empty directory. It leaves out the entries of the directory itself and its parent.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            entries: Vec::new(),
            unparsed: Vec::new(),
            bytes: 0,
        }
    }

    /// Makes a directory of the lines of MLSD. The directory itself and its parent (`cdir` and
    /// `pdir`) are kept. A line without facts and a name is [unparsed](Self::unparsed).
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

    /// Returns the entries.
    #[must_use]
    pub fn entries(&self) -> &[Entry<'static>] {
        &self.entries
    }

    /// Returns the lines of no known dialect, and the beginnings of lines above the limit. Such a
    /// line may be an error message, such as `ls: x: Permission denied`. So if there are any, some
    /// entries may be missing.
    #[must_use]
    pub fn unparsed(&self) -> &[Box<[u8]>] {
        &self.unparsed
    }

    /// Adds a line. Noise, the directory itself and its parent are left out.
    ///
    /// # Errors
    /// [`TooLarge`](ErrorKind::TooLarge) above one of the limits.
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
            let why = "the listing has more lines or bytes than the limit: raise it by \
                       Options::with_listing_limits, or read entry by entry (`read_dir`)";
            return Err(Error::new(ErrorKind::TooLarge).with_source(why));
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
