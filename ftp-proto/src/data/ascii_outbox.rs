//! A buffer for an upload as text: it holds translated bytes that are still to be sent.

use alloc::vec::Vec;
use core::fmt;

use super::AsciiEncoder;

/// A buffer for translated text. If the socket takes only a part of the text, the rest stays in
/// this buffer until it is sent.
#[derive(Clone, Default)]
pub(super) struct AsciiOutbox {
    encoder: AsciiEncoder,
    buffer: Vec<u8>,
    sent: usize,
}

/// The most bytes of text that are translated at a time. A socket takes about as many at once.
const TEXT: usize = 32 * 1024;

impl AsciiOutbox {
    /// Makes an empty outbox for the start of a transfer.
    #[must_use]
    pub(super) fn new() -> Self {
        Self::default()
    }

    /// Translates the start of `text`, and returns how many bytes of `text` were translated.
    /// Returns 0 and translates nothing if earlier bytes are still [unsent](Self::unsent).
    pub(super) fn fill(&mut self, text: &[u8]) -> usize {
        if !self.unsent().is_empty() {
            return 0;
        }
        let text = text.get(..TEXT).unwrap_or(text);
        self.sent = 0;
        self.buffer.clear();
        // A text of nothing but line ends becomes twice as long, since each LF becomes CRLF.
        self.buffer.resize(text.len().saturating_mul(2), 0);
        let encoded = self.encoder.encode(text, &mut self.buffer);
        self.buffer.truncate(encoded.written);
        encoded.consumed
    }

    /// Returns the translated bytes that are still to be sent.
    #[must_use]
    pub(super) fn unsent(&self) -> &[u8] {
        self.buffer.get(self.sent..).unwrap_or_default()
    }

    /// Removes the first `sent` bytes from [`unsent`](Self::unsent), because they were sent.
    pub(super) fn advance(&mut self, sent: usize) {
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

#[cfg(test)]
mod tests {
    use super::AsciiOutbox;

    #[test]
    fn text_goes_out_as_it_is_taken() {
        let mut outbox = AsciiOutbox::new();
        let (mut text, mut wire) = (&b"one\ntwo\n"[..], Vec::new());
        while !text.is_empty() {
            text = text.split_at(outbox.fill(text)).1;
            while let [first, ..] = *outbox.unsent() {
                wire.push(first);
                outbox.advance(1);
            }
        }
        assert_eq!(wire, b"one\r\ntwo\r\n");
    }
}
