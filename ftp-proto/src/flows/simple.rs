//! The operations that are one command and one reply.

use crate::error::Error;
use crate::flow::{Answer, Event, Flow, Step, Wait};
use crate::ledger::Shape;
use crate::path::RemotePath;
use crate::session::Session;
use crate::transfer::TransferType;
use crate::wire::{Command, Reply, Verb};

use super::{completion, inner, reply};

/// NOOP (RFC 959 section 4.1.3): says that we are still here. Yields the reply.
#[derive(Debug, Default)]
pub struct Noop {
    sent: bool,
}

impl Noop {
    /// Any 2xx is fine.
    pub fn new() -> Self {
        Self::default()
    }
}

impl Flow for Noop {
    type Output = Reply;

    fn step(&mut self, session: &mut Session, answer: Answer) -> Result<Step<Reply>, Error> {
        let mut event = answer.event;
        if !self.sent {
            self.sent = true;
            session.send(Command::from(Verb::NOOP), Shape::Single)?;
            event = Event::Begin;
        }
        let reply = reply!(session, event, Wait::Reply);
        completion(reply, "NOOP").map(Step::Done)
    }
}

/// PWD (RFC 959 section 4.1.3): the current directory.
///
/// A 257 that quotes no path is an error of kind [`Protocol`](crate::ErrorKind::Protocol), with
/// the reply in it.
#[derive(Debug, Default)]
pub struct Pwd {
    sent: bool,
}

impl Pwd {
    /// Asked anew each time.
    pub fn new() -> Self {
        Self::default()
    }
}

impl Flow for Pwd {
    type Output = RemotePath;

    fn step(&mut self, session: &mut Session, answer: Answer) -> Result<Step<RemotePath>, Error> {
        let mut event = answer.event;
        if !self.sent {
            self.sent = true;
            session.send(Command::from(Verb::PWD), Shape::Single)?;
            event = Event::Begin;
        }
        let reply = reply!(session, event, Wait::Reply);
        let reply = completion(reply, "PWD")?;
        match crate::reply::pathname(&reply) {
            Ok(Some(path)) => Ok(Step::Done(path)),
            Ok(None) => Err(Error::new(crate::ErrorKind::Protocol)),
            Err(malformed) => Err(malformed.into()),
        }
        .map_err(|error| error.with_command("PWD").with_reply(reply))
    }
}

/// TYPE (RFC 959 section 3.1.1): the representation type, sent only when it is not in force.
#[derive(Debug)]
pub struct Type {
    transfer_type: TransferType,
    sent: bool,
}

impl Type {
    /// This type.
    pub fn new(transfer_type: TransferType) -> Self {
        Self {
            transfer_type,
            sent: false,
        }
    }
}

impl Flow for Type {
    type Output = ();

    fn step(&mut self, session: &mut Session, answer: Answer) -> Result<Step<()>, Error> {
        let mut event = answer.event;
        if !self.sent {
            if session.transfer_type() == Some(self.transfer_type) {
                return Ok(Step::Done(()));
            }
            self.sent = true;
            let argument = self.transfer_type.argument();
            session.send(Command::fixed(Verb::TYPE, argument), Shape::Single)?;
            event = Event::Begin;
        }
        let reply = reply!(session, event, Wait::Reply);
        completion(reply, "TYPE")?;
        Ok(Step::Done(()))
    }
}

/// SIZE (RFC 3659 section 4): how many bytes a file has in TYPE I, which is set first, because
/// servers refuse SIZE or count something else in TYPE A.
///
/// Yields `None` from a server that does not know SIZE, which is then never asked again; 550 is
/// an error.
#[derive(Debug)]
pub struct Size {
    command: Command,
    binary: Option<Type>,
    sent: bool,
}

impl Size {
    /// Of this file.
    ///
    /// # Errors
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) for a path that cannot be sent.
    pub fn new(path: impl AsRef<[u8]>) -> Result<Self, Error> {
        Ok(Self {
            command: Command::with("SIZE", path)?,
            binary: Some(Type::new(TransferType::Image)),
            sent: false,
        })
    }
}

impl Flow for Size {
    type Output = Option<u64>;

    fn step(&mut self, session: &mut Session, answer: Answer) -> Result<Step<Option<u64>>, Error> {
        let mut event = answer.event;
        if let Some(binary) = &mut self.binary {
            if session.state.size_refused {
                return Ok(Step::Done(None));
            }
            inner!(binary, session, event);
            self.binary = None;
        }
        if !self.sent {
            self.sent = true;
            session.send(self.command.clone(), Shape::Single)?;
            event = Event::Begin;
        }
        let reply = reply!(session, event, Wait::Reply);
        if reply.is_not_implemented() {
            return Ok(Step::Done(None));
        }
        let reply = completion(reply, "SIZE")?;
        match crate::reply::size(&reply) {
            Ok(size) => Ok(Step::Done(Some(size))),
            Err(malformed) => Err(Error::from(malformed)
                .with_command("SIZE")
                .with_reply(reply)),
        }
    }
}
