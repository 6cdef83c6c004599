//! From descriptor to descriptor, inside the kernel where it has a way, else through our hands.
//! This file is the same in both adapters.

use std::io;
use std::os::fd::BorrowedFd;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;

#[cfg(any(target_os = "linux", target_os = "android"))]
pub(crate) use linux::{Pipe, send, worth_sending};
#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(crate) use other::{Pipe, send, worth_sending};

/// How a call into the kernel went that did not fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(
    not(any(target_os = "linux", target_os = "android")),
    allow(dead_code, reason = "there all are refused")
)]
pub(crate) enum Passed {
    /// So many bytes; none at the end.
    Bytes(usize),
    /// Not for these two: reading and writing may do.
    Refused,
}

/// What reading from a file gives; one in non-blocking mode is waited for.
pub(crate) fn read(file: BorrowedFd<'_>, buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        match rustix::io::read(file, &mut *buffer) {
            Err(error) => again(error, file, PollFlags::IN)?,
            Ok(count) => return Ok(count),
        }
    }
}

/// Writes all to a file, and waits for one in non-blocking mode; `bytes` shrinks to what is left.
pub(crate) fn write_all(file: BorrowedFd<'_>, bytes: &mut &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        match rustix::io::write(file, bytes) {
            Err(error) => again(error, file, PollFlags::OUT)?,
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(count) => *bytes = &bytes[count..],
        }
    }
    Ok(())
}

/// Whether it may be tried again, once the file is ready for it.
fn again(error: Errno, file: BorrowedFd<'_>, flags: PollFlags) -> io::Result<()> {
    match error {
        Errno::INTR => Ok(()),
        Errno::AGAIN => match poll(&mut [PollFd::from_borrowed_fd(file, flags)], None) {
            Ok(_) | Err(Errno::INTR) => Ok(()),
            Err(error) => Err(error.into()),
        },
        error => Err(error.into()),
    }
}

#[cfg(any(target_os = "linux", target_os = "android"))]
mod linux {
    use std::os::fd::{AsFd as _, OwnedFd};

    use rustix::fs::{FileType, fstat, sendfile};
    use rustix::pipe::{PipeFlags, SpliceFlags, fcntl_setpipe_size, pipe_with, splice};
    use socket2::SockRef;

    use super::{BorrowedFd, Errno, Passed, PollFlags, again, io, read, write_all};

    /// Room in a pipe: as much as the kernel gives to everybody. Downloads took half as much CPU
    /// again with the 64 KiB that a pipe has by itself.
    const PIPE: usize = 1024 * 1024;

    /// Less room in a pipe than this makes more system calls than reading and writing, and for a
    /// smaller file it is not worth it to look whether [`send`] may be used.
    const LEAST: usize = 64 * 1024;

    /// How much one call sends: enough that calls do not count, little enough that the control
    /// connection is looked at several times a second on a slow disk.
    const SEND: usize = 1024 * 1024;

    /// Whether reading would bring something.
    fn has_more(socket: BorrowedFd<'_>) -> bool {
        let mut byte = [std::mem::MaybeUninit::uninit()];
        let peeked = SockRef::from(&socket).peek(&mut byte);
        peeked.is_ok_and(|count| count > 0)
    }

    /// What a pipe holds, on its way from a socket to a file, is pages and not copies of them.
    pub(crate) struct Pipe {
        reader: OwnedFd,
        writer: OwnedFd,
        room: usize,
        held: usize,
        /// The last look found nothing.
        idle: bool,
    }

    impl Pipe {
        /// `None` where there is none that is worth it: whoever has many gets small ones.
        pub(crate) fn new() -> Option<Self> {
            let (reader, writer) = pipe_with(PipeFlags::CLOEXEC).ok()?;
            let mut room = PIPE;
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

        /// How many bytes are in it.
        pub(crate) fn held(&self) -> usize {
            self.held
        }

        /// Takes in what a socket in non-blocking mode has.
        pub(crate) fn fill(&mut self, socket: BorrowedFd<'_>) -> io::Result<Passed> {
            let room = self.room.saturating_sub(self.held);
            let spliced = splice(
                socket,
                None,
                &self.writer,
                None,
                room,
                SpliceFlags::NONBLOCK,
            );
            if let Ok(count) = spliced {
                self.held += count;
            }
            // Urgent data stops splice, which then calls it nothing, again and again, or the end.
            let was_idle = std::mem::replace(&mut self.idle, spliced == Err(Errno::AGAIN));
            let nothing = spliced == Ok(0) || (self.idle && was_idle);
            if nothing && has_more(socket) {
                return Ok(Passed::Refused);
            }
            passed(spliced)
        }

        /// Writes all that is in it to a file; what a failure leaves is still [held](Self::held).
        /// [`Passed::Refused`] where that went by copying.
        pub(crate) fn empty(&mut self, file: BorrowedFd<'_>) -> io::Result<Passed> {
            let before = self.held;
            while self.held > 0 {
                let flags = SpliceFlags::empty();
                match splice(&self.reader, None, file, None, self.held, flags) {
                    Ok(0) => return self.copy(file),
                    Ok(count) => self.held -= count,
                    Err(error) if is_refusal(error) => return self.copy(file),
                    Err(error) => again(error, file, PollFlags::OUT)?,
                }
            }
            Ok(Passed::Bytes(before))
        }

        /// For files that were opened for appending, and for devices that know no better.
        fn copy(&mut self, file: BorrowedFd<'_>) -> io::Result<Passed> {
            let mut buffer = vec![0; self.held.min(LEAST)];
            while self.held > 0 {
                let count = read(self.reader.as_fd(), &mut buffer)?;
                let mut bytes = &buffer[..count];
                let written = write_all(file, &mut bytes);
                self.held -= count - bytes.len();
                written?;
            }
            Ok(Passed::Refused)
        }
    }

