//! Sends the settings that a transfer needs (TYPE and others), before the transfer begins.

use super::compose::{completion, inner};
use super::exchange::Exchange;
use super::purge::Purge;
use super::utf8::Utf8;
use super::{Protect, Type};
use crate::capabilities::Capability;
use crate::error::{Error, ErrorKind};
use crate::flow::{Answer, Halt};
use crate::representation::TransferType;
use crate::session::Session;
use crate::wire::{Class, Code, Command, Reply, Verb};

/// Gets the session ready for a transfer. It switches names to UTF-8, and cleans up a transfer that
/// the server may have queued. It sends MODE S, STRU F and PROT if they are unknown, and then TYPE.
/// Before TYPE A, it takes back the offset of an earlier REST: pyftpdlib refuses REST in TYPE A.
/// It sends no setting that is known to be in force.
///
/// Returns the representation type that is then in force. For a listing it is TYPE I if the server
/// refuses TYPE A.
#[derive(Debug)]
pub(super) struct Prepare {
    utf8: Utf8,
    transfer_type: TransferType,
    /// Whether the server has refused to take back the offset of an earlier REST.
    keeps_offset: bool,
    state: State,
}

#[derive(Debug)]
enum State {
    Start,
    /// Sending MODE S or STRU F.
    Framing(Exchange),
    Protection(Protect),
    Purge(Purge),
    /// Sending REST 0.
    Offset(Exchange),
    Type(Type),
    /// The server has refused TYPE. Waiting for the port that was asked for in the same flight.
    Refused,
}

impl Prepare {
    /// Makes the preparation for a transfer in this representation type.
    pub(super) fn new(transfer_type: TransferType) -> Self {
        Self {
            utf8: Utf8::default(),
            transfer_type,
            keeps_offset: false,
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
        let is_text = self.transfer_type != TransferType::Image;
        if is_text && session.offset_is_set() && !self.keeps_offset {
            return Ok(State::Offset(Exchange::new(Command::number(Verb::REST, 0))));
        }
        Ok(State::Type(Type::new(self.transfer_type)))
    }

    /// Sends all settings that this data command needs. Returns the representation type that is
    /// then in force. If `with_port` is true, the question for the port joins the flight of TYPE.
    pub(super) fn ready(
        &mut self,
        command: &Command,
        with_port: bool,
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
                State::Offset(exchange) => {
                    let reply = exchange.reply(session, answer)?;
                    self.keeps_offset = reply.class() != Class::Intermediate;
                    State::Start
                }
                State::Type(in_force) => {
                    if in_force.queue(session)? && with_port {
                        session.ask_for_port_ahead()?;
                    }
                    match inner(in_force, session, answer) {
                        Ok(()) => return Ok(self.transfer_type),
                        // The server has refused TYPE A. The client then lists in TYPE I, which can
                        // carry the same lines.
                        Err(Halt::Error(error)) if listing && self.is_of_text(&error) => {
                            session.give_up(Capability::TypeA);
                            self.transfer_type = TransferType::Image;
                            State::Refused
                        }
                        // The refusal may be the reply to EPSV: Debian's ftp-proxy answers EPSV
                        // itself, before the server's reply to TYPE. So TYPE is sent again, alone.
                        Err(Halt::Error(error))
                            if session.may_share_flight() && is_of_port(&error, session) =>
                        {
                            session.doubt_flight();
                            State::Refused
                        }
                        Err(halt) => return Err(halt),
                    }
                }
                State::Refused => {
                    session.await_port(answer)?;
                    session.check_old_port();
                    State::Type(Type::new(self.transfer_type))
                }
            };
        }
    }

    /// Whether this error is a refusal of TYPE A, the usual type of listings.
    fn is_of_text(&self, error: &Error) -> bool {
        self.transfer_type == TransferType::TEXT && error.kind() == ErrorKind::Permanent
    }
}

/// Whether this refusal of TYPE may be the reply to the EPSV or PASV in the same flight: the server
/// does not know the command, but every server knows TYPE.
fn is_of_port(error: &Error, session: &Session) -> bool {
    let unknown = [Code::UNRECOGNISED, Code::NOT_IMPLEMENTED];
    let is_unknown = |reply: &Reply| unknown.contains(&reply.code());
    error.reply().is_some_and(is_unknown) && session.port_ahead().is_some()
}
