//! Reads the lines of a listing, while its bytes arrive on the data connection.

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
    /// How many bytes of blank lines were skipped since the last line that was returned.
    blank: usize,
    /// How many lines ended with CR CR LF. Both CRs were removed from them, because GridFTP servers
    /// end every line in this way.
    shortened: usize,
    /// Whether a line ended with CR LF or LF. If so, CR CR LF is not this server's line end: the
    /// second CR that was removed from earlier lines is part of their names.
    uneven: bool,
    buffer: Vec<u8>,
    begin: usize,
    end: usize,
    ended: bool,
}

/// What the lines of a listing contain. The kind decides which blank lines are skipped, and which
/// CRs are removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineKind {
    /// Lines of a text file. Blank lines are returned too, and only the CR of a CRLF is removed.
    Text,
    /// File names, from NLST. Empty lines are skipped, because ftp-srv sends one for an empty
    /// directory.
    Name,
    /// Entries of a directory, from LIST or MLSD. Lines that are empty or hold only blanks are
    /// skipped.
    Entry,
}

/// The size of the buffer for a listing, in bytes: one read fills at most this.
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

    /// Returns the next line of the bytes that have come, without its line end. `None` if they hold
    /// no complete line. After the [end](Self::has_ended), `None` means that all lines were
    /// returned.
    ///
    /// GridFTP servers end lines with CR CR LF. As long as every line ends in this way, both CRs
    /// are removed. After the first line with another end, only one CR is removed from each line;
    /// see [`shortened`](Self::shortened).
    ///
    /// # Errors
    /// [`LineTooLong`], as soon as it is certain that a line is longer than the limit, or that
    /// several skipped blank lines in a row are together longer than the limit.
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

    /// Returns how many lines, from the first one on, have lost a CR that belongs to their name. As
    /// long as all lines end with CR CR LF, the result is 0, because the second CR is then part of
    /// the line end. After a line with another end, the result is the number of lines before that
    /// line.
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
            // The listing ended in the middle of this line, so the line does not show how the
            // server ends lines.
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

    /// Returns the buffer into which you read the next bytes of the data connection. Call this
    /// method after [`next_line`](Self::next_line) has returned `None`.
    pub fn space(&mut self) -> &mut [u8] {
        (self.begin, self.end) = (0, 0);
        &mut self.buffer
    }

    /// Notes that the first `bytes` bytes of [`space`](Self::space) have come from the server. 0
    /// means that the listing has ended.
    pub fn filled(&mut self, bytes: usize) {
        self.end = bytes.min(self.buffer.len());
        self.ended = bytes == 0;
    }

    /// Returns whether the data of the listing has ended.
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
