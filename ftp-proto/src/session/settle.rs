//! Paying what dropped operations left owing: abort, close, drain, and the fence.

use super::Session;
use super::ledger::{Effect, Owed, Shape};
use super::negotiated::Channel;
use crate::error::{Error, ErrorKind};
use crate::flow::{CloseData, Closing, Event, Want};
use crate::options::config::AbortSignal;
use crate::wait::{Clock, Wait};
use crate::wire::{Command, Verb};

impl Session {
    /// One step towards owing nothing; `None` when that is reached. All of its state is the
    /// session's, so that it too may be dropped at any point.
    pub(crate) fn settle(&mut self, event: Event) -> Result<Option<Want>, Error> {
        self.alive()?;
        let mut event = event;
        if let Some(live) = self.live.as_mut().filter(|live| live.data_open) {
            // A server that has answered has sent its ticket, or sends none.
            live.used_a_ticket &= live.outcome.is_none();
            self.ticketless |= live.used_a_ticket && matches!(event, Event::TimedOut);
            let clock = match core::mem::replace(&mut event, Event::Begin) {
                // The same of one that answers ABOR first.
                Event::Closed(_) | Event::TimedOut | Event::ControlFirst if live.used_a_ticket => {
                    live.used_a_ticket = false;
                    Some(Clock::Starts)
                }
                // A connection that could not be closed in time is dropped all the same.
                Event::Closed(_) | Event::TimedOut => {
                    live.data_open = false;
                    None
                }
                Event::ControlFirst => Some(Clock::Continues),
                _ => Some(Clock::Starts),
            };
            let closing = match live.used_a_ticket {
                true => Closing::Harvest,
                false => Closing::Abandon,
            };
            if let Some(clock) = clock {
                if self.ledger.iter().any(|owed| owed.shape == Shape::Transfer) {
                    self.send_abort();
                }
                return Ok(Some(self.close_data(closing, clock)));
            }
        }
        if matches!(event, Event::TimedOut) {
            self.give_up_waiting();
            self.alive()?;
        }
        if let Some(owed) = self.ledger.front() {
            let wait = owed.wait(self.state.greeting_delayed);
            return Ok(Some(self.receive_within(wait)));
        }
        self.live = None;
        Ok(None)
    }

    pub(crate) fn close_data(&mut self, closing: Closing, clock: Clock) -> Want {
        Want::CloseData(CloseData {
            ticket: self.issue(),
            wait: match closing {
                Closing::SendEnd => Wait::DataIdle,
                Closing::AwaitEnd | Closing::Acknowledge | Closing::Harvest | Closing::Abandon => {
                    Wait::DataClose
                }
            },
            clock,
            closing,
        })
    }

    /// ABOR takes the place of the transfer, and of keep-alives behind it: from here on the
    /// replies of all of them belong to the abort.
    fn send_abort(&mut self) {
        self.restart_clock();
        let muddled = self
            .ledger
            .iter()
            .any(|owed| owed.shape == Shape::KeepAlive);
        self.ledger
            .retain(|owed| !matches!(owed.shape, Shape::Transfer | Shape::KeepAlive));
        let clear = matches!(self.state.channel, Channel::Clear | Channel::Cleared);
        if clear && self.config.abort_signal == AbortSignal::TelnetSynch {
            self.release_synch();
        }
        let command = Command::from(Verb::ABOR);
        let owed = Owed::new(
            &command,
            Shape::Abort {
                answers: 0,
                muddled,
            },
            0,
        );
        self.release(&command, owed);
    }

    /// Sends PWD, whose 257 cannot be taken for anything else.
    pub(crate) fn send_fence(&mut self) -> Result<(), Error> {
        self.alive()?;
        self.restart_clock();
        let command = Command::from(Verb::PWD);
        let owed = Owed {
            effect: Effect::None,
            ..Owed::new(&command, Shape::Fence { swallowed: 0 }, 0)
        };
        self.release(&command, owed);
        Ok(())
    }

    /// What never came is given up, and the fence finds out where we are: its reply comes behind
    /// everything that may yet come, or not at all, and then the session is dead.
    fn give_up_waiting(&mut self) {
        let Some(owed) = self.ledger.pop_front() else {
            return;
        };
        self.forget(&owed.effect);
        let upgrade = matches!(owed.effect, Effect::Auth | Effect::ClearControl);
        if upgrade || owed.may_be_answered_like_a_fence() {
            self.die(owed.name(Error::new(ErrorKind::OutOfStep)));
        }
        self.lose_step();
    }
}
