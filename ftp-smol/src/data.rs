//! Downloads that implement `AsyncRead` and `AsyncBufRead`, and uploads that implement `AsyncWrite`.

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Instant;

use ftp_proto::data::{
    DataPhase, DataProgress, DataStep, Interruption, Lease, ReadAhead, WriteBehind,
};
use ftp_proto::flows::Finish;
use ftp_proto::tls::TlsInfo;
use ftp_proto::{Aborted, Completion, DataEnd, Error, Transfer, TransferOptions, Wait};
use smol::io::{AsyncBufRead, AsyncRead, AsyncWrite};

use crate::channel::Channel;
use crate::client::Client;
use crate::drive::Operation;

/// A running download. It reads like any stream, and reports the end of file only after the server
/// has confirmed the transfer.
///
/// The end of file (a read of 0 bytes) means that the data ended cleanly *and* that the final reply
/// was positive. Otherwise the read fails with an `io::Error` that holds an [`Error`]:
/// `Error::from(io_error)` returns it.
///
/// You need no `BufReader`: small reads, and the methods of `AsyncBufRead` such as `lines`, are
/// served from a buffer that reads ahead by up to 256 KiB. Reads of 64 KiB and more go straight to
/// your buffer. [`save_to`](Self::save_to) needs the least CPU.
///
/// Dropping or forgetting a download is safe: the next operation of the client first aborts the
/// transfer.
///
/// ```no_run
/// # fn main() -> Result<(), ftp_smol::Error> {
/// # smol::block_on(async {
/// # let mut client = ftp_smol::Client::connect(ftp_smol::Options::new("localhost")).await?;
/// use smol::io::AsyncReadExt as _;
///
/// let mut start = [0; 16];
/// client.download("image.iso").await?.read_exact(&mut start).await?;
/// client.noop().await?; // aborts the rest of the download first
/// # Ok(())
/// # })
/// # }
/// ```
#[derive(Debug)]
#[must_use = "nothing comes unless it is read"]
pub struct Download<'c>(pub(crate) DataTransfer<'c>, pub(crate) ReadAhead);

/// A running upload. It writes like any stream. A file is stored for certain only after
/// [`finish`](Self::finish) or `close` has returned `Ok`.
///
/// You need no `BufWriter`: small writes are gathered, and sent when they are 64 KiB, at `flush` and
/// at `finish` or `close`. If you write a log whose lines the server should have at once, flush
/// after each line. Writes of 32 KiB and more go straight to the connection.
/// [`send_from`](Self::send_from) needs the least CPU.
///
/// An error may show only at a later write or flush, and at `finish` at the latest: `finish` returns
/// `Ok` only if the server has confirmed all bytes that you have written.
///
/// Dropping or forgetting an upload is safe: the next operation of the client first aborts the
/// transfer.
///
/// ```no_run
/// # fn main() -> Result<(), ftp_smol::Error> {
/// # smol::block_on(async {
/// # let mut client = ftp_smol::Client::connect(ftp_smol::Options::new("localhost")).await?;
/// use smol::io::AsyncWriteExt as _;
///
/// let mut upload = client.upload("numbers.txt").await?;
/// for number in 0..1000 {
///     upload.write_all(format!("{number}\n").as_bytes()).await?;
/// }
/// upload.finish().await?;
/// # Ok(())
/// # })
/// # }
/// ```
#[derive(Debug)]
#[must_use = "nothing is stored for certain before `finish`"]
pub struct Upload<'c>(pub(crate) DataTransfer<'c>, WriteBehind);

/// The part that [`Download`] and [`Upload`] share.
#[derive(Debug)]
pub(crate) struct DataTransfer<'c> {
    pub(crate) client: Lease<'c, Client>,
    pub(crate) phase: DataPhase,
    /// The flow that ends the transfer. `None` before it starts and after its end.
    finishing: Option<Operation<Finish>>,
    /// What the transfer waits for now, with a time limit. `None` if it waits for nothing.
    waiting: Option<Wait>,
    /// How many bytes of the transfer had been moved when it last let other tasks run.
    yielded: u64,
    /// When the transfer began, if it has speed limits.
    begun: Option<Instant>,
    /// When the time limit ends in which bytes must move.
    idle_end: Instant,
}

