//! Sets whether data connections are under TLS: PBSZ and PROT.

use super::compose::completion;
use crate::error::{Error, ErrorKind, Misuse};
use crate::flow::{Answer, Flow, Halt, Step};
use crate::options::config::Protection;
use crate::session::Session;
use crate::wait::Wait;
use crate::wire::{Command, Verb};

/// Sends PBSZ 0 and PROT, which set whether data connections are under TLS from now on (RFC 4217
/// section 9).
///
/// A refusal of PBSZ is ignored, because some servers know only PROT. If the server refuses PROT,
/// the flow fails, and the session sends no data command afterwards. There is one exception: under
/// implicit TLS, if the server does not know PROT, the session assumes that data connections are
/// under TLS. For data connections in clear text, you must first set
/// [`Config::protection`](crate::Config::protection).
///
/// ```
/// # mod scripted { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/flows/scripted.rs")); }
/// # use scripted::{Server, connected, drive};
/// use ftp_proto::flows::Protect;
/// use ftp_proto::{Config, Protection, Security};
///
/// let config = Config::default()
///     .with_security(Security::Explicit)
///     .with_protection(Protection::Clear);
/// # let mut session = connected(config)?;
/// # drive(&mut session, ftp_proto::flows::Secure::new(), &mut Server::new(["234 Go"]))?;
/// // The session is under TLS now, and has not sent PROT.
/// let mut server = Server::new(["200 Fine", "200 Private"]);
/// drive(&mut session, Protect::new(Protection::Private), &mut server)?;
/// assert_eq!(session.protection(), Protection::Private);
/// assert_eq!(server.heard(), ["PBSZ 0", "PROT P"]);
/// # Ok::<(), ftp_proto::Error>(())
/// ```
#[derive(Debug)]
pub struct Protect {
    protection: Protection,
    state: State,
}

#[derive(Debug)]
enum State {
    Start,
    BufferSize,
    /// PROT has left together with PBSZ.
    Both,
    /// Reading the reply to PROT. The flag says whether PROT has left together with PBSZ.
    Level(bool),
}

impl Protect {
    /// Makes the flow that sets this protection. If this protection is in force already, the flow
    /// sends nothing.
    pub fn new(protection: Protection) -> Self {
        Self {
            protection,
            state: State::Start,
        }
    }
}

impl Flow for Protect {
    type Output = ();

    fn step(&mut self, session: &mut Session, answer: Answer) -> Result<Step<()>, Error> {
        Step::run(answer, |answer| {
            loop {
                self.state = match self.state {
                    State::Start => {
                        self.check(session)?;
                        if session.has_protection(self.protection) {
                            return Ok(());
                        }
                        self.queue(session)?
                    }
                    State::BufferSize => {
                        session.next_reply(answer, Wait::Reply)?;
                        session.send(self.level())?;
                        State::Level(false)
                    }
                    State::Both => {
                        session.next_reply(answer, Wait::Reply)?;
                        State::Level(true)
                    }
                    State::Level(together) => {
                        let reply = match session.next_reply(answer, Wait::Reply) {
                            // The server has read one command only, so it gets PROT again.
                            Err(Halt::Error(error))
                                if together && is_late(&error) && session.owes_one_reply() =>
                            {
                                session.give_up_reply()?;
                                session.send(self.level())?;
                                self.state = State::Level(false);
                                continue;
                            }
                            reply => reply?,
                        };
                        if session.has_protection(self.protection) {
                            return Ok(());
                        }
                        // Many people do not know PROT, so the error says what it does.
                        let asking = match self.protection {
                            Protection::Private => "asking for TLS on data connections",
                            Protection::Clear => "asking for clear data connections",
                        };
                        return match completion(reply, "PROT") {
                            Ok(_) => Ok(()),
                            Err(error) => Err(error.with_subject(asking).into()),
                        };
                    }
                };
            }
        })
    }
}

impl Protect {
    /// Queues PBSZ and PROT now, so that other commands can join their flight.
    pub(super) fn queue_now(&mut self, session: &mut Session) -> Result<(), Error> {
        self.state = self.queue(session)?;
        Ok(())
    }

    /// Queues PBSZ, and PROT too if both may leave in one flight. Returns the next state.
    fn queue(&self, session: &mut Session) -> Result<State, Error> {
        session.send(Command::fixed(Verb::PBSZ, "0"))?;
        if !session.may_share_flight() {
            return Ok(State::BufferSize);
        }
        session.send(self.level())?;
        Ok(State::Both)
    }

    fn level(&self) -> Command {
        let level = match self.protection {
            Protection::Private => "P",
            Protection::Clear => "C",
        };
        Command::fixed(Verb::PROT, level)
    }

    fn check(&self, session: &Session) -> Result<(), Error> {
        if !session.is_secured() {
            return Err(Error::misuse(Misuse::NotSecured));
        }
        let demanded = session.config().protection == Protection::Private;
        if demanded && self.protection == Protection::Clear {
            // The settings demand TLS on data connections. After PROT C, the session would refuse
            // to send any data command, so this flow fails at once.
            let why = "allow clear data connections first, by \
                       Config::with_protection(Protection::Clear)";
            let held = Error::new(ErrorKind::Insecure).with_command("PROT");
            return Err(held.with_source(why));
        }
        Ok(())
    }
}

fn is_late(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Timeout(_))
}
