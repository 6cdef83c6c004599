//! Downloads that implement `Read`, and uploads that implement `Write`.

use std::io::{self, Read, Write};
use std::time::Instant;

use ftp_proto::data::{DataPhase, DataProgress, DataStep, Lease, ReadAhead};
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
/// You need no `BufReader`: small reads are served from a buffer that reads ahead by up to 256 KiB.
/// Reads of 64 KiB and more go straight to your buffer. [`save_to`](Self::save_to) needs the least
/// CPU.
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
/// Each write is sent at once, so a log needs no flush after each line. Send a large file through a
/// `BufWriter`, in pieces of 64 KiB or more, or with [`send_from`](Self::send_from).
///
/// Dropping or forgetting an upload is safe: the next operation of the client first aborts the
/// transfer.
///
/// ```no_run
/// # fn main() -> Result<(), ftp_blocking::Error> {
/// # let mut client = ftp_blocking::Client::connect(ftp_blocking::Options::new("localhost"))?;
/// use std::io::{BufWriter, Write as _};
///
/// let mut upload = BufWriter::new(client.upload("numbers.txt")?);
/// for number in 0..1000 {
///     writeln!(upload, "{number}")?;
/// }
/// upload.flush()?;
/// upload.into_inner().map_err(|error| error.into_error())?.finish()?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use = "nothing is stored for certain before `finish`"]
pub struct Upload<'c>(pub(crate) DataTransfer<'c>);

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

impl Read for Download<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let Self(moving, ahead) = self;
        if buffer.is_empty() {
            return Ok(0);
        }
        while !moving.phase.has_ended() {
            let mut count = ahead.take(buffer);
            if count == 0 {
                let room = ahead.space(buffer);
                let came = moving.attempt(Readiness::Readable, |channel, phase, until| {
                    let room = phase.some_room(room);
                    Ok(channel.read(room, until)?.map(DataProgress::from))
                });
                count = came.map_or(0, |came| ahead.filled(came, buffer));
            }
            // If no text came out, the data may still go on: the translation of line ends may hold
            // back a CR until the next byte arrives.
            match moving.phase.received(&mut buffer[..count]) {
                0 => {}
                count => return Ok(count),
            }
        }
        *ahead = ReadAhead::default();
        Ok(moving.phase.read_end(buffer)?)
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
            channel.expect_bulk();
        }
        Self(DataTransfer::new(client, transfer, options))
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
        let DataTransfer { client, phase, .. } = self.0.drained()?;
        phase.end(DataEnd::Clean);
        if let DataStep::Finish(flow) = phase.step(&client.session) {
            phase.finished(client.run(flow));
        }
        Ok(())
    }
}

impl Write for Upload<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let moving = self.0.drained()?;
        if moving.phase.has_ended() {
            return Err(moving.phase.refusal().into());
        }
        if let Some(taken) = moving.phase.fill(bytes) {
            moving.drained()?;
            return Ok(taken);
        }
        if bytes.is_empty() {
            return Ok(0);
        }
        moving.write(|channel, phase, until| channel.write(phase.some_of(bytes), until))
    }

    fn flush(&mut self) -> io::Result<()> {
        let moving = self.0.drained()?;
        let flush =
            |channel: &mut Channel, _: &DataPhase, until| Ok(channel.flush(until)?.map(|()| 0));
        moving.write(flush).map(|_| ())
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

            /// Returns how many bytes were moved until now.
            pub fn transferred(&self) -> u64 {
                self.0.phase.bytes()
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
    fn drained(&mut self) -> io::Result<&mut Self> {
        while !self.phase.unsent().is_empty() {
            self.write(|channel, phase, until| {
                channel.write(phase.some_of(phase.unsent()), until)
            })?;
        }
        Ok(self)
    }
}
