//! Runs an operation: first the cleanup after earlier operations, then the flow. Before the session
//! sends the flow's commands, it has the driver read what has already arrived.

use super::Session;
use super::fencing::too_many_strays;
use super::ledger::Shape;
use super::negotiated::Channel;
use crate::error::{Error, ErrorKind, Misuse};
use crate::flow::{Adopted, Adopts, Answer, Event, Flow, Halt, Step, Want};
use crate::trace::{self, wants};
use crate::wait::Wait;

/// An operation that was started on a session.
///
/// ```
/// # mod scripted { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/flows/scripted.rs")); }
/// # use scripted::{Server, drive, logged_in};
/// # let mut session = logged_in()?;
/// use ftp_proto::Step;
/// use ftp_proto::flows::{Delete, Noop};
///
/// let (mut noop, answer) = session.start(Noop::new());
/// assert!(matches!(session.step(&mut noop, answer)?, Step::Want(_)));
/// // You may drop an operation at any point. The next one cleans up what it has left.
/// drop(noop);
/// let mut server = Server::new(["250 Deleted"]);
/// drive(&mut session, Delete::new("a.txt")?, &mut server)?;
/// # Ok::<(), ftp_proto::Error>(())
/// ```
#[derive(Debug)]
#[must_use]
pub struct Running<F> {
    flow: F,
    session: usize,
    operation: u64,
    stage: Stage,
    /// How many fences the session has sent since the flow staged the commands that still wait.
    fences: usize,
    held: Option<Want>,
    /// Whether the operation waits for the port that the flight before its commands has asked for.
    awaits_port: bool,
    /// Whether the operation has sent the CWD that leads back to the directory that an earlier
    /// listing left.
    pub(super) returning: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// Cleaning up after earlier operations: aborting an open transfer, and reading the replies
    /// that are still owed.
    Settling,
    /// Sending the CWD that leads back to the directory, because an earlier listing has left it.
    Returning,
    Flowing,
    /// Reading what has already arrived, before the flow's commands are sent.
    Looking,
    /// Sending a fence and waiting for its reply, before the flow's commands are sent.
    Fencing,
    Finished,
}

/// How many fences the session sends, one after the other, before it is dead. One is not always
/// enough: servers such as simple-ftpd send a late reply to an aborted transfer after the fence's
/// reply.
const MOST_FENCES: usize = 3;

/// How many times in a row a driver may say that bytes had come although it has fed none. It may
/// happen to a driver that looks and is too late.
const MOST_UNFED: u8 = 8;

impl Session {
    /// Starts an operation. If an earlier operation has not ended, the session drops it and first
    /// cleans up what it has left.
    pub fn start<F: Flow>(&mut self, flow: F) -> (Running<F>, Answer) {
        self.operation = self.operation.wrapping_add(1);
        self.inbox.clear();
        self.staged.clear();
        self.clock = None;
        self.forget_refused_port();
        self.forget_operation();
        trace::begin(&mut self.traced, || flow.name());
        self.end_half_done_upgrade();
        let running = Running {
            flow,
            session: self.id,
            operation: self.operation,
            stage: Stage::Settling,
            fences: 0,
            held: None,
            awaits_port: false,
            returning: false,
        };
        (running, self.issue().start())
    }

    /// Takes the driver's answer to the last want, and returns the next want or the result of the
    /// operation. A driver calls this method in a loop until it returns the result. Before the
    /// driver does what a want demands, it writes [`outgoing`](Self::outgoing).
    ///
    /// # Errors
    /// [`Misuse::StaleAnswer`] means that the answer was refused, and nothing has changed. Any
    /// other error ends the operation. You can then start the next operation, unless the session is
    /// [dead](Self::is_dead).
    pub fn step<F: Flow>(
        &mut self,
        running: &mut Running<F>,
        answer: Answer,
    ) -> Result<Step<F::Output>, Error> {
        let ours = (running.session, running.operation) == (self.id, self.operation);
        if !ours || answer.ticket().is_none() || answer.ticket() != self.expected {
            return Err(Error::misuse(Misuse::StaleAnswer));
        }
        if running.stage == Stage::Finished {
            return Err(Error::misuse(Misuse::Finished));
        }
        self.expected = None;
        let _entered = self.traced.enter();
        wants::answered(&self.traced, answer.event(), &self.secrets);
        let result = self
            .check_fed(&answer)
            .and_then(|()| self.advance_operation(running, answer))
            .map_err(|error| self.advised(error).masked(&self.secrets));
        if let Err(error) = &result {
            self.learn_from(error);
        }
        if let Ok(Step::Want(want)) = &result {
            wants::wanted(&mut self.traced, want);
        } else {
            running.stage = Stage::Finished;
            self.forget_operation();
            trace::end(&mut self.traced, result.as_ref().err(), self.dead.is_some());
        }
        result
    }

