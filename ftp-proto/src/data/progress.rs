//! The result of an attempt to move bytes.

use crate::session::transfer::DataEnd;

/// The result of an attempt to move bytes.
#[derive(Debug)]
pub enum DataProgress {
    /// This many bytes were moved.
    Bytes(usize),
    /// The data has ended in this way.
    End(DataEnd),
}
