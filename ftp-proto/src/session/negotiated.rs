//! What has been agreed with the server and what has been learnt about it.

use super::fence::Fences;
use super::standing::Standing;
use crate::options::config::Protection;
use crate::reply::Features;
use crate::representation::TransferType;
use crate::wire::Reply;

/// What has been agreed with the server and what has been learnt about it.
#[derive(Debug, Default)]
pub(super) struct Negotiated {
    pub(super) greeting: Option<Reply>,
    pub(super) greeting_delayed: bool,
    pub(super) channel: Channel,
    pub(super) auth_tried: bool,
    pub(super) logged_in: bool,
    /// What a new connection would have to be told again.
    pub(super) standing: Standing,
    pub(super) mode: Framed,
    pub(super) structure: Framed,
    pub(super) transfer_type: Option<TransferType>,
    pub(super) protection: Option<Protection>,
    /// Nobody knows what PROT came to.
    pub(super) protection_in_doubt: bool,
    /// The offset of a REST that no transfer has used up.
    pub(super) restart: Option<u64>,
    pub(super) features: Option<Features>,
    pub(super) fences: Fences,
    extended_passive: Option<bool>,
    /// A data connection was made to a port that the server named.
    pub(super) passive_port_reached: bool,
    pub(super) extended_port: Option<bool>,
    pub(super) size_refused: bool,
    pub(super) modified_refused: bool,
    /// UTF-8 for names was switched on, or cannot be.
    pub(super) names_settled: bool,
    /// TYPE A was refused.
    pub(super) text_refused: bool,
    /// The server does not know ABOR.
    pub(super) abort_unknown: bool,
}

/// A restart offset that may or may not be in force: the next transfer says where it starts.
pub(super) const UNKNOWN_OFFSET: u64 = u64::MAX;

/// Whether MODE, or STRU, is the one in which transfers are made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Framed {
    /// MODE S, STRU F.
    #[default]
    AsBytes,
    /// Something else.
    Otherwise,
    /// Nobody knows: the answer was lost, or says neither.
    Unknown,
}

/// The state of the control connection's protection, effects under way included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Channel {
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

/// Which of the two that frame a transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Framing {
    Mode,
    Structure,
}

impl Framed {
    /// By what MODE or STRU was given, and what it is when transfers are made.
    pub(super) fn unless_other(argument: &[u8], usual: &[u8]) -> Self {
        if argument.eq_ignore_ascii_case(usual) {
            Self::AsBytes
        } else {
            Self::Otherwise
        }
    }
}

impl Negotiated {
    pub(super) fn framing(&mut self, part: Framing) -> &mut Framed {
        match part {
            Framing::Mode => &mut self.mode,
            Framing::Structure => &mut self.structure,
        }
    }

    /// PROT is this now, or nobody knows.
    pub(super) fn protect(&mut self, protection: Option<Protection>) {
        self.protection = protection;
        self.protection_in_doubt = protection.is_none();
    }

    /// Whether EPSV works, where that is known.
    pub(super) fn extended_passive(&self) -> Option<bool> {
        self.extended_passive
    }

    pub(super) fn set_extended_passive(&mut self, works: Option<bool>) {
        self.extended_passive = works;
    }

    /// TLS is on the control connection. Nothing learnt in clear text counts any more, and after AUTH
    /// the login is to be made again (RFC 2228 section 3).
    pub(super) fn secured(&mut self) {
        self.channel = Channel::Secured;
        self.logged_in = false;
        self.transfer_type = None;
        self.features = None;
        self.names_settled = false;
        self.protection = None;
        self.protection_in_doubt = false;
    }
}
