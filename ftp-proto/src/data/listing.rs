//! A listing while it comes.

use alloc::vec::Vec;
use core::fmt;

use super::{LineSplitter, LineTooLong};

/// The lines of a listing, whose bytes the driver reads.
///
/// ```
/// use ftp_proto::data::Listing;
/// use std::io::Read as _;
///
/// let mut connection = &b"one\r\ntwo"[..];
/// let mut listing = Listing::new(1_024);
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
    buffer: Vec<u8>,
    begin: usize,
    end: usize,
    ended: bool,
}

/// How much of a listing is read at a time.
const ROOM: usize = 16 * 1024;

impl Listing {
    /// Of lines of up to this many bytes, line end included.
    #[must_use]
    pub fn new(longest: usize) -> Self {
        Self {
            splitter: LineSplitter::new(longest),
            buffer: alloc::vec![0; ROOM],
            begin: 0,
            end: 0,
            ended: false,
        }
    }

    /// The next line of what has come, without its line end. `None` says that there is none: after
    /// the [end](Self::has_ended) there is no other.
    ///
    /// # Errors
    /// [`LineTooLong`], as soon as a line cannot end within the limit.
    pub fn next_line(&mut self) -> Result<Option<Vec<u8>>, LineTooLong> {
        let mut rest = self.buffer.get(self.begin..self.end).unwrap_or_default();
        let line = self.splitter.next_line(&mut rest)?.map(<[u8]>::to_vec);
        self.begin = self.end.saturating_sub(rest.len());
        match line {
            None if self.ended => self.splitter.finish(),
            line => Ok(line),
        }
    }

    /// Where the next bytes are to be read into, once there is no line in what has come.
    pub fn space(&mut self) -> &mut [u8] {
        (self.begin, self.end) = (0, 0);
        &mut self.buffer
    }

    /// This many bytes came into [`space`](Self::space); 0 is the end.
    pub fn filled(&mut self, bytes: usize) {
        self.end = bytes.min(self.buffer.len());
        self.ended = bytes == 0;
    }

    /// Whether all has come.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        self.ended
    }
}

impl fmt::Debug for Listing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Listing")
            .field("splitter", &self.splitter)
            .field("waiting", &self.end.saturating_sub(self.begin))
            .field("ended", &self.ended)
            .finish_non_exhaustive()
    }
}
