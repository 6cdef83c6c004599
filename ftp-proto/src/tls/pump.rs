//! Decrypts and encrypts TLS records by rustls, on buffers that the caller owns.
//!
//! rustls' unbuffered connection has two rules, and panics if one is broken: it must not be called
//! again after an error, and it must see the same unread input at every call. This file keeps both.

use alloc::string::ToString as _;
use alloc::sync::Arc;
use core::fmt;
use core::panic::AssertUnwindSafe;

use rustls::client::{ClientConnectionData, UnbufferedClientConnection};
use rustls::pki_types::ServerName;
use rustls::unbuffered::{ConnectionState, UnbufferedStatus};
use rustls::{ClientConfig, HandshakeKind, InvalidMessage, ProtocolVersion};

use super::errors::{tls_error, with_reason};
use super::info::{TlsInfo, TlsVersion, cipher_suite};
use super::login_notes::{CertificateRequest, LoginNotes};
use super::outgoing::Outgoing;
use super::reason::Reason;
use crate::error::Error;
use crate::wire::Reply;

/// One connection of rustls: TLS records go in, plain text comes out. The buffers belong to the
/// caller.
pub(super) struct Pump {
    connection: UnbufferedClientConnection,
    peer_closed: bool,
    closed: bool,
    /// The error after which rustls must not be called again, because it would panic. `None` if
    /// rustls has not failed.
    failed: Option<Error>,
    /// The first byte that has come from the server. It shows whether the server speaks TLS. `None`
    /// if nothing has come.
    first: Option<u8>,
    request: CertificateRequest,
    /// The notes of the login that this connection belongs to. They are also the resolver of client
    /// certificates in the configuration. `None` if the connection belongs to no login.
    login_notes: Option<Arc<LoginNotes>>,
}

impl Pump {
    /// Makes a connection to this server.
    ///
    /// # Errors
    /// [`ErrorKind::Tls`](crate::ErrorKind::Tls) if rustls refuses the configuration.
    pub(super) fn new(config: Arc<ClientConfig>, name: ServerName<'static>) -> Result<Self, Error> {
        Ok(Self {
            connection: UnbufferedClientConnection::new(config, name).map_err(tls_error)?,
            peer_closed: false,
            closed: false,
            failed: None,
            first: None,
            request: CertificateRequest::Unknown,
            login_notes: None,
        })
    }

    /// Adds the notes of a login. The configuration must have them as its resolver of client
    /// certificates.
    pub(super) fn with_login_notes(mut self, login_notes: Arc<LoginNotes>) -> Self {
        self.request = login_notes.beforehand();
        self.login_notes = Some(login_notes);
        self
    }

    /// Processes the complete records in `incoming`, which it decrypts in place. It hands their
    /// plain text to `plain`, and appends bytes for the server to `outgoing`. It returns how many
    /// bytes at the start of `incoming` are used up.
    ///
    /// # Errors
    /// [`ErrorKind::Tls`](crate::ErrorKind::Tls). The alert for the server is then in `outgoing`.
    pub(super) fn process(
        &mut self,
        incoming: &mut [u8],
        outgoing: &mut Outgoing,
        mut plain: impl FnMut(&[u8]),
    ) -> Result<usize, Error> {
        self.check()?;
        self.first = self.first.or_else(|| incoming.first().copied());
        let mut used: usize = 0;
        let mut unreadable = None;
        loop {
            let rest = incoming.get_mut(used..).unwrap_or_default();
            let UnbufferedStatus { mut discard, state } =
                advance(&mut self.connection, rest, self.closed);
            let more = match state {
                Ok(ConnectionState::ReadTraffic(mut traffic)) => {
                    while let Some(record) = traffic.next_record() {
                        match record {
                            Ok(record) => {
                                discard = discard.saturating_add(record.discard);
                                plain(record.payload);
                            }
                            Err(error) => {
                                unreadable = Some(error);
                                break;
                            }
                        }
                    }
                    true
                }
                Ok(ConnectionState::EncodeTlsData(mut encode)) => {
                    outgoing.append(|room| encode.encode(room))?;
                    true
                }
                Ok(ConnectionState::TransmitTlsData(transmit)) => {
                    transmit.done();
                    true
                }
                Ok(ConnectionState::PeerClosed) => {
                    self.peer_closed = true;
                    true
                }
                Ok(_) => false,
                Err(error) => {
                    let error = self.fail(error);
                    let rest = incoming.get_mut(used.saturating_add(discard)..);
                    self.take_alert(rest.unwrap_or_default(), outgoing);
                    return Err(error);
                }
            };
            used = used.saturating_add(discard);
            if let Some(error) = unreadable.take() {
                return Err(self.fail(error));
            }
            if !more {
                self.note();
                return Ok(used);
            }
        }
    }

