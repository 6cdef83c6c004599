//! Transfers as streams.

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use ftp_proto::data::{AsciiDecoder, AsciiOutbox};
use ftp_proto::flows::{Abort, Finish};
use ftp_proto::tls::TlsInfo;
use ftp_proto::{
    Aborted, Completion, DataEnd, Direction, Error, ErrorKind, LineEnds, Misuse, Transfer,
    TransferOptions, Verdict, Wait,
};
use smol::io::{AsyncRead, AsyncWrite};

use crate::ahead::Ahead;
use crate::channel::Got;
use crate::client::Client;
use crate::data_connection::Data;
use crate::drive::{Operation, Watched};

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
pub struct Download<'c>(pub(crate) Moving<'c>, pub(crate) Ahead);

/// A file on its way to the server: writes like any stream. Nothing is stored for certain before
/// [`finish`](Self::finish) or `close` has said so.
///
/// Each write goes out at once, so that whoever sends a log line by line needs no flush. A large
/// file in small pieces is better sent through a `BufWriter`, in pieces of 64 KiB or more, or with
/// [`send_from`](Self::send_from).
///
/// Dropping or forgetting it is safe: the next operation of the client aborts the transfer first.
#[derive(Debug)]
#[must_use = "nothing is stored for certain before `finish`"]
pub struct Upload<'c>(pub(crate) Moving<'c>);

/// What both have in common.
#[derive(Debug)]
pub(crate) struct Moving<'c> {
    pub(crate) client: &'c mut Client,
    /// Spent once it is being finished.
    pub(crate) transfer: Option<Transfer>,
    bytes: u64,
    expected: Option<u64>,
    /// Translates line ends, where that is wanted.
    text: Option<Text>,
    /// Finishing, while that is under way.
    finishing: Option<Operation<Finish>>,
    outcome: Option<Result<Completion, Error>>,
    /// The time allowed for the next bytes is running.
    pub(crate) waiting: bool,
}

/// The text side of a transfer.
#[derive(Debug)]
enum Text {
    Coming(AsciiDecoder),
    Going(AsciiOutbox),
}

impl<'c> Download<'c> {
    pub(crate) fn new(
        client: &'c mut Client,
        transfer: Transfer,
        options: &TransferOptions,
    ) -> Self {
        if let Ok(channel) = client.data.channel() {
            channel.reset_on_close(false);
        }
        Self(Moving::new(client, transfer, options), Ahead::default())
    }

    /// The server's confirmation, once the end was read.
    ///
    /// # Errors
    /// What the last read said; [`Misuse::NotAtEnd`] before the end.
    pub async fn finish(mut self) -> Result<Completion, Error> {
        poll_fn(|cx| self.0.poll_finishing(cx))
            .await
            .map_err(Error::from)?;
        let early = || Err(Error::new(ErrorKind::Misuse(Misuse::NotAtEnd)));
        self.0.outcome.unwrap_or_else(early)
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
        let direct = buffer.len() >= Ahead::ENOUGH;
        loop {
            let mut count = ahead.take(buffer);
            if count == 0 {
                let Some(transfer) = &moving.transfer else {
                    ready!(moving.poll_finishing(cx))?;
                    return Poll::Ready(Ok(moving.held_back(buffer)));
                };
                let room = if direct { &mut *buffer } else { ahead.space() };
                let waiting = &mut moving.waiting;
                match ready!(moving.client.poll_read_data(cx, transfer, waiting, room)) {
                    Moved::Bytes(came) if direct => count = came,
                    Moved::Bytes(came) => {
                        ahead.filled(came);
                        count = ahead.take(buffer);
                    }
                    Moved::End(end) => {
                        *ahead = Ahead::default();
                        ready!(moving.poll_conclude(cx, end))?;
                        return Poll::Ready(Ok(moving.held_back(buffer)));
                    }
                }
            }
            moving.count(count);
            // Nothing yet is not the end.
            match moving.translated(&mut buffer[..count]) {
                0 => {}
                count => return Poll::Ready(Ok(count)),
            }
        }
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
        Self(Moving::new(client, transfer, options))
    }

