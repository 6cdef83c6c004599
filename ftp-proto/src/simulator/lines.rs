//! TYPE A: LF in files, CRLF on the wire.

use std::vec::Vec;

/// Every LF becomes CRLF, one behind a CR as well, so that the way back is exact.
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

/// Makes CRLF from the wire LF, wherever the pieces are cut; a CR or LF alone stays.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct FromWire {
    after_cr: bool,
}

impl FromWire {
    /// What is to be stored, and how many bytes of what is stored it overwrites: a CR is stored
    /// when it comes, so that nothing is lost with the connection.
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
