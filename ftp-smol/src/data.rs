//! Transfers as streams.

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use ftp_proto::data::{DataPhase, DataProgress, DataStep, Interruption, ReadAhead};
use ftp_proto::flows::Finish;
use ftp_proto::tls::TlsInfo;
use ftp_proto::{Aborted, Completion, DataEnd, Error, Transfer, TransferOptions, Wait};
use smol::io::{AsyncRead, AsyncWrite};

use crate::channel::Channel;
use crate::client::Client;
use crate::drive::Operation;

/// A file on its way here: reads like any stream, and ends only when the server has confirmed it.
///
/// The end of file (a read of 0 bytes) means that the data ended cleanly *and* the final reply
/// was positive. Anything else is an error that carries an [`Error`] inside:
/// `Error::from(io_error)` takes it out.
///
/// Small reads are served from a buffer of its own, which reads ahead by up to 256 KiB: there is no
/// need for a `BufReader`. Reads of 64 KiB and more go straight to the caller's.
/// [`save_to`](Self::save_to) does with less than any of them.
///
/// Dropping or forgetting it is safe: the next operation of the client aborts the transfer first.
#[derive(Debug)]
#[must_use = "nothing comes unless it is read"]
pub struct Download<'c>(pub(crate) DataTransfer<'c>, pub(crate) ReadAhead);

/// A file on its way to the server: writes like any stream. Nothing is stored for certain before
/// [`finish`](Self::finish) or `close` has said so.
///
/// Each write goes out at once: a log needs no flush after each line. Send a large file through a
/// `BufWriter`, in pieces of 64 KiB or more, or with [`send_from`](Self::send_from).
///
/// Dropping or forgetting it is safe: the next operation of the client aborts the transfer first.
#[derive(Debug)]
#[must_use = "nothing is stored for certain before `finish`"]
pub struct Upload<'c>(pub(crate) DataTransfer<'c>);

/// What both have in common.
#[derive(Debug)]
pub(crate) struct DataTransfer<'c> {
    pub(crate) client: &'c mut Client,
    pub(crate) phase: DataPhase,
    /// Finishing, while that is under way.
    finishing: Option<Operation<Finish>>,
    /// The time allowed for the next bytes is running.
    waiting: Option<Wait>,
    /// How many bytes had moved when other tasks last had their turn.
    yielded: u64,
}

/// After how many bytes other tasks have their turn, though the data connection never makes this one
/// wait.
const YIELD_EVERY: u64 = 1024 * 1024;

impl<'c> Download<'c> {
    pub(crate) fn new(
        client: &'c mut Client,
        transfer: Transfer,
        options: &TransferOptions,
    ) -> Self {
        if let Ok(channel) = client.data.channel() {
            channel.reset_on_close(false);
        }
        let moving = DataTransfer::new(client, DataPhase::new(transfer, options));
        Self(moving, ReadAhead::default())
    }

    /// The server's confirmation, once the end was read.
    ///
    /// # Errors
    /// What the last read said; [`NotAtEnd`](ftp_proto::Misuse::NotAtEnd) before the end.
    pub async fn finish(mut self) -> Result<Completion, Error> {
        poll_fn(|cx| self.0.poll_finish(cx)).await;
        self.0.phase.into_outcome()
    }
}

impl AsyncRead for Download<'_> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        let Self(moving, ahead) = self.get_mut();
        if buffer.is_empty() {
            return Poll::Ready(Ok(0));
        }
        while !moving.phase.has_ended() {
            let mut count = ahead.take(buffer);
            if count == 0 {
                let room = ahead.space(buffer);
                let came = ready!(moving.poll_attempt(cx, |channel, _, cx| {
                    channel.poll_read(cx, room).map_ok(DataProgress::from)
                }));
                count = came.map_or(0, |came| ahead.filled(came, buffer));
            }
            // Nothing yet is not the end.
            match moving.phase.received(&mut buffer[..count]) {
                0 => {}
                count => return Poll::Ready(Ok(count)),
            }
        }
        *ahead = ReadAhead::default();
        ready!(moving.poll_finish(cx));
        Poll::Ready(Ok(moving.phase.read_end(buffer)?))
    }
}

impl<'c> Upload<'c> {
    pub(crate) fn new(
        client: &'c mut Client,
        transfer: Transfer,
        options: &TransferOptions,
    ) -> Self {
        if let Ok(channel) = client.data.channel() {
            channel.expect_bulk();
        }
        Self(DataTransfer::new(client, DataPhase::new(transfer, options)))
    }

    /// Ends the data and waits for the server to confirm that it has all of it.
    ///
    /// # Errors
    /// The server's refusal, with the number of bytes sent; an unconfirmed or broken transfer.
    pub async fn finish(mut self) -> Result<Completion, Error> {
        poll_fn(|cx| self.0.poll_close(cx)).await;
        self.0.phase.into_outcome()
    }
}

