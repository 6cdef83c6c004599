//! CCC.

use super::compose::completion;
use crate::error::{Error, Misuse};
use crate::flow::{Answer, Flow, Step};
use crate::session::Session;
use crate::wait::Wait;
use crate::wire::{Command, Verb};

/// CCC: back to clear text on the control connection (RFC 4217 section 12.3).
///
/// From then on anybody on the path can inject commands and replies; CCC exists for firewalls that
/// must read the dialogue. close_notify is demanded of the server, USER, PASS and
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
        Step::run(answer, |answer| {
            loop {
                self.state = match self.state {
                    State::Start => {
                        if !session.is_secured() {
                            return Err(Error::misuse(Misuse::NotSecured).into());
                        }
                        session.send(Command::from(Verb::CCC))?;
                        State::Asked
                    }
                    State::Asked => {
                        completion(session.next_reply(answer, Wait::Reply)?, "CCC")?;
                        session.alive()?;
                        self.state = State::Closing;
                        return Err(session.clear_control().into());
                    }
                    State::Closing => return Ok(session.channel_changed(answer)?),
                };
            }
        })
    }
}
