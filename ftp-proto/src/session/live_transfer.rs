//! The record of the transfer under way: which replies to it have come, and whether its data
//! connection is open.

use alloc::vec::Vec;

use super::ledger::Owed;
use super::transfer::TransferId;
use crate::wire::{Class, Reply};

/// The record of a transfer. It exists from before the data connection is made until a flow has
/// finished or aborted the transfer.
#[derive(Debug)]
pub(super) struct LiveTransfer {
    pub(super) id: TransferId,
    pub(super) data_open: bool,
    /// Whether the transfer is an upload whose data command was sent.
    pub(super) is_upload: bool,
    /// Whether the handshake of the data connection has used up a TLS session ticket. The client
    /// then waits for a new ticket before it closes the data connection.
    pub(super) used_a_ticket: bool,
    /// Whether the client has sent ABOR and waits for the first reply to it before it closes the
    /// data connection.
    pub(super) awaits_abort: bool,
    /// Whether the transfer began at the offset of a REST command.
    pub(super) was_restarted: bool,
    pub(super) preliminary: Option<Reply>,
    /// The reply that is taken for the final reply. It may turn out to belong to another command.
    /// `None` before such a reply has come.
    pub(super) outcome: Option<Reply>,
    /// Replies that came while the server still had to reply to the transfer and to a keep-alive
    /// (NOOP). Each belongs to one of the two, and the session decides after all of them have come.
    pub(super) held: Vec<Reply>,
    /// The transfer's ledger entry, if a final reply came before any preliminary reply. If a 150
    /// comes after that, the final reply belonged to another command, and the entry goes back to
    /// the ledger. `None` otherwise.
    pub(super) unopened: Option<Owed>,
    /// Whether the session has once taken another command's reply for the final reply.
    pub(super) doubtful: bool,
    /// Whether the EPSV (or PASV) for the next transfer left together with the data command, and
    /// the server has not named the port yet.
    pub(super) port_ahead: bool,
    /// Whether a fence must show that the final reply is the transfer's own.
    pub(super) needs_last_word: bool,
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
            port_ahead: false,
            needs_last_word: false,
        }
    }

    /// Returns the 2xx final reply that has come. `None` if no 2xx has come. Before the client has
    /// sent the end of an upload, such a 2xx belongs to another command, because no server can
    /// confirm a file whose end has not arrived. The caller must check this.
    pub(super) fn completion(&self) -> Option<&Reply> {
        self.outcome
            .iter()
            .chain(self.held.iter().filter(|reply| self.is_own(reply)))
            .find(|reply| reply.class() == Class::Completion)
    }

    /// Whether the data connection must end by a reset and not by a normal end (FIN).
    ///
    /// An upload ends by a reset, because the server would take FIN for the end of the file. The
    /// exception is an upload that the server refused before its preliminary reply. A download ends
    /// by a reset if it has begun and the server has not refused it, because the server would go on
    /// sending after FIN: SIGPIPE then kills inetutils, and ftp-srv waits for ever.
    pub(super) fn has_begun(&self) -> bool {
        match (&self.preliminary, self.is_upload) {
            (Some(_), true) => true,
            (None, true) | (Some(_), false) => !self.is_refused(),
            (None, false) => false,
        }
    }

    /// Whether a final reply has come that is not a confirmation (226, 250 or 200).
    pub(super) fn is_refused(&self) -> bool {
        let outcome = self.outcome.as_ref();
        outcome.is_some_and(|reply| !reply.confirms_transfer()) || self.is_refused_for_sure()
    }

    /// Chooses the transfer's final reply among the held replies, after the server has replied to
    /// all commands beside the transfer. Returns `true` if the choice is certain: at most one of them
    /// has a code that no such command can get, and the chosen reply has a code that ends transfers.
    pub(super) fn settle_held(&mut self) -> bool {
        let own = self.held.iter().filter(|reply| self.is_own(reply));
        let several = own.count() > 1;
        self.take_unmistakable();
        if self.outcome.is_none() {
            // Every held reply could belong to a NOOP. The session takes the worst of them as the
            // transfer's reply, so that it never reports a failed transfer as complete.
            self.outcome = self.held.iter().min_by_key(|reply| worth(reply)).cloned();
        }
        self.held.clear();
        !several && !matches!(&self.outcome, Some(reply) if worth(reply) == Worth::Other)
    }

    /// Looks for held replies that can belong to the transfer only, and makes the worst of them its
    /// final reply. If every held reply could belong to another command, nothing changes.
    pub(super) fn take_unmistakable(&mut self) {
        let own = self.held.iter().filter(|reply| self.is_own(reply));
        if let Some(worst) = own.min_by_key(|reply| worth(reply)) {
            self.outcome = Some(worst.clone());
        }
    }

    /// Handles a reply that comes after the final reply, although every command already has its
    /// reply. The worse of the two replies becomes the final reply. If the new reply is the first
    /// 150, the transfer begins only now, and the earlier final reply belonged to another command.
    /// Then this returns the transfer's ledger entry, because the true final reply is still to
    /// come.
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

    /// Whether this reply can belong to the transfer only, and to no command that was sent beside
    /// it.
    fn is_own(&self, reply: &Reply) -> bool {
        !(reply.may_answer_noop() || self.port_ahead && reply.may_answer_port())
    }

    /// Whether a held reply certainly refuses the transfer, for example 452: neither a NOOP nor a
    /// complete transfer gets such a code. The session can know such a refusal before all replies
    /// have come.
    pub(super) fn is_refused_for_sure(&self) -> bool {
        self.held
            .iter()
            .any(|reply| !reply.confirms_transfer() && self.is_own(reply))
    }
}

/// What a final reply says about a transfer, ordered from the worst to the best.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Worth {
    Refuses,
    /// The code fits no transfer, so the reply belongs to another command.
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
