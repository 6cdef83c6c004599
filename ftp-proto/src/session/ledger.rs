//! What the server owes us: one entry for each command that is on its way, in order.
//!
//! Every reply is attributed here, whoever asked for it and whether or not that flow still
//! exists. An entry therefore knows the shape of its answer and the effects that the answer has
//! on the session.

use alloc::string::String;
use alloc::vec::Vec;

use super::negotiated::{Framed, Framing};
use crate::error::Error;
use crate::options::config::Protection;
use crate::representation::TransferType;
use crate::wait::Wait;
use crate::wire::Command;

/// One command whose reply has not come yet.
#[derive(Debug)]
pub(crate) struct Owed {
    pub(crate) verb: String,
    pub(crate) shape: Shape,
    pub(crate) effect: Effect,
    /// Which operation gets the reply; another one, or none, means that it is gone.
    pub(crate) owner: u64,
    /// Preliminary replies that have come so far.
    pub(crate) preliminaries: usize,
}

/// A restart offset that may or may not be armed: the next transfer says where it starts.
pub(crate) const UNKNOWN_OFFSET: u64 = u64::MAX;

/// Which replies discharge an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// The greeting: 120 any number of times, then one reply.
    Greeting,
    /// Exactly one reply.
    Single,
    /// A raw command: any number of preliminary replies, then one.
    Raw,
    /// A data command: a preliminary reply as a rule, then a final one.
    Transfer,
    /// A NOOP sent while a transfer is under way: may be answered before it or after it.
    KeepAlive,
    /// ABOR together with the transfer that it aborts. Servers send 426 and 226, 226 and 225,
    /// two of a kind, or one alone.
    Abort {
        /// Replies seen.
        answers: u8,
        /// A keep-alive was in flight too, so that counting proves nothing.
        muddled: bool,
    },
    /// PWD sent to get back into step: everything up to its 257 belongs to something else.
    Fence {
        /// Replies swallowed.
        swallowed: usize,
    },
    /// QUIT: one reply, which may lack its line end, or none.
    Quit,
}

/// What the reply changes in the session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    None,
    Auth,
    User,
    Password,
    Account,
    /// `None`: a type that this crate has no name for.
    Type(Option<TransferType>),
    Restart(u64),
    Protect(Protection),
    ExtendedPassive,
    ExtendedPort,
    Features,
    Size,
    Modified,
    ClearControl,
    Reinitialize,
    /// MODE or STRU.
    Framing(Framing, Framed),
    /// CWD or CDUP, with the path.
    Directory(Vec<u8>),
    WorkingDirectory,
    /// What a new connection would have to be told again.
    Setting(Command),
}

impl Owed {
    pub(crate) fn new(command: &Command, shape: Shape, owner: u64) -> Self {
        Self {
            verb: command.verb().into(),
            shape,
            effect: Effect::of(command),
            owner,
            preliminaries: 0,
        }
    }

    /// What every session is owed from its first moment on.
    pub(crate) fn greeting() -> Self {
        Self {
            verb: String::new(),
            shape: Shape::Greeting,
            effect: Effect::None,
            owner: 0,
            preliminaries: 0,
        }
    }

    /// Adds the command to an error, where it has a name: the greeting has none.
    pub(crate) fn name(&self, error: Error) -> Error {
        if self.verb.is_empty() {
            return error;
        }
        error.with_command(&self.verb)
    }

    /// Its own 257, coming late, could not be told from that of the fence. Of raw commands those
    /// are known that have none.
    pub(crate) fn may_be_answered_like_a_fence(&self) -> bool {
        match self.verb.as_str() {
            "PWD" | "XPWD" | "MKD" | "XMKD" => true,
            "ALLO" | "CDUP" | "CWD" | "DELE" | "FEAT" | "HELP" | "LANG" | "MDTM" | "MFMT"
            | "MLST" | "MODE" | "NOOP" | "OPTS" | "REST" | "RMD" | "RNFR" | "RNTO" | "SITE"
            | "SIZE" | "STAT" | "STRU" | "SYST" | "TYPE" => false,
            _ => self.shape == Shape::Raw,
        }
    }

    pub(crate) fn is_unanswered_abort(&self) -> bool {
        matches!(self.shape, Shape::Abort { answers: 0, .. })
    }

    /// How long to wait for it once its own operation is gone.
    pub(crate) fn wait(&self, greeting_delayed: bool) -> Wait {
        match self.shape {
            Shape::Greeting if greeting_delayed => Wait::DelayedGreeting,
            Shape::Greeting => Wait::Greeting,
            Shape::Single | Shape::Raw | Shape::KeepAlive | Shape::Fence { .. } | Shape::Quit => {
                Wait::Reply
            }
            Shape::Transfer => Wait::FinalReply,
            Shape::Abort { .. } => Wait::Abort,
        }
    }
}

impl Effect {
    /// By verb, so that a raw command has the same effects as a flow's.
    fn of(command: &Command) -> Self {
        let argument = command.argument().unwrap_or_default();
        match command.verb() {
            "AUTH" => Self::Auth,
            "USER" => Self::User,
            "PASS" => Self::Password,
            "ACCT" => Self::Account,
            "TYPE" => Self::Type(TransferType::from_argument(argument)),
            "REST" => core::str::from_utf8(argument)
                .ok()
                .and_then(|digits| digits.parse().ok())
                .map_or(Self::Restart(UNKNOWN_OFFSET), Self::Restart),
            "PROT" => match argument {
                b"P" | b"p" => Self::Protect(Protection::Private),
                _ => Self::Protect(Protection::Clear),
            },
            "EPSV" => Self::ExtendedPassive,
            "EPRT" => Self::ExtendedPort,
            "FEAT" => Self::Features,
            "SIZE" => Self::Size,
            "MDTM" => Self::Modified,
            "CCC" => Self::ClearControl,
            "REIN" => Self::Reinitialize,
            "MODE" => Self::Framing(Framing::Mode, Framed::unless_other(argument, b"S")),
            "STRU" => Self::Framing(Framing::Structure, Framed::unless_other(argument, b"F")),
            "CWD" | "XCWD" => Self::Directory(argument.to_vec()),
            "CDUP" | "XCUP" => Self::Directory(b"..".to_vec()),
            "PWD" | "XPWD" => Self::WorkingDirectory,
            "HOST" | "OPTS" | "LANG" | "CLNT" => Self::Setting(command.clone()),
            _ => Self::None,
        }
    }
}
