//! Moves bytes from a socket to a file, through a pipe in the kernel.

use std::io;
use std::mem::{MaybeUninit, replace};
use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};

use rustix::event::PollFlags;
use rustix::io::Errno;
use rustix::pipe::{PipeFlags, SpliceFlags, fcntl_setpipe_size, pipe_with, splice};
use socket2::SockRef;

use super::{KernelCopy, LEAST, is_refusal, kernel_copy};
use crate::sys::os::open_file::{OpenFile, again, read, write_all};

/// The pipe's size in bytes: the most that Linux by default grants to a user without privileges.
/// With a pipe's usual size of 64 KiB, downloads took one and a half times the CPU.
const ROOM: usize = 1024 * 1024;

/// A pipe between a socket and a file. It holds the kernel's pages of memory, not copies of them.
#[derive(Debug)]
pub struct Pipe {
    reader: OwnedFd,
    writer: OwnedFd,
    room: usize,
    held: usize,
    /// Whether the last splice from the socket found no data.
    idle: bool,
}

impl Pipe {
    /// Creates a pipe. Returns `None` if the kernel grants no pipe of at least 64 KiB, for example
    /// to a user who has many pipes already.
    pub fn new() -> Option<Self> {
        let (reader, writer) = pipe_with(PipeFlags::CLOEXEC).ok()?;
        let mut room = ROOM;
        while fcntl_setpipe_size(&writer, room).is_err() {
            room /= 2;
            if room < LEAST {
                return None;
            }
        }
        Some(Self {
            reader,
            writer,
            room,
            held: 0,
            idle: false,
        })
    }

    /// Returns the number of bytes in the pipe.
    pub fn held(&self) -> usize {
        self.held
    }

    /// Moves data from a non-blocking socket into the pipe, at most `most` bytes.
    ///
    /// # Errors
    /// [`WouldBlock`](io::ErrorKind::WouldBlock) if the socket holds nothing yet; an error that
    /// ends the connection.
    pub fn fill(&mut self, socket: BorrowedFd<'_>, most: usize) -> io::Result<KernelCopy> {
        let spliced = self.splice_from(socket, most);
        // If the peer has sent TCP urgent data, splice stops before the urgent byte. Every further
        // splice then finds no data or reports the end, although the socket has data to read.
        let was_idle = replace(&mut self.idle, spliced == Err(Errno::AGAIN));
        let nothing = spliced == Ok(0) || (self.idle && was_idle);
        if !nothing || !has_more(socket) {
            return kernel_copy(spliced);
        }
        // The data may have arrived after the first splice, so splice is tried once again. If it
        // finds nothing again, the result is `Refused`.
        self.idle = false;
        match self.splice_from(socket, most) {
            Ok(0) | Err(Errno::AGAIN) => Ok(KernelCopy::Refused),
            spliced => kernel_copy(spliced),
        }
    }

    fn splice_from(&mut self, socket: BorrowedFd<'_>, most: usize) -> rustix::io::Result<usize> {
        let room = self.room.saturating_sub(self.held).min(most);
        let flags = SpliceFlags::NONBLOCK;
        let count = splice(socket, None, &self.writer, None, room, flags)?;
        self.held += count;
        Ok(count)
    }

    /// Writes everything in the pipe to a file. If the file does not accept splice, copies the
    /// bytes by reading and writing, and returns [`KernelCopy::Refused`].
    ///
    /// # Errors
    /// The file's error. Bytes that were not written are still [held](Self::held).
    pub fn empty(&mut self, file: &OpenFile<'_>) -> io::Result<KernelCopy> {
        let (before, file) = (self.held, file.descriptor());
        while self.held > 0 {
            let flags = SpliceFlags::empty();
            match splice(&self.reader, None, file, None, self.held, flags) {
                Ok(0) => return self.copy(file),
                Ok(count) => self.held -= count,
                Err(error) if is_refusal(error) => return self.copy(file),
                Err(error) => again(error, file, PollFlags::OUT)?,
            }
        }
        Ok(KernelCopy::Bytes(before))
    }

    /// Copies the bytes in the pipe to the file by reading and writing, because files opened for
    /// appending, and some devices, do not accept splice.
    fn copy(&mut self, file: BorrowedFd<'_>) -> io::Result<KernelCopy> {
        let mut buffer = vec![0; self.held.min(LEAST)];
        while self.held > 0 {
            let count = read(self.reader.as_fd(), &mut buffer)?;
            let mut bytes = &buffer[..count];
            let written = write_all(file, &mut bytes);
            self.held -= count - bytes.len();
            written?;
        }
        Ok(KernelCopy::Refused)
    }
}

/// Returns whether the socket has data to read.
fn has_more(socket: BorrowedFd<'_>) -> bool {
    let mut byte = [MaybeUninit::uninit()];
    let peeked = SockRef::from(&socket).peek(&mut byte);
    peeked.is_ok_and(|count| count > 0)
}
