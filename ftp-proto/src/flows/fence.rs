//! Sends a fence at once. (Usually the session sends one only before the next command.)

use crate::error::Error;
use crate::flow::{Answer, Flow, Step};
use crate::session::Session;
use crate::wait::Wait;
use crate::wire::Reply;

/// Sends a fence and waits for its reply. Returns the last stray reply that came before the fence's
/// reply, or `None` if there was none.
#[derive(Debug, Default)]
pub(super) struct Fence {
    sent: bool,
}

impl Flow for Fence {
    type Output = Option<Reply>;

    fn step(&mut self, session: &mut Session, answer: Answer) -> Result<Step<Self::Output>, Error> {
        Step::run(answer, |answer| {
            session.check_alive()?;
            if !self.sent {
                self.sent = true;
                session.send_fence()?;
            } else if answer.take_timeout() {
                return Err(session.die_without_fence().into());
            }
            if session.is_fence_awaited() {
                return Err(session.receive_within(Wait::Reply).into());
            }
            Ok(session.stray_before_fence())
        })
    }
}
