//! Reads and writes a file by its descriptor, and waits for one in non-blocking mode.

use std::io;
use std::os::fd::BorrowedFd;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;

/// Reads at least one byte, or the end (0).
///
/// # Errors
/// What the file says.
pub fn read(file: BorrowedFd<'_>, buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        match rustix::io::read(file, &mut *buffer) {
            Err(error) => again(error, file, PollFlags::IN)?,
            Ok(count) => return Ok(count),
        }
    }
}

/// Writes all; `bytes` shrinks to what is left.
///
/// # Errors
/// What the file says.
pub fn write_all(file: BorrowedFd<'_>, bytes: &mut &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        match rustix::io::write(file, bytes) {
            Err(error) => again(error, file, PollFlags::OUT)?,
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(count) => *bytes = &bytes[count..],
        }
    }
    Ok(())
}

/// Returns once the call that gave this error may be tried again, or with the error.
pub(super) fn again(error: Errno, file: BorrowedFd<'_>, flags: PollFlags) -> io::Result<()> {
    match error {
        Errno::INTR => Ok(()),
        Errno::AGAIN => match poll(&mut [PollFd::from_borrowed_fd(file, flags)], None) {
            Ok(_) | Err(Errno::INTR) => Ok(()),
            Err(error) => Err(error.into()),
        },
        error => Err(error.into()),
    }
}
