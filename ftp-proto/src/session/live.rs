//! The account of a transfer that is under way: what the server has said of it so far.

use alloc::vec::Vec;

use super::transfer::TransferId;
use crate::wire::{Class, Reply};

/// A transfer from the moment its data connection is asked for until it is finished or aborted.
#[derive(Debug)]
pub(super) struct Live {
    pub(super) id: TransferId,
    pub(super) data_open: bool,
    /// The data connection has used a ticket up, and may bring another one.
    pub(super) used_a_ticket: bool,
    pub(super) preliminary: Option<Reply>,
    pub(super) outcome: Option<Reply>,
    /// Final replies that came while a keep-alive was owed, too.
    pub(super) held: Vec<Reply>,
    /// A completion that came before the preliminary reply was passed over.
    pub(super) early: bool,
}

impl Live {
    pub(super) fn new(id: TransferId) -> Self {
        Self {
            id,
            data_open: true,
            used_a_ticket: false,
            preliminary: None,
            outcome: None,
            held: Vec::new(),
            early: false,
        }
    }

    /// A completion. One that comes before the end of an upload was sent belongs to something else:
    /// no server knows that it has everything before it has seen the end.
    pub(super) fn completion(&self) -> Option<&Reply> {
        self.outcome
            .iter()
            .chain(self.held.iter().filter(|reply| !reply.may_answer_noop()))
            .find(|reply| reply.class() == Class::Completion)
    }

    /// A final reply is in, and it is a refusal.
    pub(super) fn is_refused(&self) -> bool {
        let outcome = self.outcome.as_ref();
        outcome.is_some_and(|reply| reply.class() != Class::Completion)
            || self.is_refused_for_sure()
    }

    /// All replies are in, those to keep-alives among them: takes out the transfer's own.
    pub(super) fn settle_held(&mut self) {
        self.take_unmistakable();
        if self.outcome.is_none() {
            // All are alike: the worst one for the transfer decides.
            let refusal = |reply: &Reply| reply.class() != Class::Completion;
            let at = self.held.iter().position(refusal).unwrap_or_default();
            if at < self.held.len() {
                self.outcome = Some(self.held.swap_remove(at));
            }
        }
        self.held.clear();
    }

    /// Takes the reply that decides out of those held: one that no NOOP gets.
    pub(super) fn take_unmistakable(&mut self) {
        let at = self.held.iter().position(|reply| !reply.may_answer_noop());
        if let Some(at) = at {
            self.outcome = Some(self.held.swap_remove(at));
        }
    }

    /// A refusal is in that no NOOP gets, although not all replies are.
    pub(super) fn is_refused_for_sure(&self) -> bool {
        self.held
            .iter()
            .any(|reply| reply.class() != Class::Completion && !reply.may_answer_noop())
    }
}
