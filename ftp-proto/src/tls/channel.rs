//! One TLS connection, whose operations say what they want from the socket.

use alloc::vec::Vec;
use core::fmt;

use super::clear_text;
use super::errors::tls_error;
use super::info::TlsInfo;
use super::pump::Pump;
use super::reason::Reason;
use super::records::Records;
use crate::data::DataProgress;
use crate::error::{Error, ErrorKind};
use crate::session::transfer::DataEnd;

/// One TLS connection with its buffers. A driver puts it between a socket and plain text.
///
/// Each operation says by [`Next`] what the driver must do with the socket. All state is in this
/// value: a driver may stop at any point and call the operation again later.
pub struct TlsChannel {
    pump: Pump,
    records: Records,
    ended: bool,
    /// How many bytes have come since an operation was last done or returned [`Next::Yield`].
    came: usize,
    /// Decrypted bytes that no reader has taken yet.
    plain: Vec<u8>,
    taken: usize,
    outgoing: Vec<u8>,
    sent: usize,
}

/// Shows how many bytes there are, not their content.
impl fmt::Debug for TlsChannel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TlsChannel")
            .field("pump", &self.pump)
            .field("ended", &self.ended)
            .field("plain", &self.plain.len())
            .field("outgoing", &self.outgoing.len())
            .finish_non_exhaustive()
    }
}

/// What an operation of a [`TlsChannel`] wants next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Next<T> {
    /// Nothing: the operation is done.
    Done(T),
    /// Wait until the socket takes some of [`outgoing`](TlsChannel::outgoing), report how much by
    /// [`advance`](TlsChannel::advance), and call the operation again.
    Write,
    /// First try to write [`outgoing`](TlsChannel::outgoing) to the socket, without waiting. What
    /// it does not take can go out with the next write. Then wait for bytes and read them into
    /// [`space`](TlsChannel::space), with room for about this many. Report them by
    /// [`filled`](TlsChannel::filled), or the end by [`receive_eof`](TlsChannel::receive_eof), and
    /// call the operation again.
    Read(usize),
    /// Check the time limit, let other tasks run, and call the operation again. Many bytes have
    /// come, but the operation has got no further. A server that never stops sending must not
    /// outrun a time limit.
    Yield,
}

/// What [`TlsChannel::read`] has found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlainRead {
    /// This many bytes were written to the start of the buffer.
    Bytes(usize),
    /// The peer has sent close_notify: the end is authentic.
    Closed,
    /// The connection ended without close_notify: an attacker may have cut it.
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

/// How many bytes [`TlsChannel::write`] takes at a time: four records. A slow link can send this
/// much within any sensible time limit for idle data.
const MOST_UNSENT: usize = 64 * 1024;

/// After this many bytes without progress, an operation [yields](Next::Yield).
const FLOOD: usize = 1024 * 1024;

