//! Cleans up after operations that were dropped: sends ABOR for an open transfer, closes its data
//! connection, and reads the replies that are still owed.

use super::Session;
use super::effect::Effect;
use super::ledger::{Aborting, Owed, Shape};
use super::negotiated::Channel;
use crate::capabilities::Capability;
use crate::error::{Error, ErrorKind};
use crate::flow::{Answer, Closing, Event, Halt};
use crate::options::config::{AbortClose, AbortSignal};
use crate::wait::{Clock, Wait};
use crate::wire::{Command, Verb};

impl Session {
    /// Does the next step of the cleanup, and returns `Ok` when the ledger is empty. The state of
    /// the cleanup is in the session. So if an operation is dropped during the cleanup, the next
    /// operation continues it.
    pub(super) fn settle(&mut self, answer: &mut Answer) -> Result<(), Halt> {
        self.check_alive()?;
        let mut event = answer.take();
        if self.has_open_data() {
            self.settle_data(event.take())?;
        }
        if matches!(event, Some(Event::TimedOut)) {
            self.give_up_flight();
            self.check_alive()?;
        }
        if let Some(owed) = self.ledger.front() {
            return Err(self.receive_within(self.wait_for(owed)).into());
        }
        let live = self.live.as_ref();
        let was_opened = live.is_none_or(|live| live.unopened.is_none());
        let outcome = self.close_transfer();
        if !was_opened && outcome.is_some_and(|reply| !reply.is_refusal()) {
            // No server completes a transfer that it has not opened, so this was another command's
            // reply. Those of the transfer are still to come.
            self.lose_step();
        }
        Ok(())
    }

    /// Returns the wait for the reply to an EPSV or PASV that was sent ahead, and not beside a
    /// transfer. `None` if no such reply is owed.
    pub(super) fn wait_for_unused_port(&self) -> Option<Wait> {
        let owed = self.ledger.front().filter(|_| self.live.is_none());
        owed.filter(|owed| owed.shape == Shape::Port)
            .map(|owed| self.wait_for(owed))
    }

    fn wait_for(&self, owed: &Owed) -> Wait {
        match owed.shape {
            Shape::Port if owed.verb == "EPSV" => self.wait_for_epsv(),
            _ => owed.wait(self.state.greeting_delayed),
        }
    }

    /// Sends ABOR for a transfer that was dropped, and then has the driver close its data
    /// connection.
    fn settle_data(&mut self, event: Option<Event>) -> Result<(), Halt> {
        let Some(live) = &mut self.live else {
            return Ok(());
        };
        // If the final reply has come, the server has already sent its TLS session ticket, or sends
        // none. So the client need not wait for one.
        live.used_a_ticket &= live.outcome.is_none();
        self.ticketless |= live.used_a_ticket && matches!(event, Some(Event::TimedOut));
        let clock = match event {
            // The wait for a TLS session ticket is over. `ControlFirst` means that the server has
            // replied to ABOR before it sent a ticket, so it will send none.
            Some(Event::Closed(_) | Event::TimedOut | Event::ControlFirst)
                if live.used_a_ticket =>
            {
                live.used_a_ticket = false;
                Clock::Starts
            }
            // ABOR got no reply in time. Either the server replies only after the data connection
            // is closed, or it never replies. So the data connection is closed next.
            Some(Event::TimedOut) if live.awaits_abort => {
                live.awaits_abort = false;
                Clock::Starts
            }
            // The driver has closed the data connection. If a clean close took too long, the driver
            // has dropped the connection.
            Some(Event::Closed(_) | Event::TimedOut) => {
                live.data_open = false;
                return Ok(());
            }
            Some(Event::ControlFirst) => Clock::Continues,
            _ => Clock::Starts,
        };
        let closing = match live.used_a_ticket {
            true => Closing::Harvest,
            false => Closing::Abandon,
        };
        if self.owes(Shape::Transfer) {
            self.send_abort();
        }
        if closing != Closing::Harvest && self.awaits_abort() {
            return Err(self.receive_within(Wait::AbortReply).into());
        }
        Err(self.close_data(closing, clock).into())
    }

