//! CCC: ends TLS on the control connection.

use super::compose::completion;
use crate::error::{Error, Misuse};
use crate::flow::{Answer, Flow, Step};
use crate::session::Session;
use crate::wait::Wait;
use crate::wire::{Command, Verb};

/// CCC: goes back to clear text on the control connection (RFC 4217 section 12.3).
///
/// CCC exists for firewalls that must read the commands and replies. After CCC, an attacker in the
/// network can inject commands and replies, so the session refuses USER, PASS and ACCT. The server
/// must send close_notify before it continues in clear text. TLS on data connections does not
/// change.
///
/// ```
/// # mod scripted { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/flows/scripted.rs")); }
/// # use scripted::{Server, drive, secured};
/// # let mut session = secured()?;
/// use ftp_proto::flows::ClearControl;
///
/// assert!(session.is_secured());
/// let mut server = Server::new(["200 In clear text from now on"]);
/// drive(&mut session, ClearControl::new(), &mut server)?;
/// assert!(!session.is_secured());
/// assert_eq!(server.heard(), ["CCC"]);
/// # Ok::<(), ftp_proto::Error>(())
/// ```
#[derive(Debug, Default)]
pub struct ClearControl {
    state: State,
}

#[derive(Debug, Default)]
enum State {
    #[default]
    Start,
    Asked,
    Closing,
}

impl ClearControl {
    /// Makes the flow. If the control connection is in clear text, the flow fails with
    /// [`Misuse::NotSecured`].
    pub fn new() -> Self {
        Self::default()
    }
}

impl Flow for ClearControl {
    type Output = ();

    fn step(&mut self, session: &mut Session, answer: Answer) -> Result<Step<()>, Error> {
        Step::run(answer, |answer| {
            loop {
                self.state = match self.state {
                    State::Start => {
                        if !session.is_secured() {
                            return Err(Error::misuse(Misuse::NotSecured).into());
                        }
                        session.send(Command::from(Verb::CCC))?;
                        State::Asked
                    }
                    State::Asked => {
                        completion(session.next_reply(answer, Wait::Reply)?, "CCC")?;
                        session.check_alive()?;
                        self.state = State::Closing;
                        return Err(session.clear_control().into());
                    }
                    State::Closing => return Ok(session.finish_channel_change(answer)?),
                };
            }
        })
    }
}
