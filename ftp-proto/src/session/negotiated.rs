//! What was agreed with the server, and what was learnt about it.

use alloc::vec::Vec;

use super::fence::Fences;
use super::standing::Standing;
use crate::capabilities::Capabilities;
use crate::options::config::Protection;
use crate::path::RemotePath;
use crate::representation::TransferType;
use crate::wire::Reply;

/// What was agreed with the server, and what was learnt about it.
#[derive(Debug, Default)]
pub(super) struct Negotiated {
    pub(super) greeting: Option<Reply>,
    pub(super) greeting_delayed: bool,
    pub(super) channel: Channel,
    pub(super) auth_tried: bool,
    pub(super) logged_in: bool,
    /// What a new connection must repeat to reach the directory and settings of this one.
    pub(super) standing: Standing,
    /// The directory to return to. `None` if the session is in its directory.
    pub(super) detour: Option<Detour>,
    pub(super) mode: FramingState,
    pub(super) structure: FramingState,
    pub(super) transfer_type: Option<TransferType>,
    pub(super) protection: Option<Protection>,
    /// Whether the level of PROT is unknown, because its reply was lost.
    pub(super) protection_in_doubt: bool,
    /// The offset of a REST that no transfer has used. `None` if there is none.
    pub(super) restart: Option<u64>,
    /// What the server can do.
    pub(super) known: Capabilities,
    /// The features come from this session, not from an earlier one.
    pub(super) features_heard: bool,
    pub(super) fences: Fences,
    /// Whether a data connection was made to a port that the server named.
    pub(super) passive_port_reached: bool,
    /// Whether the question of UTF-8 names is settled: `OPTS UTF8 ON` was sent, or need not be
    /// sent.
    pub(super) names_settled: bool,
}

/// The directory that the session returns to before its next operation.
#[derive(Clone, Debug)]
pub(super) struct Detour {
    pub(super) back: RemotePath,
    /// The steps to that directory, as [`Standing`] keeps them.
    pub(super) directory: Option<Vec<Vec<u8>>>,
}

/// Stands for an unknown restart offset. Because an offset may be in force, the next transfer sends
/// REST itself.
pub(super) const UNKNOWN_OFFSET: u64 = u64::MAX;

/// Whether MODE or STRU has the value that transfers need.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum FramingState {
    /// MODE S or STRU F.
    #[default]
    Standard,
    /// Another value, with which transfers are refused.
    Other,
    /// Unknown, because the reply was lost, or did not say whether the command succeeded.
    Unknown,
}

/// How the control connection is protected, including changes that have begun.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Channel {
    #[default]
    Clear,
    /// Implicit TLS: no byte may come or go before the handshake, which has not begun yet.
    Due,
    /// AUTH was accepted. No byte may come or go before the end of the handshake.
    Securing,
    Secured,
    /// CCC was accepted. No byte may come or go before both sides have sent close_notify.
    Clearing,
    /// In clear text after CCC.
    Cleared,
}

/// MODE and STRU, the two settings that decide how a file's bytes are laid out on the data
/// connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Framing {
    Mode,
    Structure,
}

impl FramingState {
    /// Returns `Standard` if the argument is `usual` (S for MODE, F for STRU), and `Other` if it is
    /// not.
    pub(super) fn from_argument(argument: &[u8], usual: &[u8]) -> Self {
        if argument.eq_ignore_ascii_case(usual) {
            Self::Standard
        } else {
            Self::Other
        }
    }
}

impl Negotiated {
    pub(super) fn framing(&mut self, part: Framing) -> &mut FramingState {
        match part {
            Framing::Mode => &mut self.mode,
            Framing::Structure => &mut self.structure,
        }
    }

    /// Notes the level of PROT. `None` means that it is unknown.
    pub(super) fn protect(&mut self, protection: Option<Protection>) {
        self.protection = protection;
        self.protection_in_doubt = protection.is_none();
    }

    /// Forgets the features, unless they come from an earlier session.
    pub(super) fn forget_features(&mut self) {
        if self.features_heard {
            self.known.set_features(None);
            self.features_heard = false;
        }
    }

    /// Notes that the control connection is under TLS. Nothing learnt in clear text counts any
    /// more, and after AUTH the login must be repeated (RFC 2228 section 3).
    pub(super) fn secured(&mut self) {
        self.channel = Channel::Secured;
        self.logged_in = false;
        self.transfer_type = None;
        self.forget_features();
        self.names_settled = false;
        self.protection = None;
        self.protection_in_doubt = false;
    }
}
