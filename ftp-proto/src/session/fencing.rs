//! Sends fences, and handles the replies that come before a fence's own reply.

use super::Session;
use super::fence::{Fence, Fencing, refuses_a_fence};
use super::ledger::{Owed, Shape};
use crate::error::Error;
use crate::wire::{Command, Reply};

impl Session {
    /// Sends the first fence that this server may answer. If a login is queued, the session is dead
    /// instead, because servers refuse PWD before a login.
    pub(crate) fn send_fence(&mut self) -> Result<(), Error> {
        self.check_alive()?;
        self.clock = None;
        self.fencing = Fencing::default();
        let first = self.state.fences.next(None);
        let mut waiting = self.staged.iter();
        let login = waiting.any(|(_, owed)| owed.effect.is_of_login());
        match first.filter(|_| self.state.logged_in || !login) {
            Some(fence) => self.release_fence(fence),
            None => return Err(self.die_with(no_fence())),
        }
        Ok(())
    }

    fn release_fence(&mut self, fence: Fence) {
        let command = Command::from(fence.verb());
        let owed = Owed::fence(&command, fence);
        self.release(&command, owed);
        self.fencing.unanswered = self.fencing.unanswered.saturating_add(1);
    }

    /// Finds out what a reply belongs to while a fence waits: to the fence, or to something older.
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
        self.fencing.last = Some(reply.clone());
        if !refuses_a_fence(&reply) {
            return;
        }
        self.fencing.refusals = self.fencing.refusals.saturating_add(1);
        // The reply is a refusal, so the server may not know the fence's command. The next kind of
        // fence is sent.
        let last = self.ledger.iter().rev().find_map(|owed| match owed.shape {
            Shape::Fence(fence) => Some(fence),
            _ => None,
        });
        match self.state.fences.next(last) {
            Some(next) => self.release_fence(next),
            None if self.fencing.refusals >= self.fencing.unanswered => {
                self.die(no_fence().with_reply(reply));
            }
            None => {}
        }
    }

    /// Ends the session, because a fence got no reply in time.
    pub(crate) fn die_without_fence(&mut self) -> Error {
        let why = "it cannot be found out which replies are old, because the server did not \
                   reply to PWD, SYST or FEAT in time";
        self.die_with(Error::out_of_step(why))
    }

    /// Removes the answered fence at this position from the ledger, together with every entry
    /// before it. The fences after it become ordinary commands: each still has one reply to come.
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

/// The error if fences do not help, because the server sends more and more replies that are not
/// owed.
pub(super) fn too_many_strays() -> Error {
    Error::out_of_step("the server kept sending replies that belong to no command")
}

fn no_fence() -> Error {
    let why = "a reply was lost or came twice, and it cannot be found out which replies are old, \
               because the server answers none of PWD, SYST and FEAT";
    Error::out_of_step(why).or_advice(
        "the session has ended: connect again (`reconnect`), and check whether the command was \
         done",
    )
}
