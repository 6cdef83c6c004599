//! A fence that is sent now, and not only before the next command.

use crate::error::{Error, ErrorKind};
use crate::flow::{Answer, Flow, Step};
use crate::session::Session;
use crate::wait::Wait;

/// Sends a fence and waits for its reply. Yields how many replies came before it that nobody owes.
#[derive(Debug, Default)]
pub(super) struct Fence {
    sent: bool,
}

impl Flow for Fence {
    type Output = usize;

    fn step(&mut self, session: &mut Session, answer: Answer) -> Result<Step<usize>, Error> {
        Step::run(answer, |answer| {
            session.alive()?;
            if !self.sent {
                self.sent = true;
                session.send_fence()?;
            } else if answer.take_timeout() {
                return Err(session.dead_of(Error::new(ErrorKind::OutOfStep)).into());
            }
            match session.strays_before_fence() {
                Some(strays) => Ok(strays),
                None => Err(session.receive_within(Wait::Reply).into()),
            }
        })
    }
}
