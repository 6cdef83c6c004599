//! Asking what the server can do (FEAT and SYST).

use super::compose::{completion, inner};
use super::exchange::Exchange;
use crate::capabilities::Capabilities;
use crate::error::Error;
use crate::flow::{Answer, Flow, Step};
use crate::reply::Features;
use crate::session::Session;
use crate::wait::Wait;
use crate::wire::{Command, Verb};

/// FEAT (RFC 2389): returns what the server says it supports. FEAT is sent once; the session
/// remembers the reply.
///
/// A server that does not know FEAT has no features. A feature that is not listed may still work,
/// and a feature that is listed may not.
#[derive(Debug, Default)]
pub struct Feat {
    asked: bool,
}

impl Feat {
    /// Makes the flow. If the session knows the features already, the flow sends nothing.
    pub fn new() -> Self {
        Self::default()
    }
}

impl Flow for Feat {
    type Output = Features;

    fn step(&mut self, session: &mut Session, answer: Answer) -> Result<Step<Features>, Error> {
        Step::run(answer, |answer| {
            if self.asked {
                let reply = session.next_reply(answer, Wait::Reply)?;
                if !reply.is_not_implemented() {
                    completion(reply, "FEAT")?;
                }
            }
            if let Some(features) = session.features() {
                return Ok(features.clone());
            }
            self.asked = true;
            session.send(Command::from(Verb::FEAT))?;
            Err(session.receive_within(Wait::Reply).into())
        })
    }
}

/// Finds out what the server can do: sends FEAT and SYST, unless the answers are known. A refusal of
/// SYST is no error.
///
/// Returns everything that is known about the server.
#[derive(Debug)]
pub struct Discover {
    features: Feat,
    system: Exchange,
    listed: bool,
}

impl Discover {
    /// Takes no input. If everything is known, nothing is sent.
    #[allow(clippy::new_without_default, reason = "as the other flows")]
    pub fn new() -> Self {
        Self {
            features: Feat::new(),
            system: Exchange::new(Command::from(Verb::SYST)),
            listed: false,
        }
    }
}

impl Flow for Discover {
    type Output = Capabilities;

    fn step(&mut self, session: &mut Session, answer: Answer) -> Result<Step<Self::Output>, Error> {
        Step::run(answer, |answer| {
            if !self.listed {
                inner(&mut self.features, session, answer)?;
                self.listed = true;
            }
            if self.system.is_sent() || !session.knows_system() {
                self.system.reply(session, answer)?;
                session.check_alive()?;
            }
            Ok(session.capabilities())
        })
    }
}
