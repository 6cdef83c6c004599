//! The result of one attempt to move bytes over a data connection: how many bytes, or the end.

use crate::session::transfer::DataEnd;

/// The result of one attempt of a driver to move bytes over a data connection.
#[derive(Debug)]
pub enum DataProgress {
    /// This many bytes were moved.
    Bytes(usize),
    /// The data has ended. The field says how: cleanly, without close_notify, or with an error.
    End(DataEnd),
}
