//! What has been agreed with the server and what has been learnt about it.

use alloc::vec::Vec;

use super::standing::Standing;
use super::transfer::TransferId;
use crate::options::config::Protection;
use crate::reply::Features;
use crate::representation::TransferType;
use crate::wire::Reply;

/// What has been agreed with the server and what has been learnt about it.
#[derive(Debug, Default)]
pub(crate) struct Negotiated {
    pub(crate) greeting: Option<Reply>,
    pub(crate) greeting_delayed: bool,
    pub(crate) channel: Channel,
    pub(crate) auth_tried: bool,
    pub(crate) logged_in: bool,
    /// What a new connection would have to be told again.
    pub(crate) standing: Standing,
    pub(crate) mode: Framed,
    pub(crate) structure: Framed,
    pub(crate) transfer_type: Option<TransferType>,
    pub(crate) protection: Option<Protection>,
    /// The offset of a REST that no transfer has used up.
    pub(crate) restart: Option<u64>,
    pub(crate) features: Option<Features>,
    pub(crate) extended_passive: Option<bool>,
    pub(crate) extended_port: Option<bool>,
    pub(crate) size_refused: bool,
    pub(crate) modified_refused: bool,
}

/// Whether MODE, or STRU, is the one in which transfers are made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Framed {
    /// MODE S, STRU F.
    #[default]
    AsBytes,
    /// Something else, or nobody knows.
    Otherwise,
}

/// The state of the control connection's protection, effects under way included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Channel {
    #[default]
    Clear,
    /// Implicit TLS: not a byte may come or go before the handshake, which nobody has begun.
    Due,
    /// AUTH was accepted; not a byte may come or go before the handshake is done.
    Securing,
    Secured,
    /// CCC was accepted; not a byte may come or go before close_notify went both ways.
    Clearing,
    /// In clear by choice, after CCC.
    Cleared,
}

/// A transfer from the moment its data connection is asked for until it is finished or aborted.
#[derive(Debug)]
pub(crate) struct Live {
    pub(crate) id: TransferId,
    pub(crate) data_open: bool,
    /// The data connection has used a ticket up, and may bring another one.
    pub(crate) used_a_ticket: bool,
    pub(crate) preliminary: Option<Reply>,
    pub(crate) outcome: Option<Reply>,
    /// Final replies that came while a keep-alive was owed, too.
    pub(crate) held: Vec<Reply>,
    /// A completion that came ahead of the preliminary reply has been passed over.
    pub(crate) early: bool,
}

/// Which of the two that frame a transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Framing {
    Mode,
    Structure,
}

impl Framed {
    /// By what MODE or STRU was given, and what it is when transfers are made.
    pub(crate) fn unless_other(argument: &[u8], usual: &[u8]) -> Self {
        if argument.eq_ignore_ascii_case(usual) {
            Self::AsBytes
        } else {
            Self::Otherwise
        }
    }
}

impl Negotiated {
    pub(crate) fn framing(&mut self, part: Framing) -> &mut Framed {
        match part {
            Framing::Mode => &mut self.mode,
            Framing::Structure => &mut self.structure,
        }
    }
}
