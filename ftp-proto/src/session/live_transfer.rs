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
    /// Whether the data command of an upload was sent.
    pub(super) is_upload: bool,
    /// Whether the data connection has used up a TLS session ticket, so that the client waits for a
    /// new one before it closes the connection.
    pub(super) used_a_ticket: bool,
    /// Whether ABOR was sent and the data connection stays open until the first reply to ABOR has
    /// come.
    pub(super) awaits_abort: bool,
    /// Whether the transfer began at a restart offset.
    pub(super) was_restarted: bool,
    pub(super) preliminary: Option<Reply>,
    /// The final reply, or another reply that came in its place. `None` before one has come.
    pub(super) outcome: Option<Reply>,
    /// Replies that may be the final reply, or the reply to a keep-alive that was also owed.
    pub(super) held: Vec<Reply>,
    /// The ledger's entry for the transfer, if the final reply came without a preliminary reply. If
    /// a preliminary reply comes later, this entry is owed again.
    pub(super) unopened: Option<Owed>,
    /// Whether the reply to another command was once taken for the final reply.
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

    /// The 2xx that has come, if there is one. If it came before the client had sent the end of an
    /// upload, it belongs to another command, because no server knows that it has everything before
    /// it has seen the end.
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

    /// Chooses the transfer's own reply among the held replies, after the replies to all
    /// keep-alives have come. Returns whether the choice is certain: only one held reply can be the
    /// transfer's, and its code ends transfers.
    pub(super) fn settle_held(&mut self) -> bool {
        let own = self.held.iter().filter(|reply| !reply.may_answer_noop());
        let several = own.count() > 1;
        self.take_unmistakable();
        if self.outcome.is_none() {
            // Each held reply may belong to a NOOP, so the worst of them counts for the transfer.
            self.outcome = self.held.iter().min_by_key(|reply| worth(reply)).cloned();
        }
        self.held.clear();
        !several && !matches!(&self.outcome, Some(reply) if worth(reply) == Worth::Other)
    }

    /// Makes one of the held replies the transfer's outcome: the worst of those that no NOOP can
    /// have.
    pub(super) fn take_unmistakable(&mut self) {
        let own = self.held.iter().filter(|reply| !reply.may_answer_noop());
        if let Some(worst) = own.min_by_key(|reply| worth(reply)) {
            self.outcome = Some(worst.clone());
        }
    }

    /// Compares the outcome with another reply that came after it, although nothing else is owed.
    /// The worse of the two counts. If the new reply is the first 150, the transfer begins only
    /// now, and the earlier reply belonged to another command. Then this returns the ledger's entry
    /// of the transfer, because its final reply is owed again.
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

    /// Whether a held reply certainly refuses the transfer: no NOOP and no confirmed transfer has
    /// its code. This can be known before all replies have come.
    pub(super) fn is_refused_for_sure(&self) -> bool {
        self.held
            .iter()
            .any(|reply| !reply.confirms_transfer() && !reply.may_answer_noop())
    }
}

/// What a final reply means for a transfer. The variants go from the worst to the best.
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
