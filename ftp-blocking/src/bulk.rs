//! Transfers from and to files, on the kernel's own paths where it has them.

use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::time::Instant;

use ftp_proto::data::{DataProgress, ReadAhead};
use ftp_proto::{Completion, DataEnd, Error};
use rustix::event::PollFlags;

use crate::channel::Channel;
use crate::data::{DataTransfer, Download, Upload};
use crate::drive::Readiness;
use crate::net::is_past;
use crate::sys::descriptor;
use crate::sys::kernel::{self, KernelCopy, Pipe};
use crate::sys::poll::wait;

/// Room at first for what passes through our hands: a small file costs no more than it needs.
const FIRST: usize = 64 * 1024;

/// Room for a download in clear once that was filled. To files in memory, 1 MiB took a quarter less
/// CPU than 256 KiB. Under TLS it took a fifth more than 64 KiB, since what comes is decrypted and
/// copied while the processor's cache still has it.
const SAVING: usize = 1024 * 1024;

/// Room for an upload once that was filled. 1 MiB took a sixth more CPU: it falls out of the
/// processor's cache between reading and writing. Under TLS, all from 16 KiB on took the same.
const SENDING: usize = 256 * 1024;

impl Download<'_> {
    /// Writes all that comes to a file, from the file's position on, until the server has
    /// confirmed it. `progress` is told [`transferred`](Self::transferred) each time that some were written, which do
    /// not count what a [restart](ftp_proto::TransferOptions::with_offset) left out.
    ///
    /// On Linux, in clear text, the bytes pass through a pipe in the kernel and never through
    /// this process (splice); else through one buffer. Anything with a descriptor that can be
    /// written to will do: a regular file, a pipe, `/dev/null`. The control connection is not watched while the file
    /// takes its time.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_blocking::Error> {
    /// # let mut client = ftp_blocking::Client::connect(ftp_blocking::Options::new("localhost"))?;
    /// let file = std::fs::File::create("image.iso")?;
    /// let download = client.download("image.iso")?;
    /// let done = download.save_to(&file, |bytes| eprint!("\r{bytes} bytes"))?;
    /// assert_eq!(file.metadata()?.len(), done.bytes);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Those of reading. The file's own error is an [`Io`](ftp_proto::ErrorKind::Io) without a
    /// command, which says "writing the local file"; [`Error::transferred`] is then what reached the
    /// file (of a translated text, nearly that), and the client's next operation aborts the transfer
    /// first.
    pub fn save_to(
        mut self,
        file: impl AsFd,
        mut progress: impl FnMut(u64),
    ) -> Result<Completion, Error> {
        let file = file.as_fd();
        if let Some(pipe) = self.0.pipe() {
            self.splice(pipe, file, &mut progress)?;
        }
        if self.0.phase.has_ended() {
            return self.finish();
        }
        let mut buffer = vec![0; FIRST];
        loop {
            let count = io::Read::read(&mut self, &mut buffer)?;
            if count == 0 {
                return self.finish();
            }
            let mut bytes = &buffer[..count];
            let written = descriptor::write_all(file, &mut bytes);
            written.map_err(|error| self.cut_short(error, bytes.len()))?;
            progress(self.transferred());
            if count == FIRST && !self.0.is_tls() {
                buffer.resize(SAVING, 0);
            }
        }
    }

    /// As much as the kernel moves.
    fn splice(
        &mut self,
        mut pipe: Pipe,
        file: BorrowedFd<'_>,
        progress: &mut impl FnMut(u64),
    ) -> Result<(), Error> {
        let mut rest = self.1.waiting();
        if !rest.is_empty() {
            let before = rest.len();
            let written = descriptor::write_all(file, &mut rest);
            let left = rest.len();
            self.0.phase.moved(before - left);
            written.map_err(|error| self.cut_short(error, 0))?;
            self.1 = ReadAhead::default();
            progress(self.transferred());
        }
        loop {
            // What is in the pipe is not counted yet.
            let came = self.0.fill(&mut pipe)?;
            if came == 0 {
                return Ok(());
            }
            let emptied = pipe.empty(file);
            self.0.phase.moved(came - pipe.held());
            let copied = emptied.map_err(|error| self.cut_short(error, 0))?;
            progress(self.transferred());
            if copied == KernelCopy::Refused {
                return Ok(());
            }
        }
    }

    /// The file's error, with so many bytes that came and did not reach it.
    fn cut_short(&self, error: io::Error, left: usize) -> Error {
        self.0.phase.writing_failed(error, left)
    }
}

