//! The flows that run on the source and the target of a copy between servers. The data connection
//! is between the servers, so the client cannot see it.

use core::net::SocketAddr;

use crate::error::{Error, ErrorKind, Misuse};
use crate::flow::{Adopted, Adopts, Answer, Endpoint, Flow, Halt, Step};
use crate::flows::active::Active;
use crate::flows::compose::{completion, inner};
use crate::flows::exchange::Exchange;
use crate::flows::fence::Fence;
use crate::flows::passive::Passive;
use crate::flows::prepare::Prepare;
use crate::options::config::Protection;
use crate::representation::TransferType;
use crate::session::Session;
use crate::session::transfer::{DataTls, Direction, Transfer};
use crate::wait::Wait;
use crate::wire::{Class, Command, Reply, Verb};

/// Fails if data connections are under TLS, because neither server would begin the handshake, or if
/// MODE or STRU was changed. The copy calls this function before it sends anything, and again after
/// the replies to earlier commands have come, because these replies may have changed the settings.
pub(super) fn check_copy_possible(session: &Session) -> Result<(), Error> {
    if session.protection() == Protection::Private {
        return Err(Error::misuse(Misuse::Protected));
    }
    session.check_framing()
}

/// Sends TYPE, and EPSV or PASV, to the source. Returns the endpoint to which the target is to
/// connect.
#[derive(Debug)]
pub(super) struct OfferPort {
    data: Command,
    prepare: Option<Prepare>,
    passive: Passive,
}

impl OfferPort {
    pub(super) fn new(transfer_type: TransferType, data: &Command) -> Self {
        Self {
            data: data.clone(),
            prepare: Some(Prepare::new(transfer_type)),
            passive: Passive::for_another_server(data),
        }
    }
}

impl Flow for OfferPort {
    type Output = Endpoint;

    fn step(&mut self, session: &mut Session, answer: Answer) -> Result<Step<Endpoint>, Error> {
        Step::run(answer, |answer| {
            if let Some(prepare) = &mut self.prepare {
                check_copy_possible(session)?;
                prepare.ready(&self.data, false, session, answer)?;
                self.prepare = None;
            }
            inner(&mut self.passive, session, answer)
        })
    }
}

/// Sends the data command (RETR or STOR) and waits for its first reply. If `connect_to` is set, as
/// for the target, first sends TYPE, and EPRT or PORT.
#[derive(Debug)]
pub(super) struct StartTransfer {
    direction: Direction,
    transfer_type: TransferType,
    command: Command,
    prepare: Option<Prepare>,
    active: Option<Active>,
    disarm: Option<Exchange>,
    sent: bool,
}

impl StartTransfer {
    pub(super) fn new(
        direction: Direction,
        transfer_type: TransferType,
        command: Command,
        connect_to: Option<SocketAddr>,
    ) -> Self {
        Self {
            direction,
            transfer_type,
            command,
            prepare: connect_to.map(|_| Prepare::new(transfer_type)),
            active: connect_to.map(Active::to_address),
            disarm: None,
            sent: false,
        }
    }
}

impl Flow for StartTransfer {
    type Output = Transfer;

    fn step(&mut self, session: &mut Session, answer: Answer) -> Result<Step<Transfer>, Error> {
        Step::run(answer, |answer| {
            if let Some(prepare) = &mut self.prepare {
                check_copy_possible(session)?;
                prepare.ready(&self.command, false, session, answer)?;
                self.prepare = None;
            }
            if let Some(active) = &mut self.active {
                inner(active, session, answer)?;
                self.active = None;
            }
            if !self.sent {
                // An earlier operation may have set a restart offset, which would cut off the
                // beginning of this file.
                if self.disarm.is_none() && session.offset_is_set() {
                    self.disarm = Some(Exchange::new(Command::number(Verb::REST, 0)));
                }
                if let Some(disarm) = &mut self.disarm {
                    let reply = disarm.reply(session, answer)?;
                    if reply.class() != Class::Intermediate {
                        return Err(Error::from_reply(reply).with_command("REST").into());
                    }
                }
                self.sent = true;
                session.send_data_command(self.command.clone(), self.direction)?;
                return Err(session.receive_within(Wait::Preliminary).into());
            }
            self.begun(session, answer)
        })
    }
}

