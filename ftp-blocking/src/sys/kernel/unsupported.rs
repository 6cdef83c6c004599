//! Stand-ins for systems other than Linux and Android. They move nothing, so the caller reads and
//! writes instead.

use std::io;
use std::os::fd::BorrowedFd;

use super::KernelCopy;

/// A pipe that cannot be created.
#[derive(Debug)]
pub enum Pipe {}

impl Pipe {
    /// Returns `None`, because this system has no splice.
    pub fn new() -> Option<Self> {
        None
    }

    /// Returns the number of bytes in the pipe.
    pub fn held(&self) -> usize {
        match *self {}
    }

    /// Fills the pipe with what a non-blocking socket holds.
    ///
    /// # Errors
    /// Never.
    pub fn fill(&mut self, _: BorrowedFd<'_>) -> io::Result<KernelCopy> {
        match *self {}
    }

    /// Writes everything in the pipe to a file.
    ///
    /// # Errors
    /// Never.
    pub fn empty(&mut self, _: BorrowedFd<'_>) -> io::Result<KernelCopy> {
        match *self {}
    }
}

/// Returns [`KernelCopy::Refused`], so that the caller reads and writes instead.
///
/// # Errors
/// Never.
pub fn send(_: BorrowedFd<'_>, _: BorrowedFd<'_>) -> io::Result<KernelCopy> {
    Ok(KernelCopy::Refused)
}

/// Returns `false`, so that the caller reads and writes instead.
pub fn worth_sending(_: BorrowedFd<'_>) -> bool {
    false
}
