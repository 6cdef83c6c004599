//! The ledger: one entry for each command whose reply is still to come, in the order of sending.
//!
//! An entry knows how many replies its command has and what they change, because the flow that sent
//! the command may be gone when they come.

use alloc::string::String;

use super::effect::Effect;
use super::fence::Fence;
use crate::capabilities::Capability;
use crate::error::Error;
use crate::wait::Wait;
use crate::wire::Command;

/// A command whose reply has not come yet.
#[derive(Debug)]
pub(super) struct Owed {
    pub(super) verb: String,
    pub(super) shape: Shape,
    pub(super) effect: Effect,
    /// What the final reply tells about.
    pub(super) capability: Option<Capability>,
    /// The number of the operation that sent the command and gets the reply. If this operation no
    /// longer runs, nobody gets the reply.
    pub(super) owner: u64,
    /// How many preliminary replies have come so far.
    pub(super) preliminaries: usize,
    /// Whether the reply did not come in time.
    pub(super) late: bool,
}

/// Which replies complete an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// The greeting: any number of 120, then one reply.
    Greeting,
    /// A command with exactly one reply.
    Single,
    /// A raw command: any number of preliminary replies, then one final reply.
    Raw,
    /// A data command: usually a preliminary reply, then a final reply.
    Transfer,
    /// A NOOP during a transfer. Its reply may come before or after the transfer's final reply.
    KeepAlive,
    /// ABOR together with the transfer that it aborts. Servers send 426 and 226, 226 and 225, two
    /// replies of one code, or one reply.
    Abort(Aborting),
    /// A fence, sent to get back into step. Every reply before its own belongs to something else.
    Fence(Fence),
    /// QUIT: one reply, which may lack its line end, or no reply.
    Quit,
}

/// Which replies to an abort have come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Aborting {
    /// No reply has come.
    Unanswered,
    /// No reply has come. The reply to a keep-alive is also still to come, so the client cannot
    /// tell the replies apart by counting.
    UnansweredWithKeepAlive,
    /// The transfer's own refusal has come. The reply to ABOR comes next.
    HalfAnswered,
    /// The server does not know ABOR. Only the transfer's own reply may still come.
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

    /// The entry for the greeting, which every session starts with.
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

    /// Adds the command's verb to an error. If this is the entry of the greeting, there is no verb
    /// to add.
    pub(super) fn add_verb_to(&self, error: Error) -> Error {
        if self.verb.is_empty() {
            return error;
        }
        error.with_command(&self.verb)
    }

    /// Whether the command changes the directory.
    pub(super) fn changes_directory(&self) -> bool {
        matches!(self.effect, Effect::Directory(_))
    }

    /// An entry for a fence. A fence has no effect.
    pub(super) fn fence(command: &Command, fence: Fence) -> Self {
        Self {
            effect: Effect::None,
            capability: None,
            ..Self::new(command, Shape::Fence(fence), 0)
        }
    }

    /// How long a later operation, when it settles, waits for this reply.
    pub(super) fn wait(&self, greeting_delayed: bool) -> Wait {
        match self.shape {
            Shape::Greeting if greeting_delayed => Wait::DelayedGreeting,
            Shape::Greeting => Wait::Greeting,
            Shape::Single | Shape::Raw | Shape::KeepAlive | Shape::Fence(_) | Shape::Quit => {
                Wait::Reply
            }
            Shape::Transfer => Wait::FinalReply,
            Shape::Abort(Aborting::Unanswered | Aborting::UnansweredWithKeepAlive) => Wait::Abort,
            // The server has sent one reply to the abort. Another reply comes soon or never.
            Shape::Abort(Aborting::HalfAnswered | Aborting::Unknown) => Wait::DataClose,
        }
    }
}
