//! What the client notes about a server over all connections of a login.
//!
//! The most important note is whether the server has asked for a client certificate. rustls tells
//! this only to the resolver of client certificates, so [`LoginNotes`] is such a resolver. Without
//! the note, many alerts are ambiguous: in TLS 1.2, a server sends the same alert if the client's
//! certificate is missing and if there is no cipher suite in common (RFC 5246 section 7.4.6).

use alloc::sync::Arc;
use core::sync::atomic::{AtomicBool, AtomicU8, Ordering};

use rustls::SignatureScheme;
use rustls::client::ResolvesClientCert;
use rustls::sign::CertifiedKey;

/// Whether the server has asked for a client certificate, and whether the client has one. The
/// meaning of an alert depends on both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CertificateRequest {
    /// Unknown, because the connection belongs to no login and so has no [`LoginNotes`].
    Unknown,
    /// The server has not asked for a certificate on this connection, and the client has no
    /// certificate.
    NotSent,
    /// The server did not ask on this connection, but the client has a certificate. If the session
    /// was resumed, the client may have sent its certificate when the session began.
    AnsweredBefore,
    /// The server asked for a certificate, and the client sent one.
    Answered,
    /// The server asked for a certificate, and the client sent none.
    Unanswered,
}

/// A resolver of client certificates that wraps another resolver and notes whether the server asks
/// for a certificate. All connections of a login share one `LoginNotes`, because rustls does not
/// resume a session that was begun with another resolver.
#[derive(Debug)]
pub(super) struct LoginNotes {
    resolver: Arc<dyn ResolvesClientCert>,
    noted: AtomicU8,
    agreed: AtomicBool,
    ticketless: AtomicBool,
}

const NOTHING: u8 = 0;
const ANSWERED: u8 = 1;
const UNANSWERED: u8 = 2;

impl LoginNotes {
    pub(super) fn new(resolver: Arc<dyn ResolvesClientCert>) -> Self {
        Self {
            resolver,
            noted: AtomicU8::new(NOTHING),
            agreed: AtomicBool::new(false),
            ticketless: AtomicBool::new(false),
        }
    }

    /// Returns what is known before the handshake: only whether the client has a certificate.
    pub(super) fn beforehand(&self) -> CertificateRequest {
        match self.has_certs() {
            true => CertificateRequest::AnsweredBefore,
            false => CertificateRequest::NotSent,
        }
    }

    /// Returns the note that the resolver has made since the last call of this method, and clears
    /// it. `None` if the server has not asked for a certificate. rustls calls the resolver while it
    /// processes records. Call this method directly after that, so that the note cannot come from
    /// another connection of the login.
    pub(super) fn take(&self) -> Option<CertificateRequest> {
        if self.noted.load(Ordering::Relaxed) == NOTHING {
            return None;
        }
        match self.noted.swap(NOTHING, Ordering::Relaxed) {
            ANSWERED => Some(CertificateRequest::Answered),
            UNANSWERED => Some(CertificateRequest::Unanswered),
            _ => None,
        }
    }

    /// Notes that a handshake of the login has succeeded.
    pub(super) fn agree(&self) {
        self.agreed.store(true, Ordering::Relaxed);
    }

    /// Whether a handshake of the login has ever succeeded. If so, client and server have a version
    /// and a cipher suite in common.
    pub(super) fn is_agreed(&self) -> bool {
        self.agreed.load(Ordering::Relaxed)
    }

    /// Notes that the server has ended a resumed TLS 1.3 connection by close_notify, without
    /// sending a ticket for the next connection.
    pub(super) fn note_no_ticket(&self) {
        self.ticketless.store(true, Ordering::Relaxed);
    }

    /// Whether the server has ever ended a resumed TLS 1.3 connection by close_notify without
    /// sending a new ticket. Only the server can cause this: an attacker in the network can cut a
    /// connection, but cannot send close_notify or remove a ticket.
    pub(super) fn is_ticketless(&self) -> bool {
        self.ticketless.load(Ordering::Relaxed)
    }
}

impl ResolvesClientCert for LoginNotes {
    fn resolve(
        &self,
        authorities: &[&[u8]],
        schemes: &[SignatureScheme],
    ) -> Option<Arc<CertifiedKey>> {
        let certified = self.resolver.resolve(authorities, schemes);
        // If the server does not accept the kind of the client's key, the inner resolver returns no
        // certificate. The client then sends none, and the note says `UNANSWERED`.
        let noted = match certified {
            Some(_) => ANSWERED,
            None => UNANSWERED,
        };
        self.noted.store(noted, Ordering::Relaxed);
        certified
    }

    fn only_raw_public_keys(&self) -> bool {
        self.resolver.only_raw_public_keys()
    }

    fn has_certs(&self) -> bool {
        self.resolver.has_certs()
    }
}
