//! Transfers as streams.

use std::io::{self, Read, Write};
use std::time::Instant;

use ftp_proto::data::{AsciiDecoder, AsciiOutbox};
use ftp_proto::flows::{Abort, Finish};
use ftp_proto::tls::TlsInfo;
use ftp_proto::{
    Aborted, Completion, DataEnd, Direction, Error, ErrorKind, LineEnds, Misuse, Transfer,
    TransferOptions, Verdict, Wait,
};

use crate::ahead::Ahead;
use crate::channel::Got;
use crate::client::Client;
use crate::data_connection::Data;
use crate::drive::{Readiness, Watched};

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
/// [`finish`](Self::finish) has said so.
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
    /// Spent once there is an outcome.
    pub(crate) transfer: Option<Transfer>,
    bytes: u64,
    expected: Option<u64>,
    /// Translates line ends, where that is wanted.
    text: Option<Text>,
    outcome: Option<Result<Completion, Error>>,
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
    pub fn finish(self) -> Result<Completion, Error> {
        let early = || Err(Error::new(ErrorKind::Misuse(Misuse::NotAtEnd)));
        self.0.outcome.unwrap_or_else(early)
    }
}

impl Read for Download<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let Self(moving, ahead) = self;
        if buffer.is_empty() {
            return Ok(0);
        }
        let direct = buffer.len() >= Ahead::ENOUGH;
        loop {
            let mut count = ahead.take(buffer);
            if count == 0 {
                let Some(transfer) = &moving.transfer else {
                    return moving.outcome();
                };
                let room = if direct { &mut *buffer } else { ahead.space() };
                match moving.client.read_data(transfer, room) {
                    Moved::Bytes(came) if direct => count = came,
                    Moved::Bytes(came) => {
                        ahead.filled(came);
                        count = ahead.take(buffer);
                    }
                    Moved::End(end) => {
                        *ahead = Ahead::default();
                        moving.conclude(end)?;
                        return Ok(moving.held_back(buffer));
                    }
                }
            }
            moving.count(count);
            // Nothing yet is not the end.
            match moving.translated(&mut buffer[..count]) {
                0 => {}
                count => return Ok(count),
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
    pub fn finish(mut self) -> Result<Completion, Error> {
        self.0.drain()?;
        self.0.conclude(DataEnd::Clean)?;
        let early = || Err(Error::new(ErrorKind::Misuse(Misuse::NotAtEnd)));
        self.0.outcome.unwrap_or_else(early)
    }
}

impl Write for Upload<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let moving = &mut self.0;
        moving.drain()?;
        let Some(transfer) = &moving.transfer else {
            return moving.refuse();
        };
        if bytes.is_empty() {
            return Ok(0);
        }
        if let Some(Text::Going(outbox)) = &mut moving.text {
            let taken = outbox.fill(bytes);
            moving.drain()?;
            return Ok(taken);
        }
        match moving.client.write_data(transfer, bytes) {
            Moved::Bytes(count) => Ok(moving.count(count)),
            Moved::End(end) => moving.conclude(end).and_then(|_| moving.refuse()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        let moving = &mut self.0;
        moving.drain()?;
        let Some(transfer) = &moving.transfer else {
            return moving.refuse().map(|_| ());
        };
        match moving.client.flush_data(transfer) {
            Moved::Bytes(_) => Ok(()),
            Moved::End(end) => moving
                .conclude(end)
                .and_then(|_| moving.refuse())
                .map(|_| ()),
        }
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
            pub fn abort(mut self) -> Result<Aborted, Error> {
                match self.0.transfer.take() {
                    Some(transfer) => self.0.client.run(Abort::new(transfer)),
                    None => Err(Error::new(ErrorKind::Misuse(Misuse::StaleTransfer))),
                }
            }

            /// Sends a NOOP, so that no firewall forgets the silent control connection. Some
            /// servers answer it late, some never, so it is sent on request only.
            ///
            /// # Errors
            /// When the control connection fails.
            pub fn keep_alive(&mut self) -> Result<(), Error> {
                if let Some(transfer) = &self.0.transfer {
                    // The answer to the last one may be in.
                    self.0.client.look_at_control();
                    self.0.client.session.keep_alive(transfer);
                    self.0.client.flush()?;
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
            outcome: None,
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
    fn drain(&mut self) -> io::Result<()> {
        while let (Some(Text::Going(outbox)), Some(transfer)) = (&mut self.text, &self.transfer) {
            if outbox.unsent().is_empty() {
                break;
            }
            match self.client.write_data(transfer, outbox.unsent()) {
                Moved::Bytes(count) => {
                    outbox.advance(count);
                    self.bytes += count as u64;
                }
                Moved::End(end) => {
                    self.conclude(end)?;
                    self.refuse()?;
                }
            }
        }
        Ok(())
    }

    /// Spends the token and keeps the outcome, which is the end of file or an error.
    pub(crate) fn conclude(&mut self, end: DataEnd) -> io::Result<usize> {
        if let Some(transfer) = self.transfer.take() {
            let finish = Finish::new(transfer, self.bytes, end).with_expected(self.expected);
            self.outcome = Some(self.client.run(finish));
        }
        self.outcome()
    }

    fn outcome(&self) -> io::Result<usize> {
        match &self.outcome {
            Some(Ok(_)) => Ok(0),
            Some(Err(error)) => Err(error.clone().into()),
            None => Err(Error::new(ErrorKind::Misuse(Misuse::StaleTransfer)).into()),
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
    fn look_at_control(&mut self) {
        self.unwatched = 0;
        if !self.session.is_dead() {
            if let Err(error) = self.receive(self.network.now()) {
                self.session.kill(error);
            }
        }
    }

    /// Reads data, as far as the session's verdict on the transfer lets it.
    pub(crate) fn read_data(&mut self, transfer: &Transfer, buffer: &mut [u8]) -> Moved {
        let read = |data: &mut Data, until| data.channel()?.read(buffer, until);
        self.move_data(transfer, read, Readiness::Readable, |got| match got {
            Got::Bytes(count) => Moved::Bytes(count),
            Got::End => Moved::End(DataEnd::Clean),
            Got::Cut => Moved::End(DataEnd::NoCloseNotify),
        })
    }

    /// Writes data, as far as the session's verdict on the transfer lets it.
    pub(crate) fn write_data(&mut self, transfer: &Transfer, bytes: &[u8]) -> Moved {
        let write = |data: &mut Data, until| data.channel()?.write(bytes, until);
        self.move_data(transfer, write, Readiness::Writable, Moved::Bytes)
    }

    /// Sends what TLS still holds of an upload.
    pub(crate) fn flush_data(&mut self, transfer: &Transfer) -> Moved {
        let flush = |data: &mut Data, until| Ok(data.channel()?.flush(until)?.then_some(0));
        self.move_data(transfer, flush, Readiness::Writable, Moved::Bytes)
    }

    pub(crate) fn move_data<T>(
        &mut self,
        transfer: &Transfer,
        mut attempt: impl FnMut(&mut Data, Instant) -> Result<Option<T>, Error>,
        readiness: Readiness,
        moved: impl FnOnce(T) -> Moved,
    ) -> Moved {
        let deadline = self.after(Wait::DataIdle);
        if self.unwatched >= LOOK_EVERY {
            self.look_at_control();
        }
        loop {
            let failed = self.session.verdict(transfer) == Verdict::Failed;
            if failed && transfer.direction() == Direction::Upload {
                return Moved::End(DataEnd::Stopped);
            }
            // Of a failed download, what has come is still taken in.
            let until = if failed { self.network.now() } else { deadline };
            match self.watch(&mut attempt, readiness, until) {
                Watched::Ready(value) => {
                    let moved = moved(value);
                    if let Moved::Bytes(count) = moved {
                        self.unwatched += count;
                    }
                    return moved;
                }
                Watched::Failed(error) => return Moved::End(DataEnd::Failed(error)),
                Watched::ControlFirst => {}
                Watched::TimedOut if failed => return Moved::End(DataEnd::Stopped),
                Watched::TimedOut => {
                    let error = Error::new(ErrorKind::Timeout(Wait::DataIdle));
                    return Moved::End(DataEnd::Failed(error));
                }
                Watched::Broken(error) => self.session.kill(error),
            }
        }
    }
}
