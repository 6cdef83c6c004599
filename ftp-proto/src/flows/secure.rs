use crate::error::{Error, ErrorKind, Misuse};
use crate::flow::{Answer, Event, Flow, SecureControl, Step, Wait, Want};
use crate::ledger::Shape;
use crate::session::{Channel, Session};
use crate::wire::{Command, Verb};

use super::{completion, reply};

/// AUTH TLS and the handshake behind it (RFC 4217 section 4).
///
/// A byte behind the reply, accepted or refused, kills the session before anything is sent; so
/// does giving the flow up between the reply and the end of the handshake.
#[derive(Debug, Default)]
pub struct Secure {
    state: State,
}

#[derive(Debug, Default)]
enum State {
    #[default]
    Start,
    Asked,
    Handshake,
}

impl Secure {
    /// Fails with [`Misuse::AlreadySecured`] when run under TLS.
    pub fn new() -> Self {
        Self::default()
    }
}

impl Flow for Secure {
    type Output = ();

    fn step(&mut self, session: &mut Session, answer: Answer) -> Result<Step<()>, Error> {
        let mut event = answer.event;
        loop {
            match self.state {
                State::Start => {
                    if session.is_secured() {
                        return Err(Error::misuse(Misuse::AlreadySecured));
                    }
                    session.send(Command::fixed(Verb::AUTH, "TLS"), Shape::Single)?;
                    self.state = State::Asked;
                }
                State::Asked => {
                    let reply = reply!(session, event, Wait::Reply);
                    if session.state.channel != Channel::Securing {
                        let refused = completion(reply, "AUTH")?;
                        return Err(Error::from_reply(refused).with_command("AUTH"));
                    }
                    // A reply that died of what stood behind it is no permission to go on.
                    session.alive()?;
                    self.state = State::Handshake;
                    return Ok(Step::Want(Want::SecureControl(SecureControl {
                        ticket: session.issue(),
                        wait: Wait::Handshake,
                        clock: crate::flow::Clock::Starts,
                    })));
                }
                State::Handshake => {
                    return match event {
                        Event::Secured => {
                            session.secured();
                            Ok(Step::Done(()))
                        }
                        Event::TimedOut => {
                            let error = Error::new(ErrorKind::Timeout(Wait::Handshake));
                            session.die(error.clone());
                            Err(error.with_command("AUTH"))
                        }
                        _ => {
                            session.die(Error::new(ErrorKind::Tls).with_command("AUTH"));
                            session.alive().map(Step::Done)
                        }
                    };
                }
            }
        }
    }
}
