//! Transfers from and to files, on the kernel's own paths where it has them.

use std::future::poll_fn;
use std::io;
use std::net::TcpStream;
use std::os::fd::{AsFd, BorrowedFd};
use std::task::{Context, Poll, ready};

use ftp_blocking::sys::descriptor;
use ftp_blocking::sys::kernel::{self, KernelCopy, Pipe};
use ftp_proto::data::{DataProgress, ReadAhead};
use ftp_proto::{Completion, DataEnd, Error};
use smol::Async;
use smol::future::yield_now;

use crate::channel::Channel;
use crate::data::{DataTransfer, Download, Upload};

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
    /// written to will do: a regular file, a pipe, `/dev/null`. The socket is waited for by the reactor, but the file by
    /// this thread, as for the page cache; the control connection is not watched meanwhile. So
    /// give it no pipe that is slow, or use a thread of its own. Dropped at any point, it leaves in
    /// the file what `progress` was told.
    ///
    /// ```no_run
    /// # smol::block_on(async {
    /// # let mut client = ftp_smol::Client::connect(ftp_smol::Options::new("localhost")).await?;
    /// let file = std::fs::File::create("image.iso")?;
    /// let download = client.download("image.iso").await?;
    /// let done = download.save_to(&file, |bytes| eprint!("\r{bytes} bytes")).await?;
    /// assert_eq!(file.metadata()?.len(), done.bytes);
    /// # Ok::<(), ftp_smol::Error>(())
    /// # })?;
    /// # Ok::<(), ftp_smol::Error>(())
    /// ```
    ///
    /// # Errors
    /// Those of reading. The file's own error is an [`Io`](ftp_proto::ErrorKind::Io) without a
    /// command, which says "writing the local file"; [`Error::transferred`] is then what reached the
    /// file (of a translated text, nearly that), and the client's next operation aborts the transfer
    /// first.
    pub async fn save_to(
        mut self,
        file: impl AsFd,
        mut progress: impl FnMut(u64),
    ) -> Result<Completion, Error> {
        let file = file.as_fd();
        let mut turn = TurnBudget::default();
        if let Some(pipe) = self.0.pipe() {
            self.splice(pipe, file, &mut turn, &mut progress).await?;
        }
        if self.0.phase.has_ended() {
            return self.finish().await;
        }
        let mut buffer = vec![0; FIRST];
        loop {
            let count = smol::io::AsyncReadExt::read(&mut self, &mut buffer).await?;
            if count == 0 {
                return self.finish().await;
            }
            let mut bytes = &buffer[..count];
            let written = descriptor::write_all(file, &mut bytes);
            written.map_err(|error| self.cut_short(error, bytes.len()))?;
            progress(self.transferred());
            if count == FIRST && !self.0.is_tls() {
                buffer.resize(SAVING, 0);
            }
            turn.spend(count).await;
        }
    }

    /// As much as the kernel moves.
    async fn splice(
        &mut self,
        mut pipe: Pipe,
        file: BorrowedFd<'_>,
        turn: &mut TurnBudget,
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
            let came = poll_fn(|cx| self.0.poll_fill(cx, &mut pipe)).await?;
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
            turn.spend(came).await;
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
    /// read will do: a regular file, a pipe, a device. The socket is waited for by the reactor, but
    /// the file by this thread, as for the page cache; the control connection is not watched
    /// meanwhile. So give it no pipe that is slow, or use a thread of its own.
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
    /// Those of writing and of [`finish`](Self::finish). The file's own error is an
    /// [`Io`](ftp_proto::ErrorKind::Io) without a command; the client's next operation then aborts
    /// the transfer first.
    pub async fn send_from(
        mut self,
        file: impl AsFd,
        mut progress: impl FnMut(u64),
    ) -> Result<Completion, Error> {
        let file = file.as_fd();
        let mut turn = TurnBudget::default();
        if self.0.is_plain() && kernel::worth_sending(file) {
            loop {
                let sent = poll_fn(|cx| self.0.poll_send(cx, file)).await?;
                if sent == 0 {
                    break;
                }
                self.0.phase.moved(sent);
                progress(self.transferred());
                turn.spend(sent).await;
            }
        }
        // The end of the file, too, is what reading says it is.
        let mut buffer = vec![0; FIRST];
        loop {
            let read = descriptor::read(file, &mut buffer);
            let count = read.map_err(|error| self.0.phase.reading_failed(error))?;
            if count == 0 {
                return self.finish().await;
            }
            let mut bytes = &buffer[..count];
            while !bytes.is_empty() {
                let taken = smol::io::AsyncWriteExt::write(&mut self, bytes).await?;
                bytes = &bytes[taken..];
                progress(self.transferred());
                turn.spend(taken).await;
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

    fn poll_fill(&mut self, cx: &mut Context<'_>, pipe: &mut Pipe) -> Poll<Result<usize, Error>> {
        let filled = ready!(self.poll_attempt(cx, |channel, _, cx| {
            let copied =
                channel.poll_run_on_socket(cx, Async::poll_readable, |socket| pipe.fill(socket));
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
        file: BorrowedFd<'_>,
    ) -> Poll<Result<usize, Error>> {
        let sent = ready!(self.poll_attempt(cx, |channel, _, cx| {
            let send = |socket: BorrowedFd<'_>| kernel::send(socket, file);
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
    /// Has the kernel do something with the socket, once that is ready for it.
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

/// After how many bytes others get their turn, however fast the connection is: one that is always
/// ready would otherwise keep its thread, and nobody could drop the future.
const TURN: usize = 4 * 1024 * 1024;

/// Bytes moved since others had their turn.
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