/// A transfer lets other tasks run after it has moved this many bytes, even if its data connection
/// is always ready.
const YIELD_EVERY: u64 = 1024 * 1024;

impl<'c> Download<'c> {
    pub(crate) fn new(
        client: impl Into<Lease<'c, Client>>,
        transfer: Transfer,
        options: &TransferOptions,
    ) -> Self {
        let mut client = client.into();
        if let Ok(channel) = client.data.channel() {
            channel.reset_on_close(false);
        }
        let moving = DataTransfer::new(client, transfer, options);
        Self(moving, ReadAhead::default())
    }

    /// Returns the server's confirmation. Call it after you have read to the end.
    ///
    /// # Errors
    /// The error of the last read. [`NotAtEnd`](ftp_proto::Misuse::NotAtEnd) before the end.
    pub async fn finish(mut self) -> Result<Completion, Error> {
        poll_fn(|cx| self.0.poll_finish(cx)).await;
        self.0.phase.into_outcome()
    }
}

impl Download<'_> {
    /// Returns how many bytes you have read until now. Bytes that wait in the buffer that reads
    /// ahead do not count. If line ends are translated, the bytes are counted as they came from the
    /// server.
    pub fn transferred(&self) -> u64 {
        let waiting = u64::try_from(self.1.waiting().len()).unwrap_or(u64::MAX);
        self.0.phase.bytes().saturating_sub(waiting)
    }

    /// Reads bytes into the buffer that reads ahead, or into `buffer` if it is large. Returns how
    /// many bytes are now in `buffer`. It may return 0 before the end.
    fn poll_read_ahead(&mut self, cx: &mut Context<'_>, buffer: &mut [u8]) -> Poll<usize> {
        let Self(moving, ahead) = self;
        let room = ahead.space(buffer);
        let came = ready!(moving.poll_attempt(cx, |channel, phase, cx| {
            channel
                .poll_read(cx, phase.some_room(room))
                .map_ok(DataProgress::from)
        }));
        Poll::Ready(came.map_or(0, |came| {
            ahead.filled(came, buffer, |bytes| moving.phase.received(bytes))
        }))
    }
}

impl AsyncRead for Download<'_> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        if buffer.is_empty() {
            return Poll::Ready(Ok(0));
        }
        loop {
            let mut count = this.1.take(buffer);
            if count == 0 {
                if this.0.phase.has_ended() {
                    this.1.end(&[]);
                    ready!(this.0.poll_finish(cx));
                    return Poll::Ready(Ok(this.0.phase.read_end(buffer)?));
                }
                // No bytes are not the end: the translation of line ends may hold back a CR until
                // the next byte arrives.
                count = ready!(this.poll_read_ahead(cx, buffer));
            }
            if count > 0 {
                return Poll::Ready(Ok(count));
            }
        }
    }
}

/// Lines, for example, come without a `BufReader`:
///
/// ```no_run
/// # fn main() -> Result<(), ftp_smol::Error> {
/// # smol::block_on(async {
/// # let mut client = ftp_smol::Client::connect(ftp_smol::Options::new("localhost")).await?;
/// use smol::io::AsyncBufReadExt as _;
/// use smol::stream::StreamExt as _;
///
/// let mut download = client.download("notes.txt").await?;
/// let mut lines = (&mut download).lines();
/// while let Some(line) = lines.next().await {
///     println!("{}", line?);
/// }
/// download.finish().await?;
/// # Ok(())
/// # })
/// # }
/// ```
impl AsyncBufRead for Download<'_> {
    fn poll_fill_buf(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<&[u8]>> {
        let this = self.get_mut();
        while this.1.waiting().is_empty() {
            if this.0.phase.has_ended() {
                ready!(this.0.poll_finish(cx));
                let mut last = [0];
                let count = this.0.phase.read_end(&mut last)?;
                this.1.end(&last[..count]);
                break;
            }
            ready!(this.poll_read_ahead(cx, &mut []));
        }
        Poll::Ready(Ok(this.1.waiting()))
    }

    fn consume(self: Pin<&mut Self>, count: usize) {
        self.get_mut().1.consume(count);
    }
}

