//! Running an operation: debts first, then the flow, and a look at what has arrived before each of
//! its flights of commands leaves.

use super::Session;
use super::ledger::Shape;
use super::negotiated::Channel;
use crate::error::{Error, ErrorKind, Misuse};
use crate::flow::{Adopts, Answer, Event, Flow, Receive, Step, Ticket, Want};
use crate::wait::{Clock, Wait};

/// An operation that was started on a session.
#[derive(Debug)]
#[must_use]
pub struct Running<F> {
    flow: F,
    session: usize,
    operation: u64,
    stage: Stage,
    /// A fence has been put up ahead of the commands that wait.
    fenced: bool,
    held: Option<Want>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// Paying what earlier operations left owing.
    Settling,
    Flowing,
    /// Reading what has already arrived, before the flow's commands leave.
    Looking,
    /// Getting back into step before they leave.
    Fencing,
    Finished,
}

impl Session {
    /// Starts an operation. The one that ran before, if it was not done, is thereby given up;
    /// what it left owing is paid first.
    pub fn start<F: Flow>(&mut self, flow: F) -> (Running<F>, Answer) {
        self.operation = self.operation.wrapping_add(1);
        self.inbox.clear();
        self.staged.clear();
        self.clock = None;
        self.bury_half_done_upgrade();
        let running = Running {
            flow,
            session: self.id,
            operation: self.operation,
            stage: Stage::Settling,
            fenced: false,
            held: None,
        };
        (running, self.issue().answer(Event::Begin))
    }

    /// Advances an operation: the only function that a driver calls in its loop.
    ///
    /// # Errors
    /// [`Misuse::StaleAnswer`] leaves the session as it is; anything else ends the operation, and
    /// the session is in step, in debt, or [dead](Self::is_dead).
    pub fn step<F: Flow>(
        &mut self,
        running: &mut Running<F>,
        answer: Answer,
    ) -> Result<Step<F::Output>, Error> {
        let ours = (running.session, running.operation) == (self.id, self.operation);
        if !ours || self.expected != Some(answer.ticket) {
            return Err(Error::misuse(Misuse::StaleAnswer));
        }
        if running.stage == Stage::Finished {
            return Err(Error::misuse(Misuse::Finished));
        }
        self.expected = None;
        let result = self
            .advance_operation(running, answer)
            .map_err(|error| error.masked(&self.secrets));
        if let Err(error) = &result {
            self.learn_from(error);
        }
        if !matches!(result, Ok(Step::Want(_))) {
            running.stage = Stage::Finished;
        }
        result
    }

    fn advance_operation<F: Flow>(
        &mut self,
        running: &mut Running<F>,
        mut answer: Answer,
    ) -> Result<Step<F::Output>, Error> {
        if let Event::Broken(error) = &answer.event {
            self.die(error.clone());
            answer.event = Event::ControlFirst;
        }
        loop {
            match running.stage {
                Stage::Settling => {
                    if let Some(want) = self.settle_unless(running.flow.adopts(), &mut answer)? {
                        return Ok(Step::Want(want));
                    }
                    // The answer to AUTH may have come in just now, with nobody left to act on it.
                    self.bury_half_done_upgrade();
                    running.stage = Stage::Flowing;
                    answer = self.begin();
                }
                Stage::Flowing => {
                    match running.flow.step(self, answer)? {
                        Step::Want(want) if !self.staged.is_empty() => running.held = Some(want),
                        step => return Ok(step),
                    }
                    running.fenced = false;
                    running.stage = Stage::Looking;
                    return Ok(Step::Want(self.look()));
                }
                Stage::Looking => {
                    self.alive()?;
                    if matches!(answer.event, Event::Received) {
                        return Ok(Step::Want(self.look()));
                    }
                    if self.ledger.is_empty() && !self.decoder.is_empty() {
                        // The beginning of a reply that nobody owes: its end would be taken for
                        // the answer to what leaves now.
                        self.lose_step();
                        self.alive()?;
                    }
                    if !self.out_of_step {
                        return self.let_go(running);
                    }
                    if self.is_about_to_transfer() {
                        // pyftpdlib, late with a transfer that was aborted, sends it over the next
                        // one's connection: not this one, then.
                        self.staged.clear();
                        return Err(Error::new(ErrorKind::OutOfStep));
                    }
                    if running.fenced {
                        // Behind the fence, too.
                        self.die(Error::new(ErrorKind::OutOfStep));
                        self.alive()?;
                    }
                    self.send_fence()?;
                    running.fenced = true;
                    running.stage = Stage::Fencing;
                    answer = self.begin();
                }
                Stage::Fencing => {
                    self.alive()?;
                    if matches!(answer.event, Event::TimedOut) {
                        self.die(Error::new(ErrorKind::OutOfStep));
                        self.alive()?;
                    }
                    if self.ledger.is_empty() {
                        running.stage = Stage::Looking;
                        return Ok(Step::Want(self.look()));
                    }
                    return Ok(Step::Want(self.receive_within(Wait::Reply)));
                }
                Stage::Finished => return Err(Error::misuse(Misuse::Finished)),
            }
        }
    }

