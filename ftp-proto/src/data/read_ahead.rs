//! Reading ahead, for readers with small buffers.

use alloc::vec::Vec;
use core::fmt;

/// A buffer between a data connection and a reader who asks for little at a time.
///
/// ```
/// use ftp_proto::data::Ahead;
/// use std::io::Read as _;
///
/// let mut connection = &b"some bytes"[..];
/// let mut ahead = Ahead::default();
/// let mut buffer = [0; 4];
/// let count = connection.read(ahead.space(&mut buffer))?;
/// assert_eq!(ahead.filled(count, &mut buffer), 4);
/// assert_eq!(&buffer, b"some");
/// assert_eq!(ahead.waiting(), b" bytes");
/// assert_eq!(ahead.take(&mut buffer), 4);
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Default)]
pub struct Ahead {
    buffer: Vec<u8>,
    begin: usize,
    end: usize,
}

/// Room at first: a small file costs no more than it needs.
const FIRST: usize = 16 * 1024;

/// Room once that was filled. A GiB in pieces of 8 KiB, as `io::copy` asks for them, takes a
/// third less CPU than without, copy included; 64 KiB took more, and 512 KiB no less.
const MOST: usize = 256 * 1024;

/// A reader with this much room reads as well without us.
const ENOUGH: usize = 64 * 1024;

impl Ahead {
    /// What has come and was not asked for yet.
    pub fn waiting(&self) -> &[u8] {
        self.buffer.get(self.begin..self.end).unwrap_or_default()
    }

    /// Moves what is waiting to the front of this buffer, as far as it goes.
    pub fn take(&mut self, into: &mut [u8]) -> usize {
        let waiting = self.waiting();
        let count = waiting.len().min(into.len());
        if let (Some(from), Some(to)) = (waiting.get(..count), into.get_mut(..count)) {
            to.copy_from_slice(from);
        }
        self.begin = self.begin.saturating_add(count);
        count
    }

    /// Where the next bytes are to be read into, once nothing is waiting: room of ours, or the
    /// reader's own buffer where that has 64 KiB and more.
    pub fn space<'a>(&'a mut self, reader: &'a mut [u8]) -> &'a mut [u8] {
        if reader.len() >= ENOUGH {
            return reader;
        }
        let grown = match self.buffer.len() {
            0 => FIRST,
            room if self.end == room => MOST,
            room => room,
        };
        self.buffer.resize(grown, 0);
        (self.begin, self.end) = (0, 0);
        &mut self.buffer
    }

    /// This many bytes came into [`space`](Self::space); says how many of them are now at the
    /// front of the reader's buffer.
    pub fn filled(&mut self, bytes: usize, reader: &mut [u8]) -> usize {
        if reader.len() >= ENOUGH {
            return bytes;
        }
        self.end = bytes.min(self.buffer.len());
        self.take(reader)
    }
}

impl fmt::Debug for Ahead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ahead")
            .field("waiting", &self.waiting().len())
            .finish_non_exhaustive()
    }
}
