use crate::error::{Error, ErrorKind};
use crate::flow::{Answer, Event, Flow, Step};
use crate::session::Session;
use crate::session::ledger::Shape;
use crate::wait::Wait;
use crate::wire::{Command, Reply, Verb};

use super::{completion, reply};

/// QUIT (RFC 959 section 4.1.1). Yields the reply, or `None` from a server that just closes.
///
/// The session is dead afterwards: closed.
#[derive(Debug, Default)]
pub struct Quit {
    sent: bool,
}

impl Quit {
    /// To be run last.
    pub fn new() -> Self {
        Self::default()
    }
}

impl Flow for Quit {
    type Output = Option<Reply>;

    fn step(
        &mut self,
        session: &mut Session,
        answer: Answer,
    ) -> Result<Step<Option<Reply>>, Error> {
        let mut event = answer.event;
        if !self.sent {
            self.sent = true;
            session.send(Command::from(Verb::QUIT), Shape::Quit)?;
            return Ok(Step::Want(session.receive_within(Wait::Reply)));
        }
        let closed = session
            .dead
            .as_ref()
            .is_some_and(|error| error.kind() == ErrorKind::Closed && error.reply().is_none());
        if closed && matches!(event, Event::Received) && !session.has_reply() {
            return Ok(Step::Done(None));
        }
        let reply = reply!(session, event, Wait::Reply);
        completion(reply, "QUIT").map(|reply| Step::Done(Some(reply)))
    }
}