    fn settle_unless(
        &mut self,
        adopts: Adopts,
        answer: &mut Answer,
    ) -> Result<Option<Want>, Error> {
        if self.unrestored.is_some() && !matches!(adopts, Adopts::Greeting | Adopts::Standing) {
            let why = "the connection was replaced, and the new one not brought where it stood";
            self.die(Error::new(ErrorKind::Closed).with_source(why));
            self.alive()?;
        }
        match adopts {
            Adopts::Greeting if self.state.greeting.is_none() => Ok(None),
            // Nothing else can come first under implicit TLS, where `Greeting` begins it.
            _ if self.state.channel == Channel::Due => Err(Error::misuse(Misuse::NotSecured)),
            Adopts::Transfer(id) => match &self.live {
                Some(live) if live.id == id => Ok(None),
                _ => Err(Error::misuse(Misuse::StaleTransfer)),
            },
            _ => {
                let event = core::mem::replace(&mut answer.event, Event::Begin);
                self.settle(event)
            }
        }
    }

    /// An upgrade that was agreed on by a flow that is gone: nobody can say how far it got.
    fn bury_half_done_upgrade(&mut self) {
        if matches!(self.state.channel, Channel::Securing | Channel::Clearing) {
            self.die(Error::new(ErrorKind::Tls).with_source("the handshake was given up"));
        }
    }

    /// The data connection is there, and its command waits.
    fn is_about_to_transfer(&self) -> bool {
        let mut shapes = self.staged.iter().map(|(_, owed)| owed.shape);
        self.live.as_ref().is_some_and(|live| live.data_open)
            && shapes.any(|shape| shape == Shape::Transfer)
    }

    /// The flow's commands leave, and its want is handed out.
    fn let_go<F: Flow>(&mut self, running: &mut Running<F>) -> Result<Step<F::Output>, Error> {
        for (command, owed) in core::mem::take(&mut self.staged) {
            self.release(&command, owed);
        }
        running.stage = Stage::Flowing;
        let Some(want) = running.held.take() else {
            return Err(Error::misuse(Misuse::Finished));
        };
        self.expected = Some(want.ticket());
        Ok(Step::Want(want))
    }

    /// The answer with which a flow steps an inner flow for the first time.
    pub fn begin(&self) -> Answer {
        let ticket = Ticket {
            session: self.id,
            serial: 0,
        };
        ticket.answer(Event::Begin)
    }

    /// The want that reads what has already arrived, and nothing more.
    pub(crate) fn look(&mut self) -> Want {
        Want::Receive(Receive {
            ticket: self.issue(),
            wait: Wait::Arrived,
            clock: Clock::Starts,
        })
    }

    pub(crate) fn issue(&mut self) -> Ticket {
        self.serial = self.serial.wrapping_add(1);
        let ticket = Ticket {
            session: self.id,
            serial: self.serial,
        };
        self.expected = Some(ticket);
        ticket
    }
}
