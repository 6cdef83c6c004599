//! Adds two things to an error: the argument of the failed command, and advice on what you can do.

use alloc::format;
use alloc::string::{String, ToString as _};
use core::net::SocketAddr;

use super::Session;
use super::negotiated::Channel;
use crate::error::{Advice, Error, ErrorKind};
use crate::flow::Endpoint;
use crate::options::config::{Auth, DataMode, Security};
use crate::remedy::Remedy;
use crate::wait::Wait;
use crate::wire::{DecodeError, Escaped, Reply};

impl Session {
    /// Clears what was noted for the errors of the last operation. Does nothing while a transfer is
    /// under way, because its errors still need the notes.
    pub(super) fn forget_operation(&mut self) {
        if self.live.is_none() {
            self.error_context.forget();
        }
    }

    /// Adds the argument of the failed command, and advice if there is any, to the error.
    pub(super) fn advised(&self, error: Error) -> Error {
        let error = self.with_argument(error);
        match self.advice(&error) {
            Some(advice) => error.or_advice(advice),
            None => error,
        }
    }

    /// Returns text for the error if the client cannot make the data connection. The text says what
    /// the client was doing, for example `connecting to 192.0.2.1:2020 for data`.
    pub(crate) fn connecting_for_data(&self, endpoint: Endpoint) -> String {
        let through = &self.through;
        match (endpoint, self.peer) {
            (Endpoint::Address(address), _) => format!("connecting to {address} for data{through}"),
            (Endpoint::ControlPeer(port), Some(peer)) => {
                let address = SocketAddr::new(peer.ip().to_canonical(), port.get());
                format!("connecting to {address} for data{through}")
            }
            (Endpoint::ControlPeer(port), None) => {
                format!("connecting to the server's port {port} for data{through}")
            }
        }
    }

    fn with_argument(&self, error: Error) -> Error {
        match error
            .command()
            .and_then(|verb| self.error_context.command(verb))
        {
            Some(command) => error.or_argument_of(command),
            None => error,
        }
    }

    fn advice(&self, error: &Error) -> Option<Advice> {
        let refused = error.reply().filter(|reply| reply.is_refusal());
        if self.state.channel == Channel::Clear {
            let auth = error.command() == Some("AUTH");
            if let Some(reply) = refused.filter(|_| auth) {
                return Some(self.without_tls(reply));
            }
            let plain = !self.config.security.demands_tls();
            if refused.is_some_and(|reply| plain && reply.demands_tls()) {
                let how = match self.config.security {
                    Security::LoginInClear => Remedy::Secure,
                    _ => Remedy::DemandTls,
                };
                return Some(Advice::new("the server wants TLS").with([how]));
            }
        }
        if self.state.greeting.is_none() {
            return self.no_greeting(error);
        }
        if let (Some("USER"), Some(reply), Some(greeting)) =
            (error.command(), refused, &self.state.greeting)
        {
            // A mail server also greets with 220, but does not know USER. So the advice shows the
            // greeting, in which you can see the kind of server.
            let unknown = reply.is_not_implemented();
            return unknown.then(|| {
                Advice::new(format!(
                    "it may not be an FTP server; its greeting was {greeting}"
                ))
            });
        }
        if matches!(error.kind(), ErrorKind::Timeout(_)) {
            if let Some(begun) = self.half_a_reply() {
                return Some(begun);
            }
        }
        self.stray_data_connection(error, refused)
            .or_else(|| self.next_step(error))
    }

    /// Returns general advice for an error of this kind, if there is no more precise advice.
    fn next_step(&self, error: &Error) -> Option<Advice> {
        let upload = matches!(error.command(), Some("STOR" | "STOU" | "APPE"));
        let advice = match error.kind() {
            ErrorKind::OutOfStep | ErrorKind::Closed if self.is_dead() => {
                Advice::new("the session has ended").with([Remedy::Reconnect])
            }
            ErrorKind::Timeout(wait) if self.is_dead() => Advice::new("the session has ended")
                .with([Remedy::Reconnect, Remedy::RaiseLimit(wait)]),
            ErrorKind::Timeout(wait) => Advice::new("the session goes on")
                .with([Remedy::TryAgain, Remedy::RaiseLimit(wait)]),
            ErrorKind::OutOfStep => Advice::new("the session goes on").with([Remedy::TryAgain]),
            ErrorKind::Truncated if error.is_surplus() => {
                Advice::new("the file may have grown: ask for its size again")
            }
            ErrorKind::Truncated => Advice::new("download it again").with([Remedy::DownloadRest]),
            ErrorKind::Unconfirmed if upload => {
                Advice::new("upload it again, or compare the file on the server with yours")
            }
            ErrorKind::Unconfirmed if error.command() == Some("RETR") => {
                Advice::new("download it again")
            }
            _ => return None,
        };
        Some(advice)
    }

