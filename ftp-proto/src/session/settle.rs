//! Cleans up after dropped operations: sends ABOR, closes the data connection, and reads the
//! replies that are still owed.

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
    /// Does one step of the cleanup, which ends when the ledger is empty. The cleanup keeps its
    /// state in the session, so you may drop an operation during the cleanup too.
    pub(super) fn settle(&mut self, answer: &mut Answer) -> Result<(), Halt> {
        self.check_alive()?;
        let mut event = answer.take();
        if self.has_open_data() {
            self.settle_data(event.take())?;
        }
        if matches!(event, Some(Event::TimedOut)) {
            self.give_up_waiting();
            self.check_alive()?;
        }
        if let Some(owed) = self.ledger.front() {
            let wait = owed.wait(self.state.greeting_delayed);
            return Err(self.receive_within(wait).into());
        }
        self.live = None;
        Ok(())
    }

    /// Sends ABOR, and then closes the data connection of a dropped transfer.
    fn settle_data(&mut self, event: Option<Event>) -> Result<(), Halt> {
        let Some(live) = &mut self.live else {
            return Ok(());
        };
        // A server that has sent the final reply has sent its TLS session ticket too, or sends
        // none. So there is no ticket to wait for.
        live.used_a_ticket &= live.outcome.is_none();
        self.ticketless |= live.used_a_ticket && matches!(event, Some(Event::TimedOut));
        let clock = match event {
            // The wait for a TLS session ticket is over. A server that answers ABOR without having
            // sent a ticket will send none.
            Some(Event::Closed(_) | Event::TimedOut | Event::ControlFirst)
                if live.used_a_ticket =>
            {
                live.used_a_ticket = false;
                Clock::Starts
            }
            // ABOR got no reply in time, so this server answers it after the data connection is
            // closed, or never. The data connection is closed next.
            Some(Event::TimedOut) if live.awaits_abort => {
                live.awaits_abort = false;
                Clock::Starts
            }
            // The driver has closed the data connection, or has dropped it because it could not be
            // closed in time.
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

    /// Whether the data connection stays open until ABOR is answered.
    fn awaits_abort(&mut self) -> bool {
        let unanswered = self.owes(Shape::Abort(Aborting::Unanswered))
            || self.owes(Shape::Abort(Aborting::UnansweredWithKeepAlive));
        let Some(live) = &mut self.live else {
            return false;
        };
        live.awaits_abort &= unanswered;
        live.awaits_abort
    }

    /// Sends ABOR, and puts it into the ledger in place of the transfer and its keep-alives. The
    /// replies to all of them now count as replies to the abort.
    fn send_abort(&mut self) {
        self.clock = None;
        self.doubt_restart();
        let with_keep_alive = self.owes(Shape::KeepAlive);
        self.ledger
            .retain(|owed| !matches!(owed.shape, Shape::Transfer | Shape::KeepAlive));
        let clear = matches!(self.state.channel, Channel::Clear | Channel::Cleared);
        if clear
            && !self.lacks(Capability::Abor)
            && self.config.abort_signal == AbortSignal::TelnetSynch
        {
            self.release_synch();
        }
        let command = Command::from(Verb::ABOR);
        let aborting = match (with_keep_alive, self.lacks(Capability::Abor)) {
            (true, _) => Aborting::UnansweredWithKeepAlive,
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

    /// Stops waiting for a reply that never came. The session is then out of step, and a fence must
    /// follow: its reply comes after every late reply. If the missing reply is the fence's own, or
    /// the reply to AUTH or CCC, the session is dead.
    pub(super) fn give_up_waiting(&mut self) {
        let Some(owed) = self.ledger.pop_front() else {
            return;
        };
        self.state.forget(&owed.effect);
        self.queued |= self.may_come_yet(owed.shape);
        self.abort_echoes |= owed.shape == Shape::Abort(Aborting::Unknown);
        self.state
            .fences
            .mark_doubtful(&owed.verb, owed.shape == Shape::Raw);
        let upgrade = matches!(owed.effect, Effect::Auth | Effect::ClearControl);
        if upgrade || matches!(owed.shape, Shape::Fence(_)) {
            self.die(owed.add_verb_to(Error::new(ErrorKind::OutOfStep)));
        }
        self.lose_step();
    }
}
