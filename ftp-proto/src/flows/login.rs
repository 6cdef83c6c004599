use crate::error::{Error, ErrorKind};
use crate::flow::{Answer, Event, Flow, Step};
use crate::options::config::{ProtectWhen, Protection, Security};
use crate::options::credentials::Credentials;
use crate::session::Session;
use crate::session::ledger::Shape;
use crate::wait::Wait;
use crate::wire::{Class, Reply};

use super::{Protect, Secure, inner, reply};

/// Logs in: AUTH TLS first where it is demanded, then USER, PASS and ACCT as far as the server
/// asks for them, then PBSZ and PROT under TLS, or [ahead](crate::ProtectWhen::BeforeLogin) of USER.
///
/// Yields the reply that accepted the login.
#[derive(Debug)]
pub struct Login {
    credentials: Credentials,
    state: State,
}

#[derive(Debug)]
enum State {
    Start,
    Securing(Secure),
    /// PBSZ and PROT ahead of USER.
    Preparing(Protect),
    User,
    Password,
    Account,
    Protecting(Reply, Protect),
}

impl Login {
    /// With these credentials.
    pub fn new(credentials: Credentials) -> Self {
        Self {
            credentials,
            state: State::Start,
        }
    }
}

impl Flow for Login {
    type Output = Reply;

    fn step(&mut self, session: &mut Session, answer: Answer) -> Result<Step<Reply>, Error> {
        let mut event = answer.event;
        loop {
            let (verb, reply) = match &mut self.state {
                State::Start
                    if session.config.security != Security::Plain && !session.is_secured() =>
                {
                    self.state = State::Securing(Secure::new());
                    continue;
                }
                State::Start
                    if session.config.protect_when == ProtectWhen::BeforeLogin
                        && is_unprotected(session) =>
                {
                    self.state = State::Preparing(Protect::new(Protection::Private));
                    continue;
                }
                State::Preparing(protect) => {
                    inner!(protect, session, event);
                    self.state = State::Start;
                    continue;
                }
                State::Start => {
                    session.send(self.credentials.user().clone(), Shape::Single)?;
                    self.state = State::User;
                    event = Event::Begin;
                    continue;
                }
                State::Securing(secure) => {
                    inner!(secure, session, event);
                    self.state = State::Start;
                    continue;
                }
                State::User => ("USER", reply!(session, event, Wait::Reply)),
                State::Password => ("PASS", reply!(session, event, Wait::Reply)),
                State::Account => ("ACCT", reply!(session, event, Wait::Reply)),
                State::Protecting(reply, protect) => {
                    inner!(protect, session, event);
                    return Ok(Step::Done(reply.clone()));
                }
            };
            let next = match (reply.class(), &self.state) {
                (Class::Completion, _) => None,
                (Class::Intermediate, State::User) => {
                    Some((self.credentials.password().clone(), State::Password))
                }
                (Class::Intermediate, State::Password) => {
                    let Some(account) = self.credentials.account().cloned() else {
                        return Err(Error::new(ErrorKind::UnexpectedReply)
                            .with_command(verb)
                            .with_reply(reply));
                    };
                    Some((account, State::Account))
                }
                _ => return Err(Error::from_reply(reply).with_command(verb)),
            };
            if let Some((command, state)) = next {
                session.send(command, Shape::Single)?;
                self.state = state;
            } else if is_unprotected(session) {
                self.state = State::Protecting(reply, Protect::new(Protection::Private));
            } else {
                return Ok(Step::Done(reply));
            }
        }
    }
}

/// Data connections are yet to be protected, as the settings demand it.
fn is_unprotected(session: &Session) -> bool {
    session.is_secured()
        && session.config.protection == Protection::Private
        && session.state.protection != Some(Protection::Private)
}
