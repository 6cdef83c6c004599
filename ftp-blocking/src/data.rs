//! Downloads that implement `Read` and `BufRead`, and uploads that implement `Write`.

use std::io::{self, BufRead, Read, Write};
use std::time::Instant;

use ftp_proto::data::{DataPhase, DataProgress, DataStep, Lease, ReadAhead, WriteBehind};
use ftp_proto::tls::TlsInfo;
use ftp_proto::{Aborted, Completion, DataEnd, Error, Transfer, TransferOptions};

use crate::channel::Channel;
use crate::client::Client;
use crate::data_connection::DataConnection;
use crate::drive::Readiness;

/// A running download. It reads like any stream, and reports the end of file only after the server
/// has confirmed the transfer.
///
/// The end of file (a read of 0 bytes) means that the data ended cleanly *and* that the final reply
/// was positive. Otherwise the read fails with an `io::Error` that holds an [`Error`]:
/// `Error::from(io_error)` returns it.
///
/// You need no `BufReader`: small reads, and the methods of `BufRead` such as `lines`, are served
/// from a buffer that reads ahead by up to 256 KiB. Reads of 64 KiB and more go straight to your
/// buffer. [`save_to`](Self::save_to) needs the least CPU.
///
/// Dropping or forgetting a download is safe: the next operation of the client first aborts the
/// transfer.
///
/// ```no_run
/// # fn main() -> Result<(), ftp_blocking::Error> {
/// # let mut client = ftp_blocking::Client::connect(ftp_blocking::Options::new("localhost"))?;
/// use std::io::Read as _;
///
/// let mut start = [0; 16];
/// client.download("image.iso")?.read_exact(&mut start)?;
/// client.noop()?; // aborts the rest of the download first
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use = "nothing comes unless it is read"]
pub struct Download<'c>(pub(crate) DataTransfer<'c>, pub(crate) ReadAhead);

/// A running upload. It writes like any stream. A file is stored for certain only after
/// [`finish`](Self::finish) has returned `Ok`.
///
/// You need no `BufWriter`: small writes are gathered, and sent when they are 64 KiB, at
/// [`flush`](Write::flush) and at `finish`. If you write a log whose lines the server should have at
/// once, flush after each line. Writes of 32 KiB and more go straight to the connection.
/// [`send_from`](Self::send_from) needs the least CPU.
///
/// An error may show only at a later write or flush, and at `finish` at the latest: `finish` returns
/// `Ok` only if the server has confirmed all bytes that you have written.
///
/// Dropping or forgetting an upload is safe: the next operation of the client first aborts the
/// transfer.
///
/// ```no_run
/// # fn main() -> Result<(), ftp_blocking::Error> {
/// # let mut client = ftp_blocking::Client::connect(ftp_blocking::Options::new("localhost"))?;
/// use std::io::Write as _;
///
/// let mut upload = client.upload("numbers.txt")?;
/// for number in 0..1000 {
///     writeln!(upload, "{number}")?;
/// }
/// upload.finish()?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use = "nothing is stored for certain before `finish`"]
pub struct Upload<'c>(pub(crate) DataTransfer<'c>, WriteBehind);

/// The part that [`Download`] and [`Upload`] share: the client, and the state of the transfer.
#[derive(Debug)]
pub(crate) struct DataTransfer<'c> {
    pub(crate) client: Lease<'c, Client>,
    pub(crate) phase: DataPhase,
    /// When the transfer began, if it has speed limits.
    begun: Option<Instant>,
}

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
    pub fn finish(self) -> Result<Completion, Error> {
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
    fn read_ahead(&mut self, buffer: &mut [u8]) -> usize {
        let Self(moving, ahead) = self;
        let room = ahead.space(buffer);
        let came = moving.attempt(Readiness::Readable, |channel, phase, until| {
            let room = phase.some_room(room);
            Ok(channel.read(room, until)?.map(DataProgress::from))
        });
        came.map_or(0, |came| {
            ahead.filled(came, buffer, |bytes| moving.phase.received(bytes))
        })
    }
}

