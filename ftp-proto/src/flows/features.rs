//! Asking for the server's features (FEAT).

use super::compose::completion;
use crate::error::Error;
use crate::flow::{Answer, Flow, Step};
use crate::reply::Features;
use crate::session::Session;
use crate::wait::Wait;
use crate::wire::{Command, Verb};

/// FEAT (RFC 2389): returns what the server says it supports. FEAT is sent once; the session
/// remembers the reply.
///
/// If the server does not know FEAT, the result has no features. A feature that the server does not
/// list may still work, and a feature that it lists may not work.
///
/// ```
/// # mod scripted { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/flows/scripted.rs")); }
/// # use scripted::{Server, drive, logged_in};
/// # let mut session = logged_in()?;
/// use ftp_proto::flows::Feat;
///
/// let mut server = Server::new(["211-Features:\r\n SIZE\r\n REST STREAM\r\n211 End"]);
/// let features = drive(&mut session, Feat::new(), &mut server)?;
/// assert!(features.supports("SIZE"));
/// assert_eq!(features.parameters("REST"), Some(&b"STREAM"[..]));
/// # Ok::<(), ftp_proto::Error>(())
/// ```
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
