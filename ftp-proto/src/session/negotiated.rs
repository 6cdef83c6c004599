//! The part of a session's state that replies change: the settings on the server, such as TYPE and
//! PROT, and what the client has learnt about the server.

use alloc::vec::Vec;

use super::fence::Fences;
use super::standing::Standing;
use crate::capabilities::Capabilities;
use crate::options::config::Protection;
use crate::path::RemotePath;
use crate::representation::TransferType;
use crate::wire::Reply;

/// The part of a session's state that replies change: the settings on the server, and what the
/// client has learnt about the server.
#[derive(Debug, Default)]
pub(super) struct Negotiated {
    pub(super) greeting: Option<Reply>,
    pub(super) greeting_delayed: bool,
    pub(super) channel: Channel,
    pub(super) auth_tried: bool,
    pub(super) logged_in: bool,
    /// The directory and settings that a new connection must set again.
    pub(super) standing: Standing,
    /// The way back to the directory, if a listing has left it by CWD. `None` if no listing has
    /// left it.
    pub(super) detour: Option<Detour>,
    /// Whether the server may remember the name of an RNFR that no RNTO has followed.
    pub(super) rename_is_open: bool,
    pub(super) mode: FramingState,
    pub(super) structure: FramingState,
    pub(super) transfer_type: Option<TransferType>,
    pub(super) protection: Option<Protection>,
    /// Whether the client does not know the PROT level, because the reply to PROT was lost.
    pub(super) protection_in_doubt: bool,
    /// The offset of a REST that no transfer has used yet. [`UNKNOWN_OFFSET`] if the client cannot
    /// know it. `None` if there is no such REST.
    pub(super) restart: Option<u64>,
    /// What the client knows about the server: its features, and which commands work.
    pub(super) known: Capabilities,
    /// Whether the features in `known` come from a FEAT of this session, and not from an earlier
    /// session.
    pub(super) features_heard: bool,
    pub(super) fences: Fences,
    /// Whether the client has connected to a passive port that this server named.
    pub(super) passive_port_reached: bool,
    /// Whether the client has sent `OPTS UTF8 ON`, or need not send it.
    pub(super) names_settled: bool,
}

/// The way back from a CWD that was sent for one listing. The next operation goes back first.
#[derive(Clone, Debug)]
pub(super) struct Detour {
    pub(super) back: RemotePath,
    /// The directory before that CWD, as the steps (arguments of CWD) that [`Standing`] keeps.
    /// `None` if it is unknown.
    pub(super) directory: Option<Vec<Vec<u8>>>,
}

/// The value of `restart` if the client does not know whether an old REST is still in force. The
/// next transfer then sends its own REST.
pub(super) const UNKNOWN_OFFSET: u64 = u64::MAX;

/// Whether the server uses the MODE or the STRU that this crate's transfers need.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum FramingState {
    /// MODE S or STRU F.
    #[default]
    Standard,
    /// Another mode or structure, such as MODE B or STRU R. The session refuses transfers with it.
    Other,
    /// The client cannot know the value: the reply to MODE or STRU was lost, or did not say whether
    /// the command succeeded.
    Unknown,
}

/// Whether the control connection is under TLS, or is just changing to or from TLS.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Channel {
    #[default]
    Clear,
    /// Implicit TLS before its handshake has begun. Nothing may be sent or received before the
    /// handshake.
    Due,
    /// The handshake comes next or is under way, after AUTH or under implicit TLS. Nothing else may
    /// be sent or received before its end.
    Securing,
    Secured,
    /// The server has accepted CCC. Nothing else may be sent or received until both sides have sent
    /// close_notify.
    Clearing,
    /// In clear text after CCC.
    Cleared,
}

/// MODE or STRU. These two commands set the form in which a file's bytes go over the data
/// connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Framing {
    Mode,
    Structure,
}

impl FramingState {
    /// Returns `Standard` if the argument of the command is `usual` (S for MODE, F for STRU).
    /// Returns `Other` if it is not.
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

    /// Sets the PROT level of the session. `None` if the client does not know it.
    pub(super) fn protect(&mut self, protection: Option<Protection>) {
        self.protection = protection;
        self.protection_in_doubt = protection.is_none();
    }

    /// Forgets the features if they came by FEAT in this session. Features from an earlier session
    /// stay.
    pub(super) fn forget_features(&mut self) {
        if self.features_heard {
            self.known.set_features(None);
            self.features_heard = false;
        }
    }

    /// Notes that the control connection is now under TLS. The session forgets what it learnt in
    /// clear text, because an attacker can have faked it. After AUTH, the client must log in again
    /// (RFC 2228 section 3).
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
