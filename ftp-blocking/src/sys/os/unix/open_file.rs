//! Reads and writes a file by its descriptor. If a non-blocking file is not ready, waits until it
//! is.

use std::io;
pub use std::os::fd::AsFd as HasFile;
use std::os::fd::BorrowedFd;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::fs::{FileType, fstat, tell};
use rustix::io::Errno;

/// An open file of the program.
#[derive(Clone, Copy, Debug)]
pub struct OpenFile<'f>(BorrowedFd<'f>);

impl<'f> OpenFile<'f> {
    /// Borrows the file's descriptor.
    ///
    /// # Errors
    /// None on this system.
    pub fn of(file: &'f impl HasFile) -> io::Result<Self> {
        Ok(Self(file.as_fd()))
    }

    /// Returns the descriptor, for the kernel's fast paths.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    pub(in crate::sys) fn descriptor(&self) -> BorrowedFd<'f> {
        self.0
    }

    /// Reads at least one byte. Returns 0 at the end of the file.
    ///
    /// # Errors
    /// The file's error.
    pub fn read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        read(self.0, buffer)
    }

    /// Writes all bytes. If it fails, `bytes` holds the bytes that were not written.
    ///
    /// # Errors
    /// The file's error.
    pub fn write_all(&self, bytes: &mut &[u8]) -> io::Result<()> {
        write_all(self.0, bytes)
    }

    /// Returns how many bytes of a regular file come after its current position. `None` for other
    /// kinds of files.
    pub fn left(&self) -> Option<u64> {
        let stat = fstat(self.0).ok()?;
        if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
            return None;
        }
        let size = u64::try_from(stat.st_size).ok()?;
        Some(size.saturating_sub(tell(self.0).ok()?))
    }
}

/// Does what [`OpenFile::read`] does.
pub(in crate::sys) fn read(file: BorrowedFd<'_>, buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        match rustix::io::read(file, &mut *buffer) {
            Err(error) => again(error, file, PollFlags::IN)?,
            Ok(count) => return Ok(count),
        }
    }
}

/// Does what [`OpenFile::write_all`] does.
pub(in crate::sys) fn write_all(file: BorrowedFd<'_>, bytes: &mut &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        match rustix::io::write(file, bytes) {
            Err(error) => again(error, file, PollFlags::OUT)?,
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(count) => *bytes = &bytes[count..],
        }
    }
    Ok(())
}

/// If the system call that returned this error may be repeated, waits until it can succeed.
/// Otherwise returns the error.
pub(in crate::sys) fn again(
    error: Errno,
    file: BorrowedFd<'_>,
    flags: PollFlags,
) -> io::Result<()> {
    match error {
        Errno::INTR => Ok(()),
        Errno::AGAIN => match poll(&mut [PollFd::from_borrowed_fd(file, flags)], None) {
            Ok(_) | Err(Errno::INTR) => Ok(()),
            Err(error) => Err(error.into()),
        },
        error => Err(error.into()),
    }
}
