//! One TLS connection without a socket. Each operation tells the driver what to do with the socket.

use alloc::vec::Vec;
use core::fmt;

use super::clear_text;
use super::errors::tls_error;
use super::info::TlsInfo;
use super::outgoing::Outgoing;
use super::pump::Pump;
use super::reason::Reason;
use super::records::Records;
use crate::data::DataProgress;
use crate::error::{Error, ErrorKind};
use crate::session::transfer::DataEnd;

/// One TLS connection with its buffers. It has no socket: a driver moves the encrypted bytes
/// between this value and a socket.
///
/// Each operation tells the driver by [`Next`] what to do with the socket. All state is in this
/// value. So a driver may stop an operation at any point, and later call it again.
pub struct TlsChannel {
    pump: Pump,
    records: Records,
    ended: bool,
    /// How many bytes have come from the socket since a read last returned something, or since the
    /// last [`Next::Yield`].
    came: usize,
    /// Decrypted bytes that no read has returned yet.
    plain: Vec<u8>,
    taken: usize,
    outgoing: Outgoing,
}

/// Shows how many bytes the buffers hold, but not the bytes, because they may be secret.
impl fmt::Debug for TlsChannel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TlsChannel")
            .field("pump", &self.pump)
            .field("ended", &self.ended)
            .field("plain", &self.plain.len())
            .field("outgoing", &self.outgoing.bytes().len())
            .finish_non_exhaustive()
    }
}

/// What the driver must do after it has called an operation of a [`TlsChannel`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Next<T> {
    /// Nothing. The operation is done, and this is its result.
    Done(T),
    /// Wait until the socket takes some bytes of [`outgoing`](TlsChannel::outgoing). Report their
    /// number by [`advance`](TlsChannel::advance), and call the operation again.
    Write,
    /// First write as much of [`outgoing`](TlsChannel::outgoing) as the socket takes without
    /// waiting. The rest can wait for the next write. Then wait for bytes from the socket, and read
    /// them into [`space`](TlsChannel::space), which has room for about this many. Report by
    /// [`filled`](TlsChannel::filled) how many came, or by [`receive_eof`](TlsChannel::receive_eof)
    /// that the connection has ended. Then call the operation again.
    Read(usize),
    /// Check whether the time limit has passed, let other tasks run, and call the operation again.
    /// Many bytes have come, but the operation is not done. Without this pause, a server that sends
    /// without end could keep the driver from checking the time limit.
    Yield,
}

/// What [`TlsChannel::read`] returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlainRead {
    /// This many decrypted bytes were written to the start of the buffer.
    Bytes(usize),
    /// The server has sent close_notify, so nothing was cut off.
    Closed,
    /// The connection ended without close_notify, so an attacker may have cut off the rest.
    Cut,
}

impl From<PlainRead> for DataProgress {
    fn from(read: PlainRead) -> Self {
        match read {
            PlainRead::Bytes(count) => Self::Bytes(count),
            PlainRead::Closed => Self::End(DataEnd::Clean),
            PlainRead::Cut => Self::End(DataEnd::NoCloseNotify),
        }
    }
}

/// How many bytes one call of [`TlsChannel::write`] encrypts at most: 64 KiB, which are four
/// records. Even a slow connection can send this much within a usual time limit.
const MOST_UNSENT: usize = 64 * 1024;

/// If this many bytes (1 MiB) have come and no read could return anything, the operation returns
/// [`Next::Yield`].
const FLOOD: usize = 1024 * 1024;

impl<T> Next<T> {
    /// If the operation is done, calls `more` with its result. If not, returns what the driver must
    /// do first.
    fn and_then<U>(self, more: impl FnOnce(T) -> Result<Next<U>, Error>) -> Result<Next<U>, Error> {
        match self {
            Self::Done(value) => more(value),
            Self::Write => Ok(Next::Write),
            Self::Read(room) => Ok(Next::Read(room)),
            Self::Yield => Ok(Next::Yield),
        }
    }
}

impl TlsChannel {
    pub(super) fn new(pump: Pump) -> Self {
        Self {
            pump,
            records: Records::default(),
            ended: false,
            came: 0,
            plain: Vec::new(),
            taken: 0,
            outgoing: Outgoing::default(),
        }
    }

    /// Returns a buffer with room for about this many encrypted bytes from the socket. Report by
    /// [`filled`](Self::filled) how many you have read into it.
    pub fn space(&mut self, wanted: usize) -> &mut [u8] {
        self.records.space(wanted)
    }

    /// Notes that the driver has read this many bytes into [`space`](Self::space). It may read
    /// pieces of any size, even before an operation demands it.
    pub fn filled(&mut self, bytes: usize) {
        self.came = self.came.saturating_add(bytes);
        self.records.filled(bytes);
    }