impl<'c> Upload<'c> {
    pub(crate) fn new(
        client: impl Into<Lease<'c, Client>>,
        transfer: Transfer,
        options: &TransferOptions,
    ) -> Self {
        let mut client = client.into();
        if let Ok(channel) = client.data.channel() {
            channel.expect_upload();
        }
        let moving = DataTransfer::new(client, transfer, options);
        Self(moving, WriteBehind::default())
    }

    /// Returns how many bytes were sent until now, counted on the wire. Bytes that wait in the
    /// buffer until more are written do not count.
    pub fn transferred(&self) -> u64 {
        self.0.phase.bytes()
    }

    /// Ends the upload, and waits for the server to confirm that it has the whole file.
    ///
    /// # Errors
    /// The server's refusal, with the number of bytes sent; an error if the server does not confirm
    /// the file, or if a connection breaks.
    pub async fn finish(mut self) -> Result<Completion, Error> {
        poll_fn(|cx| self.poll_end(cx)).await;
        self.0.phase.into_outcome()
    }

    /// Sends all bytes that were gathered or translated and are still unsent.
    pub(crate) fn poll_drain(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let Self(moving, behind) = self;
        while !behind.unsent().is_empty() {
            let sent = ready!(moving.poll_send_some(cx, behind.unsent()))?;
            behind.advance(sent);
        }
        moving.poll_drain(cx)
    }

    /// Ends the upload. After this is ready, `phase.outcome()` returns the result of the transfer.
    pub(crate) fn poll_end(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        // If the last bytes cannot be sent, the transfer has failed already, and its outcome holds
        // the reason. It must then not be marked as complete.
        if ready!(self.poll_drain(cx)).is_ok() {
            self.0.phase.end(DataEnd::Clean);
        }
        self.1 = WriteBehind::default();
        self.0.poll_end(cx)
    }

    /// Whether bytes must be sent before a write can take more.
    fn is_due(&self) -> bool {
        self.1.is_due() || !self.0.phase.unsent().is_empty()
    }
}

impl AsyncWrite for Upload<'_> {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        if this.is_due() {
            ready!(this.poll_drain(cx))?;
        }
        if this.0.phase.has_ended() {
            ready!(this.0.poll_finish(cx));
            return Poll::Ready(Err(this.0.phase.refusal().into()));
        }
        let mut taken = this.1.gather(bytes);
        if taken == 0 && !bytes.is_empty() {
            taken = ready!(this.0.poll_send_some(cx, bytes))?;
        }
        if this.is_due() {
            // What the connection cannot take now is sent by the next call.
            if let Poll::Ready(drained) = this.poll_drain(cx) {
                drained?;
            }
        }
        Poll::Ready(Ok(taken))
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        ready!(this.poll_drain(cx))?;
        this.0
            .poll_write(cx, |channel, _, cx| channel.poll_flush(cx).map_ok(|()| 0))
            .map_ok(|_| ())
    }

    /// Ends the upload as [`finish`](Upload::finish) does, but does not return the [`Completion`].
    fn poll_close(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        ready!(this.poll_end(cx));
        Poll::Ready(Ok(this.0.phase.outcome().map(|_| ())?))
    }
}

