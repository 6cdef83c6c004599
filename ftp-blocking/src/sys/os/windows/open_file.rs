//! Reads and writes a file by its handle.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, Write as _};
use std::marker::PhantomData;
pub use std::os::windows::io::AsHandle as HasFile;

/// An open file of the program. It is a second handle, which shares the position of the first one:
/// only with a handle of its own can safe code read and write.
#[derive(Debug)]
pub struct OpenFile<'f> {
    file: File,
    /// The program must not close its file meanwhile, as on Unix.
    borrowed: PhantomData<&'f ()>,
}

impl<'f> OpenFile<'f> {
    /// Makes the second handle.
    ///
    /// # Errors
    /// The error of `DuplicateHandle`.
    pub fn of(file: &'f impl HasFile) -> io::Result<Self> {
        Ok(Self {
            file: file.as_handle().try_clone_to_owned()?.into(),
            borrowed: PhantomData,
        })
    }

    /// Reads at least one byte. Returns 0 at the end of the file.
    ///
    /// # Errors
    /// The file's error.
    pub fn read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match (&self.file).read(buffer) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                // The writer has closed the pipe. On Unix this is an end and no error.
                Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(0),
                result => return result,
            }
        }
    }

    /// Writes all bytes. If it fails, `bytes` holds the bytes that were not written.
    ///
    /// # Errors
    /// The file's error.
    pub fn write_all(&self, bytes: &mut &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            match (&self.file).write(bytes) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(count) => *bytes = &bytes[count..],
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Returns how many bytes of a regular file come after its current position. `None` for other
    /// kinds of files.
    pub fn left(&self) -> Option<u64> {
        let metadata = self.file.metadata().ok()?;
        if !metadata.is_file() {
            return None;
        }
        let position = (&self.file).stream_position().ok()?;
        Some(metadata.len().saturating_sub(position))
    }
}
