use crate::error::{Error, ErrorKind};
use crate::flow::{Adopts, Answer, Event, Flow, Step};
use crate::session::Session;
use crate::session::negotiated::Channel;
use crate::tls::Reason;
use crate::wait::Wait;
use crate::wire::{Class, Reply};

use super::secure::{handshake, shaken};

/// Waits for the greeting, patiently after 120 (RFC 959 section 5.4); under implicit TLS behind
/// the handshake.
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
        let mut event = answer.event;
        match session.state.channel {
            Channel::Due => {
                session.alive()?;
                session.state.channel = Channel::Securing;
                return Ok(Step::Want(handshake(session)));
            }
            Channel::Securing => {
                shaken(session, &event)?;
                event = Event::Begin;
            }
            _ => {}
        }
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
        if matches!(event, Event::TimedOut) {
            let late = Error::new(ErrorKind::Timeout(wait));
            let silent = session.state.channel == Channel::Clear && session.decoder.is_untouched();
            return Err(if silent && wait == Wait::Greeting {
                late.with_tls_reason(Reason::SilentServer)
            } else {
                late
            });
        }
        Ok(Step::Want(session.receive_within(wait)))
    }

    fn adopts(&self) -> Adopts {
        Adopts::Greeting
    }
}
