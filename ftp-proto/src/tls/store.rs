//! The TLS sessions of one login.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rustls::NamedGroup;
use rustls::client::{ClientSessionStore, Tls12ClientSessionValue, Tls13ClientSessionValue};
use rustls::pki_types::ServerName;

/// The sessions of one login, for its data connections to resume.
///
/// The store of rustls is made for many servers. It takes room for eight tickets and a table of
/// names before there is one, and each ticket has a copy of the server's certificates. A login has
/// one name, and one data connection at a time.
pub(super) struct Sessions {
    name: ServerName<'static>,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    group: Option<NamedGroup>,
    /// Good for any number of connections, and not there under TLS 1.3.
    tls12: Option<Box<Tls12ClientSessionValue>>,
    /// Of TLS 1.3, each good for one connection; the newest last.
    tickets: Vec<Tls13ClientSessionValue>,
}

/// How many tickets are kept. A data connection takes one and as a rule brings one (OpenSSL) or two
/// (GnuTLS, rustls); those that are given up unread, and ProFTPD's uploads, bring none. OpenSSL
/// gives two with the login, and never are there more. Where there are, two more of them are a
/// reserve for four connections in a row, and any number beyond is memory for nothing.
const TICKETS: usize = 4;

impl Sessions {
    pub(super) fn new(name: ServerName<'static>) -> Self {
        let kept = Mutex::default();
        Self { name, kept }
    }

    /// Whether the next connection would take the last ticket, and leave nothing to resume.
    pub(super) fn has_one_ticket_left(&self) -> bool {
        let kept = self.of(&self.name);
        kept.is_some_and(|kept| kept.tls12.is_none() && kept.tickets.len() == 1)
    }

    /// `None` for another server, which a login does not have.
    fn of(&self, name: &ServerName<'_>) -> Option<MutexGuard<'_, Kept>> {
        // Nothing in here panics half-way.
        let kept = || self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        (self.name == *name).then(kept)
    }
}

impl ClientSessionStore for Sessions {
    fn set_kx_hint(&self, name: ServerName<'static>, group: NamedGroup) {
        if let Some(mut kept) = self.of(&name) {
            kept.group = Some(group);
        }
    }

    fn kx_hint(&self, name: &ServerName<'_>) -> Option<NamedGroup> {
        self.of(name)?.group
    }

    fn set_tls12_session(&self, name: ServerName<'static>, session: Tls12ClientSessionValue) {
        if let Some(mut kept) = self.of(&name) {
            kept.tls12 = Some(Box::new(session));
        }
    }

    fn tls12_session(&self, name: &ServerName<'_>) -> Option<Tls12ClientSessionValue> {
        self.of(name)?.tls12.as_deref().cloned()
    }

    fn remove_tls12_session(&self, name: &ServerName<'static>) {
        if let Some(mut kept) = self.of(name) {
            kept.tls12 = None;
        }
    }

    fn insert_tls13_ticket(&self, name: ServerName<'static>, ticket: Tls13ClientSessionValue) {
        if let Some(mut kept) = self.of(&name) {
            if kept.tickets.len() == TICKETS {
                kept.tickets.remove(0);
            }
            kept.tickets.push(ticket);
        }
    }

    /// The newest, which is the last to expire. Where rustls finds that it has expired, the others
    /// have as well, and the handshake without any that it makes then brings new ones.
    fn take_tls13_ticket(&self, name: &ServerName<'static>) -> Option<Tls13ClientSessionValue> {
        self.of(name)?.tickets.pop()
    }
}

/// Whoever has a ticket and its secret can read and pose as us: how many, and no more.
impl fmt::Debug for Sessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kept = self.of(&self.name);
        let tickets = kept.as_ref().map_or(0, |kept| kept.tickets.len());
        let tls12 = kept.is_some_and(|kept| kept.tls12.is_some());
        f.debug_struct("Sessions")
            .field("name", &self.name)
            .field("tls12", &tls12)
            .field("tickets", &tickets)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use core::net::{IpAddr, Ipv4Addr};

    use super::*;

    #[test]
    fn another_server_has_nothing() {
        let [ours, other] = [Ipv4Addr::LOCALHOST, Ipv4Addr::UNSPECIFIED]
            .map(|address| ServerName::from(IpAddr::from(address)));
        let sessions = Sessions::new(ours.clone());
        sessions.set_kx_hint(ours.clone(), NamedGroup::X25519);
        sessions.set_kx_hint(other.clone(), NamedGroup::secp256r1);
        assert_eq!(sessions.kx_hint(&ours), Some(NamedGroup::X25519));
        assert_eq!(sessions.kx_hint(&other), None);
        assert!(sessions.tls12_session(&ours).is_none());
        assert!(sessions.take_tls13_ticket(&ours).is_none());
    }
}
