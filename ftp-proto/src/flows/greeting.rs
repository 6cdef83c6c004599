use crate::error::Error;
use crate::flow::{Adopts, Answer, Event, Flow, Step, Wait};
use crate::session::Session;
use crate::wire::{Class, Reply};

/// Waits for the greeting, patiently after 120 (RFC 959 section 5.4).
///
/// Yields the greeting. Fails with what a server says instead: 421 when it is full, 5xx, or
/// something that is no FTP reply at all.
#[derive(Debug, Default)]
pub struct Greeting(());

impl Greeting {
    /// To be run first.
    pub fn new() -> Self {
        Self::default()
    }
}

impl Flow for Greeting {
    type Output = Reply;

    fn step(&mut self, session: &mut Session, answer: Answer) -> Result<Step<Reply>, Error> {
        if let Some(reply) = &session.state.greeting {
            return match reply.class() {
                Class::Completion => Ok(Step::Done(reply.clone())),
                _ => Err(Error::from_reply(reply.clone())),
            };
        }
        session.alive()?;
        let wait = if session.state.greeting_delayed {
            Wait::DelayedGreeting
        } else {
            Wait::Greeting
        };
        if matches!(answer.event, Event::TimedOut) {
            return Err(Error::new(crate::ErrorKind::Timeout(wait)));
        }
        Ok(Step::Want(session.receive_within(wait)))
    }

    fn adopts(&self) -> Adopts {
        Adopts::Greeting
    }
}
