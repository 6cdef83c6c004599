//! Asking what the server can do (FEAT and SYST).

use super::Feat;
use super::compose::inner;
use super::exchange::Exchange;
use crate::capabilities::Capabilities;
use crate::error::Error;
use crate::flow::{Answer, Flow, Step};
use crate::session::Session;
use crate::wire::{Command, Verb};

/// Finds out what the server can do: sends FEAT and SYST, unless the session knows the replies from
/// before. If the server refuses SYST, the flow does not fail.
///
/// Returns everything that the session knows about the server.
///
/// ```
/// # mod scripted { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/flows/scripted.rs")); }
/// # use scripted::{Server, drive, logged_in};
/// # let mut session = logged_in()?;
/// use ftp_proto::flows::Discover;
/// use ftp_proto::{Capability, Support};
///
/// let mut server = Server::new(["211-Features:\r\n SIZE\r\n211 End", "215 UNIX Type: L8"]);
/// let capabilities = drive(&mut session, Discover::new(), &mut server)?;
/// assert_eq!(capabilities.support(Capability::Size), Support::Advertised);
/// assert_eq!(server.heard(), ["FEAT", "SYST"]);
/// # Ok::<(), ftp_proto::Error>(())
/// ```
#[derive(Debug)]
pub struct Discover {
    features: Feat,
    system: Exchange,
    listed: bool,
}

impl Discover {
    /// Makes the flow. If the session knows the replies to FEAT and SYST, the flow sends nothing.
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