impl<T> Next<T> {
    /// Goes on with `more` after this is done.
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
            outgoing: Vec::new(),
            sent: 0,
        }
    }

    /// Returns room for about this many bytes of ciphertext from the socket. Report by
    /// [`filled`](Self::filled) how many came.
    pub fn space(&mut self, wanted: usize) -> &mut [u8] {
        self.records.space(wanted)
    }

    /// Takes note that this many bytes came into [`space`](Self::space). They may come in pieces of
    /// any size, and before an operation wants them.
    pub fn filled(&mut self, bytes: usize) {
        self.came = self.came.saturating_add(bytes);
        self.records.filled(bytes);
    }

    /// Takes note that the socket has ended.
    pub fn receive_eof(&mut self) {
        self.ended = true;
    }

    /// Does the handshake, and sends the last message of it.
    ///
    /// # Errors
    /// [`ErrorKind::Tls`], also if the socket ends before the handshake does. If the server speaks
    /// FTP in clear text instead, its text is the error's [`reply`](Error::reply). After every
    /// error, offer [`outgoing`](Self::outgoing) to the socket: it is the alert.
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

    /// Reads plain text, as much as has come in whole records.
    ///
    /// # Errors
    /// The errors of [`handshake`](Self::handshake). What was decrypted before the error is read
    /// first.
    pub fn read(&mut self, into: &mut [u8]) -> Result<Next<PlainRead>, Error> {
        let mut copied = self.take_plain(into);
        if copied == 0 {
            let plain = &mut self.plain;
            let processed = self
                .records
                .process(&mut self.pump, &mut self.outgoing, |bytes| {
                    // Copies straight into the reader's buffer. Only what does not fit is kept.
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
            // The next call returns this error again.
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

    /// Sends what is unsent, then encrypts up to 64 KiB from the start of `plain` and returns how
    /// much. Call [`flush`](Self::flush) to send it: a record must not wait for the next one.
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

    /// Sends what is unsent.
    ///
    /// # Errors
    /// None. The signature is that of the other operations.
    pub fn flush(&mut self) -> Result<Next<()>, Error> {
        Ok(match self.outgoing().is_empty() {
            true => Next::Done(()),
            false => Next::Write,
        })
    }

    /// Sends what is unsent, and close_notify. To end an upload, call this, half-close the socket,
    /// and call [`await_end`](Self::await_end).
    ///
    /// # Errors
    /// [`ErrorKind::Tls`](crate::ErrorKind::Tls) before the handshake is done.
    pub fn close(&mut self) -> Result<Next<()>, Error> {
        if self.pump.is_closed() {
            // From now on, only operations that wait for bytes process them.
            return self.flush();
        }
        self.take_in()?;
        let rest = self.records.bytes();
        self.pump.close(rest, &mut self.outgoing)?;
        self.flush()
    }

    /// Reads to the peer's end, [`Closed`](PlainRead::Closed) or [`Cut`](PlainRead::Cut), and
    /// throws away what comes before it. Session tickets that come are kept.
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

    /// Reads until a session ticket has come, or none can come any more, or plain text has come.
    ///
    /// # Errors
    /// The errors of [`handshake`](Self::handshake).
    pub fn harvest(&mut self) -> Result<Next<()>, Error> {
        match self.read(&mut [0; 512])? {
            Next::Read(_) if !self.awaits_ticket() => Ok(Next::Done(())),
            next => next.and_then(|_| Ok(Next::Done(()))),
        }
    }

    /// Exchanges close_notify (CCC). After that, both sides speak clear text on the socket.
    ///
    /// # Errors
    /// [`ErrorKind::Injection`] if the peer sends anything before its close_notify or after it;
    /// also the errors of [`handshake`](Self::handshake).
    pub fn clear(&mut self) -> Result<Next<()>, Error> {
        self.close()?
            .and_then(|()| self.read(&mut [0]))?
            .and_then(|read| match read {
                PlainRead::Closed if self.records.bytes().is_empty() => Ok(Next::Done(())),
                _ => Err(Error::new(ErrorKind::Injection)),
            })
    }

    /// Returns the ciphertext to send.
    pub fn outgoing(&self) -> &[u8] {
        self.outgoing.get(self.sent..).unwrap_or_default()
    }

    /// Takes note that this many bytes of [`outgoing`](Self::outgoing) were sent.
    pub fn advance(&mut self, bytes: usize) {
        self.sent = self.sent.saturating_add(bytes).min(self.outgoing.len());
        if self.sent == self.outgoing.len() {
            self.outgoing.clear();
            self.sent = 0;
        }
    }

    /// Returns whether the session of an earlier connection was resumed. `None` until that is
    /// known.
    pub fn resumed(&self) -> Option<bool> {
        self.pump.resumed()
    }

    /// Returns whether a TLS 1.3 ticket for the next connection may still come. `false` once one
    /// has come.
    pub fn awaits_ticket(&self) -> bool {
        !self.ended && self.pump.awaits_ticket()
    }

    /// Returns the result of the handshake. `None` before it is done.
    pub fn info(&self) -> Option<TlsInfo> {
        self.pump.info()
    }

    /// Frees unused memory. For connections that become idle.
    pub fn shrink(&mut self) {
        self.records.shrink();
        if self.plain.is_empty() {
            self.plain = Vec::new();
        }
        if self.outgoing.is_empty() {
            self.outgoing = Vec::new();
        }
    }

    /// Asks the driver for more bytes. After many bytes without progress, it asks the driver to
    /// yield first.
    fn more<T>(&mut self, wanted: usize) -> Next<T> {
        if self.came < FLOOD {
            return Next::Read(wanted);
        }
        self.came = 0;
        Next::Yield
    }

    /// Processes what has come, before anything is sent.
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
