//! Transfers between the server and a local file. They use the kernel's fast paths (splice,
//! sendfile) if it has them.

use std::io;
use std::time::Instant;

use ftp_proto::data::{DataProgress, Progress, ProgressFlow, ProgressTeller};
use ftp_proto::{Completion, DataEnd, Error, ErrorKind};
use rustix::event::PollFlags;

use crate::channel::Channel;
use crate::data::{DataTransfer, Download, Upload};
use crate::drive::Readiness;
use crate::net::is_past;
use crate::sys::kernel::{self, KernelCopy, Pipe};
use crate::sys::local_file::LocalFile;
use crate::sys::os::open_file::OpenFile;
use crate::sys::poll::wait;
use crate::sys::socket::BorrowedFd;

/// The size of a transfer's first buffer, in bytes. A small file needs no larger one.
const FIRST: usize = 64 * 1024;

/// The size of the buffer of a download in clear text, in bytes, after half of the first buffer was
/// filled at once. For files in memory, 1 MiB took a quarter less CPU than 256 KiB.
const SAVING: usize = 1024 * 1024;

/// The same under TLS. With 64 KiB, downloads took a tenth more CPU, because they made more system
/// calls. With 1 MiB they took a fifth more, because the data had left the processor's cache
/// before it was copied.
const SAVING_TLS: usize = 128 * 1024;

/// The size of the buffer of an upload in clear text, in bytes, after the first buffer was filled.
/// Uploads with 1 MiB took a sixth more CPU, because the data leaves the processor's cache between
/// reading and writing. Under TLS the buffer stays at 64 KiB, which are four records: with 256 KiB,
/// uploads took a tenth more CPU.
const SENDING: usize = 256 * 1024;

impl Download<'_> {
    /// Writes all the data to a file, from the file's current position, and waits for the server's
    /// confirmation. Calls `progress` at the start, and after each write with a [`Progress`]. So
    /// the last call has the number of all bytes.
    ///
    /// If `progress` returns `ControlFlow::Break(())`, the transfer stops: it is aborted (ABOR),
    /// the error is an [`Aborted`](ftp_proto::ErrorKind::Aborted), and you can use the client at
    /// once. `progress` may also return nothing.
    ///
    /// On Linux and in clear text, the bytes of a file of more than 64 KiB pass through a pipe in the
    /// kernel and never through this process (splice). Otherwise they pass through one buffer. The
    /// file may be anything with a writable descriptor: a regular file, a pipe, `/dev/null`. The
    /// control connection is not read while a write to the file blocks.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_blocking::Error> {
    /// # let mut client = ftp_blocking::Client::connect(ftp_blocking::Options::new("localhost"))?;
    /// let file = std::fs::File::create("image.iso")?;
    /// let download = client.download("image.iso")?;
    /// let done = download.save_to(&file, |progress| eprint!("\r{progress}"))?;
    /// assert_eq!(file.metadata()?.len(), done.bytes);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The errors of reading. If the file cannot be written, the error is a
    /// [`Local`](ftp_proto::ErrorKind::Local) without a command, and its text says "writing the local
    /// file". [`Error::transferred`] is then the number of bytes that reached the file (for a
    /// translated text, nearly that number). The client's next operation first aborts the transfer.
    pub fn save_to<R: ProgressFlow>(
        mut self,
        file: impl LocalFile,
        progress: impl FnMut(Progress) -> R,
    ) -> Result<Completion, Error> {
        let progress = &mut ProgressTeller::new(progress);
        let saved = match OpenFile::of(&file) {
            Ok(file) => self.save(&file, progress),
            Err(error) => Err(self.cut_short(error, 0)),
        };
        match saved {
            Ok(()) => self.finish(),
            Err(error) => Err(self.0.stop(error)),
        }
    }

    /// Writes all the data to the file, until the server has confirmed the transfer.
    fn save<R: ProgressFlow>(
        &mut self,
        file: &OpenFile<'_>,
        progress: &mut ProgressTeller<impl FnMut(Progress) -> R>,
    ) -> Result<(), Error> {
        let mut rest = self.1.waiting();
        let written = file.write_all(&mut rest);
        let left = rest.len();
        written.map_err(|error| self.cut_short(error, left))?;
        self.1.end(&[]);
        progress.tell(&self.0.phase)?;
        // A pipe costs more system calls than a small file is worth.
        let is_large = self.size_hint().is_some_and(|size| size > FIRST as u64);
        if is_large {
            self.splice(file, progress)?;
        }
        if self.0.phase.has_ended() {
            return Ok(());
        }
        let mut buffer = vec![0; FIRST];
        loop {
            let count = io::Read::read(self, &mut buffer)?;
            if count == 0 {
                return Ok(());
            }
            let mut bytes = &buffer[..count];
            let written = file.write_all(&mut bytes);
            written.map_err(|error| self.cut_short(error, bytes.len()))?;
            progress.tell(&self.0.phase)?;
            // Under TLS, an unfinished record is held back, so that the buffer is seldom full.
            if buffer.len() == FIRST && count >= FIRST / 2 {
                if !is_large {
                    self.splice(file, progress)?;
                }
                if self.0.phase.has_ended() {
                    return Ok(());
                }
                buffer.resize(if self.0.is_tls() { SAVING_TLS } else { SAVING }, 0);
            }
        }
    }

    /// Moves bytes from the socket to the file by splice, until the kernel cannot move any more.
    fn splice<R: ProgressFlow>(
        &mut self,
        file: &OpenFile<'_>,
        progress: &mut ProgressTeller<impl FnMut(Progress) -> R>,
    ) -> Result<(), Error> {
        let Some(mut pipe) = self.0.pipe() else {
            return Ok(());
        };
        loop {
            // Bytes are added to `transferred` only after they have left the pipe for the file.
            let came = self.0.fill(&mut pipe)?;
            if came == 0 {
                return Ok(());
            }
            let emptied = pipe.empty(file);
            self.0.phase.moved(came - pipe.held());
            let copied = emptied.map_err(|error| self.cut_short(error, 0))?;
            progress.tell(&self.0.phase)?;
            if copied == KernelCopy::Refused {
                return Ok(());
            }
        }
    }

    /// Turns an error of writing the file into the error of the download. `left` is the number of
    /// bytes that had arrived but were not written.
    fn cut_short(&self, error: io::Error, left: usize) -> Error {
        self.0.phase.writing_failed(error, left)
    }
}

