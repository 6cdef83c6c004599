//! Transfers between the server and a local file. They use splice and sendfile, if the kernel has
//! these fast paths.

use std::future::poll_fn;
use std::io;
use std::net::TcpStream;
use std::task::{Context, Poll, ready};

use ftp_blocking::sys::kernel::{self, KernelCopy, Pipe};
use ftp_blocking::sys::local_file::LocalFile;
use ftp_blocking::sys::os::open_file::OpenFile;
use ftp_blocking::sys::socket::{AsFd as _, BorrowedFd};
use ftp_proto::data::{DataProgress, Progress, ProgressFlow, ProgressTeller};
use ftp_proto::{Completion, DataEnd, Error, ErrorKind};
use smol::Async;
use smol::future::yield_now;

use crate::channel::Channel;
use crate::data::{DataTransfer, Download, Upload};

/// The size in bytes of the first buffer of a transfer. A small file needs no larger one.
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
    /// file may be anything with a writable descriptor: a regular file, a pipe, `/dev/null`.
    ///
    /// The reactor waits for the socket, but a write to the file blocks this thread, and the
    /// control connection is not read meanwhile. So do not pass a slow pipe, or use a separate
    /// thread. If you drop the future, the file holds as many bytes as `progress` was last told.
    ///
    /// ```no_run
    /// # smol::block_on(async {
    /// # let mut client = ftp_smol::Client::connect(ftp_smol::Options::new("localhost")).await?;
    /// let file = std::fs::File::create("image.iso")?;
    /// let download = client.download("image.iso").await?;
    /// let done = download.save_to(&file, |progress| eprint!("\r{progress}")).await?;
    /// assert_eq!(file.metadata()?.len(), done.bytes);
    /// # Ok::<(), ftp_smol::Error>(())
    /// # })?;
    /// # Ok::<(), ftp_smol::Error>(())
    /// ```
    ///
    /// # Errors
    /// The errors of reading. If the file cannot be written, the error is a
    /// [`Local`](ftp_proto::ErrorKind::Local) without a command, and its text says "writing the local
    /// file". [`Error::transferred`] is then the number of bytes that reached the file (for a
    /// translated text, nearly that number). The client's next operation first aborts the transfer.
    pub async fn save_to<R: ProgressFlow>(
        mut self,
        file: impl LocalFile,
        progress: impl FnMut(Progress) -> R,
    ) -> Result<Completion, Error> {
        let progress = &mut ProgressTeller::new(progress);
        let saved = match OpenFile::of(&file) {
            Ok(file) => self.save(&file, progress).await,
            Err(error) => Err(self.cut_short(error, 0)),
        };
        match saved {
            Ok(()) => self.finish().await,
            Err(error) => Err(self.0.stop(error).await),
        }
    }

    /// Writes all the data to the file, until the server has confirmed the transfer.
    async fn save<R: ProgressFlow>(
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
        let mut turn = TurnBudget::default();
        // A pipe costs more system calls than a small file is worth.
        let is_large = self.size_hint().is_some_and(|size| size > FIRST as u64);
        if is_large {
            self.splice(file, &mut turn, progress).await?;
        }
        if self.0.phase.has_ended() {
            return Ok(());
        }
        let mut buffer = vec![0; FIRST];
        loop {
            let count = smol::io::AsyncReadExt::read(self, &mut buffer).await?;
            if count == 0 {
                return Ok(());
            }
            let mut bytes = &buffer[..count];
            let written = file.write_all(&mut bytes);
            written.map_err(|error| self.cut_short(error, bytes.len()))?;
            progress.tell(&self.0.phase)?;
            turn.spend(count).await;
            // Under TLS, an unfinished record is held back, so that the buffer is seldom full.
            if buffer.len() == FIRST && count >= FIRST / 2 {
                if !is_large {
                    self.splice(file, &mut turn, progress).await?;
                }
                if self.0.phase.has_ended() {
                    return Ok(());
                }
                buffer.resize(if self.0.is_tls() { SAVING_TLS } else { SAVING }, 0);
            }
        }
    }

    /// Moves bytes from the socket to the file by splice, until the data ends or the kernel cannot
    /// move more.
    async fn splice<R: ProgressFlow>(
        &mut self,
        file: &OpenFile<'_>,
        turn: &mut TurnBudget,
        progress: &mut ProgressTeller<impl FnMut(Progress) -> R>,
    ) -> Result<(), Error> {
        let Some(mut pipe) = self.0.pipe() else {
            return Ok(());
        };
        loop {
            // Adds bytes to `transferred` only after they are in the file. Bytes in the pipe may be
            // lost.
            let came = poll_fn(|cx| self.0.poll_fill(cx, &mut pipe)).await?;
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
            turn.spend(came).await;
        }
    }

    /// Returns the transfer's error after a write to the file failed with `error`. `left` bytes had
    /// arrived but were not written.
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
    /// be anything with a readable descriptor: a regular file, a pipe, a device.
    ///
    /// The reactor waits for the socket, but a read of the file blocks this thread, and the control
    /// connection is not read meanwhile. So do not pass a slow pipe, or use a separate thread.
    ///
    /// ```no_run
    /// # smol::block_on(async {
    /// # let mut client = ftp_smol::Client::connect(ftp_smol::Options::new("localhost")).await?;
    /// let file = std::fs::File::open("image.iso")?;
    /// let done = client.upload("image.iso").await?.send_from(&file, |_| {}).await?;
    /// assert_eq!(file.metadata()?.len(), done.bytes);
    /// # Ok::<(), ftp_smol::Error>(())
    /// # })?;
    /// # Ok::<(), ftp_smol::Error>(())
    /// ```
    ///
    /// # Errors
    /// The errors of writing and of [`finish`](Self::finish). If the file cannot be read, the error
    /// is a [`Local`](ftp_proto::ErrorKind::Local) without a command. The client's next operation then
    /// first aborts the transfer.
    pub async fn send_from<R: ProgressFlow>(
        mut self,
        file: impl LocalFile,
        progress: impl FnMut(Progress) -> R,
    ) -> Result<Completion, Error> {
        let sent = match OpenFile::of(&file) {
            Ok(file) => self.send(&file, &mut ProgressTeller::new(progress)).await,
            Err(error) => Err(self.0.phase.reading_failed(error)),
        };
        match sent {
            Ok(()) => self.finish().await,
            Err(error) => Err(self.0.stop(error).await),
        }
    }

    /// Sends the file to its end.
    async fn send<R: ProgressFlow>(
        &mut self,
        file: &OpenFile<'_>,
        progress: &mut ProgressTeller<impl FnMut(Progress) -> R>,
    ) -> Result<(), Error> {
        poll_fn(|cx| self.poll_drain(cx)).await?;
        self.0.phase.will_send(file.left());
        progress.tell(&self.0.phase)?;
        let mut turn = TurnBudget::default();
        if self.0.is_plain() && kernel::worth_sending(file) {
            loop {
                let sent = poll_fn(|cx| self.0.poll_send(cx, file)).await?;
                if sent == 0 {
                    break;
                }
                self.0.phase.moved(sent);
                progress.tell(&self.0.phase)?;
                turn.spend(sent).await;
            }
        }
        // `poll_send` returns 0 at the end of the file, but also if sendfile does not support this
        // file. Only a read of 0 bytes proves that the file has ended.
        let mut buffer = vec![0; FIRST];
        loop {
            let read = file.read(&mut buffer);
            let count = read.map_err(|error| self.0.phase.reading_failed(error))?;
            let mut bytes = &buffer[..count];
            while !bytes.is_empty() || !self.0.phase.unsent().is_empty() {
                let taken = poll_fn(|cx| self.0.poll_send_some(cx, bytes)).await?;
                bytes = &bytes[taken..];
                progress.tell(&self.0.phase)?;
                turn.spend(taken).await;
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

/// Moves bytes inside the kernel. `poll_fill` and `poll_send` return 0 if the data has ended, or if
/// the kernel cannot move it. The caller then finds out by an ordinary read which of the two is
/// true.
impl DataTransfer<'_> {
    /// Aborts the transfer, if `error` says that the program has stopped it. Returns the error.
    async fn stop(mut self, error: Error) -> Error {
        if error.kind() != ErrorKind::Aborted || self.phase.has_ended() {
            return error;
        }
        let aborted = match self.phase.into_abort() {
            Ok(abort) => self.client.run(abort).await,
            Err(why) => Err(why),
        };
        match aborted {
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

    fn poll_fill(&mut self, cx: &mut Context<'_>, pipe: &mut Pipe) -> Poll<Result<usize, Error>> {
        let filled = ready!(self.poll_attempt(cx, |channel, phase, cx| {
            let most = phase.most();
            let copied = channel
                .poll_run_on_socket(cx, Async::poll_readable, |socket| pipe.fill(socket, most));
            copied.map_ok(|copied| match copied {
                KernelCopy::Bytes(0) => DataProgress::End(DataEnd::Clean),
                KernelCopy::Bytes(count) => DataProgress::Bytes(count),
                KernelCopy::Refused => DataProgress::Bytes(0),
            })
        }));
        Poll::Ready(filled.map_or_else(|| self.phase.outcome().map(|_| 0), Ok))
    }

    fn poll_send(
        &mut self,
        cx: &mut Context<'_>,
        file: &OpenFile<'_>,
    ) -> Poll<Result<usize, Error>> {
        let sent = ready!(self.poll_attempt(cx, |channel, phase, cx| {
            let most = phase.most();
            let send = |socket: BorrowedFd<'_>| kernel::send(socket, file, most);
            let copied = channel.poll_run_on_socket(cx, Async::poll_writable, send);
            copied.map_ok(|copied| match copied {
                KernelCopy::Bytes(count) => DataProgress::Bytes(count),
                KernelCopy::Refused => DataProgress::Bytes(0),
            })
        }));
        Poll::Ready(sent.map_or_else(|| self.phase.outcome().map(|_| 0), Ok))
    }
}

impl Channel {
    /// Calls `run`, which moves bytes, with the socket. If `run` would block, waits until the
    /// socket is ready and calls `run` again.
    fn poll_run_on_socket(
        &mut self,
        cx: &mut Context<'_>,
        poll_ready: fn(&Async<TcpStream>, &mut Context<'_>) -> Poll<io::Result<()>>,
        mut run: impl FnMut(BorrowedFd<'_>) -> io::Result<KernelCopy>,
    ) -> Poll<Result<KernelCopy, Error>> {
        let Some(socket) = self.plain_socket() else {
            return Poll::Ready(Ok(KernelCopy::Refused));
        };
        loop {
            match run(socket.as_fd()) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    ready!(poll_ready(socket, cx))?;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                result => return Poll::Ready(Ok(result?)),
            }
        }
    }
}

/// After this many bytes, a transfer lets other tasks run. A fast connection is always ready.
/// Without this pause, its future would never return `Pending`, so no other task of the thread
/// could run, or drop the future.
const TURN: usize = 4 * 1024 * 1024;

/// How many bytes the transfer has moved since it last let other tasks run.
#[derive(Default)]
struct TurnBudget(usize);

impl TurnBudget {
    async fn spend(&mut self, bytes: usize) {
        self.0 += bytes;
        if self.0 >= TURN {
            self.0 = 0;
            yield_now().await;
        }
    }
}
