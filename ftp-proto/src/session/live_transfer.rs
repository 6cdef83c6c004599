//! The record of the transfer under way: what the server has said about it so far.

use alloc::vec::Vec;

use super::ledger::Owed;
use super::transfer::TransferId;
use crate::wire::{Class, Reply};

/// The record of a transfer, from its request for a data connection until it is finished or
/// aborted.
#[derive(Debug)]
pub(super) struct LiveTransfer {
    pub(super) id: TransferId,
    pub(super) data_open: bool,
    /// The command of an upload was sent.
    pub(super) is_upload: bool,
    /// The data connection has used a ticket up, and may bring a new one.
    pub(super) used_a_ticket: bool,
    /// ABOR was sent. The data connection stays open until the first reply to it has come.
    pub(super) awaits_abort: bool,
    /// The transfer began at a restart offset.
    pub(super) was_restarted: bool,
    pub(super) preliminary: Option<Reply>,
    /// The final reply, or another reply that came in its place.
    pub(super) outcome: Option<Reply>,
    /// Final replies that came while a keep-alive's reply was owed as well.
    pub(super) held: Vec<Reply>,
    /// The ledger's entry for the transfer, if the final reply came without a preliminary reply.
    pub(super) unopened: Option<Owed>,
    /// A reply of another command was taken for the final reply.
    pub(super) doubtful: bool,
}

impl LiveTransfer {
    pub(super) fn new(id: TransferId) -> Self {
        Self {
            id,
            data_open: true,
            is_upload: false,
            was_restarted: false,
            used_a_ticket: false,
            awaits_abort: false,
            preliminary: None,
            outcome: None,
            held: Vec::new(),
            unopened: None,
            doubtful: false,
        }
    }

    /// A completion, if there is one. A completion that comes before the end of an upload was sent
    /// belongs to another command: no server knows that it has everything before it has seen the
    /// end.
    pub(super) fn completion(&self) -> Option<&Reply> {
        self.outcome
            .iter()
            .chain(self.held.iter().filter(|reply| !reply.may_answer_noop()))
            .find(|reply| reply.class() == Class::Completion)
    }

    /// Whether the data connection must be reset, because the server would misread a normal end. In
    /// an upload that the server has not refused, the server would take a normal end for the end of
    /// the file. In a download, the server would go on sending, as if the client still read:
    /// SIGPIPE then kills inetutils, and ftp-srv waits for ever.
    pub(super) fn has_begun(&self) -> bool {
        match (&self.preliminary, self.is_upload) {
            (Some(_), true) => true,
            (None, true) | (Some(_), false) => !self.is_refused(),
            (None, false) => false,
        }
    }

    /// Whether a final reply has come that does not confirm the transfer.
    pub(super) fn is_refused(&self) -> bool {
        let outcome = self.outcome.as_ref();
        outcome.is_some_and(|reply| !reply.confirms_transfer()) || self.is_refused_for_sure()
    }

    /// Takes the transfer's own reply out of the held ones, after the replies to all keep-alives
    /// have come. Returns whether the choice is clear: only one reply can be the transfer's, and it
    /// is one that ends transfers.
    pub(super) fn settle_held(&mut self) -> bool {
        let own = self.held.iter().filter(|reply| !reply.may_answer_noop());
        let several = own.count() > 1;
        self.take_unmistakable();
        if self.outcome.is_none() {
            // Each held reply may belong to a NOOP.
            self.outcome = self.held.iter().min_by_key(|reply| worth(reply)).cloned();
        }
        self.held.clear();
        !several && !matches!(&self.outcome, Some(reply) if worth(reply) == Worth::Other)
    }

    /// Takes the worst of the held replies that no NOOP can have.
    pub(super) fn take_unmistakable(&mut self) {
        let own = self.held.iter().filter(|reply| !reply.may_answer_noop());
        if let Some(worst) = own.min_by_key(|reply| worth(reply)) {
            self.outcome = Some(worst.clone());
        }
    }

    /// Weighs a reply that came after the final one, although nothing else is owed. The worse of
    /// the two counts. If the new reply is the first 150, the transfer begins only now, and the
    /// earlier reply was another command's: then returns the ledger's entry, which is owed again.
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

    /// Whether a held reply refuses the transfer for sure: no NOOP and no confirmed transfer has
    /// its code. Other replies may still be missing.
    pub(super) fn is_refused_for_sure(&self) -> bool {
        self.held
            .iter()
            .any(|reply| !reply.confirms_transfer() && !reply.may_answer_noop())
    }
}

/// What a final reply means for a transfer, the worst first.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Worth {
    Refuses,
    /// The reply belongs to another command.
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