    /// Notes that the server has ended the connection, so no more bytes come from the socket.
    pub fn receive_eof(&mut self) {
        self.ended = true;
    }

    /// Does the handshake. It is done when the client's last handshake message was sent.
    ///
    /// # Errors
    /// [`ErrorKind::Tls`], also if the connection ends during the handshake. If the server replies
    /// in clear text in place of a handshake, this reply is the error's [`reply`](Error::reply).
    /// After every error, write [`outgoing`](Self::outgoing) to the socket, because it holds the
    /// alert for the server.
    pub fn handshake(&mut self) -> Result<Next<()>, Error> {
        let untouched = self.pump.is_untouched();
        if untouched && !self.ended && clear_text::is_unfinished(self.records.bytes()) {
            return Ok(self.more(0));
        }
        self.take_in().map_err(|error| match untouched {
            true => self
                .pump
                .failed_with(clear_text::reply(self.records.bytes()), error),
            false => error,
        })?;
        let handshaking = self.pump.is_handshaking();
        if handshaking && self.ended {
            let ended = tls_error("the connection ended in the handshake");
            return Err(
                ended.with_tls_reason(match self.pump.lacks_client_certificate() {
                    true => Reason::CertificateDemanded,
                    false => Reason::EndedInHandshake,
                }),
            );
        }
        match self.flush()? {
            Next::Done(()) if handshaking => Ok(self.more(0)),
            next => Ok(next),
        }
    }

    /// Reads decrypted bytes into a buffer. TLS can decrypt only whole records, so a read may have
    /// to wait for the rest of a record.
    ///
    /// # Errors
    /// The errors of [`handshake`](Self::handshake). If records before the error could be
    /// decrypted, their bytes are returned first. A later call then returns the error.
    pub fn read(&mut self, into: &mut [u8]) -> Result<Next<PlainRead>, Error> {
        let mut copied = self.take_plain(into);
        if copied == 0 {
            let plain = &mut self.plain;
            let processed = self
                .records
                .process(&mut self.pump, &mut self.outgoing, |bytes| {
                    // The decrypted bytes go directly into the reader's buffer. Only those that do
                    // not fit there go into `plain`.
                    let room = into.get_mut(copied..).unwrap_or_default();
                    let fits = match plain.is_empty() {
                        true => bytes.len().min(room.len()),
                        false => 0,
                    };
                    let (now, later) = bytes.split_at_checked(fits).unwrap_or((&[], bytes));
                    if let Some(room) = room.get_mut(..fits) {
                        room.copy_from_slice(now);
                    }
                    copied = copied.saturating_add(fits);
                    plain.extend_from_slice(later);
                });
            // If bytes can be returned, an error of `processed` is dropped. The next call gets this
            // error again.
            if copied == 0 && self.plain.is_empty() {
                processed?;
            }
        }
        let found = match copied {
            0 if into.is_empty() && !self.plain.is_empty() => PlainRead::Bytes(0),
            0 if self.pump.is_peer_closed() => PlainRead::Closed,
            0 if self.ended => PlainRead::Cut,
            0 => return Ok(self.more(into.len())),
            copied => PlainRead::Bytes(copied),
        };
        self.came = 0;
        Ok(Next::Done(found))
    }

    /// First sends what earlier calls have encrypted. Then encrypts up to 64 KiB from the start of
    /// `plain`, and returns how many bytes it has encrypted. After the last write, call
    /// [`flush`](Self::flush), because nothing else sends the last records.
    ///
    /// # Errors
    /// [`ErrorKind::Tls`](crate::ErrorKind::Tls) before the handshake is done, after
    /// [`close`](Self::close), and if the keys are used up.
    pub fn write(&mut self, plain: &[u8]) -> Result<Next<usize>, Error> {
        self.flush()?.and_then(|()| {
            self.pump.check_open()?;
            let plain = plain.get(..MOST_UNSENT).unwrap_or(plain);
            if !plain.is_empty() {
                self.take_in()?;
                let rest = self.records.bytes();
                self.pump.encrypt(plain, rest, &mut self.outgoing)?;
            }
            Ok(Next::Done(plain.len()))
        })
    }

    /// Sends all records that are encrypted but not sent yet.
    ///
    /// # Errors
    /// None. It returns a `Result` only because the other operations do.
    pub fn flush(&mut self) -> Result<Next<()>, Error> {
        Ok(match self.outgoing().is_empty() {
            true => Next::Done(()),
            false => Next::Write,
        })
    }

