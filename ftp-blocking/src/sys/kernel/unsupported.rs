//! Stand-ins for systems other than Linux and Android. They move nothing, so the caller reads and
//! writes instead.

use std::io;

use super::KernelCopy;
use crate::sys::os::open_file::OpenFile;
use crate::sys::socket::BorrowedFd;

/// A pipe type without values: it only makes the code for Linux compile on other systems.
#[derive(Debug)]
pub enum Pipe {}

impl Pipe {
    /// Returns `None`, because only Linux and Android have splice. The caller then reads and
    /// writes.
    pub fn new() -> Option<Self> {
        None
    }

    /// Returns the number of bytes in the pipe, but is never called: no pipe can exist on this
    /// system.
    pub fn held(&self) -> usize {
        match *self {}
    }

    /// Moves data from a socket into the pipe, but is never called: no pipe can exist on this
    /// system.
    ///
    /// # Errors
    /// Never.
    pub fn fill(&mut self, _: BorrowedFd<'_>, _: usize) -> io::Result<KernelCopy> {
        match *self {}
    }

    /// Writes the pipe's content to a file, but is never called: no pipe can exist on this system.
    ///
    /// # Errors
    /// Never.
    pub fn empty(&mut self, _: &OpenFile<'_>) -> io::Result<KernelCopy> {
        match *self {}
    }
}

/// Returns [`KernelCopy::Refused`], so that the caller reads and writes instead.
///
/// # Errors
/// Never.
pub fn send(_: BorrowedFd<'_>, _: &OpenFile<'_>, _: usize) -> io::Result<KernelCopy> {
    Ok(KernelCopy::Refused)
}

/// Returns `false`, so that the caller reads and writes instead.
pub fn worth_sending(_: &OpenFile<'_>) -> bool {
    false
}