    /// Encrypts plain text into whole records, and appends them to `outgoing`. Call
    /// [`process`](Self::process) just before. Pass the bytes that `process` has not used up as
    /// `incoming`, because rustls reads the start of an incomplete record again.
    ///
    /// # Errors
    /// [`ErrorKind::Tls`](crate::ErrorKind::Tls) before the handshake is done, after
    /// [`close`](Self::close), and if the keys are used up.
    pub(super) fn encrypt(
        &mut self,
        plain: &[u8],
        incoming: &mut [u8],
        outgoing: &mut Outgoing,
    ) -> Result<(), Error> {
        self.check_open()?;
        self.with_write_traffic(incoming, outgoing, |traffic, outgoing| {
            outgoing.append(|room| traffic.encrypt(plain, room))
        })
    }

    /// Appends close_notify to `outgoing`. A second call does nothing. `incoming` is the bytes that
    /// [`process`](Self::process) has not used up.
    ///
    /// # Errors
    /// [`ErrorKind::Tls`](crate::ErrorKind::Tls) before the handshake is done.
    pub(super) fn close(
        &mut self,
        incoming: &mut [u8],
        outgoing: &mut Outgoing,
    ) -> Result<(), Error> {
        if core::mem::replace(&mut self.closed, true) {
            return Ok(());
        }
        self.with_write_traffic(incoming, outgoing, |traffic, outgoing| {
            outgoing.append(|room| traffic.queue_close_notify(room))
        })
    }

    /// Whether no byte has come from the server yet.
    pub(super) fn is_untouched(&self) -> bool {
        self.first.is_none()
    }

    /// Returns whether the handshake is still going on.
    pub(super) fn is_handshaking(&self) -> bool {
        self.connection.is_handshaking()
    }

    /// Whether this side has sent close_notify.
    pub(super) fn is_closed(&self) -> bool {
        self.closed
    }

    /// Returns whether the server's close_notify has come. If so, the end of the data is authentic.
    pub(super) fn is_peer_closed(&self) -> bool {
        self.peer_closed
    }

    /// Returns whether this connection has resumed an earlier session. `None` until that is known.
    pub(super) fn resumed(&self) -> Option<bool> {
        self.connection
            .handshake_kind()
            .map(|kind| kind == HandshakeKind::Resumed)
    }

    /// Whether the server has asked for a client certificate and got none.
    pub(super) fn lacks_client_certificate(&self) -> bool {
        self.request == CertificateRequest::Unanswered
    }

    /// Returns whether a TLS 1.3 ticket for the next connection may still come. `false` after one
    /// has come.
    pub(super) fn awaits_ticket(&self) -> bool {
        self.has_no_ticket() && !self.peer_closed && self.failed.is_none()
    }

    /// Returns the result of the handshake. `None` before it is done.
    pub(super) fn info(&self) -> Option<TlsInfo> {
        if self.is_handshaking() {
            return None;
        }
        let certificates = self.connection.peer_certificates().unwrap_or_default();
        Some(TlsInfo {
            version: TlsVersion::of(self.connection.protocol_version()?)?,
            cipher_suite: cipher_suite(self.connection.negotiated_cipher_suite()?.suite()),
            certificates: certificates.iter().map(|der| der.to_vec()).collect(),
            resumed: self.resumed()?,
        })
    }

    fn with_write_traffic(
        &mut self,
        incoming: &mut [u8],
        outgoing: &mut Outgoing,
        write: impl FnOnce(
            &mut rustls::unbuffered::WriteTraffic<'_, ClientConnectionData>,
            &mut Outgoing,
        ) -> Result<(), Error>,
    ) -> Result<(), Error> {
        self.check()?;
        loop {
            match self.connection.process_tls_records(incoming).state {
                Ok(ConnectionState::WriteTraffic(mut traffic)) => {
                    return write(&mut traffic, outgoing);
                }
                Ok(ConnectionState::EncodeTlsData(mut encode)) => {
                    outgoing.append(|room| encode.encode(room))?;
                }
                Ok(ConnectionState::TransmitTlsData(transmit)) => transmit.done(),
                Ok(ConnectionState::PeerClosed) => self.peer_closed = true,
                Ok(_) => return Err(tls_error("not ready to send application data")),
                Err(error) => return Err(self.fail(error)),
            }
        }
    }

    /// Fails if plain text cannot be sent any more, after close_notify or an error.
    pub(super) fn check_open(&self) -> Result<(), Error> {
        if self.closed {
            return Err(tls_error("written to after close_notify"));
        }
        self.check()
    }

