//! What an attempt to move bytes came to.

use crate::session::transfer::DataEnd;

/// What an attempt to move bytes came to.
#[derive(Debug)]
pub enum Moved {
    /// This many bytes.
    Bytes(usize),
    /// The end.
    End(DataEnd),
}
