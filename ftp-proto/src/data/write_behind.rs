//! A buffer that gathers small writes to a data connection, so that they leave together.

use alloc::vec::Vec;
use core::fmt;

/// A buffer between a writer that writes a few bytes at a time and a data connection. Under TLS it
/// makes full records, and in clear text it saves system calls.
///
/// The driver owes the server every byte that it has gathered here: it must send all of them before
/// it ends the upload.
///
/// ```
/// use ftp_proto::data::WriteBehind;
///
/// let mut behind = WriteBehind::default();
/// assert_eq!(behind.gather(b"some bytes"), 10);
/// assert!(!behind.is_due());
/// assert_eq!(behind.unsent(), b"some bytes");
/// behind.advance(5); // the connection has taken 5 bytes
/// assert!(behind.is_due());
/// assert_eq!(behind.gather(b"more"), 0); // first send the rest
/// behind.advance(5);
/// // Many bytes go directly to the connection.
/// assert_eq!(behind.gather(&[0; 100_000]), 0);
/// ```
#[derive(Default)]
pub struct WriteBehind {
    /// The buffer is made by the first small write.
    buffer: Vec<u8>,
    sent: usize,
}

/// How many bytes are gathered before they are sent: 64 KiB, which are four full TLS records.
const FULL: usize = 64 * 1024;

/// If nothing is gathered and the writer has at least this many bytes, they go directly to the
/// connection, without a copy. It is less than [`FULL`], because a connection often takes only a
/// part of a large write, and the rest should not be copied either.
const ENOUGH: usize = 32 * 1024;

impl WriteBehind {
    /// Copies bytes from the start of `bytes` into the buffer, and returns how many. Returns 0 for
    /// many bytes if nothing is gathered: send them directly. Also returns 0 if the gathered bytes
    /// [must be sent](Self::is_due) first.
    pub fn gather(&mut self, bytes: &[u8]) -> usize {
        let direct = self.buffer.is_empty() && bytes.len() >= ENOUGH;
        if direct || self.is_due() {
            return 0;
        }
        let room = FULL.saturating_sub(self.buffer.len());
        let bytes = bytes.get(..room).unwrap_or(bytes);
        self.buffer.extend_from_slice(bytes);
        bytes.len()
    }

    /// Returns whether the gathered bytes must be sent before more can be gathered: the buffer is
    /// full, or a part of it was sent.
    #[must_use]
    pub fn is_due(&self) -> bool {
        self.sent > 0 || self.buffer.len() >= FULL
    }

    /// Returns the gathered bytes that are still to be sent.
    #[must_use]
    pub fn unsent(&self) -> &[u8] {
        self.buffer.get(self.sent..).unwrap_or_default()
    }

    /// Removes the first `sent` bytes from [`unsent`](Self::unsent), because they were sent.
    pub fn advance(&mut self, sent: usize) {
        self.sent = self.sent.saturating_add(sent).min(self.buffer.len());
        if self.sent == self.buffer.len() {
            self.buffer.clear();
            self.sent = 0;
        }
    }
}

impl fmt::Debug for WriteBehind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WriteBehind")
            .field("unsent", &self.unsent().len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use proptest::prelude::*;

    use super::{ENOUGH, FULL, WriteBehind};

    /// Sends `most` of the gathered bytes, as a connection that takes only so many.
    fn send(behind: &mut WriteBehind, most: usize, wire: &mut Vec<u8>) {
        let unsent = behind.unsent();
        let piece = unsent.get(..most).unwrap_or(unsent).to_vec();
        behind.advance(piece.len());
        wire.extend(piece);
    }

    proptest! {
        /// Whatever the sizes of writes and sends are: no byte is lost or doubled or overtaken.
        #[test]
        fn each_byte_that_was_gathered_leaves_once_and_in_order(
            writes in prop::collection::vec((0..2 * FULL, 1..2 * FULL), 1..20)
        ) {
            let total = writes.iter().map(|(length, _)| *length).sum();
            let all: Vec<u8> = (0..251).cycle().take(total).collect();
            let (mut behind, mut wire, mut rest) = (WriteBehind::default(), Vec::new(), &all[..]);
            for (length, most) in writes {
                let (mut bytes, later) = rest.split_at(length);
                rest = later;
                while !bytes.is_empty() {
                    let taken = behind.gather(bytes);
                    bytes = bytes.split_at(taken).1;
                    prop_assert!(behind.unsent().len() <= FULL);
                    if behind.is_due() {
                        send(&mut behind, most, &mut wire);
                    } else if taken == 0 {
                        prop_assert!(behind.unsent().is_empty() && bytes.len() >= ENOUGH);
                        let (direct, left) = bytes.split_at(most.min(bytes.len()));
                        wire.extend_from_slice(direct);
                        bytes = left;
                    }
                }
            }
            send(&mut behind, usize::MAX, &mut wire);
            prop_assert!(wire == all, "{} of {} bytes", wire.len(), all.len());
        }
    }

    #[test]
    fn small_writes_leave_in_full_buffers() {
        let mut behind = WriteBehind::default();
        let mut sends = Vec::new();
        while sends.len() < 10 {
            behind.gather(&[7; 10_000]);
            if behind.is_due() {
                sends.push(behind.unsent().len());
                behind.advance(usize::MAX);
            }
        }
        assert_eq!(sends, [FULL; 10]);
    }

    #[test]
    fn nothing_is_allocated_before_the_first_small_write() {
        let mut behind = WriteBehind::default();
        assert_eq!(behind.gather(&[7; ENOUGH]), 0);
        assert_eq!(behind.buffer.capacity(), 0);
        assert_eq!(behind.gather(b"few"), 3);
        assert!(behind.buffer.capacity() < 100);
    }
}
