//! What must be in force before a transfer begins.

use super::compose::{completion, inner};
use super::exchange::Exchange;
use super::purge::Purge;
use super::utf8::Utf8;
use super::{Protect, Type};
use crate::error::{Error, ErrorKind};
use crate::flow::{Answer, Halt};
use crate::representation::TransferType;
use crate::session::Session;
use crate::wire::{Command, Verb};

/// Names in UTF-8; nothing queued from before; MODE S, STRU F and PROT where a reply has left them in
/// doubt; then TYPE. Sends nothing that is known to be in force.
///
/// Yields the type in force, which is TYPE I for a listing from a server that refuses TYPE A.
#[derive(Debug)]
pub(super) struct Prepare {
    utf8: Utf8,
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
            utf8: Utf8::default(),
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

    /// Gets the session ready for this data command.
    pub(super) fn ready(
        &mut self,
        command: &Command,
        session: &mut Session,
        answer: &mut Answer,
    ) -> Result<TransferType, Halt> {
        session.check_framing()?;
        self.utf8.switch_on(command, session, answer)?;
        let listing = Verb::is_listing(command.verb());
        if listing && session.refuses_text() {
            self.transfer_type = TransferType::Image;
        }
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
                State::Type(in_force) => match inner(in_force, session, answer) {
                    Ok(()) => return Ok(self.transfer_type),
                    // Its lines come in TYPE I, too.
                    Err(Halt::Error(error)) if listing && self.is_of_text(&error) => {
                        session.give_up_text();
                        self.transfer_type = TransferType::Image;
                        State::Type(Type::new(self.transfer_type))
                    }
                    Err(halt) => return Err(halt),
                },
            };
        }
    }

    /// Whether it is a refusal of the type in which lists come as a rule.
    fn is_of_text(&self, error: &Error) -> bool {
        self.transfer_type == TransferType::TEXT && error.kind() == ErrorKind::Permanent
    }
}