impl StartTransfer {
    /// Waits for the first reply to the data command. Returns the `Transfer`, which the copy needs
    /// to finish or abort the transfer. Fails if the server refuses the command.
    fn begun(&self, session: &mut Session, answer: &mut Answer) -> Result<Transfer, Halt> {
        let verb = self.command.verb();
        session.check_transfer()?;
        match session.final_reply() {
            Some(reply) if reply.class() != Class::Completion => {
                let refusal = Error::from_reply(reply.clone()).with_command(verb);
                session.close_transfer();
                return Err(refusal.into());
            }
            None if session.preliminary_reply().is_none() => {}
            _ => {
                let (direction, transfer_type) = (self.direction, self.transfer_type);
                return Ok(session.transfer_token(
                    &self.command,
                    direction,
                    transfer_type,
                    DataTls::Clear,
                )?);
            }
        }
        session.check_alive()?;
        if answer.take_timeout() {
            let late = Error::new(ErrorKind::Timeout(Wait::Preliminary));
            return Err(late.with_command(verb).into());
        }
        Err(session.receive_within(Wait::Preliminary).into())
    }
}

/// Waits for the final reply, with the long time limit that a copy between two servers needs.
#[derive(Debug)]
pub(super) struct AwaitFinalReply {
    transfer: Transfer,
    wait: Wait,
}

impl AwaitFinalReply {
    pub(super) fn new(transfer: Transfer) -> Self {
        Self {
            transfer,
            wait: Wait::Remote,
        }
    }

    /// Waits for the final reply for a shorter time, because the other side has failed. This side
    /// then replies soon or never.
    pub(super) fn after_failure(transfer: Transfer) -> Self {
        Self {
            transfer,
            wait: Wait::FinalReply,
        }
    }
}

impl Flow for AwaitFinalReply {
    type Output = Reply;

    fn step(&mut self, session: &mut Session, answer: Answer) -> Result<Step<Reply>, Error> {
        Step::run(answer, |answer| {
            session.check_transfer()?;
            let verb = self.transfer.verb();
            if let Some(reply) = session.final_reply().cloned() {
                session.close_transfer();
                return Ok(confirmation(reply, verb)?);
            }
            session.check_alive()?;
            if answer.take_timeout() {
                let late = Error::new(ErrorKind::Timeout(self.wait));
                return Err(late.with_command(verb).into());
            }
            Err(session.receive_within(self.wait).into())
        })
    }

    fn adopts(&self) -> Adopts {
        Adopts(Adopted::Transfer(self.transfer.id()))
    }
}

/// Fails if this final reply does not confirm the transfer: it is a refusal, or a 2xx that belongs
/// to another command.
fn confirmation(reply: Reply, verb: &str) -> Result<Reply, Error> {
    match completion(reply, verb)? {
        reply if reply.confirms_transfer() => Ok(reply),
        reply => Err(Error::new(ErrorKind::Unconfirmed)
            .with_command(verb)
            .with_reply(reply)),
    }
}

/// Sends a fence after a side has confirmed the copy. Fails if another reply comes before the
/// fence's reply, because the confirmation may then belong to an earlier transfer. The client sees
/// no data that could show this.
#[derive(Debug, Default)]
pub(super) struct FenceAfterCopy {
    fence: Option<Fence>,
}

impl Flow for FenceAfterCopy {
    type Output = ();

    fn step(&mut self, session: &mut Session, answer: Answer) -> Result<Step<()>, Error> {
        Step::run(answer, |answer| {
            if self.fence.is_none() && session.is_out_of_step() {
                return Err(Error::new(ErrorKind::Unconfirmed).into());
            }
            let fence = self.fence.get_or_insert_default();
            match inner(fence, session, answer)? {
                None => Ok(()),
                Some(_) => Err(Error::new(ErrorKind::Unconfirmed).into()),
            }
        })
    }
}
