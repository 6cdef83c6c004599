//! The account of a transfer that is under way: what the server has said of it so far.

use alloc::vec::Vec;

use super::ledger::Owed;
use super::transfer::TransferId;
use crate::wire::{Class, Reply};

/// A transfer from the moment its data connection is asked for until it is finished or aborted.
#[derive(Debug)]
pub(super) struct Live {
    pub(super) id: TransferId,
    pub(super) data_open: bool,
    /// The command of an upload was sent.
    pub(super) is_upload: bool,
    /// The data connection has used a ticket up, and may bring another one.
    pub(super) used_a_ticket: bool,
    /// It began at an offset.
    pub(super) was_restarted: bool,
    pub(super) preliminary: Option<Reply>,
    /// The final reply, or another one that came in its place.
    pub(super) outcome: Option<Reply>,
    /// Final replies that came while a keep-alive was owed, too.
    pub(super) held: Vec<Reply>,
    /// What was owed for it, where the final reply came without a preliminary one.
    pub(super) unopened: Option<Owed>,
    /// A reply was taken for its final one, and was another command's.
    pub(super) doubtful: bool,
}

impl Live {
    pub(super) fn new(id: TransferId) -> Self {
        Self {
            id,
            data_open: true,
            is_upload: false,
            was_restarted: false,
            used_a_ticket: false,
            preliminary: None,
            outcome: None,
            held: Vec::new(),
            unopened: None,
            doubtful: false,
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

    /// Whether the end of the data connection would mean something to the server. It would take it
    /// for the end of an upload that it has not refused before it began. While it sends, it must not
    /// take it for the end of a client that reads on: inetutils is killed by SIGPIPE then, and
    /// ftp-srv waits for ever.
    pub(super) fn has_begun(&self) -> bool {
        match (&self.preliminary, self.is_upload) {
            (Some(_), true) => true,
            (None, true) | (Some(_), false) => !self.is_refused(),
            (None, false) => false,
        }
    }

    /// A final reply is in, and it does not confirm the transfer.
    pub(super) fn is_refused(&self) -> bool {
        let outcome = self.outcome.as_ref();
        outcome.is_some_and(|reply| !reply.confirms_transfer()) || self.is_refused_for_sure()
    }

    /// All replies are in, those to keep-alives among them: takes out the transfer's own. Says
    /// whether that is clear: only one of them can be the transfer's, and it ends transfers.
    pub(super) fn settle_held(&mut self) -> bool {
        let own = self.held.iter().filter(|reply| !reply.may_answer_noop());
        let several = own.count() > 1;
        self.take_unmistakable();
        if self.outcome.is_none() {
            // Each of them may be a NOOP's.
            self.outcome = self.held.iter().min_by_key(|reply| worth(reply)).cloned();
        }
        self.held.clear();
        !several && !matches!(&self.outcome, Some(reply) if worth(reply) == Worth::Other)
    }

    /// Takes the reply that decides out of those held: the worst one that no NOOP gets.
    pub(super) fn take_unmistakable(&mut self) {
        let own = self.held.iter().filter(|reply| !reply.may_answer_noop());
        if let Some(worst) = own.min_by_key(|reply| worth(reply)) {
            self.outcome = Some(worst.clone());
        }
    }

    /// Another reply has come after the final one, and nothing else is owed: the worse of them
    /// counts. If it is a 150, and the first one, then the transfer begins only now, and the one
    /// before it was another command's: gives what is owed once more.
    pub(super) fn reconsider(&mut self, reply: &Reply) -> Option<Owed> {
        let outcome = self.outcome.as_mut()?;
        if reply.class() == Class::Preliminary {
            if let Some(owed) = self.unopened.take() {
                self.outcome = None;
                self.preliminary = Some(reply.clone());
                self.doubtful = true;
                return Some(owed);
            }
        }
        if worth(reply) < worth(outcome) {
            *outcome = reply.clone();
        }
        None
    }

    /// A reply is in that neither a NOOP nor a confirmed transfer gets, although not all are.
    pub(super) fn is_refused_for_sure(&self) -> bool {
        self.held
            .iter()
            .any(|reply| !reply.confirms_transfer() && !reply.may_answer_noop())
    }
}

/// What a final reply is worth to a transfer, the worst first.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Worth {
    Refuses,
    /// It belongs to something else.
    Other,
    Confirms,
}

fn worth(reply: &Reply) -> Worth {
    match reply {
        _ if reply.is_refusal() => Worth::Refuses,
        _ if reply.confirms_transfer() => Worth::Confirms,
        _ => Worth::Other,
    }
}
