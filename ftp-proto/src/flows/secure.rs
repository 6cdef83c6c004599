use crate::error::{Error, ErrorKind, Misuse};
use crate::flow::{Answer, Clock, Event, Flow, SecureControl, Step, Wait, Want};
use crate::ledger::Shape;
use crate::negotiated::Channel;
use crate::session::Session;
use crate::wire::{Command, Reply, Verb};

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
    Looking(Reply),
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
            match &self.state {
                State::Start => {
                    if session.is_secured() {
                        return Err(Error::misuse(Misuse::AlreadySecured));
                    }
                    session.send(Command::fixed(Verb::AUTH, "TLS"), Shape::Single)?;
                    self.state = State::Asked;
                }
                State::Asked => {
                    self.state = State::Looking(reply!(session, event, Wait::Reply));
                    return Ok(Step::Want(session.look()));
                }
                // What stands behind the reply may not have been read yet; it must be, before
                // the channel changes hands or the refusal is believed.
                State::Looking(reply) => {
                    session.alive()?;
                    if matches!(event, Event::Received) {
                        return Ok(Step::Want(session.look()));
                    }
                    if session.state.channel != Channel::Securing {
                        if !session.decoder.is_untouched() {
                            session.die(Error::new(ErrorKind::Injection).with_command("AUTH"));
                            session.alive()?;
                        }
                        let refused = completion(reply.clone(), "AUTH")?;
                        return Err(Error::from_reply(refused).with_command("AUTH"));
                    }
                    self.state = State::Handshake;
                    return Ok(Step::Want(Want::SecureControl(SecureControl {
                        ticket: session.issue(),
                        wait: Wait::Handshake,
                        clock: Clock::Starts,
                    })));
                }
                State::Handshake => {
                    session.alive()?;
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
