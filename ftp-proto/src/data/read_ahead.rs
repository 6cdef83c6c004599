//! A buffer that reads ahead on a data connection, for programs that read a few bytes at a time.

use alloc::vec::Vec;
use core::fmt;

/// A buffer between a data connection and a reader that reads a few bytes at a time.
///
/// ```
/// use ftp_proto::data::ReadAhead;
/// use std::io::Read as _;
///
/// let mut connection = &b"some bytes"[..];
/// let mut ahead = ReadAhead::default();
/// let mut buffer = [0; 4];
/// let count = connection.read(ahead.space(&mut buffer))?;
/// assert_eq!(ahead.filled(count, &mut buffer), 4);
/// assert_eq!(&buffer, b"some");
/// assert_eq!(ahead.waiting(), b" bytes");
/// assert_eq!(ahead.take(&mut buffer), 4);
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Default)]
pub struct ReadAhead {
    buffer: Vec<u8>,
    begin: usize,
    end: usize,
}

/// The first size of the buffer, in bytes. It is small, so that a small file needs little memory.
const FIRST: usize = 16 * 1024;

/// The size of the buffer, in bytes, after it was filled once. If a program reads a GiB in pieces
/// of 8 KiB, as `io::copy` does, this buffer saves a third of the CPU time, although it adds one
/// copy of each byte. With 64 KiB the program took more CPU time, and with 512 KiB no less.
const MOST: usize = 256 * 1024;

/// If the reader's own buffer has at least this many bytes, the data goes directly into that
/// buffer, without a copy.
const ENOUGH: usize = 64 * 1024;

impl ReadAhead {
    /// Returns the bytes that have come from the server and that the reader has not taken yet.
    pub fn waiting(&self) -> &[u8] {
        self.buffer.get(self.begin..self.end).unwrap_or_default()
    }

    /// Copies waiting bytes to the start of `into`, as many as fit, and removes them here. Returns
    /// how many bytes were copied.
    pub fn take(&mut self, into: &mut [u8]) -> usize {
        let waiting = self.waiting();
        let count = waiting.len().min(into.len());
        if let (Some(from), Some(to)) = (waiting.get(..count), into.get_mut(..count)) {
            to.copy_from_slice(from);
        }
        self.begin = self.begin.saturating_add(count);
        count
    }

    /// Returns the buffer into which to read the next bytes. Call this method when no bytes are
    /// waiting. It returns the inner buffer, or the reader's own buffer if that has at least 64
    /// KiB.
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

    /// Notes that `bytes` bytes have come into [`space`](Self::space). Returns how many of them are
    /// now at the start of the reader's buffer. The others wait for [`take`](Self::take).
    pub fn filled(&mut self, bytes: usize, reader: &mut [u8]) -> usize {
        if reader.len() >= ENOUGH {
            return bytes;
        }
        self.end = bytes.min(self.buffer.len());
        self.take(reader)
    }
}

impl fmt::Debug for ReadAhead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReadAhead")
            .field("waiting", &self.waiting().len())
            .finish_non_exhaustive()
    }
}
