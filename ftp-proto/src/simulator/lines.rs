//! Line ends in TYPE A: the server stores LF, and CRLF goes over the data connection.

use std::vec::Vec;

/// Turns every LF into CRLF, even if a CR is already before the LF. So [`FromWire`] restores
/// exactly the same bytes.
pub(super) fn to_wire(content: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(content.len());
    for byte in content {
        if *byte == b'\n' {
            text.push(b'\r');
        }
        text.push(*byte);
    }
    text
}

/// Turns CRLF from the data connection into LF. The CR and the LF may come in different pieces. A
/// single CR or LF is not changed.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct FromWire {
    after_cr: bool,
}

impl FromWire {
    /// Returns the bytes to store for this piece, and how many bytes of the earlier pieces they
    /// overwrite (0 or 1). A CR at the end of a piece is stored at once, so that it is not lost if
    /// the connection breaks. If the next piece begins with LF, this LF overwrites that CR.
    pub(super) fn translate(&mut self, piece: &[u8]) -> (usize, Vec<u8>) {
        let (mut back, mut text) = (0, Vec::with_capacity(piece.len()));
        for byte in piece {
            if *byte == b'\n' && self.after_cr && text.pop().is_none() {
                back = 1;
            }
            text.push(*byte);
            self.after_cr = *byte == b'\r';
        }
        (back, text)
    }
}