    /// Fails if the driver has said several times that bytes had come, and has fed none. Without
    /// this check, such a driver would be asked for the same for ever.
    fn check_fed(&mut self, answer: &Answer) -> Result<(), Error> {
        if !matches!(answer.event(), Some(Event::Received | Event::ControlFirst)) {
            return Ok(());
        }
        let unfed = self.unfed.map_or(0, |count| count.saturating_add(1));
        self.unfed = Some(unfed);
        match unfed > MOST_UNFED {
            true => Err(Error::misuse(Misuse::NothingFed)),
            false => Ok(()),
        }
    }

    fn advance_operation<F: Flow>(
        &mut self,
        running: &mut Running<F>,
        answer: Answer,
    ) -> Result<Step<F::Output>, Error> {
        if let Some(Event::Broken(error)) = answer.event() {
            self.blame_flight();
            let agreed = self.state.channel == Channel::Securing && self.state.auth_tried;
            self.die(match agreed {
                true => error.clone().in_agreed_tls(),
                false => error.clone(),
            });
        }
        if matches!(answer.event(), Some(Event::TimedOut)) && self.clock == Some(Wait::LastLine) {
            if let Some(error) = self.decoder.other_end() {
                let error = Error::from(error);
                self.die(match self.ledger.front() {
                    Some(owed) => owed.add_verb_to(error),
                    None => error,
                });
            }
        }
        Step::run(answer, |answer| {
            loop {
                running.stage = match running.stage {
                    Stage::Settling => self.settle_unless_adopted(running.flow.adopts(), answer)?,
                    Stage::Returning => {
                        self.return_from_detour(running, answer)?;
                        Stage::Flowing
                    }
                    Stage::Flowing => match running.flow.step(self, answer.pass_on())? {
                        Step::Done(output) => return Ok(output),
                        Step::Want(want) => {
                            // The reply that names the port and the 421 may come in one read. A
                            // driver does not watch the control connection of a dead session, so it
                            // would wait for the data connection until the time limit.
                            if want.makes_data_connection() {
                                self.check_alive()?;
                            }
                            return Err(self.hold_want(running, want).into());
                        }
                    },
                    Stage::Looking => self.check_step(running, answer)?,
                    Stage::Fencing => self.await_fence(running, answer)?,
                    Stage::Finished => return Err(Error::misuse(Misuse::Finished).into()),
                };
            }
        })
    }

    /// Cleans up after earlier operations, unless the flow continues the transfer that one of them
    /// has begun.
    fn settle_unless_adopted(
        &mut self,
        Adopts(adopts): Adopts,
        answer: &mut Answer,
    ) -> Result<Stage, Halt> {
        if self.unrestored.is_some() && !matches!(adopts, Adopted::Greeting | Adopted::Standing) {
            let why = "the connection was replaced, and the new one not brought where it stood";
            return Err(self
                .die_with(Error::new(ErrorKind::Closed).with_source(why))
                .into());
        }
        match adopts {
            Adopted::Greeting if self.state.greeting.is_none() => {}
            // Implicit TLS must begin before anything else, and only the flow `Greeting` begins it.
            _ if self.tls_is_due() => return Err(Error::misuse(Misuse::NotSecured).into()),
            Adopted::Transfer(id) => match &self.live {
                Some(live) if live.id == id => return Ok(Stage::Flowing),
                _ => return Err(Error::misuse(Misuse::StaleTransfer).into()),
            },
            _ => self.settle(answer)?,
        }
        // The flow that sent AUTH or CCC may have been dropped, and the cleanup has just read the
        // reply. No flow is left to do the handshake, so the session ends.
        self.end_half_done_upgrade();
        Ok(match self.is_on_detour() {
            true => Stage::Returning,
            false => Stage::Flowing,
        })
    }

