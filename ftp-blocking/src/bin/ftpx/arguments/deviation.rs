//! What a server may do that is against the rules, by request.

use clap::ValueEnum;
use ftp_blocking::wire::Multiline;
use ftp_blocking::{ActivePeer, Auth, Config, MissingCloseNotify, PassiveAddress, ReplyCodes};

/// What a server may do that is against the rules. Each is refused unless the user allows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Deviation {
    /// Reply codes that do not fit the command, and replies whose last line has another code
    OddReplies,
    /// Under TLS, an end of data without close_notify, if the size is right
    MissingCloseNotify,
    /// A data connection to another address than the server's, if the server names one (PASV)
    PassiveAddress,
    /// In active mode, a data connection from another address than the server's
    ActivePeer,
    /// AUTH SSL, if the server does not know AUTH TLS
    AuthSsl,
}

impl Deviation {
    /// Allows it in the settings of the protocol.
    pub(crate) fn allow(self, config: Config) -> Config {
        match self {
            Self::OddReplies => config
                .with_reply_codes(ReplyCodes::FirstDigit)
                .with_multiline(Multiline::Lenient),
            Self::MissingCloseNotify => {
                config.with_missing_close_notify(MissingCloseNotify::IfSizeAgrees)
            }
            Self::PassiveAddress => config.with_passive_address(PassiveAddress::TrustServer),
            Self::ActivePeer => config.with_active_peer(ActivePeer::Anyone),
            Self::AuthSsl => config.with_auth(Auth::TlsThenSsl),
        }
    }
}