impl Read for Download<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            let mut count = self.1.take(buffer);
            if count == 0 {
                if self.0.phase.has_ended() {
                    self.1.end(&[]);
                    return Ok(self.0.phase.read_end(buffer)?);
                }
                // No bytes are not the end: the translation of line ends may hold back a CR until
                // the next byte arrives.
                count = self.read_ahead(buffer);
            }
            if count > 0 {
                return Ok(count);
            }
        }
    }
}

/// Lines, for example, come without a `BufReader`:
///
/// ```no_run
/// # fn main() -> Result<(), ftp_blocking::Error> {
/// # let mut client = ftp_blocking::Client::connect(ftp_blocking::Options::new("localhost"))?;
/// use std::io::BufRead as _;
///
/// let mut download = client.download("notes.txt")?;
/// for line in (&mut download).lines() {
///     println!("{}", line?);
/// }
/// download.finish()?;
/// # Ok(())
/// # }
/// ```
impl BufRead for Download<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        while self.1.waiting().is_empty() {
            if self.0.phase.has_ended() {
                let mut last = [0];
                let count = self.0.phase.read_end(&mut last)?;
                self.1.end(&last[..count]);
                break;
            }
            self.read_ahead(&mut []);
        }
        Ok(self.1.waiting())
    }

    fn consume(&mut self, count: usize) {
        self.1.consume(count);
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
    pub fn finish(mut self) -> Result<Completion, Error> {
        self.end()?;
        self.0.phase.into_outcome()
    }

    /// Ends the data, and waits for the server's confirmation.
    pub(crate) fn end(&mut self) -> Result<(), Error> {
        self.drain()?;
        self.1 = WriteBehind::default();
        let DataTransfer { client, phase, .. } = &mut self.0;
        phase.end(DataEnd::Clean);
        if let DataStep::Finish(flow) = phase.step(&client.session) {
            phase.finished(client.run(flow));
        }
        Ok(())
    }

    /// Sends all bytes that were gathered or translated and are still unsent.
    pub(crate) fn drain(&mut self) -> io::Result<()> {
        let Self(moving, behind) = self;
        while !behind.unsent().is_empty() {
            let sent = moving.send_some(behind.unsent())?;
            behind.advance(sent);
        }
        moving.drained()
    }
}

impl Write for Upload<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.phase.has_ended() {
            return Err(self.0.phase.refusal().into());
        }
        if self.1.is_due() {
            self.drain()?;
        }
        let mut taken = self.1.gather(bytes);
        if taken == 0 && !bytes.is_empty() {
            taken = self.0.send_some(bytes)?;
            self.0.drained()?;
        } else if self.1.is_due() {
            self.drain()?;
        }
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.drain()?;
        let flush =
            |channel: &mut Channel, _: &DataPhase, until| Ok(channel.flush(until)?.map(|()| 0));
        self.0.write(flush).map(|_| ())
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
            /// # fn main() -> Result<(), ftp_blocking::Error> {
            /// # let mut client = ftp_blocking::Client::connect(ftp_blocking::Options::new("localhost"))?;
            /// let download = client.download("image.iso")?;
            /// println!("{:?}", download.abort()?);
            /// client.noop()?;
            /// # Ok(())
            /// # }
            /// ```
            ///
            /// # Errors
            /// The reason why the session is not usable yet; the next operation then cleans up.
            /// [`StaleTransfer`](ftp_proto::Misuse::StaleTransfer) if the transfer is over already.
            pub fn abort(self) -> Result<Aborted, Error> {
                let DataTransfer {
                    mut client, phase, ..
                } = self.0;
                client.run(phase.into_abort()?)
            }

            /// Sends a NOOP, so that no firewall drops the idle control connection. The client
            /// sends no NOOP by itself, because during a transfer some servers reply to it late and
            /// some never.
            ///
            /// # Errors
            /// An error if the control connection fails.
            pub fn keep_alive(&mut self) -> Result<(), Error> {
                let DataTransfer { client, phase, .. } = &mut self.0;
                if phase.has_ended() {
                    return Ok(());
                }
                // The reply to the last NOOP may have arrived. It must be read before the next NOOP
                // is sent.
                client.look_at_control();
                phase.keep_alive(&mut client.session);
                let flushed = client.flush();
                flushed.map_err(|error| client.cut.take().unwrap_or(error))
            }

            /// Returns the size in bytes that the server announced when the transfer began, usually
            /// the size of the whole file. `None` if it announced none. A download that brings
            /// fewer bytes fails, unless you choose another [`SizeCheck`](ftp_proto::SizeCheck).
            ///
            /// ```no_run
            /// # fn main() -> Result<(), ftp_blocking::Error> {
            /// # let mut client = ftp_blocking::Client::connect(ftp_blocking::Options::new("localhost"))?;
            /// let download = client.download("image.iso")?;
            /// println!("{:?} bytes to come", download.size_hint());
            /// # Ok(())
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
            client,
            phase,
        }
    }
}