    /// Sends from a file, at its position, to a socket in non-blocking mode.
    pub(crate) fn send(socket: BorrowedFd<'_>, file: BorrowedFd<'_>) -> io::Result<Passed> {
        match sendfile(socket, file, None, SEND) {
            // Whether the file or the socket was at fault, reading and writing will tell; but
            // what ended the connection is told only once.
            Err(error) if !is_the_connections(error) => Ok(Passed::Refused),
            sent => passed(sent),
        }
    }

    /// Whether [`send`] may and should be used for this file.
    pub(crate) fn worth_sending(file: BorrowedFd<'_>) -> bool {
        let large = fstat(file).is_ok_and(|stat| {
            let regular = FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile;
            regular && stat.st_size >= LEAST as i64
        });
        large && ignores_broken_pipes()
    }

    /// Where the far end has closed, sendfile raises SIGPIPE, unlike all else that is done with
    /// sockets here. Rust programs ignore it, but some undo that, and others are not written in
    /// Rust.
    fn ignores_broken_pipes() -> bool {
        std::fs::read_to_string("/proc/self/status").is_ok_and(|status| is_ignored(&status))
    }

    /// Whether `/proc/self/status` has SIGPIPE, number 13, in its mask of ignored signals.
    fn is_ignored(status: &str) -> bool {
        let mut lines = status.lines();
        let mask = lines.find_map(|line| line.strip_prefix("SigIgn:"));
        let mask = mask.and_then(|mask| u128::from_str_radix(mask.trim(), 16).ok());
        mask.is_some_and(|mask| mask & 1 << 12 != 0)
    }

    fn passed(result: Result<usize, Errno>) -> io::Result<Passed> {
        match result {
            Ok(count) => Ok(Passed::Bytes(count)),
            Err(error) if is_refusal(error) => Ok(Passed::Refused),
            Err(error) => Err(error.into()),
        }
    }

    /// Not for this kind of file, or not on this kernel, or not in this sandbox.
    fn is_refusal(error: Errno) -> bool {
        matches!(
            error,
            Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP | Errno::PERM
        )
    }

    /// What is said of a connection and never of a file, or of both alike.
    fn is_the_connections(error: Errno) -> bool {
        matches!(
            error,
            Errno::AGAIN | Errno::INTR | Errno::PIPE | Errno::CONNRESET | Errno::TIMEDOUT
        )
    }

    #[test]
    fn sigpipe_is_the_thirteenth_signal() {
        let status =
            |mask| format!("Name:\tx\nSigBlk:\t0000000000001000\nSigIgn:\t{mask}\nSigCgt:\t0\n");
        assert!(is_ignored(&status("0000000000001000")));
        assert!(is_ignored(&status("00000000000000000000000000001006")));
        assert!(!is_ignored(&status("ffffffffffffefff")));
        assert!(!is_ignored(&status("")));
        assert!(!is_ignored(""));
        assert!(
            ignores_broken_pipes(),
            "this is a Rust program, and it left that alone"
        );
    }
}

/// Elsewhere all goes through our hands.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
mod other {
    use super::{BorrowedFd, Passed, io};

    /// There is none.
    pub(crate) enum Pipe {}

    impl Pipe {
        pub(crate) fn new() -> Option<Self> {
            None
        }

        pub(crate) fn held(&self) -> usize {
            match *self {}
        }

        pub(crate) fn fill(&mut self, _: BorrowedFd<'_>) -> io::Result<Passed> {
            match *self {}
        }

        pub(crate) fn empty(&mut self, _: BorrowedFd<'_>) -> io::Result<Passed> {
            match *self {}
        }
    }

    pub(crate) fn send(_: BorrowedFd<'_>, _: BorrowedFd<'_>) -> io::Result<Passed> {
        Ok(Passed::Refused)
    }

    pub(crate) fn worth_sending(_: BorrowedFd<'_>) -> bool {
        false
    }
}
