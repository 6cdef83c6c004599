//! Reads the lines of a listing while its bytes arrive.

use alloc::vec::Vec;
use core::fmt;

use super::{LineSplitter, LineTooLong};

/// The lines of a listing. The driver reads the bytes from the data connection.
///
/// ```
/// use ftp_proto::data::{LineKind, Listing};
/// use std::io::Read as _;
///
/// let mut connection = &b"one\r\n\r\ntwo"[..];
/// let mut listing = Listing::new(LineKind::Name, 1_024);
/// let mut names = Vec::new();
/// while !listing.has_ended() {
///     let count = connection.read(listing.space())?;
///     listing.filled(count);
///     while let Some(name) = listing.next_line()? {
///         names.push(name);
///     }
/// }
/// assert_eq!(names, [&b"one"[..], b"two"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Listing {
    splitter: LineSplitter,
    kind: LineKind,
    longest: usize,
    /// How many bytes of blank lines have come since the last line that counts.
    blank: usize,
    /// How many lines ended with CR CR LF and have lost the second CR, because GridFTP servers end
    /// every line in this way.
    shortened: usize,
    /// Whether a line ended with CR LF or LF. If so, CR CR LF is not this server's line end, and the
    /// second CR that earlier lines have lost was part of their names.
    uneven: bool,
    buffer: Vec<u8>,
    begin: usize,
    end: usize,
    ended: bool,
}

/// What the lines of a listing are. This decides which blank lines and CRs are removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineKind {
    /// Lines of a text. Blank lines are returned, and only the CR of a CRLF is removed.
    Text,
    /// Names, from NLST. Empty lines are skipped, because ftp-srv sends one for an empty directory.
    Name,
    /// Entries, from LIST or MLSD. Lines of blanks only are skipped.
    Entry,
}

/// How many bytes of a listing are read at a time.
const ROOM: usize = 16 * 1024;

impl Listing {
    /// Makes a listing of this kind. A line may have up to `longest` bytes, including its line end.
    #[must_use]
    pub fn new(kind: LineKind, longest: usize) -> Self {
        Self {
            splitter: LineSplitter::new(longest),
            kind,
            longest,
            blank: 0,
            shortened: 0,
            uneven: false,
            buffer: alloc::vec![0; ROOM],
            begin: 0,
            end: 0,
            ended: false,
        }
    }

    /// Returns the next line of the bytes that have come, without its line end. `None` if there is
    /// no complete line. After the [end](Self::has_ended), `None` means that all lines were
    /// returned.
    ///
    /// GridFTP servers end lines with CR CR LF. The second CR is removed too, until a line comes
    /// that has none; see [`shortened`](Self::shortened).
    ///
    /// # Errors
    /// [`LineTooLong`], as soon as it is certain that a line is longer than the limit. Skipped
    /// blank lines count against the limit of the next line.
    pub fn next_line(&mut self) -> Result<Option<Vec<u8>>, LineTooLong> {
        loop {
            match self.next_of_any_kind()? {
                Some(line) if self.is_blank(&line) => {
                    let line = line.len().saturating_add(1);
                    self.blank = self.blank.saturating_add(line);
                    if self.blank > self.longest {
                        let limit = self.longest;
                        return Err(LineTooLong { limit });
                    }
                }
                Some(line) => {
                    self.blank = 0;
                    return Ok(Some(self.without_second_cr(line)));
                }
                None => return Ok(None),
            }
        }
    }

    /// Returns how many of the first lines have lost a CR that belongs to their name. As long as
    /// all lines end with CR CR LF, it is 0, because the second CR is then part of the line end. A
    /// line without a second CR shows that the CRs before belong to the names.
    #[must_use]
    pub fn shortened(&self) -> usize {
        if self.uneven { self.shortened } else { 0 }
    }

    fn is_blank(&self, line: &[u8]) -> bool {
        let blank = |byte: &u8| match self.kind {
            LineKind::Text => false,
            LineKind::Name => *byte == b'\r',
            LineKind::Entry => matches!(byte, b' ' | b'\t' | b'\r'),
        };
        self.kind != LineKind::Text && line.iter().all(blank)
    }

    fn without_second_cr(&mut self, mut line: Vec<u8>) -> Vec<u8> {
        if self.ended {
            // The last line has no line end, so it does not show how the server ends lines.
            return line;
        }
        let may_go = self.kind != LineKind::Text && !self.uneven;
        if may_go && line.last() == Some(&b'\r') {
            line.pop();
            self.shortened = self.shortened.saturating_add(1);
        } else {
            self.uneven = true;
        }
        line
    }

    fn next_of_any_kind(&mut self) -> Result<Option<Vec<u8>>, LineTooLong> {
        let mut rest = self.buffer.get(self.begin..self.end).unwrap_or_default();
        let line = self.splitter.next_line(&mut rest)?.map(<[u8]>::to_vec);
        self.begin = self.end.saturating_sub(rest.len());
        match line {
            None if self.ended => self.splitter.finish(),
            line => Ok(line),
        }
    }

    /// Returns the buffer into which the driver reads the next bytes, after
    /// [`next_line`](Self::next_line) has returned `None`.
    pub fn space(&mut self) -> &mut [u8] {
        (self.begin, self.end) = (0, 0);
        &mut self.buffer
    }

    /// Takes note that this many bytes came into [`space`](Self::space). 0 means that the listing
    /// has ended.
    pub fn filled(&mut self, bytes: usize) {
        self.end = bytes.min(self.buffer.len());
        self.ended = bytes == 0;
    }

    /// Returns whether the listing has ended.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        self.ended
    }
}

impl fmt::Debug for Listing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Listing")
            .field("splitter", &self.splitter)
            .field("kind", &self.kind)
            .field("waiting", &self.end.saturating_sub(self.begin))
            .field("ended", &self.ended)
            .finish_non_exhaustive()
    }
}
