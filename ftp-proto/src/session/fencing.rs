//! Sends fences, and handles the replies that come before a fence's own reply.

use super::Session;
use super::fence::{Fence, Fencing, Order, refuses_a_fence};
use super::ledger::{Owed, Shape};
use crate::error::{Advice, Error};
use crate::remedy::Remedy;
use crate::wire::{Command, Reply};

impl Session {
    /// Sends the first fence that this server may answer. If there is none, the session is dead.
    pub(crate) fn send_fence(&mut self) -> Result<(), Error> {
        self.check_alive()?;
        self.clock = None;
        let order = self.order_of_fences();
        self.fencing = Fencing {
            order,
            ..Fencing::default()
        };
        match self.state.fences.next(order, None) {
            Some(fence) => self.release_fence(fence),
            None => return Err(self.die_with(no_fence())),
        }
        Ok(())
    }

    /// Decides from the commands that wait which fences can stand before them.
    fn order_of_fences(&self) -> Order {
        let mut waiting = self.staged.iter().map(|(_, owed)| owed);
        let login = waiting.clone().any(|owed| owed.effect.is_of_login());
        match login && !self.state.logged_in {
            true => Order::FeatOnly,
            false if waiting.any(|owed| owed.may_get_path()) => Order::PwdLast,
            false => Order::PwdFirst,
        }
    }

    fn release_fence(&mut self, fence: Fence) {
        let command = Command::from(fence.verb());
        let owed = Owed::fence(&command, fence);
        self.release(&command, owed);
        self.fencing.unanswered = self.fencing.unanswered.saturating_add(1);
    }

    /// Decides, while the session waits for the reply to a fence, whether this reply is the fence's
    /// own. Any other reply belongs to an older command, and is thrown away.
    pub(super) fn attribute_to_fence(&mut self, reply: Reply) {
        let is_answered =
            |owed: &Owed| matches!(owed.shape, Shape::Fence(fence) if fence.code() == reply.code());
        if let Some(at) = self.ledger.iter().position(is_answered) {
            self.pass_fences(at);
            return;
        }
        self.queued &= !reply.ends_a_transfer();
        self.fencing.swallowed = self.fencing.swallowed.saturating_add(1);
        if self.fencing.swallowed > self.config.max_strays {
            return self.die(too_many_strays().with_reply(reply));
        }
        self.state.fences.clear_doubt(&reply);
        if !self.is_late_port(&reply) {
            self.fencing.last = Some(reply.clone());
        }
        if !refuses_a_fence(&reply) && !self.may_be_another_answer(&reply) {
            return;
        }
        self.fencing.refusals = self.fencing.refusals.saturating_add(1);
        // The reply is a refusal, so the server may not know the fence's command. The session sends
        // the next fence: after PWD comes SYST, then FEAT.
        let last = self.ledger.iter().rev().find_map(|owed| match owed.shape {
            Shape::Fence(fence) => Some(fence),
            _ => None,
        });
        match self.state.fences.next(self.fencing.order, last) {
            Some(next) => self.release_fence(next),
            None if self.fencing.refusals >= self.fencing.unanswered => {
                self.die(no_fence().with_reply(reply));
            }
            None => {}
        }
    }

    /// Whether this may be the answer of a server that replies to SYST without a 215. Only before MKD
    /// and RMD is SYST sent to a server that may answer PWD.
    fn may_be_another_answer(&self, reply: &Reply) -> bool {
        self.fencing.order == Order::PwdLast && matches!(reply.code().value(), 200 | 202 | 250)
    }

    /// Ends the session, because the server replied to no fence in time.
    pub(crate) fn die_without_fence(&mut self) -> Error {
        let why = "it cannot be found out which replies are old, because the server did not \
                   reply to PWD, SYST or FEAT in time";
        self.die_with(Error::out_of_step(why))
    }

    /// Removes from the ledger the fence that got its reply, together with every entry before it.
    /// Later fences, to which the server still has to reply, become ordinary commands.
    fn pass_fences(&mut self, at: usize) {
        self.ledger.drain(..=at);
        self.fencing.unanswered = at;
        for owed in &mut self.ledger {
            owed.shape = Shape::Single;
        }
        self.out_of_step = false;
        self.strays = 0;
    }
}

/// Makes the error for a server that keeps sending replies that belong to no command, even after
/// fences.
pub(super) fn too_many_strays() -> Error {
    Error::out_of_step("the server kept sending replies that belong to no command")
}

fn no_fence() -> Error {
    let why = "a reply was lost or came twice, and it cannot be found out which replies are old, \
               because the server answers none of PWD, SYST and FEAT";
    let advice = Advice::new("the session has ended, and the command may have been done");
    Error::out_of_step(why).or_advice(advice.with([Remedy::Reconnect]))
}