    /// Whether the client keeps the data connection open because it still waits for a reply to
    /// ABOR.
    fn awaits_abort(&mut self) -> bool {
        let unanswered = self.owes(Shape::Abort(Aborting::Unanswered))
            || self.owes(Shape::Abort(Aborting::UnansweredBeside));
        let Some(live) = &mut self.live else {
            return false;
        };
        live.awaits_abort &= unanswered;
        live.awaits_abort
    }

    /// Sends ABOR. In the ledger, one entry for ABOR replaces the entries of the transfer and of the
    /// commands sent beside it, and gets all their replies. To a server that does not know ABOR, nothing is
    /// sent.
    fn send_abort(&mut self) {
        self.clock = None;
        self.doubt_restart();
        let beside = self.owes(Shape::KeepAlive) || self.owes(Shape::Port);
        self.ledger.retain(|owed| !owed.is_of_transfer());
        self.drop_port();
        self.forsake_flight();
        let clear = matches!(self.state.channel, Channel::Clear | Channel::Cleared);
        if clear
            && !self.lacks(Capability::Abor)
            && self.config.abort_signal == AbortSignal::TelnetSynch
        {
            self.release_synch();
        }
        let command = Command::from(Verb::ABOR);
        let aborting = match (beside, self.lacks(Capability::Abor)) {
            (true, _) => Aborting::UnansweredBeside,
            (false, true) => Aborting::Unknown,
            (false, false) => Aborting::Unanswered,
        };
        let owed = Owed::new(&command, Shape::Abort(aborting), 0);
        match self.lacks(Capability::Abor) {
            true => self.ledger.push_back(owed),
            false => {
                self.release(&command, owed);
                if let Some(live) = &mut self.live {
                    live.awaits_abort = self.config.abort_close == AbortClose::AfterReply;
                }
            }
        }
    }

    /// Stops waiting for a reply that did not come in time, and for those to the commands that have
    /// left together with this one. So a flight costs no more waiting than one command.
    pub(super) fn give_up_flight(&mut self) {
        let firewalled = self
            .ledger
            .front()
            .is_some_and(|owed| owed.shape == Shape::Port && owed.verb == "EPSV");
        if firewalled && self.wait_for_epsv() == Wait::FirstEpsv {
            self.give_up(Capability::Epsv);
        }
        self.give_up_waiting();
        let goes_on =
            |owed: &Owed| matches!(owed.shape, Shape::Single | Shape::Port | Shape::Checkpoint);
        while self.ledger.front().is_some_and(goes_on) {
            self.give_up_waiting();
        }
    }

    /// Stops waiting for a reply that did not come in time, and puts the session out of step. The
    /// reply may still come late, but it comes before the reply to the next fence. If the missing
    /// reply is a fence's own or the reply to AUTH or CCC, the session is dead.
    pub(super) fn give_up_waiting(&mut self) {
        let Some(owed) = self.ledger.pop_front() else {
            return;
        };
        self.state.forget(&owed.effect);
        if self.flights.several {
            // A reply is missing, so each of the others may belong to another command.
            self.doubt_flight();
        }
        self.queued |= self.may_come_yet(owed.shape);
        self.abort_echoes |= owed.shape == Shape::Abort(Aborting::Unknown);
        self.state
            .fences
            .mark_doubtful(&owed.verb, owed.shape == Shape::Raw);
        if let Shape::Discarded { checkpoints, .. } = owed.shape {
            // Each of these 257 may still come, and the reply to a fence has the same code.
            for _ in 1..checkpoints {
                self.state.fences.mark_doubtful(&owed.verb, false);
            }
        }
        let upgrade = matches!(owed.effect, Effect::Auth | Effect::ClearControl);
        if upgrade || matches!(owed.shape, Shape::Fence(_)) {
            self.die(owed.add_verb_to(Error::new(ErrorKind::OutOfStep)));
        }
        self.lose_step();
    }
}
