//! What an error says besides: the argument of its command, and what can be done.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::{String, ToString as _};

use super::Session;
use super::negotiated::Channel;
use crate::error::{Error, ErrorKind};
use crate::options::config::{Auth, DataMode, Security};
use crate::wait::Wait;
use crate::wire::{DecodeError, Escaped, Reply};

impl Session {
    /// What was noted of the last operation serves no more; that of a transfer under way does.
    pub(super) fn forget_operation(&mut self) {
        if self.live.is_none() {
            self.noted.forget();
        }
    }

    /// The error with the argument of its command, and with what can be done.
    pub(super) fn advised(&self, error: Error) -> Error {
        let error = self.with_argument(error);
        match self.advice(&error) {
            Some(advice) => error.or_advice(advice),
            None => error,
        }
    }

    fn with_argument(&self, error: Error) -> Error {
        match error.command().and_then(|verb| self.noted.command(verb)) {
            Some(command) => error.or_argument_of(command),
            None => error,
        }
    }

    fn advice(&self, error: &Error) -> Option<Cow<'static, str>> {
        let refused = error.reply().filter(|reply| reply.is_refusal());
        if self.state.channel == Channel::Clear {
            let auth = error.command() == Some("AUTH");
            if let Some(reply) = refused.filter(|_| auth) {
                return Some(self.without_tls(reply).into());
            }
            let plain = self.config.security == Security::Plain;
            if refused.is_some_and(|reply| plain && reply.demands_tls()) {
                let how = "the server wants TLS: `Options::with_tls`";
                return Some(how.into());
            }
        }
        if self.state.greeting.is_none() {
            return self.no_greeting(error);
        }
        if let (Some("USER"), Some(reply), Some(greeting)) =
            (error.command(), refused, &self.state.greeting)
        {
            // A mail server greets with 220, too.
            let unknown = reply.is_not_implemented();
            return unknown
                .then(|| format!("it may be no FTP server: it greeted by {greeting}").into());
        }
        if matches!(error.kind(), ErrorKind::Timeout(_)) {
            if let Some(begun) = self.half_a_reply() {
                return Some(begun.into());
            }
        }
        self.stray_data_connection(error, refused)
    }

    /// A reply has begun to come.
    fn half_a_reply(&self) -> Option<String> {
        match self.decoder.other_end() {
            Some(other) => Some(other.to_string()),
            None => self.decoder.opening().map(|code| {
                format!("a reply of several lines has begun with {code}-, and no line ended it")
            }),
        }
    }

    /// What came instead of a greeting, unless the error tells it.
    fn no_greeting(&self, error: &Error) -> Option<Cow<'static, str>> {
        let inner = error.inner().and_then(|inner| inner.downcast_ref());
        let told = error.reply().is_some() || matches!(inner, Some(DecodeError::NotAReply { .. }));
        if let Some(words) = self.noted.words().filter(|_| !told) {
            return Some(format!("it has said: {}", Escaped::new(words)).into());
        }
        match error.kind() {
            ErrorKind::Timeout(Wait::Greeting) if self.is_secured() => {
                Some("it may be no FTP server".into())
            }
            ErrorKind::Timeout(Wait::Handshake) => {
                Some("it may be no FTP server, or have no implicit TLS".into())
            }
            _ => None,
        }
    }

    /// AUTH was refused.
    fn without_tls(&self, reply: &Reply) -> &'static str {
        let unknown = reply.is_not_implemented() || reply.code().value() == 534;
        if unknown && self.config.auth == Auth::Tls {
            return "the server offers no TLS by AUTH TLS: `Config::with_auth(Auth::TlsThenSsl)` tries \
                    the older name, `Options::with_implicit_tls` TLS from the first byte on (as a \
                    rule at port 990), and without `Options::with_tls` all goes in clear text";
        }
        "the server offers no TLS by AUTH: `Options::with_implicit_tls` tries TLS from the first byte \
         on (as a rule at port 990), and without `Options::with_tls` all goes in clear text"
    }

    /// The data connection would have gone elsewhere, or came from there.
    fn stray_data_connection(
        &self,
        error: &Error,
        refused: Option<&Reply>,
    ) -> Option<Cow<'static, str>> {
        if let Some(stranger) = self.noted.stranger {
            let peer = self.peer.map(|peer| peer.ip().to_canonical());
            let peer = peer.map_or(Cow::Borrowed("elsewhere"), |peer| {
                format!("at {peer}").into()
            });
            let stranger = stranger.ip().to_canonical();
            return Some(Cow::Owned(format!(
                "a connection from {stranger} was turned away, since the server is {peer}: \
                 `Config::with_active_peer(ActivePeer::Anyone)` takes it"
            )));
        }
        let unreachable = matches!(error.kind(), ErrorKind::Io | ErrorKind::Timeout(_))
            || refused.is_some_and(|reply| matches!(reply.code().value(), 425 | 426));
        let passive = self.config.data_mode == DataMode::Passive && unreachable;
        let named = self.noted.passed_over.filter(|_| passive)?;
        Some(Cow::Owned(format!(
            "the server named the address {named}, which was ignored: \
             `Config::with_passive_address(PassiveAddress::TrustServer)` connects there"
        )))
    }
}

impl Reply {
    /// Whether this refusal says that there is to be TLS first: by its code (RFC 2228 and RFC 4217),
    /// or in words.
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
