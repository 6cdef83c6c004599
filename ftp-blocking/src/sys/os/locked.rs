//! The error for a partial file that another process has locked.

use std::io;

pub(in crate::sys) fn is_locked() -> io::Error {
    let why = "another process downloads to it";
    io::Error::new(io::ErrorKind::WouldBlock, why)
}
