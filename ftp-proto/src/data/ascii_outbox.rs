//! Text on its way out.

use alloc::vec::Vec;
use core::fmt;

use super::AsciiEncoder;

/// Translated text that waits to be sent, for writers that are given text of any length and can
/// send as much as there is room for.
///
/// ```
/// use ftp_proto::data::AsciiOutbox;
///
/// let mut outbox = AsciiOutbox::new();
/// let (mut text, mut wire) = (&b"one\ntwo\n"[..], Vec::new());
/// while !text.is_empty() {
///     text = &text[outbox.fill(text)..];
///     while let [first, ..] = *outbox.unsent() {
///         wire.push(first);
///         outbox.advance(1);
///     }
/// }
/// assert_eq!(wire, b"one\r\ntwo\r\n");
/// ```
#[derive(Clone, Default)]
pub struct AsciiOutbox {
    encoder: AsciiEncoder,
    buffer: Vec<u8>,
    sent: usize,
}

/// How much text is translated at a time: what a socket takes in one go as a rule.
const TEXT: usize = 32 * 1024;

impl AsciiOutbox {
    /// Empty, at the beginning of a transfer.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes text, and says how many bytes of it; none while something is [unsent](Self::unsent).
    pub fn fill(&mut self, text: &[u8]) -> usize {
        if !self.unsent().is_empty() {
            return 0;
        }
        let text = text.get(..TEXT).unwrap_or(text);
        self.sent = 0;
        self.buffer.clear();
        // Nothing but line ends would be twice as long.
        self.buffer.resize(text.len().saturating_mul(2), 0);
        let encoded = self.encoder.encode(text, &mut self.buffer);
        self.buffer.truncate(encoded.written);
        encoded.consumed
    }

    /// What is to be sent.
    #[must_use]
    pub fn unsent(&self) -> &[u8] {
        self.buffer.get(self.sent..).unwrap_or_default()
    }

    /// Says that so many bytes of it were sent.
    pub fn advance(&mut self, sent: usize) {
        self.sent = self.sent.saturating_add(sent);
    }
}

impl fmt::Debug for AsciiOutbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AsciiOutbox")
            .field("unsent", &self.unsent().len())
            .finish_non_exhaustive()
    }
}
