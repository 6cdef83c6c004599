//! Translation of line ends in TYPE A: files have LF, the wire has CRLF.

use std::vec::Vec;

/// Turns every LF into CRLF, even an LF after a CR, so that [`FromWire`] restores exactly the same
/// bytes.
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

/// Turns CRLF from the wire into LF, even if the CR and the LF arrive in different pieces. A CR or
/// an LF alone stays.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct FromWire {
    after_cr: bool,
}

impl FromWire {
    /// Returns how many stored bytes the new bytes overwrite, and the new bytes. A CR at the end of
    /// a piece is stored at once, so that it is not lost if the connection breaks. If the next
    /// piece begins with LF, that LF overwrites the CR.
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
