//! TYPE A: LF in files, CRLF on the wire.

use std::vec::Vec;

/// Turns every LF into CRLF, even after a CR, so that the reverse translation is exact.
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

/// Turns CRLF from the wire into LF, wherever the pieces are cut. A CR or LF alone stays.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct FromWire {
    after_cr: bool,
}

impl FromWire {
    /// Returns the bytes to store, and how many stored bytes they overwrite. A CR is stored as soon
    /// as it comes, so that nothing is lost if the connection breaks.
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
