//! Helpers to compose flows.

use crate::error::Error;
use crate::flow::{Answer, Flow, Halt, Step};
use crate::session::Session;
use crate::wire::{Class, Reply};

/// Steps an inner flow. If it is done, returns its result. If it has a want, returns the want as a
/// [`Halt`].
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

/// Returns an error for any reply that is not a 2xx.
pub(super) fn completion(reply: Reply, verb: &str) -> Result<Reply, Error> {
    match reply.class() {
        Class::Completion => Ok(reply),
        _ => Err(Error::from_reply(reply).with_command(verb)),
    }
}

/// Returns a refusal by the server as the inner result, so that the flow can try another command. A
/// want, or any other error, stays in the outer result and stops the step.
pub(super) fn refused<T>(
    result: Result<T, Halt>,
    session: &Session,
) -> Result<Result<T, Error>, Halt> {
    match result {
        Err(Halt::Error(error)) if error.reply().is_some() && !session.is_dead() => Ok(Err(error)),
        result => result.map(Ok),
    }
}

/// Turns a refusal by the server into `None`.
pub(super) fn unless_refused<T>(
    result: Result<T, Halt>,
    session: &Session,
) -> Result<Option<T>, Halt> {
    Ok(refused(result, session)?.ok())
}
