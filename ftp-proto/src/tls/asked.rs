//! What is noted of a server over all connections of a login.
//!
//! Whether it asked for a certificate of the client, above all. rustls tells it to the resolver alone,
//! and without it many alerts mean nothing: where no certificate was shown, TLS 1.2 has the same
//! one as where there is no cipher suite in common (RFC 5246 section 7.4.6).

use alloc::sync::Arc;
use core::sync::atomic::{AtomicBool, AtomicU8, Ordering};

use rustls::SignatureScheme;
use rustls::client::ResolvesClientCert;
use rustls::sign::CertifiedKey;

/// What is known when an alert comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// Nothing: whoever brings a configuration to the pump brings its resolver.
    Perhaps,
    /// Not asked, and the server knows of no certificate of ours.
    No,
    /// Not asked, but there is a certificate, which a session that is resumed stands for.
    Before,
    /// Asked, and shown a certificate.
    Answered,
    /// Asked, and shown none.
    InVain,
}

/// Another resolver, which notes what it is asked. A login has one for all its connections, since
/// rustls resumes no session that was begun with another.
#[derive(Debug)]
pub(super) struct Noting {
    resolver: Arc<dyn ResolvesClientCert>,
    noted: AtomicU8,
    agreed: AtomicBool,
    ticketless: AtomicBool,
}

const NOTHING: u8 = 0;
const ANSWERED: u8 = 1;
const IN_VAIN: u8 = 2;

impl Noting {
    pub(super) fn new(resolver: Arc<dyn ResolvesClientCert>) -> Self {
        Self {
            resolver,
            noted: AtomicU8::new(NOTHING),
            agreed: AtomicBool::new(false),
            ticketless: AtomicBool::new(false),
        }
    }

    /// What is known ahead of the handshake.
    pub(super) fn beforehand(&self) -> Asked {
        match self.has_certs() {
            true => Asked::Before,
            false => Asked::No,
        }
    }

    /// What was asked since the last call. rustls asks while it is shown records, so that whoever
    /// shows them and then calls this has what its own server asked.
    pub(super) fn take(&self) -> Option<Asked> {
        if self.noted.load(Ordering::Relaxed) == NOTHING {
            return None;
        }
        match self.noted.swap(NOTHING, Ordering::Relaxed) {
            ANSWERED => Some(Asked::Answered),
            IN_VAIN => Some(Asked::InVain),
            _ => None,
        }
    }

    /// A handshake of the login is done.
    pub(super) fn agree(&self) {
        self.agreed.store(true, Ordering::Relaxed);
    }

    /// Whether one ever was, so that there is enough in common.
    pub(super) fn is_agreed(&self) -> bool {
        self.agreed.load(Ordering::Relaxed)
    }

    /// A connection has resumed TLS 1.3, and come to its authentic end without a ticket for another.
    pub(super) fn note_no_ticket(&self) {
        self.ticketless.store(true, Ordering::Relaxed);
    }

    /// Whether one ever did. The server alone can bring that about: an attacker in between can end a
    /// connection, but not with close_notify, and cannot take a ticket out of it.
    pub(super) fn is_ticketless(&self) -> bool {
        self.ticketless.load(Ordering::Relaxed)
    }
}

impl ResolvesClientCert for Noting {
    fn resolve(
        &self,
        authorities: &[&[u8]],
        schemes: &[SignatureScheme],
    ) -> Option<Arc<CertifiedKey>> {
        let certified = self.resolver.resolve(authorities, schemes);
        // With a key of a kind that the server does not list, nothing is shown all the same. It is
        // not accepted, then.
        let noted = match certified {
            Some(_) => ANSWERED,
            None => IN_VAIN,
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