    /// Sends all records that are encrypted but not sent yet, and then close_notify. To end an
    /// upload, call this method, half-close the socket, and call [`await_end`](Self::await_end).
    ///
    /// # Errors
    /// [`ErrorKind::Tls`](crate::ErrorKind::Tls) before the handshake is done.
    pub fn close(&mut self) -> Result<Next<()>, Error> {
        if self.pump.is_closed() {
            // close_notify was already sent. rustls may panic on bytes that the server sends after
            // that (see `advance` in `pump.rs`). So only operations that need such bytes let rustls
            // process them. This operation does not need them.
            return self.flush();
        }
        self.take_in()?;
        let rest = self.records.bytes();
        self.pump.close(rest, &mut self.outgoing)?;
        self.flush()
    }

    /// Reads until the server has ended the connection, and returns [`Closed`](PlainRead::Closed)
    /// or [`Cut`](PlainRead::Cut). Data that comes before the end is thrown away. TLS session
    /// tickets are kept.
    ///
    /// # Errors
    /// The errors of [`handshake`](Self::handshake).
    pub fn await_end(&mut self) -> Result<Next<PlainRead>, Error> {
        self.plain.clear();
        self.taken = 0;
        self.records
            .process(&mut self.pump, &mut self.outgoing, |_| {})?;
        self.read(&mut [])
    }

    /// Reads until a TLS session ticket has come. Also stops if no ticket can come any more, or if
    /// data has come.
    ///
    /// # Errors
    /// The errors of [`handshake`](Self::handshake).
    pub fn harvest(&mut self) -> Result<Next<()>, Error> {
        match self.read(&mut [0; 512])? {
            Next::Read(_) if !self.awaits_ticket() => Ok(Next::Done(())),
            next => next.and_then(|_| Ok(Next::Done(()))),
        }
    }

    /// Ends TLS after the command CCC: sends close_notify and waits for the server's close_notify.
    /// After that, both sides send clear text over the socket.
    ///
    /// # Errors
    /// [`ErrorKind::Injection`] if the server sends anything before its close_notify, or if more
    /// bytes have come after it; also the errors of [`handshake`](Self::handshake).
    pub fn clear(&mut self) -> Result<Next<()>, Error> {
        self.close()?
            .and_then(|()| self.read(&mut [0]))?
            .and_then(|read| match read {
                PlainRead::Closed if self.records.bytes().is_empty() => Ok(Next::Done(())),
                _ => Err(Error::new(ErrorKind::Injection)),
            })
    }

    /// Returns the encrypted bytes to send.
    pub fn outgoing(&self) -> &[u8] {
        self.outgoing.bytes()
    }

    /// Notes that the driver has sent this many bytes of [`outgoing`](Self::outgoing).
    pub fn advance(&mut self, bytes: usize) {
        self.outgoing.advance(bytes);
    }

    /// Returns whether the handshake has resumed the TLS session of an earlier connection. `None`
    /// before this is known.
    pub fn resumed(&self) -> Option<bool> {
        self.pump.resumed()
    }

    /// Returns whether the server may still send a TLS 1.3 session ticket over this connection.
    /// `false` after it has sent one.
    pub fn awaits_ticket(&self) -> bool {
        !self.ended && self.pump.awaits_ticket()
    }

    /// Returns what the handshake has negotiated. `None` before the handshake is done.
    pub fn info(&self) -> Option<TlsInfo> {
        self.pump.info()
    }

    /// Frees unused memory. Call this when the connection becomes idle.
    pub fn shrink(&mut self) {
        self.records.shrink();
        if self.plain.is_empty() {
            self.plain = Vec::new();
        }
        self.outgoing.shrink();
    }

    /// Returns that the driver must read more bytes. If 1 MiB has come and no read could return
    /// anything, returns [`Next::Yield`] first.
    fn more<T>(&mut self, wanted: usize) -> Next<T> {
        if self.came < FLOOD {
            return Next::Read(wanted);
        }
        self.came = 0;
        Next::Yield
    }

    /// Decrypts the records that have come, and keeps their content for the next read.
    fn take_in(&mut self) -> Result<(), Error> {
        let plain = &mut self.plain;
        self.records
            .process(&mut self.pump, &mut self.outgoing, |bytes| {
                plain.extend_from_slice(bytes)
            })
    }

    fn take_plain(&mut self, into: &mut [u8]) -> usize {
        let waiting = self.plain.get(self.taken..).unwrap_or_default();
        let count = waiting.len().min(into.len());
        if let (Some(from), Some(to)) = (waiting.get(..count), into.get_mut(..count)) {
            to.copy_from_slice(from);
        }
        self.taken = self.taken.saturating_add(count);
        if self.taken == self.plain.len() {
            self.plain.clear();
            self.taken = 0;
        }
        count
    }
}
