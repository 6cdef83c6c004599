//! One TLS connection, whose operations say what they want of the socket.

use alloc::vec::Vec;
use core::fmt;

use super::clear_text;
use super::info::TlsInfo;
use super::naming::tls_error;
use super::pump::Pump;
use super::reason::Reason;
use super::records::Records;
use crate::data::Moved;
use crate::error::{Error, ErrorKind};
use crate::session::transfer::DataEnd;

/// One TLS connection with its buffers: what a driver puts between a socket and plain text.
///
/// Each operation says by [`Next`] what the driver must do with the socket. All state is here: a
/// driver may stop at any point and call the operation again later.
pub struct TlsChannel {
    pump: Pump,
    records: Records,
    ended: bool,
    /// Bytes that came since an operation was last done, or had its driver look at the clock.
    came: usize,
    /// Decrypted bytes that no reader has taken yet.
    plain: Vec<u8>,
    taken: usize,
    outgoing: Vec<u8>,
    sent: usize,
}

/// How much, and not what.
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
    /// Nothing: it is done.
    Done(T),
    /// Wait until the socket takes some of [`outgoing`](TlsChannel::outgoing), say how much with
    /// [`advance`](TlsChannel::advance), and call again.
    Write,
    /// Offer [`outgoing`](TlsChannel::outgoing) to the socket, without waiting and whatever comes
    /// of it: it is an answer that can also go out with the next write. Then wait for bytes, read
    /// them into [`space`](TlsChannel::space) of about this size, say so with
    /// [`filled`](TlsChannel::filled) or [`ended`](TlsChannel::ended), and call again.
    Read(usize),
    /// Look at the clock, and let other tasks run: much has come, and nothing has come of it. Then
    /// call again. A server that never stops sending must not keep a limit from being reached.
    Yield,
}

/// What [`TlsChannel::read`] found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlainRead {
    /// This many bytes were written to the front of the buffer.
    Bytes(usize),
    /// The peer's close_notify: an authentic end.
    Closed,
    /// The connection ended without close_notify: perhaps someone cut it.
    Cut,
}

impl From<PlainRead> for Moved {
    fn from(read: PlainRead) -> Self {
        match read {
            PlainRead::Bytes(count) => Self::Bytes(count),
            PlainRead::Closed => Self::End(DataEnd::Clean),
            PlainRead::Cut => Self::End(DataEnd::NoCloseNotify),
        }
    }
}

/// How much [`TlsChannel::write`] takes at a time: four records, so that a slow link gets them
/// through within any sensible time for idle data.
const MOST_UNSENT: usize = 64 * 1024;

/// After how many bytes that led to nothing an operation [yields](Next::Yield).
const FLOOD: usize = 1024 * 1024;

impl<T> Next<T> {
    /// Goes on once it is done.
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

    /// Room for ciphertext from the socket, of about this many bytes; say with
    /// [`filled`](Self::filled) how much came.
    pub fn space(&mut self, wanted: usize) -> &mut [u8] {
        self.records.space(wanted)
    }

    /// This many bytes came into [`space`](Self::space): in any pieces, and also before an operation
    /// wants them.
    pub fn filled(&mut self, bytes: usize) {
        self.came = self.came.saturating_add(bytes);
        self.records.filled(bytes);
    }

    /// The socket has ended.
    pub fn ended(&mut self) {
        self.ended = true;
    }