impl AsyncWrite for Upload<'_> {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let moving = &mut self.get_mut().0;
        ready!(moving.poll_drain(cx))?;
        if moving.phase.has_ended() {
            ready!(moving.poll_finish(cx));
            return Poll::Ready(Err(moving.phase.refusal().into()));
        }
        if let Some(taken) = moving.phase.fill(bytes) {
            // What does not go now goes with the next call.
            if let Poll::Ready(drained) = moving.poll_drain(cx) {
                drained?;
            }
            return Poll::Ready(Ok(taken));
        }
        if bytes.is_empty() {
            return Poll::Ready(Ok(0));
        }
        moving.poll_write(cx, |channel, _, cx| channel.poll_write(cx, bytes))
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let moving = &mut self.get_mut().0;
        ready!(moving.poll_drain(cx))?;
        moving
            .poll_write(cx, |channel, _, cx| channel.poll_flush(cx).map_ok(|()| 0))
            .map_ok(|_| ())
    }

    /// As [`finish`](Upload::finish), without the completion.
    fn poll_close(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let moving = &mut self.get_mut().0;
        ready!(moving.poll_close(cx));
        Poll::Ready(Ok(moving.phase.outcome().map(|_| ())?))
    }
}

macro_rules! in_common {
    ($($name:ident)*) => {$(
        impl $name<'_> {
            /// Aborts the transfer (ABOR) and brings the session back into step.
            ///
            /// # Errors
            /// What kept the session from getting there; what is still owed is paid by the next
            /// operation. [`StaleTransfer`](ftp_proto::Misuse::StaleTransfer) when it is over already.
            pub async fn abort(self) -> Result<Aborted, Error> {
                let DataTransfer { client, phase, .. } = self.0;
                client.run(phase.into_abort()?).await
            }

            /// Sends a NOOP, so that no firewall forgets the silent control connection. Some
            /// servers answer it late, some never, so it is sent on request only.
            ///
            /// # Errors
            /// When the control connection fails.
            pub async fn keep_alive(&mut self) -> Result<(), Error> {
                let DataTransfer { client, phase, .. } = &mut self.0;
                if phase.has_ended() {
                    return Ok(());
                }
                // The answer to the last one may be in.
                poll_fn(|cx| Poll::Ready(client.look_at_control(cx))).await;
                phase.keep_alive(&mut client.session);
                client.start_sending();
                poll_fn(|cx| client.poll_flush(cx)).await
            }

            /// Bytes moved so far in this transfer.
            pub fn transferred(&self) -> u64 {
                self.0.phase.bytes()
            }

            /// The size in bytes that the server announced when it began, of the whole file as a
            /// rule. A download of a file that brings less is an error, unless
            /// [`SizeCheck`](ftp_proto::SizeCheck) says otherwise.
            pub fn size_hint(&self) -> Option<u64> {
                self.0.phase.transfer().and_then(Transfer::size_hint)
            }

            /// Whether the data connection resumed the login's TLS session; `None` in clear.
            pub fn resumed(&self) -> Option<bool> {
                self.tls_info().map(|info| info.resumed)
            }

            /// What TLS on the data connection came to; `None` in clear.
            pub fn tls_info(&self) -> Option<&TlsInfo> {
                self.0.client.data_tls.as_ref()
            }
        }
    )*};
}

in_common! { Download Upload }

impl<'c> DataTransfer<'c> {
    fn new(client: &'c mut Client, phase: DataPhase) -> Self {
        Self {
            client,
            phase,
            finishing: None,
            waiting: None,
            yielded: 0,
        }
    }

    /// Moves bytes once, as far as the phase lets it: how many, or `None` once there is an outcome.
    pub(crate) fn poll_attempt(
        &mut self,
        cx: &mut Context<'_>,
        mut attempt: impl FnMut(
            &mut Channel,
            &DataPhase,
            &mut Context<'_>,
        ) -> Poll<Result<DataProgress, Error>>,
    ) -> Poll<Option<usize>> {
        let Self { client, phase, .. } = self;
        if phase.bytes().saturating_sub(self.yielded) >= YIELD_EVERY {
            self.yielded = phase.bytes();
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        let moved = loop {
            let patient = match phase.step(&client.session) {
                DataStep::Look => {
                    client.look_at_control(cx);
                    continue;
                }
                DataStep::Move(wait) => {
                    if self.waiting.replace(wait) != Some(wait) {
                        client.start_waiting(wait);
                    }
                    true
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
                Poll::Ready(Ok(DataProgress::Bytes(count))) => break Some(count),
                Poll::Ready(Ok(DataProgress::End(end))) => phase.end(end),
                Poll::Ready(Err(by)) => phase.interrupted(&mut client.session, by),
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

    /// Goes on with finishing, where that is under way.
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

    /// Sends what was translated.
    fn poll_drain(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.phase.unsent().is_empty() {
            let sent = self.poll_write(cx, |channel, phase, cx| {
                channel.poll_write(cx, phase.unsent())
            });
            ready!(sent)?;
        }
        Poll::Ready(Ok(()))
    }

    /// Ends the data, after which there is an outcome.
    fn poll_close(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        // Where it cannot be sent, the outcome says why.
        if ready!(self.poll_drain(cx)).is_ok() {
            self.phase.end(DataEnd::Clean);
        }
        self.poll_attempt(cx, |_, _, _| Poll::Pending).map(|_| ())
    }
}