impl Upload<'_> {
    /// Sends a file, from its current position to its end, and waits until the server confirms the
    /// upload. Calls `progress` at the start, and each time that bytes were sent, with a
    /// [`Progress`]. If `progress` returns `ControlFlow::Break(())`, the transfer stops, as
    /// [`save_to`](Download::save_to) says. The server may then keep a partial file.
    ///
    /// On Linux and in clear text, the kernel sends a large regular file, which never passes
    /// through this process (sendfile). Otherwise the data passes through one buffer. The file may
    /// be anything with a readable descriptor: a regular file, a pipe, a device. The control
    /// connection is not read while a read of the file blocks.
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
    /// The errors of writing and of [`finish`](Self::finish). If the file cannot be read, the error
    /// is a [`Local`](ftp_proto::ErrorKind::Local) without a command. The client's next operation then
    /// first aborts the transfer.
    pub fn send_from<R: ProgressFlow>(
        mut self,
        file: impl LocalFile,
        progress: impl FnMut(Progress) -> R,
    ) -> Result<Completion, Error> {
        let sent = match OpenFile::of(&file) {
            Ok(file) => self.send(&file, &mut ProgressTeller::new(progress)),
            Err(error) => Err(self.0.phase.reading_failed(error)),
        };
        match sent {
            Ok(()) => self.finish(),
            Err(error) => Err(self.0.stop(error)),
        }
    }

    /// Sends the file to its end.
    fn send<R: ProgressFlow>(
        &mut self,
        file: &OpenFile<'_>,
        progress: &mut ProgressTeller<impl FnMut(Progress) -> R>,
    ) -> Result<(), Error> {
        self.drain()?;
        self.0.phase.will_send(file.left());
        progress.tell(&self.0.phase)?;
        if self.0.is_plain() && kernel::worth_sending(file) {
            loop {
                let sent = self.0.send(file)?;
                if sent == 0 {
                    break;
                }
                self.0.phase.moved(sent);
                progress.tell(&self.0.phase)?;
            }
        }
        // `send` also returns 0 if sendfile does not support this file. Only a read of 0 bytes
        // proves that the file has ended.
        let mut buffer = vec![0; FIRST];
        loop {
            let read = file.read(&mut buffer);
            let count = read.map_err(|error| self.0.phase.reading_failed(error))?;
            let mut bytes = &buffer[..count];
            while !bytes.is_empty() || !self.0.phase.unsent().is_empty() {
                let taken = self.0.send_some(bytes)?;
                bytes = &bytes[taken..];
                progress.tell(&self.0.phase)?;
            }
            if count == 0 {
                return Ok(());
            }
            if count == FIRST && !self.0.is_tls() {
                buffer.resize(SENDING, 0);
            }
        }
    }
}

/// Moves bytes inside the kernel. `fill` and `send` return 0 in two cases: the data has ended, or
/// the kernel cannot move it. The caller then reads or writes in the ordinary way, which shows
/// which of the two is true.
impl DataTransfer<'_> {
    /// Aborts the transfer, if `error` says that the program has stopped it. Returns the error.
    fn stop(mut self, error: Error) -> Error {
        if error.kind() != ErrorKind::Aborted || self.phase.has_ended() {
            return error;
        }
        match self
            .phase
            .into_abort()
            .and_then(|abort| self.client.run(abort))
        {
            Ok(_) => error,
            Err(why) => error.with_source(why),
        }
    }

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
        let filled = self.attempt(Readiness::Readable, |channel, phase, until| {
            let most = phase.most();
            let copied =
                channel.run_on_socket(PollFlags::IN, until, |socket| pipe.fill(socket, most))?;
            Ok(copied.map(|copied| match copied {
                KernelCopy::Bytes(0) => DataProgress::End(DataEnd::Clean),
                KernelCopy::Bytes(count) => DataProgress::Bytes(count),
                KernelCopy::Refused => DataProgress::Bytes(0),
            }))
        });
        filled.map_or_else(|| self.phase.outcome().map(|_| 0), Ok)
    }

    fn send(&mut self, file: &OpenFile<'_>) -> Result<usize, Error> {
        let sent = self.attempt(Readiness::Writable, |channel, phase, until| {
            let most = phase.most();
            let copied = channel.run_on_socket(PollFlags::OUT, until, |socket| {
                kernel::send(socket, file, most)
            })?;
            Ok(copied.map(|copied| match copied {
                KernelCopy::Bytes(count) => DataProgress::Bytes(count),
                KernelCopy::Refused => DataProgress::Bytes(0),
            }))
        });
        sent.map_or_else(|| self.phase.outcome().map(|_| 0), Ok)
    }
}

impl Channel {
    /// Calls `run` on the socket. If `run` would block, waits for the socket and calls `run` again.
    /// Returns `None` at the deadline.
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