    /// Returns advice for a time-out in the middle of a reply of several lines, whose last line did
    /// not come. `None` if no reply has begun.
    fn half_a_reply(&self) -> Option<Advice> {
        match self.decoder.other_end() {
            Some(other) => {
                let remedies = other.remedies().iter().copied();
                Some(Advice::new(format!("{other:#}")).with(remedies))
            }
            None => self.decoder.opening().map(|code| {
                Advice::new(format!(
                    "a reply of several lines began with {code}-, and its last line did not come"
                ))
            }),
        }
    }

    /// Returns the advice if no greeting came. The advice shows what the server has sent instead,
    /// unless the error already shows these bytes. If the server has sent nothing, the advice is a
    /// guess at what kind of server it is.
    fn no_greeting(&self, error: &Error) -> Option<Advice> {
        let inner = error.inner().and_then(|inner| inner.downcast_ref());
        let told = error.reply().is_some() || matches!(inner, Some(DecodeError::NotAReply { .. }));
        if let Some(words) = self.error_context.words().filter(|_| !told) {
            return Some(Advice::new(format!("it sent: {}", Escaped::new(words))));
        }
        match error.kind() {
            ErrorKind::Timeout(Wait::Greeting) if self.is_secured() => {
                Some(Advice::new("it may not be an FTP server"))
            }
            ErrorKind::Timeout(Wait::Handshake) => Some(Advice::new(
                "it may not be an FTP server, or have no implicit TLS",
            )),
            _ => None,
        }
    }

    /// Returns the advice after the server has refused AUTH.
    fn without_tls(&self, reply: &Reply) -> Advice {
        let unknown = reply.is_not_implemented() || reply.code().value() == 534;
        if unknown && self.config.auth == Auth::Tls {
            return Advice::new("the server does not support AUTH TLS").with([
                Remedy::ImplicitTls,
                Remedy::AuthSsl,
                Remedy::KeepTls,
            ]);
        }
        Advice::new("the server does not accept AUTH").with([Remedy::ImplicitTls, Remedy::KeepTls])
    }

    /// Returns the advice if the client has ignored an address that the server sent for the data
    /// connection, or has rejected a data connection that came from another address than the
    /// server's.
    fn stray_data_connection(&self, error: &Error, refused: Option<&Reply>) -> Option<Advice> {
        if let Some(rejected_peer) = self.error_context.rejected_peer {
            let peer = self.peer.map(|peer| peer.ip().to_canonical());
            let peer = peer.map_or("elsewhere".into(), |peer| format!("at {peer}"));
            let rejected_peer = rejected_peer.ip().to_canonical();
            let why = format!(
                "a connection from {rejected_peer} was rejected, because the server is {peer}"
            );
            return Some(Advice::new(why).with([Remedy::ActivePeer]));
        }
        let unreachable = matches!(error.kind(), ErrorKind::Io | ErrorKind::Timeout(_))
            || refused.is_some_and(|reply| matches!(reply.code().value(), 425 | 426));
        let passive = self.config.data_mode == DataMode::Passive && unreachable;
        let named = self.error_context.ignored_address.filter(|_| passive)?;
        let why = format!(
            "a firewall may block the port; the server had named the address {named}, which was \
             ignored"
        );
        Some(Advice::new(why).with([Remedy::PassiveAddress]))
    }
}

impl Reply {
    /// Whether this refusal says that the server demands TLS. Its code may say so (RFC 2228 and RFC
    /// 4217), or words in its text, such as `TLS` and `required`.
    fn demands_tls(&self) -> bool {
        if matches!(self.code().value(), 522 | 533 | 534) {
            return true;
        }
        let text = self.text().to_string().to_ascii_lowercase();
        let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
        says(&["tls", "ssl", "ftps", "encrypt", "secure"])
            && says(&[
                "requir",
                "must",
                "only",
                "need",
                "mandatory",
                "not allowed",
                "please",
                "use ",
            ])
    }
}
