//! Other systems than Linux: the kernel moves nothing, and the caller reads and writes.

use std::io;
use std::os::fd::BorrowedFd;

use super::KernelCopy;

/// There is none.
#[derive(Debug)]
pub enum Pipe {}

impl Pipe {
    /// Is always `None`.
    pub fn new() -> Option<Self> {
        None
    }

    /// How many bytes are in it.
    pub fn held(&self) -> usize {
        match *self {}
    }

    /// Takes in what a socket in non-blocking mode has.
    ///
    /// # Errors
    /// None.
    pub fn fill(&mut self, _: BorrowedFd<'_>) -> io::Result<KernelCopy> {
        match *self {}
    }

    /// Writes all that is in it to a file.
    ///
    /// # Errors
    /// None.
    pub fn empty(&mut self, _: BorrowedFd<'_>) -> io::Result<KernelCopy> {
        match *self {}
    }
}

/// Refuses.
///
/// # Errors
/// None.
pub fn send(_: BorrowedFd<'_>, _: BorrowedFd<'_>) -> io::Result<KernelCopy> {
    Ok(KernelCopy::Refused)
}

/// Is always `false`.
pub fn worth_sending(_: BorrowedFd<'_>) -> bool {
    false
}
