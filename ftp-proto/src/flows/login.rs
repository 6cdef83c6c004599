//! The login: TLS, then USER, PASS and ACCT, and the protection of data connections.

use alloc::boxed::Box;

use super::compose::inner;
use super::proxy_login::ProxyLogin;
use super::{Protect, Secure};
use crate::error::{Error, ErrorKind};
use crate::flow::{Answer, Flow, Halt, Step};
use crate::options::config::{ProtectWhen, Protection};
use crate::options::credentials::Credentials;
use crate::session::Session;
use crate::wait::Wait;
use crate::wire::{Class, Reply};

/// Logs in. If the settings demand explicit TLS, the flow first sends AUTH and does the handshake.
/// Then it sends USER, and PASS and ACCT if the server asks for them. Under TLS, the flow also
/// sends PBSZ and PROT, after the login or [before](crate::ProtectWhen::BeforeLogin) USER.
///
/// Through an [FTP proxy](crate::FtpProxy), the flow first logs in at the proxy and names the
/// server, as the proxy needs it.
///
/// Returns the reply that accepted the login.
#[derive(Debug)]
pub struct Login {
    credentials: Credentials,
    /// The credentials that are sent instead, because they name the server for an FTP proxy. `None`
    /// without an FTP proxy.
    sent: Option<Box<Credentials>>,
    state: State,
}

#[derive(Debug)]
enum State {
    Start,
    Securing(Secure),
    /// Sending PBSZ and PROT before USER.
    Preparing(Protect),
    /// Sending what an FTP proxy needs before the server's login.
    AtProxy(Box<ProxyLogin>),
    User,
    Password,
    Account,
    Protecting(Reply, Protect),
}

impl Login {
    /// Makes the flow that logs in with these credentials.
    pub fn new(credentials: Credentials) -> Self {
        Self {
            credentials,
            sent: None,
            state: State::Start,
        }
    }
}

impl Flow for Login {
    type Output = Reply;

    fn step(&mut self, session: &mut Session, answer: Answer) -> Result<Step<Reply>, Error> {
        Step::run(answer, |answer| {
            loop {
                self.state = match &mut self.state {
                    State::Start => self.start(session)?,
                    State::Securing(secure) => {
                        inner(secure, session, answer)?;
                        State::Start
                    }
                    State::Preparing(protect) => {
                        inner(protect, session, answer)?;
                        State::Start
                    }
                    State::AtProxy(at_proxy) => {
                        inner(&mut **at_proxy, session, answer)?;
                        session.send(self.sent().user().clone())?;
                        State::User
                    }
                    State::User | State::Password | State::Account => {
                        let reply = session.next_reply(answer, Wait::Reply)?;
                        match self.send_next(session, &reply)? {
                            Some(asked) => asked,
                            None if is_unprotected(session) => {
                                State::Protecting(reply, Protect::new(Protection::Private))
                            }
                            None => {
                                session.remember_login(&self.credentials);
                                return Ok(reply);
                            }
                        }
                    }
                    State::Protecting(reply, protect) => {
                        inner(protect, session, answer)?;
                        session.remember_login(&self.credentials);
                        return Ok(reply.clone());
                    }
                };
            }
        })
    }
}

impl Login {
    /// Decides what the login needs next. If the settings demand TLS, begins TLS. If they demand
    /// PROT before USER, sends PROT. Otherwise begins the login at the FTP proxy, or sends USER.
    fn start(&mut self, session: &mut Session) -> Result<State, Halt> {
        let config = session.config();
        if config.security.demands_tls() && !session.is_secured() {
            return Ok(State::Securing(Secure::new()));
        }
        if config.protect_when == ProtectWhen::BeforeLogin && is_unprotected(session) {
            return Ok(State::Preparing(Protect::new(Protection::Private)));
        }
        if let Some(route) = session.login_route(&self.credentials) {
            self.sent = Some(Box::new(route.credentials(&self.credentials)?));
            return Ok(State::AtProxy(Box::new(ProxyLogin::new(route.before()?))));
        }
        session.send(self.sent().user().clone())?;
        Ok(State::User)
    }

    /// Returns the credentials as they are sent.
    fn sent(&self) -> &Credentials {
        self.sent.as_deref().unwrap_or(&self.credentials)
    }

    /// Sends the next command of the login (PASS or ACCT), if this reply asks for it. Returns
    /// `None` if the login is complete.
    fn send_next(&self, session: &mut Session, reply: &Reply) -> Result<Option<State>, Error> {
        let verb = match self.state {
            State::User => "USER",
            State::Password => "PASS",
            _ => "ACCT",
        };
        let (command, state) = match (reply.class(), &self.state) {
            (Class::Completion, _) => return Ok(None),
            (Class::Intermediate, State::User) => (self.sent().password(), State::Password),
            (Class::Intermediate, State::Password) => match self.sent().account() {
                Some(account) => (account, State::Account),
                None => {
                    let unexpected = Error::new(ErrorKind::UnexpectedReply);
                    return Err(unexpected.with_command(verb).with_reply(reply.clone()));
                }
            },
            _ => return Err(Error::from_reply(reply.clone()).with_command(verb)),
        };
        session.send(command.clone())?;
        Ok(Some(state))
    }
}

/// Whether the settings demand PROT P, and the server has not accepted PROT P yet.
fn is_unprotected(session: &Session) -> bool {
    session.is_secured()
        && session.config().protection == Protection::Private
        && !session.has_protection(Protection::Private)
}
