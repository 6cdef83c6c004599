//! Sets whether data connections are under TLS: PBSZ and PROT.

use super::compose::completion;
use crate::error::{Error, ErrorKind, Misuse};
use crate::flow::{Answer, Flow, Halt, Step};
use crate::options::config::Protection;
use crate::session::Session;
use crate::wait::Wait;
use crate::wire::{Command, Reply, Verb};

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
    /// Whether PBSZ and PROT have left in the flight of PASS.
    with_pass: bool,
    state: State,
}

#[derive(Debug)]
enum State {
    Start,
    BufferSize,
    /// PROT has left together with PBSZ.
    Both,
    /// Reading the reply to PROT, which has left together with PBSZ.
    LevelOfBoth,
    Level,
}

impl Protect {
    /// Makes the flow that sets this protection. If this protection is in force already, the flow
    /// sends nothing.
    pub fn new(protection: Protection) -> Self {
        Self {
            protection,
            with_pass: false,
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
                        State::Level
                    }
                    State::Both => {
                        session.next_reply(answer, Wait::Reply)?;
                        State::LevelOfBoth
                    }
                    State::LevelOfBoth => match session.next_reply(answer, Wait::Reply) {
                        Ok(reply) => return self.ended(session, reply),
                        Err(Halt::Error(error)) if self.may_repeat(session, &error) => {
                            session.give_up_reply()?;
                            session.send(self.level())?;
                            State::Level
                        }
                        Err(halt) => return Err(halt),
                    },
                    State::Level => {
                        let reply = session.next_reply(answer, Wait::Reply)?;
                        return self.ended(session, reply);
                    }
                };
            }
        })
    }
}

impl Protect {
    /// Queues PBSZ and PROT now, so that other commands can join their flight. `with_pass` says
    /// whether PASS is in this flight.
    pub(super) fn queue_now(
        &mut self,
        session: &mut Session,
        with_pass: bool,
    ) -> Result<(), Error> {
        self.with_pass = with_pass;
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

    /// Whether PROT may be sent again, after it got no reply in time. The server may have read PBSZ
    /// alone, of the two that came together. In the flight of PASS, the missing reply may also be the
    /// one to PASS.
    fn may_repeat(&self, session: &Session, error: &Error) -> bool {
        let late = matches!(error.kind(), ErrorKind::Timeout(_));
        late && !self.with_pass && session.owes_one_reply()
    }

    /// Judges the reply to PROT.
    fn ended(&self, session: &Session, reply: Reply) -> Result<(), Halt> {
        if session.has_protection(self.protection) {
            return Ok(());
        }
        // Many people do not know PROT, so the error says what it does.
        let asking = match self.protection {
            Protection::Private => "asking for TLS on data connections",
            Protection::Clear => "asking for clear data connections",
        };
        match completion(reply, "PROT") {
            Ok(_) => Ok(()),
            Err(error) => Err(error.with_subject(asking).into()),
        }
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
