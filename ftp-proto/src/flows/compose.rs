//! What flows are composed with.

use crate::error::Error;
use crate::flow::{Answer, Flow, Halt, Step};
use crate::session::Session;
use crate::wire::{Class, Reply};

/// What an inner flow yields.
pub(super) fn inner<F: Flow>(
    flow: &mut F,
    session: &mut Session,
    answer: &mut Answer,
) -> Result<F::Output, Halt> {
    match flow.step(session, answer.pass_on())? {
        Step::Done(output) => Ok(output),
        Step::Want(want) => Err(want.into()),
    }
}

/// A reply of another class than 2xx is an error.
pub(super) fn completion(reply: Reply, verb: &str) -> Result<Reply, Error> {
    match reply.class() {
        Class::Completion => Ok(reply),
        _ => Err(Error::from_reply(reply).with_command(verb)),
    }
}