    /// If the server has replied in clear text instead of TLS, adds its reply to the error. All
    /// later calls return this error too.
    pub(super) fn failed_with(&mut self, reply: Option<Reply>, error: Error) -> Error {
        match reply.filter(|_| error.tls_reason() == Some(&Reason::PlainServer)) {
            Some(reply) => self.failed.insert(error.with_reply(reply)).clone(),
            None => error,
        }
    }

    fn check(&self) -> Result<(), Error> {
        match &self.failed {
            Some(error) => Err(error.clone()),
            None => Ok(()),
        }
    }

    fn fail(&mut self, error: rustls::Error) -> Error {
        /// The values that the first byte of a TLS record can have (RFC 8446 section 5.1).
        const TYPES: core::ops::RangeInclusive<u8> = 20..=24;
        self.note();
        let agreed = self
            .login_notes
            .as_ref()
            .is_some_and(|login| login.is_agreed());
        let no_record = self.first.is_some_and(|first| !TYPES.contains(&first));
        let error = match error {
            rustls::Error::InvalidMessage(_) if no_record => {
                tls_error(error).with_tls_reason(Reason::PlainServer)
            }
            rustls::Error::InvalidMessage(InvalidMessage::InvalidContentType) => {
                tls_error(error).with_tls_reason(Reason::ClearText)
            }
            error => with_reason(error, self.request, agreed),
        };
        self.failed.insert(error).clone()
    }

    /// Notes whether the server has asked for a client certificate, whether the handshake has
    /// succeeded, and whether the server sends tickets. It is called after rustls has processed
    /// records.
    fn note(&mut self) {
        if let Some(login_notes) = &self.login_notes {
            self.request = login_notes.take().unwrap_or(self.request);
            if !self.connection.is_handshaking() {
                login_notes.agree();
            }
            if self.peer_closed && self.has_no_ticket() && self.resumed() == Some(true) {
                login_notes.note_no_ticket();
            }
        }
    }

    /// Whether this connection speaks TLS 1.3 and no ticket has come.
    fn has_no_ticket(&self) -> bool {
        let version = self.connection.protocol_version();
        version == Some(ProtocolVersion::TLSv1_3) && self.connection.tls13_tickets_received() == 0
    }

    /// Appends to `outgoing` the alert that rustls has queued because of an error. rustls must not
    /// process more records after this error, so the loop stops as soon as the alert is out.
    fn take_alert(&mut self, incoming: &mut [u8], outgoing: &mut Outgoing) {
        while self.connection.wants_write() {
            let state = self.connection.process_tls_records(incoming).state;
            let Ok(ConnectionState::EncodeTlsData(mut encode)) = state else {
                return;
            };
            if outgoing.append(|room| encode.encode(room)).is_err() {
                return;
            }
        }
    }
}

/// Calls rustls, and turns a panic after close_notify into an error. After its own close_notify,
/// rustls 0.23 panics in builds with debug assertions if it must send a fatal alert. A server can
/// cause this, for example if it sends garbage after the end of an upload. In builds without debug
/// assertions, rustls returns an error. In builds with them, this function catches the panic and
/// returns an error too, unless the build has `panic = "abort"`.
///
/// [`TlsChannel`](super::TlsChannel) lets rustls process bytes after close_notify only where it
/// must: to get the tickets at the end of an upload, and to find the end of TLS after CCC. These
/// bytes cannot be checked before rustls gets them, because only decryption shows whether a record
/// is garbage. rustls could hand out its keys so that this crate could decrypt
/// (`dangerous_into_kernel_connection`), but the keys are safer inside rustls. If you build with
/// `panic = "abort"` and debug assertions, switch off the debug assertions of rustls, as the
/// documentation of this module says.
fn advance<'c, 'i>(
    connection: &'c mut UnbufferedClientConnection,
    incoming: &'i mut [u8],
    closed: bool,
) -> UnbufferedStatus<'c, 'i, ClientConnectionData> {
    if !closed {
        return connection.process_tls_records(incoming);
    }
    let process = AssertUnwindSafe(move || {
        let (connection, incoming) = (connection, incoming);
        connection.process_tls_records(incoming)
    });
    std::panic::catch_unwind(process).unwrap_or_else(|_| UnbufferedStatus {
        discard: 0,
        state: Err(rustls::Error::General(
            "data that is not TLS after close_notify".to_string(),
        )),
    })
}

impl fmt::Debug for Pump {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pump")
            .field("handshaking", &self.is_handshaking())
            .field("peer_closed", &self.peer_closed)
            .field("closed", &self.closed)
            .finish_non_exhaustive()
    }
}