    /// Ends the data and waits for the server to confirm that it has all of it.
    ///
    /// # Errors
    /// The server's refusal, with the number of bytes sent; an unconfirmed or broken transfer.
    pub async fn finish(mut self) -> Result<Completion, Error> {
        poll_fn(|cx| self.0.poll_drain(cx)).await?;
        poll_fn(|cx| self.0.poll_conclude(cx, DataEnd::Clean)).await?;
        let early = || Err(Error::new(ErrorKind::Misuse(Misuse::NotAtEnd)));
        self.0.outcome.unwrap_or_else(early)
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
        let Some(transfer) = &moving.transfer else {
            ready!(moving.poll_finishing(cx))?;
            return Poll::Ready(moving.refuse());
        };
        if bytes.is_empty() {
            return Poll::Ready(Ok(0));
        }
        if let Some(Text::Going(outbox)) = &mut moving.text {
            let taken = outbox.fill(bytes);
            // What does not go now goes with the next call.
            if let Poll::Ready(drained) = moving.poll_drain(cx) {
                drained?;
            }
            return Poll::Ready(Ok(taken));
        }
        let waiting = &mut moving.waiting;
        match ready!(moving.client.poll_write_data(cx, transfer, waiting, bytes)) {
            Moved::Bytes(count) => Poll::Ready(Ok(moving.count(count))),
            Moved::End(end) => {
                ready!(moving.poll_conclude(cx, end))?;
                Poll::Ready(moving.refuse())
            }
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let moving = &mut self.get_mut().0;
        ready!(moving.poll_drain(cx))?;
        let Some(transfer) = &moving.transfer else {
            ready!(moving.poll_finishing(cx))?;
            return Poll::Ready(moving.refuse().map(|_| ()));
        };
        let waiting = &mut moving.waiting;
        match ready!(moving.client.poll_flush_data(cx, transfer, waiting)) {
            Moved::Bytes(_) => Poll::Ready(Ok(())),
            Moved::End(end) => {
                ready!(moving.poll_conclude(cx, end))?;
                Poll::Ready(moving.refuse().map(|_| ()))
            }
        }
    }

    /// As [`finish`](Upload::finish), without the completion.
    fn poll_close(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let moving = &mut self.get_mut().0;
        ready!(moving.poll_drain(cx))?;
        moving.poll_conclude(cx, DataEnd::Clean).map_ok(|_| ())
    }
}

macro_rules! in_common {
    ($($name:ident)*) => {$(
        impl $name<'_> {
            /// Aborts the transfer (ABOR) and brings the session back into step.
            ///
            /// # Errors
            /// What kept the session from getting there; what is still owed is paid by the next
            /// operation. [`Misuse::StaleTransfer`] when it is over already.
            pub async fn abort(mut self) -> Result<Aborted, Error> {
                match self.0.transfer.take() {
                    Some(transfer) => self.0.client.run(Abort::new(transfer)).await,
                    None => Err(Error::new(ErrorKind::Misuse(Misuse::StaleTransfer))),
                }
            }

            /// Sends a NOOP, so that no firewall forgets the silent control connection. Some
            /// servers answer it late, some never, so it is sent on request only.
            ///
            /// # Errors
            /// When the control connection fails.
            pub async fn keep_alive(&mut self) -> Result<(), Error> {
                let client = &mut *self.0.client;
                if let Some(transfer) = &self.0.transfer {
                    // The answer to the last one may be in.
                    poll_fn(|cx| Poll::Ready(client.look_at_control(cx))).await;
                    client.session.keep_alive(transfer);
                    client.start_sending();
                    poll_fn(|cx| client.poll_flush(cx)).await?;
                }
                Ok(())
            }

            /// Bytes moved so far in this transfer.
            pub fn transferred(&self) -> u64 {
                self.0.bytes
            }

            /// The size in bytes that the server named when it began: a hint.
            pub fn size_hint(&self) -> Option<u64> {
                self.0.transfer.as_ref().and_then(Transfer::size_hint)
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

impl<'c> Moving<'c> {
    fn new(client: &'c mut Client, transfer: Transfer, options: &TransferOptions) -> Self {
        let text = match (options.line_ends, transfer.direction()) {
            (LineEnds::AsSent, _) => None,
            (LineEnds::Lf, Direction::Download) => Some(Text::Coming(AsciiDecoder::new())),
            (LineEnds::Lf, Direction::Upload) => Some(Text::Going(AsciiOutbox::new())),
        };
        Self {
            client,
            expected: options
                .expected
                .filter(|_| transfer.direction() == Direction::Download),
            transfer: Some(transfer),
            bytes: 0,
            text,
            finishing: None,
            outcome: None,
            waiting: false,
        }
    }

    pub(crate) fn count(&mut self, moved: usize) -> usize {
        self.bytes += moved as u64;
        moved
    }

    /// Whether the bytes of the file are those of the wire.
    pub(crate) fn is_untranslated(&self) -> bool {
        self.text.is_none()
    }

    /// How many bytes at the front are to be handed out.
    fn translated(&mut self, received: &mut [u8]) -> usize {
        match &mut self.text {
            Some(Text::Coming(decoder)) => decoder.decode(received),
            _ => received.len(),
        }
    }

    /// What the translation still held when the data ended: a byte, or none.
    fn held_back(&mut self, buffer: &mut [u8]) -> usize {
        match &mut self.text {
            Some(Text::Coming(decoder)) => decoder.finish().map_or(0, |byte| {
                buffer[0] = byte;
                1
            }),
            _ => 0,
        }
    }

    /// Sends what was translated.
    fn poll_drain(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while let (Some(Text::Going(outbox)), Some(transfer)) = (&mut self.text, &self.transfer) {
            if outbox.unsent().is_empty() {
                break;
            }
            let (waiting, unsent) = (&mut self.waiting, outbox.unsent());
            match ready!(self.client.poll_write_data(cx, transfer, waiting, unsent)) {
                Moved::Bytes(count) => {
                    outbox.advance(count);
                    self.bytes += count as u64;
                }
                Moved::End(end) => {
                    ready!(self.poll_conclude(cx, end))?;
                    self.refuse()?;
                }
            }
        }
        Poll::Ready(Ok(()))
    }

    /// Spends the token and keeps the outcome, which is the end of file or an error.
    pub(crate) fn poll_conclude(
        &mut self,
        cx: &mut Context<'_>,
        end: DataEnd,
    ) -> Poll<io::Result<usize>> {
        if let Some(transfer) = self.transfer.take() {
            let finish = Finish::new(transfer, self.bytes, end).with_expected(self.expected);
            self.finishing = Some(self.client.start(finish));
        }
        self.poll_finishing(cx)
    }

    pub(crate) fn poll_finishing(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        if let Some(operation) = &mut self.finishing {
            self.outcome = Some(ready!(self.client.poll_run(cx, operation)));
            self.finishing = None;
        }
        Poll::Ready(self.outcome())
    }

    fn outcome(&self) -> io::Result<usize> {
        match &self.outcome {
            Some(Ok(_)) => Ok(0),
            Some(Err(error)) => Err(error.clone().into()),
            None => Err(Error::new(ErrorKind::Misuse(Misuse::NotAtEnd)).into()),
        }
    }

    /// Nothing can be written any more.
    fn refuse(&self) -> io::Result<usize> {
        match self.outcome() {
            Ok(_) => Err(Error::new(ErrorKind::Misuse(Misuse::StaleTransfer)).into()),
            Err(error) => Err(error),
        }
    }
}

/// What moving data came to.
pub(crate) enum Moved {
    Bytes(usize),
    End(DataEnd),
}

/// After how many bytes that moved without waiting the control connection is looked at anyway.
const LOOK_EVERY: usize = 256 * 1024;

/// Moving the bytes, under the session's verdict.
impl Client {
    /// Feeds the session what has come on the control connection, without waiting.
    fn look_at_control(&mut self, cx: &mut Context<'_>) {
        self.unwatched = 0;
        if !self.session.is_dead() {
            if let Poll::Ready(Err(error)) = self.poll_receive(cx) {
                self.session.kill(error);
            }
        }
    }

    /// Reads data, as far as the session's verdict on the transfer lets it.
    pub(crate) fn poll_read_data(
        &mut self,
        cx: &mut Context<'_>,
        transfer: &Transfer,
        waiting: &mut bool,
        buffer: &mut [u8],
    ) -> Poll<Moved> {
        let read = |data: &mut Data, cx: &mut Context<'_>| data.channel()?.poll_read(cx, buffer);
        self.poll_move_data(cx, transfer, waiting, read, |got| match got {
            Got::Bytes(count) => Moved::Bytes(count),
            Got::End => Moved::End(DataEnd::Clean),
            Got::Cut => Moved::End(DataEnd::NoCloseNotify),
        })
    }

    /// Writes data, as far as the session's verdict on the transfer lets it.
    pub(crate) fn poll_write_data(
        &mut self,
        cx: &mut Context<'_>,
        transfer: &Transfer,
        waiting: &mut bool,
        bytes: &[u8],
    ) -> Poll<Moved> {
        let write = |data: &mut Data, cx: &mut Context<'_>| data.channel()?.poll_write(cx, bytes);
        self.poll_move_data(cx, transfer, waiting, write, Moved::Bytes)
    }

    /// Sends what TLS still holds of an upload.
    pub(crate) fn poll_flush_data(
        &mut self,
        cx: &mut Context<'_>,
        transfer: &Transfer,
        waiting: &mut bool,
    ) -> Poll<Moved> {
        let flush = |data: &mut Data, cx: &mut Context<'_>| data.channel()?.poll_flush(cx);
        self.poll_move_data(cx, transfer, waiting, flush, |()| Moved::Bytes(0))
    }

    pub(crate) fn poll_move_data<T>(
        &mut self,
        cx: &mut Context<'_>,
        transfer: &Transfer,
        waiting: &mut bool,
        mut attempt: impl FnMut(&mut Data, &mut Context<'_>) -> Poll<Result<T, Error>>,
        moved: impl FnOnce(T) -> Moved,
    ) -> Poll<Moved> {
        if !std::mem::replace(waiting, true) {
            self.start_waiting(Wait::DataIdle);
        }
        if self.unwatched >= LOOK_EVERY {
            self.look_at_control(cx);
        }
        let result = loop {
            let failed = self.session.verdict(transfer) == Verdict::Failed;
            if failed && transfer.direction() == Direction::Upload {
                break Moved::End(DataEnd::Stopped);
            }
            match self.poll_watch(cx, &mut attempt) {
                Poll::Ready(Watched::Ready(value)) => break moved(value),
                Poll::Ready(Watched::Failed(error)) => break Moved::End(DataEnd::Failed(error)),
                Poll::Ready(Watched::ControlFirst) => {}
                // Of a failed download, what has come is still taken in.
                Poll::Ready(Watched::TimedOut) | Poll::Pending if failed => {
                    break Moved::End(DataEnd::Stopped);
                }
                Poll::Ready(Watched::TimedOut) => {
                    let error = Error::new(ErrorKind::Timeout(Wait::DataIdle));
                    break Moved::End(DataEnd::Failed(error));
                }
                Poll::Ready(Watched::Broken(error)) => self.session.kill(error),
                Poll::Pending => return Poll::Pending,
            }
        };
        *waiting = false;
        if let Moved::Bytes(count) = result {
            self.unwatched += count;
        }
        Poll::Ready(result)
    }
}
