//! Flights of questions. Their replies have codes that other commands get too, so PWD follows the
//! questions about each path as a checkpoint: only a 257 fits there, and nowhere else in the flight.

use super::Session;
use super::ledger::{Owed, Shape};
use crate::capabilities::Capability;
use crate::error::Error;
use crate::flow::{Answer, Halt};
use crate::wait::Wait;
use crate::wire::{Code, Command, Reply, Verb};

/// Methods by which flows send questions.
impl Session {
    /// Queues a question. What its reply shows about the server counts only after the whole flight
    /// has fitted: see [`learn_from_answer`](Self::learn_from_answer).
    pub(crate) fn send_question(&mut self, command: Command) -> Result<(), Error> {
        self.send(command)?;
        if let Some((_, owed)) = self.staged.last_mut() {
            owed.capability = None;
        }
        Ok(())
    }

    /// Notes what the reply to a question shows: whether the server knows the command.
    pub(crate) fn learn_from_answer(&mut self, capability: Capability, reply: &Reply) {
        self.state.known.learn(capability, reply);
    }

    /// Queues the PWD that follows the questions about one path.
    pub(crate) fn send_checkpoint(&mut self) -> Result<(), Error> {
        self.stage(Command::from(Verb::PWD), Shape::Checkpoint)
    }

    /// Notes that the replies to a flight of questions do not fit, or do not come in time. Nothing
    /// that came for it counts, and what still comes is thrown away.
    pub(crate) fn doubt_questions(&mut self) -> Result<(), Error> {
        self.check_alive()?;
        self.inbox.clear();
        self.doubt_flight();
        self.doubt_last_flight();
        let (checkpoints, replies) = (self.count_checkpoints(), self.ledger.len());
        if checkpoints > 0 {
            self.discard(checkpoints, replies);
        }
        self.lose_step();
        self.check_alive()
    }

    /// Waits until the rest of a flight of questions has come and is thrown away. After that, the
    /// questions can be asked again, one at a time.
    pub(crate) fn await_discarded(&mut self, answer: &mut Answer) -> Result<(), Halt> {
        self.inbox.clear();
        if answer.take_timeout() {
            self.give_up_waiting();
        }
        self.check_alive()?;
        match self.ledger.is_empty() {
            true => Ok(()),
            false => Err(self.receive_within(Wait::Reply).into()),
        }
    }
}

/// Methods that attribute the replies.
impl Session {
    /// Handles a reply that does not fit this command of a flight of questions. From here on, nobody
    /// knows which reply belongs to which command. So all of them are thrown away, up to the last
    /// 257. Does nothing if the command was not in such a flight.
    pub(super) fn discard_questions(&mut self, owed: &Owed, reply: &Reply) {
        let at_checkpoint = owed.shape == Shape::Checkpoint;
        let mut checkpoints = self.count_checkpoints();
        if !at_checkpoint && checkpoints == 0 {
            return;
        }
        checkpoints = checkpoints.saturating_add(usize::from(at_checkpoint));
        if reply.code() == Code::PATHNAME {
            // It is the reply to one of the checkpoints.
            checkpoints = checkpoints.saturating_sub(1);
        }
        // A refusal may be the reply of the checkpoint itself. Any other reply came too early or
        // twice, so the command's own reply is still to come.
        let own = usize::from(!(at_checkpoint && reply.is_refusal()));
        self.discard(checkpoints, self.ledger.len().saturating_add(own));
    }

    /// Throws away a reply to a flight of questions that did not fit.
    pub(super) fn throw_away(&mut self, mut owed: Owed, reply: &Reply) {
        self.state.fences.clear_doubt(reply);
        if let Shape::Discarded {
            checkpoints,
            replies,
        } = &mut owed.shape
        {
            let one = usize::from(reply.code() == Code::PATHNAME);
            *checkpoints = checkpoints.saturating_sub(one);
            *replies = replies.saturating_sub(1);
            if *checkpoints > 0 && *replies > 0 {
                self.ledger.push_front(owed);
            }
        }
    }

    /// Replaces the entries of a flight of questions by one that takes all replies.
    fn discard(&mut self, checkpoints: usize, replies: usize) {
        self.ledger.clear();
        if checkpoints > 0 && replies > 0 {
            let shape = Shape::Discarded {
                checkpoints,
                replies,
            };
            let owed = Owed::new(&Command::from(Verb::PWD), shape, 0);
            self.ledger.push_front(owed);
        }
    }

    fn count_checkpoints(&self) -> usize {
        let ledger = self.ledger.iter();
        ledger
            .filter(|owed| owed.shape == Shape::Checkpoint)
            .count()
    }
}
