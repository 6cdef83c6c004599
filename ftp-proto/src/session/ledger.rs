//! What the server owes us: one entry for each command that is on its way, in order.
//!
//! An entry knows how many replies it has and what they change, because the flow that asked may be
//! gone when they come.

use alloc::string::String;

use super::effect::Effect;
use super::fence::Fence;
use crate::error::Error;
use crate::wait::Wait;
use crate::wire::Command;

/// One command whose reply has not come yet.
#[derive(Debug)]
pub(super) struct Owed {
    pub(super) verb: String,
    pub(super) shape: Shape,
    pub(super) effect: Effect,
    /// Which operation gets the reply; another one, or none, means that it is gone.
    pub(super) owner: u64,
    /// Preliminary replies that have come so far.
    pub(super) preliminaries: usize,
    /// It did not come in time.
    pub(super) late: bool,
}

/// Which replies discharge an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
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
    Abort(Aborting),
    /// A command sent to get back into step: everything up to its reply belongs to something else.
    Fence(Fence),
    /// QUIT: one reply, which may lack its line end, or none.
    Quit,
}

/// What has come of the replies to an abort.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Aborting {
    /// Nothing.
    Unanswered,
    /// Nothing, and a keep-alive was in flight too, so that counting proves nothing.
    Muddled,
    /// The transfer's refusal: the reply to ABOR comes next.
    HalfAnswered,
    /// The server does not know ABOR: only the transfer's own reply is to come, if it comes.
    Unknown,
}

impl Owed {
    pub(super) fn new(command: &Command, shape: Shape, owner: u64) -> Self {
        Self {
            verb: command.verb().into(),
            shape,
            effect: Effect::of(command),
            owner,
            preliminaries: 0,
            late: false,
        }
    }

    /// What every session is owed from its first moment on.
    pub(super) fn greeting() -> Self {
        Self {
            verb: String::new(),
            shape: Shape::Greeting,
            effect: Effect::None,
            owner: 0,
            preliminaries: 0,
            late: false,
        }
    }

    /// Adds the command to an error, where it has a name: the greeting has none.
    pub(super) fn name(&self, error: Error) -> Error {
        if self.verb.is_empty() {
            return error;
        }
        error.with_command(&self.verb)
    }

    /// Whether it changes the directory.
    pub(super) fn moves_elsewhere(&self) -> bool {
        matches!(self.effect, Effect::Directory(_))
    }

    /// A command that is a fence and nothing else: it has no effect.
    pub(super) fn fence(command: &Command, fence: Fence) -> Self {
        Self {
            effect: Effect::None,
            ..Self::new(command, Shape::Fence(fence), 0)
        }
    }

    /// How long to wait for it once its own operation is gone.
    pub(super) fn wait(&self, greeting_delayed: bool) -> Wait {
        match self.shape {
            Shape::Greeting if greeting_delayed => Wait::DelayedGreeting,
            Shape::Greeting => Wait::Greeting,
            Shape::Single | Shape::Raw | Shape::KeepAlive | Shape::Fence(_) | Shape::Quit => {
                Wait::Reply
            }
            Shape::Transfer => Wait::FinalReply,
            Shape::Abort(Aborting::Unanswered | Aborting::Muddled) => Wait::Abort,
            // The server has begun to answer: what else it says comes soon or never.
            Shape::Abort(Aborting::HalfAnswered | Aborting::Unknown) => Wait::DataClose,
        }
    }
}
