//! The result of an attempt to move bytes over a data connection.

use crate::session::transfer::DataEnd;

/// The result of an attempt to move bytes over a data connection.
#[derive(Debug)]
pub enum DataProgress {
    /// This many bytes were moved.
    Bytes(usize),
    /// The data has ended. The field says in which way.
    End(DataEnd),
}
