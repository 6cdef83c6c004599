//! What must be in force before a transfer begins.

use super::compose::{completion, inner};
use super::exchange::Exchange;
use super::purge::Purge;
use super::{Protect, Type};
use crate::error::Error;
use crate::flow::{Answer, Flow, Step};
use crate::representation::TransferType;
use crate::session::Session;

/// Nothing queued from before; MODE S, STRU F and PROT where a reply has left them in doubt; then
/// TYPE. Sends nothing that is known to be in force.
#[derive(Debug)]
pub(super) struct Prepare {
    transfer_type: TransferType,
    state: State,
}

#[derive(Debug)]
enum State {
    Start,
    /// MODE or STRU.
    Framing(Exchange),
    Protection(Protect),
    Purge(Purge),
    Type(Type),
}

impl Prepare {
    /// For a transfer in this type.
    pub(super) fn new(transfer_type: TransferType) -> Self {
        Self {
            transfer_type,
            state: State::Start,
        }
    }

    fn next(&self, session: &Session) -> Result<State, Error> {
        session.check_framing()?;
        if let Some(command) = session.framing_in_doubt() {
            return Ok(State::Framing(Exchange::new(command)));
        }
        if session.protection_is_in_doubt() {
            return Ok(State::Protection(Protect::new(session.config().protection)));
        }
        if session.may_have_a_transfer_queued() {
            return Ok(State::Purge(Purge::default()));
        }
        Ok(State::Type(Type::new(self.transfer_type)))
    }
}

impl Flow for Prepare {
    type Output = ();

    fn step(&mut self, session: &mut Session, answer: Answer) -> Result<Step<()>, Error> {
        Step::run(answer, |answer| {
            loop {
                self.state = match &mut self.state {
                    State::Start => self.next(session)?,
                    State::Framing(exchange) => {
                        completion(exchange.reply(session, answer)?, exchange.verb())?;
                        State::Start
                    }
                    State::Protection(protect) => {
                        inner(protect, session, answer)?;
                        State::Start
                    }
                    State::Purge(purge) => {
                        inner(purge, session, answer)?;
                        State::Start
                    }
                    State::Type(in_force) => return inner(in_force, session, answer),
                };
            }
        })
    }
}