macro_rules! in_common {
    ($($name:ident)*) => {$(
        impl $name<'_> {
            /// Aborts the transfer (ABOR) and makes the session usable again.
            ///
            /// A server on aioftp closes the control connection if the data connection is closed
            /// before the server has read ABOR. For such a server, set
            /// [`AbortClose::AfterReply`](ftp_proto::AbortClose): the data connection then stays
            /// open until the server has replied to ABOR, also if you drop a transfer.
            ///
            /// ```no_run
            /// # fn main() -> Result<(), ftp_smol::Error> {
            /// # smol::block_on(async {
            /// # let mut client = ftp_smol::Client::connect(ftp_smol::Options::new("localhost")).await?;
            /// let download = client.download("image.iso").await?;
            /// println!("{:?}", download.abort().await?);
            /// client.noop().await?;
            /// # Ok(())
            /// # })
            /// # }
            /// ```
            ///
            /// # Errors
            /// The reason why the session is not usable yet; the next operation then cleans up.
            /// [`StaleTransfer`](ftp_proto::Misuse::StaleTransfer) if the transfer is over already.
            pub async fn abort(self) -> Result<Aborted, Error> {
                let DataTransfer {
                    mut client, phase, ..
                } = self.0;
                client.run(phase.into_abort()?).await
            }

            /// Sends a NOOP, so that no firewall drops the idle control connection. The client
            /// never sends a NOOP unasked, because some servers reply to it late, and some never.
            ///
            /// # Errors
            /// An error if the control connection fails.
            pub async fn keep_alive(&mut self) -> Result<(), Error> {
                let DataTransfer { client, phase, .. } = &mut self.0;
                if phase.has_ended() {
                    return Ok(());
                }
                // The reply to the last NOOP may have arrived, and must be read before the next
                // NOOP.
                client.look_at_control();
                phase.keep_alive(&mut client.session);
                client.start_sending();
                let flushed = poll_fn(|cx| client.poll_flush(cx)).await;
                flushed.map_err(|error| client.cut.take().unwrap_or(error))
            }

            /// Returns the size in bytes that the server announced when the transfer began, usually
            /// the size of the whole file. `None` if it announced none. A download that brings
            /// fewer bytes fails, unless you choose another [`SizeCheck`](ftp_proto::SizeCheck).
            ///
            /// ```no_run
            /// # fn main() -> Result<(), ftp_smol::Error> {
            /// # smol::block_on(async {
            /// # let mut client = ftp_smol::Client::connect(ftp_smol::Options::new("localhost")).await?;
            /// let download = client.download("image.iso").await?;
            /// println!("{:?} bytes to come", download.size_hint());
            /// # Ok(())
            /// # })
            /// # }
            /// ```
            pub fn size_hint(&self) -> Option<u64> {
                self.0.phase.transfer().and_then(Transfer::size_hint)
            }

            /// Returns whether the data connection resumed the TLS session of the login. `None` in
            /// clear text.
            pub fn resumed(&self) -> Option<bool> {
                self.tls_info().map(|info| info.resumed)
            }

            /// Returns the TLS parameters of the data connection. `None` in clear text.
            pub fn tls_info(&self) -> Option<&TlsInfo> {
                self.0.client.data_tls.as_ref()
            }
        }
    )*};
}

in_common! { Download Upload }

impl<'c> DataTransfer<'c> {
    fn new(client: Lease<'c, Client>, transfer: Transfer, options: &TransferOptions) -> Self {
        let limits = &client.options.transfer_limits;
        let phase = DataPhase::new(transfer, options).or_limits(options, limits);
        Self {
            begun: phase.is_paced().then(|| client.network.now()),
            idle_end: client.deadline.at,
            client,
            phase,
            finishing: None,
            waiting: None,
            yielded: 0,
        }
    }

