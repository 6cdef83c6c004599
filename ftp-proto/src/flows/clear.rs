use crate::error::{Error, ErrorKind, Misuse};
use crate::flow::{Answer, Event, Flow, Step, Want};
use crate::session::Session;
use crate::session::ledger::Shape;
use crate::wait::{Clock, Wait};
use crate::wire::{Command, Verb};

use super::{completion, reply};

/// CCC: back to clear text on the control connection (RFC 4217 section 12.3).
///
/// From then on whoever sits on the path can inject commands and replies; it exists for
/// firewalls that must read the dialogue. close_notify is demanded of the server, USER, PASS and
/// ACCT are refused afterwards, and the protection of data connections stays as it is.
#[derive(Debug, Default)]
pub struct ClearControl {
    state: State,
}

#[derive(Debug, Default)]
enum State {
    #[default]
    Start,
    Asked,
    Closing,
}

impl ClearControl {
    /// Fails with [`Misuse::NotSecured`] when run in clear.
    pub fn new() -> Self {
        Self::default()
    }
}

impl Flow for ClearControl {
    type Output = ();

    fn step(&mut self, session: &mut Session, answer: Answer) -> Result<Step<()>, Error> {
        let mut event = answer.event;
        loop {
            match self.state {
                State::Start => {
                    if !session.is_secured() {
                        return Err(Error::misuse(Misuse::NotSecured));
                    }
                    session.send(Command::from(Verb::CCC), Shape::Single)?;
                    self.state = State::Asked;
                }
                State::Asked => {
                    let reply = reply!(session, event, Wait::Reply);
                    completion(reply, "CCC")?;
                    session.alive()?;
                    self.state = State::Closing;
                    return Ok(Step::Want(Want::ClearControl(crate::flow::ClearControl {
                        ticket: session.issue(),
                        wait: Wait::Handshake,
                        clock: Clock::Starts,
                    })));
                }
                State::Closing => {
                    session.alive()?;
                    return match event {
                        Event::Cleared => {
                            session.cleared();
                            Ok(Step::Done(()))
                        }
                        Event::TimedOut => {
                            session.die(Error::new(ErrorKind::Timeout(Wait::Handshake)));
                            session.alive().map(Step::Done)
                        }
                        _ => {
                            session.die(Error::new(ErrorKind::Tls).with_command("CCC"));
                            session.alive().map(Step::Done)
                        }
                    };
                }
            }
        }
    }
}
