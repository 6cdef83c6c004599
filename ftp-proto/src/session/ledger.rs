//! The ledger: one entry for each command whose final reply is still to come, in the order of
//! sending.
//!
//! An entry says how many replies its command gets and what they change. The flow that sent the
//! command cannot say it, because the flow may be gone when the replies come.

use alloc::string::String;

use super::effect::Effect;
use super::fence::Fence;
use crate::capabilities::Capability;
use crate::error::Error;
use crate::wait::Wait;
use crate::wire::Command;

/// A ledger entry: a command whose final reply is still to come.
#[derive(Debug)]
pub(super) struct Owed {
    pub(super) verb: String,
    pub(super) shape: Shape,
    pub(super) effect: Effect,
    /// The capability that the server has if it accepts the command. `None` if accepting the
    /// command shows no capability.
    pub(super) capability: Option<Capability>,
    /// The number of the operation that sent the command and that gets the reply. If this operation
    /// has ended, the reply goes to no operation.
    pub(super) owner: u64,
    /// How many preliminary replies (1xx) to the command have come so far.
    pub(super) preliminaries: usize,
    /// Whether an operation has waited for the reply until the time limit had passed.
    pub(super) late: bool,
}

/// Which replies a command gets. After the last of them, its ledger entry is removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// The greeting: any number of 120 replies, then one final reply.
    Greeting,
    /// A command with exactly one reply.
    Single,
    /// A raw command: any number of preliminary replies, then one final reply.
    Raw,
    /// A data command such as RETR: usually a preliminary reply, then a final reply.
    Transfer,
    /// A NOOP during a transfer. Its reply may come before or after the transfer's final reply.
    KeepAlive,
    /// EPSV or PASV that was sent ahead of the transfer that uses the port. The session keeps the
    /// reply. If it left together with the command of the transfer before, its reply may come
    /// before that transfer's final reply.
    Port,
    /// PWD after the questions about one path, in a flight of questions. Only a 257 answers it.
    Checkpoint,
    /// What is left of a flight of questions whose replies did not fit. Every reply is thrown away,
    /// until the last 257 or the last of `replies` has come.
    Discarded {
        /// How many 257 are still to come.
        checkpoints: usize,
        /// How many replies are still to come at most.
        replies: usize,
    },
    /// ABOR together with the transfer that it aborts. Servers send 426 and 226, 226 and 225, two
    /// replies of one code, or one reply.
    Abort(Aborting),
    /// A fence. Every reply that comes before the fence's own reply belongs to an earlier command.
    Fence(Fence),
    /// QUIT: one reply, which may lack its line end, or no reply.
    Quit,
}

/// Which replies to an ABOR and to its transfer have come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Aborting {
    /// No reply has come.
    Unanswered,
    /// No reply has come, and the server still has to reply to a command that was sent beside the
    /// transfer (a keep-alive, or the EPSV for the next transfer). So the client cannot count which
    /// reply belongs to the transfer, to ABOR or to this command.
    UnansweredBeside,
    /// The transfer's own reply has come, for example 426. The reply to ABOR comes next.
    HalfAnswered,
    /// The server does not know ABOR: it has refused this ABOR, or it refused an earlier ABOR and
    /// the client has not sent ABOR for this transfer. Only the transfer's own reply may still
    /// come.
    Unknown,
}

impl Owed {
    pub(super) fn new(command: &Command, shape: Shape, owner: u64) -> Self {
        Self {
            verb: command.verb().into(),
            shape,
            effect: Effect::of(command),
            capability: Capability::of(command),
            owner,
            preliminaries: 0,
            late: false,
        }
    }

    /// Returns the entry for the greeting. The ledger of every new session holds it.
    pub(super) fn greeting() -> Self {
        Self {
            verb: String::new(),
            shape: Shape::Greeting,
            effect: Effect::None,
            capability: None,
            owner: 0,
            preliminaries: 0,
            late: false,
        }
    }

    /// Adds the command's verb to an error. The greeting has no verb, so its entry adds nothing.
    pub(super) fn add_verb_to(&self, error: Error) -> Error {
        if self.verb.is_empty() {
            return error;
        }
        error.with_command(&self.verb)
    }

    /// Whether the command is a transfer's data command, or was sent beside a transfer.
    pub(super) fn is_of_transfer(&self) -> bool {
        self.shape == Shape::Transfer || self.is_beside_transfer()
    }

    /// Whether the command was sent beside a transfer, so that its reply may come before or after
    /// the transfer's final reply.
    pub(super) fn is_beside_transfer(&self) -> bool {
        matches!(self.shape, Shape::KeepAlive | Shape::Port)
    }

    /// Whether the command is CWD or CDUP, which change the directory.
    pub(super) fn changes_directory(&self) -> bool {
        matches!(self.effect, Effect::Directory(_))
    }

    /// Whether the reply can be a 257 without being the reply to PWD.
    pub(super) fn may_get_path(&self) -> bool {
        matches!(self.verb.as_str(), "MKD" | "XMKD" | "RMD" | "XRMD")
    }

    /// Returns the entry for a fence. The reply to a fence changes nothing in the session's
    /// settings.
    pub(super) fn fence(command: &Command, fence: Fence) -> Self {
        Self {
            effect: Effect::None,
            capability: None,
            ..Self::new(command, Shape::Fence(fence), 0)
        }
    }

    /// Returns how long the next operation waits for this reply if the operation that sent the
    /// command has ended.
    pub(super) fn wait(&self, greeting_delayed: bool) -> Wait {
        match self.shape {
            Shape::Greeting if greeting_delayed => Wait::DelayedGreeting,
            Shape::Greeting => Wait::Greeting,
            Shape::Single
            | Shape::Raw
            | Shape::KeepAlive
            | Shape::Port
            | Shape::Checkpoint
            | Shape::Discarded { .. }
            | Shape::Fence(_)
            | Shape::Quit => Wait::Reply,
            Shape::Transfer => Wait::FinalReply,
            Shape::Abort(Aborting::Unanswered | Aborting::UnansweredBeside) => Wait::Abort,
            // At most one reply is still to come: the reply to ABOR (`HalfAnswered`), or the reply
            // to the transfer from a server that does not know ABOR (`Unknown`). Some servers never
            // send this reply, and the others send it soon. So the limit is short: 5 s by default,
            // and not the 30 s of `Wait::Abort`.
            Shape::Abort(Aborting::HalfAnswered | Aborting::Unknown) => Wait::DataClose,
        }
    }
}
