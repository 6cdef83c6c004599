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
/// assert_eq!(ahead.filled(count, &mut buffer, |bytes| bytes.len()), 4);
/// assert_eq!(&buffer, b"some");
/// assert_eq!(ahead.waiting(), b" bytes");
/// assert_eq!(ahead.take(&mut buffer), 4);
/// ahead.consume(1);
/// assert_eq!(ahead.waiting(), b"s");
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Default)]
pub struct ReadAhead {
    buffer: Vec<u8>,
    begin: usize,
    end: usize,
    /// Whether the last bytes that have come have filled the buffer.
    is_full: bool,
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
        self.consume(count);
        count
    }

    /// Removes the first `count` bytes from [`waiting`](Self::waiting), because the reader has used
    /// them.
    pub fn consume(&mut self, count: usize) {
        self.begin = self.begin.saturating_add(count).min(self.end);
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
            _ if self.is_full => MOST,
            room => room,
        };
        self.buffer.resize(grown, 0);
        (self.begin, self.end) = (0, 0);
        &mut self.buffer
    }

    /// Notes that `bytes` bytes have come into [`space`](Self::space). `translate` gets them,
    /// translates them in place, and returns how many bytes at the start are for the reader:
    /// [`DataPhase::received`](super::DataPhase::received). Returns how many bytes are now at the
    /// start of the reader's buffer. The others wait for [`take`](Self::take).
    pub fn filled(
        &mut self,
        bytes: usize,
        reader: &mut [u8],
        translate: impl FnOnce(&mut [u8]) -> usize,
    ) -> usize {
        let into = if reader.len() >= ENOUGH {
            &mut *reader
        } else {
            &mut self.buffer
        };
        let came = into.get_mut(..bytes).unwrap_or_default();
        let count = translate(came);
        if reader.len() >= ENOUGH {
            return count;
        }
        self.is_full = bytes >= self.buffer.len();
        self.end = count.min(self.buffer.len());
        self.take(reader)
    }

    /// Notes that the data has ended. `last` are the last bytes for the reader, which then
    /// [wait](Self::waiting). Frees the buffer.
    pub fn end(&mut self, last: &[u8]) {
        *self = Self {
            buffer: last.to_vec(),
            end: last.len(),
            ..Self::default()
        };
    }
}

impl fmt::Debug for ReadAhead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReadAhead")
            .field("waiting", &self.waiting().len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec;
    use alloc::vec::Vec;
    use std::io::Read as _;

    use proptest::prelude::*;

    use super::{FIRST, MOST, ReadAhead};
    use crate::data::AsciiDecoder;

    /// How a reader takes bytes: into a buffer of this size, or from the waiting ones, this many.
    fn ways() -> impl Strategy<Value = (bool, usize)> {
        (
            any::<bool>(),
            prop_oneof![1..20_usize, 60_000..70_000_usize],
        )
    }

    proptest! {
        /// Whether bytes are taken by `take` or used in place: none is lost, doubled or overtaken,
        /// and each is translated once.
        #[test]
        fn each_byte_is_translated_once_and_comes_in_order(
            ways in prop::collection::vec(ways(), 1..40),
            length in 0..300_000_usize,
        ) {
            let wire = b"a\r\nb\rc\r\r\n".iter().copied().cycle().take(length);
            let wire: Vec<u8> = wire.collect();
            let mut expected = wire.clone();
            let mut decoder = AsciiDecoder::new();
            let decoded = decoder.decode(&mut expected);
            expected.truncate(decoded);

            let (mut ahead, mut decoder) = (ReadAhead::default(), AsciiDecoder::new());
            let (mut rest, mut text) = (&wire[..], Vec::new());
            for (copies, size) in ways.iter().cycle() {
                let mut buffer = vec![0; if *copies { *size } else { 0 }];
                let mut count = ahead.take(&mut buffer);
                if ahead.waiting().is_empty() && count == 0 {
                    let came = rest.read(ahead.space(&mut buffer)).unwrap_or(0);
                    if came == 0 {
                        break;
                    }
                    count = ahead.filled(came, &mut buffer, |bytes| decoder.decode(bytes));
                }
                buffer.truncate(count);
                text.append(&mut buffer);
                if !copies {
                    text.extend(ahead.waiting().iter().take(*size));
                    ahead.consume(*size);
                }
            }
            prop_assert_eq!(text, expected);
        }
    }

    #[test]
    fn a_small_file_needs_a_small_buffer_and_a_large_one_is_freed_at_the_end() {
        let mut ahead = ReadAhead::default();
        assert_eq!(ahead.space(&mut [0; 8]).len(), FIRST);
        ahead.filled(FIRST - 1, &mut [], |bytes| bytes.len());
        ahead.consume(FIRST);
        assert_eq!(ahead.space(&mut []).len(), FIRST);
        // The translation makes the text shorter, but the buffer was full.
        ahead.filled(FIRST, &mut [], |bytes| bytes.len() / 2);
        assert_eq!(ahead.waiting().len(), FIRST / 2);
        ahead.consume(FIRST);
        assert_eq!(ahead.space(&mut []).len(), MOST);
        ahead.end(b"\r");
        assert_eq!((ahead.waiting(), ahead.buffer.capacity()), (&b"\r"[..], 1));
    }
}
