//! The TLS sessions of one login.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rustls::NamedGroup;
use rustls::client::{ClientSessionStore, Tls12ClientSessionValue, Tls13ClientSessionValue};
use rustls::pki_types::ServerName;

/// The TLS sessions of one login, which its data connections resume.
///
/// rustls' own session store is made for many servers. It reserves room for eight tickets and a
/// table of names before there is any ticket, and each ticket holds a copy of the server's
/// certificates. This store needs less memory, because a login has one server name, and one data
/// connection at a time.
pub(super) struct SessionStore {
    name: ServerName<'static>,
    kept: Mutex<StoredSessions>,
}

#[derive(Default)]
struct StoredSessions {
    group: Option<NamedGroup>,
    /// The session of TLS 1.2, which any number of connections can resume. `None` under TLS 1.3.
    tls12: Option<Box<Tls12ClientSessionValue>>,
    /// Tickets of TLS 1.3, each good for one connection. The newest is the last.
    tickets: Vec<Tls13ClientSessionValue>,
}

/// How many TLS 1.3 tickets are kept. A data connection uses one ticket, and usually brings one
/// (OpenSSL) or two (GnuTLS, rustls). It brings none if the client drops it without reading, or if
/// it is an upload to ProFTPD. OpenSSL sends two tickets at the login and one on each data
/// connection, so with OpenSSL there are never more than two. Other servers send more, but also with
/// each data connection, so two are enough for them too. More would only use memory: each ticket
/// holds a copy of the server's certificates.
const TICKETS: usize = 2;

impl SessionStore {
    pub(super) fn new(name: ServerName<'static>) -> Self {
        let kept = Mutex::default();
        Self { name, kept }
    }

    /// Whether exactly one TLS 1.3 ticket is left. If the next data connection uses this ticket and
    /// brings no new ticket, the data connection after it cannot resume a session.
    pub(super) fn has_one_ticket_left(&self) -> bool {
        let kept = self.of(&self.name);
        kept.is_some_and(|kept| kept.tls12.is_none() && kept.tickets.len() == 1)
    }

    /// Locks the sessions. Returns `None` if `name` is another server's name, which does not happen
    /// within a login.
    fn of(&self, name: &ServerName<'_>) -> Option<MutexGuard<'_, StoredSessions>> {
        // A lock that a panic has poisoned is still usable, because no code panics halfway through
        // a change.
        let kept = || self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        (self.name == *name).then(kept)
    }
}

impl ClientSessionStore for SessionStore {
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
            } else if kept.tickets.is_empty() {
                // By itself, the vector would take room for four.
                kept.tickets.reserve_exact(TICKETS);
            }
            kept.tickets.push(ticket);
        }
    }

    /// Removes and returns the newest ticket, which expires last. If even the newest ticket has
    /// expired, so have all others. rustls then does a full handshake, which brings new tickets.
    fn take_tls13_ticket(&self, name: &ServerName<'static>) -> Option<Tls13ClientSessionValue> {
        self.of(name)?.tickets.pop()
    }
}

/// Shows only how many tickets there are: anyone who has a ticket and its secret can pose as the
/// client.
impl fmt::Debug for SessionStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kept = self.of(&self.name);
        let tickets = kept.as_ref().map_or(0, |kept| kept.tickets.len());
        let tls12 = kept.is_some_and(|kept| kept.tls12.is_some());
        f.debug_struct("SessionStore")
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
        let sessions = SessionStore::new(ours.clone());
        sessions.set_kx_hint(ours.clone(), NamedGroup::X25519);
        sessions.set_kx_hint(other.clone(), NamedGroup::secp256r1);
        assert_eq!(sessions.kx_hint(&ours), Some(NamedGroup::X25519));
        assert_eq!(sessions.kx_hint(&other), None);
        assert!(sessions.tls12_session(&ours).is_none());
        assert!(sessions.take_tls13_ticket(&ours).is_none());
    }
}