    /// Calls `attempt` until it has moved bytes, and between the calls does what the data phase
    /// demands. Returns how many bytes were moved. `None` if the transfer is over.
    pub(crate) fn poll_attempt(
        &mut self,
        cx: &mut Context<'_>,
        mut attempt: impl FnMut(
            &mut Channel,
            &DataPhase,
            &mut Context<'_>,
        ) -> Poll<Result<DataProgress, Error>>,
    ) -> Poll<Option<usize>> {
        let begun = self.begun;
        let Self { client, phase, .. } = self;
        if phase.bytes().saturating_sub(self.yielded) >= YIELD_EVERY {
            self.yielded = phase.bytes();
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        let moved = loop {
            if let Some(error) = client.stopped() {
                phase.stop(error);
            }
            client.tick(phase, begun);
            let patient = match phase.step(&client.session) {
                DataStep::Look => {
                    client.look_at_control();
                    continue;
                }
                DataStep::Move(wait) => {
                    if self.waiting.replace(wait) != Some(wait) {
                        client.start_waiting(wait);
                        self.idle_end = client.deadline.at;
                    }
                    client.wait_for_pace(phase, self.idle_end);
                    true
                }
                DataStep::Rest(time) => {
                    (self.waiting, self.yielded) = (None, phase.bytes());
                    ready!(client.poll_rest(cx, phase, time));
                    continue;
                }
                DataStep::TakeIn => false,
                DataStep::Finish(flow) => {
                    self.finishing = Some(client.start(flow));
                    continue;
                }
                DataStep::Over => {
                    ready!(self.poll_finish(cx));
                    break None;
                }
            };
            match client.poll_watch(cx, |data, cx| attempt(data.channel()?, phase, cx)) {
                Poll::Ready(Ok(DataProgress::Bytes(count))) => {
                    client.tick(phase, begun);
                    phase.paced(count);
                    break Some(count);
                }
                Poll::Ready(Ok(DataProgress::End(end))) => phase.end(end),
                Poll::Ready(Err(by)) => {
                    // Without patience, a time-out must end the data, or this loop would spin.
                    let early = phase.is_paced() && client.network.now() < self.idle_end;
                    client.end_wait(phase, by, !(patient && early));
                }
                Poll::Pending if patient => {
                    self.yielded = phase.bytes();
                    return Poll::Pending;
                }
                Poll::Pending => phase.interrupted(&mut client.session, Interruption::TimedOut),
            }
        };
        self.waiting = None;
        Poll::Ready(moved)
    }

    /// Continues the [`Finish`] flow, which ends the transfer. Does nothing if the flow has not
    /// been started.
    pub(crate) fn poll_finish(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if let Some(operation) = &mut self.finishing {
            let outcome = ready!(self.client.poll_run(cx, operation));
            self.phase.finished(outcome);
            self.finishing = None;
        }
        Poll::Ready(())
    }

    fn poll_write(
        &mut self,
        cx: &mut Context<'_>,
        mut attempt: impl FnMut(
            &mut Channel,
            &DataPhase,
            &mut Context<'_>,
        ) -> Poll<Result<usize, Error>>,
    ) -> Poll<io::Result<usize>> {
        let sent = ready!(self.poll_attempt(cx, |channel, phase, cx| {
            attempt(channel, phase, cx).map_ok(DataProgress::Bytes)
        }));
        let sent = sent.ok_or_else(|| self.phase.refusal())?;
        self.phase.moved(sent);
        Poll::Ready(Ok(sent))
    }

    /// Sends translated bytes that are still unsent, and otherwise bytes of `bytes`. Returns how
    /// many bytes of `bytes` were taken. Nothing is taken before all translated bytes are sent.
    pub(crate) fn poll_send_some(
        &mut self,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if !self.phase.unsent().is_empty() {
            return self
                .poll_write(cx, |channel, phase, cx| {
                    channel.poll_write(cx, phase.some_of(phase.unsent()))
                })
                .map_ok(|_| 0);
        }
        if self.phase.has_ended() {
            ready!(self.poll_finish(cx));
            return Poll::Ready(Err(self.phase.refusal().into()));
        }
        match self.phase.fill(bytes) {
            Some(taken) => Poll::Ready(Ok(taken)),
            None => self.poll_write(cx, |channel, phase, cx| {
                channel.poll_write(cx, phase.some_of(bytes))
            }),
        }
    }

    /// Sends all translated bytes that are still unsent.
    fn poll_drain(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.phase.unsent().is_empty() {
            let sent = self.poll_write(cx, |channel, phase, cx| {
                channel.poll_write(cx, phase.some_of(phase.unsent()))
            });
            ready!(sent)?;
        }
        Poll::Ready(Ok(()))
    }

    /// Runs the flow that ends the transfer, after its data has ended.
    fn poll_end(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.poll_attempt(cx, |_, _, _| Poll::Pending).map(|_| ())
    }
}
