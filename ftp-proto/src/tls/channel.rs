use alloc::vec::Vec;
use core::fmt;

use super::info::TlsInfo;
use super::naming::tls_error;
use super::pump::Pump;
use super::reason::Reason;
use super::records::Records;
use crate::error::Error;

/// One TLS connection with its buffers: what an adapter puts between a socket and plain text.
///
/// Ciphertext from the socket goes into [`space`](Self::space), ciphertext for it stands in
/// [`outgoing`](Self::outgoing). All state is here, so that whoever moves the bytes may stop at
/// any point and go on later.
pub struct TlsChannel {
    pump: Pump,
    records: Records,
    ended: bool,
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

/// What [`TlsChannel::read`] found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlainRead {
    /// This many bytes were written to the front of the buffer.
    Bytes(usize),
    /// Nothing yet: more ciphertext is needed.
    Blocked,
    /// The peer's close_notify: an authentic end.
    Closed,
    /// The connection ended without close_notify: perhaps someone cut it.
    Cut,
}

/// How much ciphertext may stand unsent before [`TlsChannel::write`] takes no more: four records,
/// so that a slow link gets them through within any sensible time for idle data.
const MOST_UNSENT: usize = 64 * 1024;

impl TlsChannel {
    pub(super) fn new(pump: Pump) -> Self {
        Self {
            pump,
            records: Records::default(),
            ended: false,
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

    /// This many bytes came into [`space`](Self::space).
    pub fn filled(&mut self, bytes: usize) {
        self.records.filled(bytes);
    }

    /// The socket has ended.
    pub fn ended(&mut self) {
        self.ended = true;
    }

    /// Plain text, as far as whole records of it are here.
    ///
    /// # Errors
    /// [`ErrorKind::Tls`](crate::ErrorKind::Tls); send what stands in
    /// [`outgoing`](Self::outgoing) all the same, it is the alert.
    pub fn read(&mut self, into: &mut [u8]) -> Result<PlainRead, Error> {
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
            // What was decrypted ahead of a fault is still good, and comes first; the fault is
            // told again.
            if copied == 0 && self.plain.is_empty() {
                processed?;
            }
        }
        Ok(match copied {
            0 if into.is_empty() && !self.plain.is_empty() => PlainRead::Bytes(0),
            0 if self.pump.is_peer_closed() => PlainRead::Closed,
            0 if self.ended => PlainRead::Cut,
            0 => PlainRead::Blocked,
            copied => PlainRead::Bytes(copied),
        })
    }

    /// Encrypts from the front of `plain` as much as may stand unsent; returns how much it took.
    ///
    /// # Errors
    /// As [`Pump::encrypt`].
    pub fn write(&mut self, plain: &[u8]) -> Result<usize, Error> {
        self.pump.check_open()?;
        let room = MOST_UNSENT.saturating_sub(self.outgoing().len());
        let plain = plain.get(..plain.len().min(room)).unwrap_or_default();
        if !plain.is_empty() {
            self.take_in()?;
            self.compact();
            let rest = self.records.bytes();
            self.pump.encrypt(plain, rest, &mut self.outgoing)?;
        }
        Ok(plain.len())
    }

    /// Advances the handshake with what is here; `true` once it is done.
    ///
    /// # Errors
    /// As [`read`](Self::read); also when the socket has ended before the handshake.
    pub fn handshake(&mut self) -> Result<bool, Error> {
        self.take_in()?;
        if self.pump.is_handshaking() && self.ended {
            let ended = tls_error("the connection ended in the handshake");
            return Err(ended.with_tls_reason(match self.pump.is_asked_in_vain() {
                true => Reason::CertificateDemanded,
                false => Reason::EndedInHandshake,
            }));
        }
        Ok(!self.pump.is_handshaking())
    }

    /// Queues close_notify.
    ///
    /// # Errors
    /// As [`Pump::close`].
    pub fn close(&mut self) -> Result<(), Error> {
        self.take_in()?;
        self.compact();
        let rest = self.records.bytes();
        self.pump.close(rest, &mut self.outgoing)
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

    /// Bytes behind the peer's close_notify, which are no TLS any more (CCC).
    pub fn into_rest(self) -> Vec<u8> {
        self.records.into_rest()
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

    /// Works through what has come, before anything is sent.
    fn take_in(&mut self) -> Result<(), Error> {
        let plain = &mut self.plain;
        self.records
            .process(&mut self.pump, &mut self.outgoing, |bytes| {
                plain.extend_from_slice(bytes)
            })
    }

    fn compact(&mut self) {
        self.outgoing.drain(..self.sent);
        self.sent = 0;
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
