//! Paying what dropped operations left owing: abort, close, drain, and the fence.

use super::Session;
use super::effect::Effect;
use super::ledger::{Aborting, Owed, Shape};
use super::negotiated::Channel;
use crate::error::{Error, ErrorKind};
use crate::flow::{Answer, Closing, Event, Halt};
use crate::options::config::AbortSignal;
use crate::wait::Clock;
use crate::wire::{Command, Verb};

impl Session {
    /// One step towards owing nothing. It has no state but the session's, so that it too may be
    /// dropped at any point.
    pub(super) fn settle(&mut self, answer: &mut Answer) -> Result<(), Halt> {
        self.alive()?;
        let mut event = answer.take();
        if self.has_open_data() {
            self.settle_data(event.take())?;
        }
        if matches!(event, Some(Event::TimedOut)) {
            self.give_up_waiting();
            self.alive()?;
        }
        if let Some(owed) = self.ledger.front() {
            let wait = owed.wait(self.state.greeting_delayed);
            return Err(self.receive_within(wait).into());
        }
        self.live = None;
        Ok(())
    }

    /// Closes the data connection that a dropped transfer has left, and sends ABOR first.
    fn settle_data(&mut self, event: Option<Event>) -> Result<(), Halt> {
        let Some(live) = &mut self.live else {
            return Ok(());
        };
        // A server that has answered has sent its ticket, or sends none.
        live.used_a_ticket &= live.outcome.is_none();
        self.ticketless |= live.used_a_ticket && matches!(event, Some(Event::TimedOut));
        let clock = match event {
            // The same of one that answers ABOR first.
            Some(Event::Closed(_) | Event::TimedOut | Event::ControlFirst)
                if live.used_a_ticket =>
            {
                live.used_a_ticket = false;
                Clock::Starts
            }
            // A connection that could not be closed in time is dropped all the same.
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
        Err(self.close_data(closing, clock).into())
    }

    /// ABOR takes the place of the transfer and of its keep-alives: the replies to all of them belong
    /// to the abort from here on.
    fn send_abort(&mut self) {
        self.clock = None;
        self.doubt_restart();
        let muddled = self.owes(Shape::KeepAlive);
        self.ledger
            .retain(|owed| !matches!(owed.shape, Shape::Transfer | Shape::KeepAlive));
        let clear = matches!(self.state.channel, Channel::Clear | Channel::Cleared);
        if clear
            && !self.state.abort_unknown
            && self.config.abort_signal == AbortSignal::TelnetSynch
        {
            self.release_synch();
        }
        let command = Command::from(Verb::ABOR);
        let aborting = match (muddled, self.state.abort_unknown) {
            (true, _) => Aborting::Muddled,
            (false, true) => Aborting::Unknown,
            (false, false) => Aborting::Unanswered,
        };
        let owed = Owed::new(&command, Shape::Abort(aborting), 0);
        match self.state.abort_unknown {
            true => self.ledger.push_back(owed),
            false => self.release(&command, owed),
        }
    }

    /// A reply never came and is given up. A fence restores the count: its reply comes after
    /// everything that may yet come. If it does not come either, the session is dead.
    pub(super) fn give_up_waiting(&mut self) {
        let Some(owed) = self.ledger.pop_front() else {
            return;
        };
        self.state.forget(&owed.effect);
        self.queued |= self.may_come_yet(owed.shape);
        self.abort_echoes |= owed.shape == Shape::Abort(Aborting::Unknown);
        self.state
            .fences
            .doubt(&owed.verb, owed.shape == Shape::Raw);
        let upgrade = matches!(owed.effect, Effect::Auth | Effect::ClearControl);
        if upgrade || matches!(owed.shape, Shape::Fence(_)) {
            self.die(owed.name(Error::new(ErrorKind::OutOfStep)));
        }
        self.lose_step();
    }
}