    /// Shakes hands, and sends the last of it.
    ///
    /// # Errors
    /// [`ErrorKind::Tls`], also where the socket ends before the handshake does. Where the server
    /// speaks FTP in clear text instead, its words are the error's [`reply`](Error::reply). Offer
    /// [`outgoing`](Self::outgoing) to the socket after every error: it is the alert.
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
            return Err(ended.with_tls_reason(match self.pump.is_asked_in_vain() {
                true => Reason::CertificateDemanded,
                false => Reason::EndedInHandshake,
            }));
        }
        match self.flush()? {
            Next::Done(()) if handshaking => Ok(self.more(0)),
            next => Ok(next),
        }
    }

    /// Reads plain text, as far as whole records of it are here.
    ///
    /// # Errors
    /// As [`handshake`](Self::handshake). What was decrypted before the fault is read first.
    pub fn read(&mut self, into: &mut [u8]) -> Result<Next<PlainRead>, Error> {
        let mut copied = self.take_plain(into);
        if copied == 0 {
            let plain = &mut self.plain;
            let processed = self
                .records
                .process(&mut self.pump, &mut self.outgoing, |bytes| {
                    // Straight into the reader's buffer; only what does not fit is kept.
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
            // The next call tells the fault again.
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

    /// Sends what is unsent, then encrypts up to 64 KiB from the front of `plain` and says how
    /// much. [`flush`](Self::flush) sends that: a record must not wait for the next one.
    ///
    /// # Errors
    /// As [`Pump::encrypt`].
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
    /// None; the shape is that of the other operations.
    pub fn flush(&mut self) -> Result<Next<()>, Error> {
        Ok(match self.outgoing().is_empty() {
            true => Next::Done(()),
            false => Next::Write,
        })
    }

    /// Sends what is unsent and close_notify. The end of an upload is this, a half-close of the
    /// socket, and [`await_end`](Self::await_end).
    ///
    /// # Errors
    /// As [`Pump::close`].
    pub fn close(&mut self) -> Result<Next<()>, Error> {
        if self.pump.is_closed() {
            // What comes now is read only where it is waited for.
            return self.flush();
        }
        self.take_in()?;
        let rest = self.records.bytes();
        self.pump.close(rest, &mut self.outgoing)?;
        self.flush()
    }

    /// Reads to the peer's end, [`Closed`](PlainRead::Closed) or [`Cut`](PlainRead::Cut), and
    /// drops what comes before it. The session tickets that come with it are kept.
    ///
    /// # Errors
    /// As [`handshake`](Self::handshake).
    pub fn await_end(&mut self) -> Result<Next<PlainRead>, Error> {
        self.plain.clear();
        self.taken = 0;
        self.records
            .process(&mut self.pump, &mut self.outgoing, |_| {})?;
        self.read(&mut [])
    }

    /// Reads until a session ticket has come, or none will come any more, or plain text is here.
    ///
    /// # Errors
    /// As [`handshake`](Self::handshake).
    pub fn harvest(&mut self) -> Result<Next<()>, Error> {
        match self.read(&mut [0; 512])? {
            Next::Read(_) if !self.awaits_ticket() => Ok(Next::Done(())),
            next => next.and_then(|_| Ok(Next::Done(()))),
        }
    }

    /// Exchanges close_notify (CCC): from then on both sides speak clear text on the socket.
    ///
    /// # Errors
    /// [`ErrorKind::Injection`] where the peer sends anything else first, or anything after its
    /// close_notify; as [`handshake`](Self::handshake).
    pub fn clear(&mut self) -> Result<Next<()>, Error> {
        self.close()?
            .and_then(|()| self.read(&mut [0]))?
            .and_then(|read| match read {
                PlainRead::Closed if self.records.bytes().is_empty() => Ok(Next::Done(())),
                _ => Err(Error::new(ErrorKind::Injection)),
            })
    }

    /// Ciphertext to be sent.
    pub fn outgoing(&self) -> &[u8] {
        self.outgoing.get(self.sent..).unwrap_or_default()
    }

    /// This many bytes of [`outgoing`](Self::outgoing) are sent.
    pub fn advance(&mut self, bytes: usize) {
        self.sent = self.sent.saturating_add(bytes).min(self.outgoing.len());
        if self.sent == self.outgoing.len() {
            self.outgoing.clear();
            self.sent = 0;
        }
    }

    /// Whether the session of an earlier connection was resumed; `None` until that is known.
    pub fn resumed(&self) -> Option<bool> {
        self.pump.resumed()
    }

    /// Whether a ticket of TLS 1.3 may still come for the next connection, and none has.
    pub fn awaits_ticket(&self) -> bool {
        !self.ended && self.pump.awaits_ticket()
    }

    /// What the handshake came to; `None` before it is done.
    pub fn info(&self) -> Option<TlsInfo> {
        self.pump.info()
    }

    /// Gives back what memory is not in use: for connections that fall idle.
    pub fn shrink(&mut self) {
        self.records.shrink();
        if self.plain.is_empty() {
            self.plain = Vec::new();
        }
        if self.outgoing.is_empty() {
            self.outgoing = Vec::new();
        }
    }

    /// Bytes are to be read; now and then the clock comes first.
    fn more<T>(&mut self, wanted: usize) -> Next<T> {
        if self.came < FLOOD {
            return Next::Read(wanted);
        }
        self.came = 0;
        Next::Yield
    }

    /// Works through what has come, before anything is sent.
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