impl Upload<'_> {
    /// Sends a file, from its position to its end, and waits for the server to confirm that it
    /// has all of it. `progress` is told [`transferred`](Self::transferred) each time that some were sent.
    ///
    /// On Linux, in clear text, a large regular file is sent by the kernel and never passes
    /// through this process (sendfile); else all goes through one buffer. Anything that can be
    /// read will do: a regular file, a pipe, a device. The control connection is not watched
    /// while the file takes its time.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_blocking::Error> {
    /// # let mut client = ftp_blocking::Client::connect(ftp_blocking::Options::new("localhost"))?;
    /// let file = std::fs::File::open("image.iso")?;
    /// let done = client.upload("image.iso")?.send_from(&file, |_| {})?;
    /// assert_eq!(file.metadata()?.len(), done.bytes);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Those of writing and of [`finish`](Self::finish). The file's own error is an
    /// [`Io`](ftp_proto::ErrorKind::Io) without a command; the client's next operation then aborts
    /// the transfer first.
    pub fn send_from(
        mut self,
        file: impl AsFd,
        mut progress: impl FnMut(u64),
    ) -> Result<Completion, Error> {
        let file = file.as_fd();
        if self.0.is_plain() && kernel::worth_sending(file) {
            loop {
                let sent = self.0.send(file)?;
                if sent == 0 {
                    break;
                }
                self.0.phase.moved(sent);
                progress(self.transferred());
            }
        }
        // The end of the file, too, is what reading says it is.
        let mut buffer = vec![0; FIRST];
        loop {
            let read = descriptor::read(file, &mut buffer);
            let count = read.map_err(|error| self.0.phase.reading_failed(error))?;
            if count == 0 {
                return self.finish();
            }
            let mut bytes = &buffer[..count];
            while !bytes.is_empty() {
                let taken = io::Write::write(&mut self, bytes)?;
                bytes = &bytes[taken..];
                progress(self.transferred());
            }
            if count == FIRST {
                buffer.resize(SENDING, 0);
            }
        }
    }
}

/// By way of the kernel. 0 bytes mean that it moves none, or no more: reading and writing then say
/// whether that was the end.
impl DataTransfer<'_> {
    fn is_plain(&mut self) -> bool {
        let channel = self.client.data.channel();
        !self.phase.is_translated() && channel.is_ok_and(|channel| channel.plain_socket().is_some())
    }

    fn is_tls(&mut self) -> bool {
        let channel = self.client.data.channel();
        channel.is_ok_and(|channel| channel.is_tls())
    }

    fn pipe(&mut self) -> Option<Pipe> {
        if self.is_plain() { Pipe::new() } else { None }
    }

    fn fill(&mut self, pipe: &mut Pipe) -> Result<usize, Error> {
        let filled = self.attempt(Readiness::Readable, |channel, _, until| {
            let copied = channel.run_on_socket(PollFlags::IN, until, |socket| pipe.fill(socket))?;
            Ok(copied.map(|copied| match copied {
                KernelCopy::Bytes(0) => DataProgress::End(DataEnd::Clean),
                KernelCopy::Bytes(count) => DataProgress::Bytes(count),
                KernelCopy::Refused => DataProgress::Bytes(0),
            }))
        });
        filled.map_or_else(|| self.phase.outcome().map(|_| 0), Ok)
    }

    fn send(&mut self, file: BorrowedFd<'_>) -> Result<usize, Error> {
        let sent = self.attempt(Readiness::Writable, |channel, _, until| {
            let copied = channel
                .run_on_socket(PollFlags::OUT, until, |socket| kernel::send(socket, file))?;
            Ok(copied.map(|copied| match copied {
                KernelCopy::Bytes(count) => DataProgress::Bytes(count),
                KernelCopy::Refused => DataProgress::Bytes(0),
            }))
        });
        sent.map_or_else(|| self.phase.outcome().map(|_| 0), Ok)
    }
}

impl Channel {
    /// Has the kernel do something with the socket; `None` at the deadline.
    fn run_on_socket(
        &mut self,
        flags: PollFlags,
        until: Instant,
        mut run: impl FnMut(BorrowedFd<'_>) -> io::Result<KernelCopy>,
    ) -> Result<Option<KernelCopy>, Error> {
        let Some(socket) = self.plain_socket() else {
            return Ok(Some(KernelCopy::Refused));
        };
        loop {
            match run(socket) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    if is_past(until) || !wait(&[(socket, flags)], until)? {
                        return Ok(None);
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                result => return Ok(Some(result?)),
            }
        }
    }
}
