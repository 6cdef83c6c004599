//! The sides of a transfer between two servers, whose data connection nobody here sees.

use crate::error::{Error, ErrorKind, Misuse};
use crate::flow::{Adopts, Answer, Endpoint, Event, Flow, Step};
use crate::options::config::Protection;
use crate::representation::TransferType;
use crate::session::Session;
use crate::session::ledger::Shape;
use crate::session::negotiated::Framed;
use crate::session::transfer::{Direction, Transfer};
use crate::wait::Wait;
use crate::wire::{Class, Command, Reply, Verb};
use core::net::SocketAddr;

use crate::flows::active::Active;
use crate::flows::exchange::{Exchange, exchange};
use crate::flows::passive::Passive;
use crate::flows::{Type, inner};

/// No protection of data connections, whose handshake neither server would begin, and no framing
/// of the other one's: asked before a byte, and again behind what was still owed.
pub(crate) fn permit(session: &Session) -> Result<(), Error> {
    if session.protection() == Protection::Private {
        return Err(Error::misuse(Misuse::Protected));
    }
    if [session.state.mode, session.state.structure].contains(&Framed::Otherwise) {
        return Err(Error::misuse(Misuse::Framing));
    }
    Ok(())
}

/// TYPE and EPSV or PASV: where the other server is to connect to.
#[derive(Debug)]
pub(crate) struct Offer {
    in_force: Option<Type>,
    passive: Passive,
}

impl Offer {
    pub(crate) fn new(transfer_type: TransferType, data: &Command) -> Self {
        Self {
            in_force: Some(Type::new(transfer_type)),
            passive: Passive::new(data),
        }
    }
}

impl Flow for Offer {
    type Output = Endpoint;

    fn step(&mut self, session: &mut Session, answer: Answer) -> Result<Step<Endpoint>, Error> {
        let mut event = answer.event;
        if let Some(in_force) = &mut self.in_force {
            permit(session)?;
            inner!(in_force, session, event);
            self.in_force = None;
        }
        Ok(Step::Done(inner!(self.passive, session, event)))
    }
}

/// The data command, up to its first reply; TYPE and EPRT or PORT ahead of it on the side that
/// connects.
#[derive(Debug)]
pub(crate) struct Begin {
    direction: Direction,
    transfer_type: TransferType,
    command: Command,
    in_force: Option<Type>,
    active: Option<Active>,
    disarm: Option<Exchange>,
    sent: bool,
}

impl Begin {
    pub(crate) fn new(
        direction: Direction,
        transfer_type: TransferType,
        command: Command,
        connect_to: Option<SocketAddr>,
    ) -> Self {
        Self {
            direction,
            transfer_type,
            command,
            in_force: connect_to.map(|_| Type::new(transfer_type)),
            active: connect_to.map(Active::elsewhere),
            disarm: None,
            sent: false,
        }
    }
}

impl Flow for Begin {
    type Output = Transfer;

    fn step(&mut self, session: &mut Session, answer: Answer) -> Result<Step<Transfer>, Error> {
        let mut event = answer.event;
        if let Some(in_force) = &mut self.in_force {
            permit(session)?;
            inner!(in_force, session, event);
            self.in_force = None;
        }
        if let Some(active) = &mut self.active {
            inner!(active, session, event);
            self.active = None;
        }
        if !self.sent {
            // An offset that an earlier operation armed would cut the front off this file.
            let armed = session.state.restart.is_some_and(|offset| offset != 0);
            if self.disarm.is_none() && armed {
                self.disarm = Some(Exchange::new(Command::number(Verb::REST, 0)));
            }
            if let Some(disarm) = &mut self.disarm {
                let reply = exchange!(disarm, session, event);
                if reply.class() != Class::Intermediate {
                    return Err(Error::from_reply(reply).with_command("REST"));
                }
            }
            self.sent = true;
            session.open_transfer();
            session.send(self.command.clone(), Shape::Transfer)?;
            return Ok(Step::Want(session.receive_within(Wait::Preliminary)));
        }
        let verb = self.command.verb();
        let Some(live) = &session.live else {
            return Err(Error::misuse(Misuse::StaleTransfer));
        };
        if let Some(refusal) = live.outcome.clone().filter(is_refusal) {
            session.live = None;
            return Err(Error::from_reply(refusal).with_command(verb));
        }
        if live.preliminary.is_some() || live.outcome.is_some() {
            return Ok(Step::Done(Transfer {
                id: live.id,
                verb: verb.into(),
                direction: self.direction,
                protected: false,
                resumed: false,
                file: None,
                size_hint: None,
                name: None,
                offset: 0,
                transfer_type: self.transfer_type,
            }));
        }
        session.alive()?;
        if matches!(event, Event::TimedOut) {
            return Err(Error::new(ErrorKind::Timeout(Wait::Preliminary)).with_command(verb));
        }
        Ok(Step::Want(session.receive_within(Wait::Preliminary)))
    }
}

fn is_refusal(reply: &Reply) -> bool {
    reply.class() != Class::Completion
}

/// The final reply, however long the two servers take.
#[derive(Debug)]
pub(crate) struct Conclude {
    transfer: Transfer,
    wait: Wait,
}

impl Conclude {
    pub(crate) fn new(transfer: Transfer) -> Self {
        Self {
            transfer,
            wait: Wait::Remote,
        }
    }

    /// Of the side whose other one has failed: what it has to say comes soon.
    pub(crate) fn soon(transfer: Transfer) -> Self {
        Self {
            transfer,
            wait: Wait::FinalReply,
        }
    }
}

impl Flow for Conclude {
    type Output = Reply;

    fn step(&mut self, session: &mut Session, answer: Answer) -> Result<Step<Reply>, Error> {
        let Some(live) = &mut session.live else {
            return Err(Error::misuse(Misuse::StaleTransfer));
        };
        let verb = &self.transfer.verb;
        if let Some(reply) = live.outcome.take() {
            session.live = None;
            return crate::flows::completion(reply, verb).map(Step::Done);
        }
        session.alive()?;
        if matches!(answer.event, Event::TimedOut) {
            return Err(Error::new(ErrorKind::Timeout(self.wait)).with_command(verb));
        }
        Ok(Step::Want(session.receive_within(self.wait)))
    }

    fn adopts(&self) -> Adopts {
        Adopts::Transfer(self.transfer.id)
    }
}