impl DataTransfer<'_> {
    /// Repeats `attempt`, and does what the data phase asks for between two attempts, until bytes
    /// have moved. Returns how many bytes have moved. `None` if the transfer is over.
    pub(crate) fn attempt(
        &mut self,
        readiness: Readiness,
        mut attempt: impl FnMut(
            &mut Channel,
            &DataPhase,
            Instant,
        ) -> Result<Option<DataProgress>, Error>,
    ) -> Option<usize> {
        let begun = self.begun;
        let Self { client, phase, .. } = self;
        client.seen.control_only = false;
        let mut waiting = None;
        loop {
            if let Some(error) = client.stopped() {
                phase.stop(error);
            }
            client.tick(phase, begun);
            let limit = match phase.step(&client.session) {
                DataStep::Look => {
                    client.look_at_control();
                    continue;
                }
                DataStep::Move(wait) => {
                    if waiting.replace(wait) != Some(wait) {
                        client.deadline = client.after(wait);
                    }
                    client.deadline
                }
                DataStep::Rest(time) => {
                    waiting = None;
                    client.rest(phase, time);
                    continue;
                }
                DataStep::TakeIn => client.network.now(),
                DataStep::Finish(flow) => {
                    phase.finished(client.run(flow));
                    return None;
                }
                DataStep::Over => return None,
            };
            let patience = phase.patience();
            let until = patience.map_or(limit, |time| limit.min(client.pause_end(time)));
            let attempt = |data: &mut DataConnection, until| attempt(data.channel()?, phase, until);
            match client.watch(attempt, readiness, until) {
                Ok(DataProgress::Bytes(count)) => {
                    client.tick(phase, begun);
                    phase.paced(count);
                    return Some(count);
                }
                Ok(DataProgress::End(end)) => phase.end(end),
                Err(by) => client.end_wait(phase, by, until >= limit),
            }
        }
    }

    fn write(
        &mut self,
        mut attempt: impl FnMut(&mut Channel, &DataPhase, Instant) -> Result<Option<usize>, Error>,
    ) -> io::Result<usize> {
        let sent = self.attempt(Readiness::Writable, |channel, phase, until| {
            Ok(attempt(channel, phase, until)?.map(DataProgress::Bytes))
        });
        let sent = sent.ok_or_else(|| self.phase.refusal())?;
        self.phase.moved(sent);
        Ok(sent)
    }

    /// Sends translated bytes that are still unsent, and otherwise bytes of `bytes`. Returns how
    /// many bytes of `bytes` were taken. Nothing is taken before all translated bytes are sent.
    pub(crate) fn send_some(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if !self.phase.unsent().is_empty() {
            self.write(|channel, phase, until| {
                channel.write(phase.some_of(phase.unsent()), until)
            })?;
            return Ok(0);
        }
        if self.phase.has_ended() {
            return Err(self.phase.refusal().into());
        }
        match self.phase.fill(bytes) {
            Some(taken) => Ok(taken),
            None => self.write(|channel, phase, until| channel.write(phase.some_of(bytes), until)),
        }
    }

    /// Sends all translated bytes that are still unsent.
    fn drained(&mut self) -> io::Result<()> {
        while !self.phase.unsent().is_empty() {
            self.write(|channel, phase, until| {
                channel.write(phase.some_of(phase.unsent()), until)
            })?;
        }
        Ok(())
    }
}