    /// Returns the flow's want if the flow has staged no commands. Otherwise keeps the want and
    /// returns a look. The staged commands are sent after the look, and then the driver gets the
    /// flow's want.
    pub(super) fn hold_want<F>(&mut self, running: &mut Running<F>, want: Want) -> Want {
        if self.staged.is_empty() {
            return want;
        }
        running.held = Some(want);
        running.fences = 0;
        running.stage = Stage::Looking;
        self.look()
    }

    /// Decides after a look whether the staged commands may be sent. If a reply has come that
    /// belongs to no command, the session is out of step and sends a fence first.
    fn check_step<F>(
        &mut self,
        running: &mut Running<F>,
        answer: &mut Answer,
    ) -> Result<Stage, Halt> {
        self.check_alive()?;
        if core::mem::take(&mut running.awaits_port) && answer.take_timeout() {
            self.give_up_flight();
            self.check_alive()?;
            return Err(self.look().into());
        }
        self.look_again(answer)?;
        if let Some(wait) = self.wait_for_unused_port() {
            // A flight leaves only after every reply to the flight before it.
            running.awaits_port = true;
            return Err(self.receive_within(wait).into());
        }
        if self.ledger.is_empty() && !self.decoder.is_empty() {
            // The first bytes of a reply have come, although no command waits for a reply. Without
            // a fence, the client would take this reply for the reply to its next command.
            self.lose_step();
            self.check_alive()?;
        }
        if !self.out_of_step {
            return Err(self.release_staged(running));
        }
        if self.is_about_to_transfer() {
            // A late reply has come after the data connection was made. pyftpdlib may send the data
            // of an aborted transfer over this connection, so the session does not use it for the
            // new transfer.
            self.staged.clear();
            let why = "a late reply came between the data connection and the transfer";
            return Err(Error::out_of_step(why).into());
        }
        if running.fences >= MOST_FENCES {
            // After each fence another reply has come that belongs to no command. One more fence
            // would not help.
            return Err(self.die_with(too_many_strays()).into());
        }
        self.send_fence()?;
        running.fences = running.fences.saturating_add(1);
        Ok(Stage::Fencing)
    }

    /// Returns the want to read until the fence's own reply has come. After that, the session looks
    /// again. If the reply does not come in time, the session is dead.
    fn await_fence<F>(
        &mut self,
        running: &mut Running<F>,
        answer: &mut Answer,
    ) -> Result<Stage, Halt> {
        self.check_alive()?;
        if answer.take_timeout() {
            return Err(self.die_without_fence().into());
        }
        if self.ledger.is_empty() {
            running.stage = Stage::Looking;
            return Err(self.look().into());
        }
        Err(self.receive_within(Wait::Reply).into())
    }

    /// Ends the session if a flow was dropped while it was starting TLS (after AUTH, or for
    /// implicit TLS) or ending it (after CCC): nobody knows how much of the handshake, or of the
    /// exchange of close_notify, was done.
    fn end_half_done_upgrade(&mut self) {
        if matches!(self.state.channel, Channel::Securing | Channel::Clearing) {
            self.die(Error::new(ErrorKind::Tls).with_source("the handshake was not finished"));
        }
    }

    /// Whether a data connection exists and the command for its transfer waits to be sent.
    fn is_about_to_transfer(&self) -> bool {
        let mut shapes = self.staged.iter().map(|(_, owed)| owed.shape);
        self.has_open_data() && shapes.any(|shape| shape == Shape::Transfer)
    }

    /// Sends the staged commands, and returns the flow's want for the driver.
    fn release_staged<F>(&mut self, running: &mut Running<F>) -> Halt {
        self.begin_flight();
        for (command, owed) in core::mem::take(&mut self.staged) {
            self.release(&command, owed);
            self.error_context.sent(command);
        }
        running.stage = match running.returning {
            true => Stage::Returning,
            false => Stage::Flowing,
        };
        let Some(want) = running.held.take() else {
            return Error::misuse(Misuse::Finished).into();
        };
        self.expected = Some(want.ticket());
        want.into()
    }
}
