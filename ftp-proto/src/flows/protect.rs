//! The protection of data connections: PBSZ and PROT.

use super::compose::completion;
use crate::error::{Error, ErrorKind, Misuse};
use crate::flow::{Answer, Flow, Step};
use crate::options::config::Protection;
use crate::session::Session;
use crate::wait::Wait;
use crate::wire::{Command, Verb};

/// Sends PBSZ 0 and PROT: sets how data connections are protected from now on (RFC 4217 section 9).
///
/// A refusal of PBSZ is ignored, because some servers know only PROT. A refusal of PROT is an
/// error, and data commands are then held back. There is one exception: under implicit TLS, a
/// server that does not know PROT counts as protecting its data connections. Data connections in
/// clear text need the permission of [`Config::protection`](crate::Config::protection) first.
#[derive(Debug)]
pub struct Protect {
    protection: Protection,
    state: State,
}

#[derive(Debug)]
enum State {
    Start,
    BufferSize,
    Level,
}

impl Protect {
    /// Makes the flow that sets this protection. If the protection is in force already, the flow
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
                        session.send(Command::fixed(Verb::PBSZ, "0"))?;
                        State::BufferSize
                    }
                    State::BufferSize => {
                        session.next_reply(answer, Wait::Reply)?;
                        let level = match self.protection {
                            Protection::Private => "P",
                            Protection::Clear => "C",
                        };
                        session.send(Command::fixed(Verb::PROT, level))?;
                        State::Level
                    }
                    State::Level => {
                        let reply = session.next_reply(answer, Wait::Reply)?;
                        if session.has_protection(self.protection) {
                            return Ok(());
                        }
                        // Not everyone knows what PROT is, so the error explains it.
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
    fn check(&self, session: &Session) -> Result<(), Error> {
        if !session.is_secured() {
            return Err(Error::misuse(Misuse::NotSecured));
        }
        let demanded = session.config().protection == Protection::Private;
        if demanded && self.protection == Protection::Clear {
            // The settings demand TLS, so after PROT C the session would hold back every data
            // command. It is better to fail at once.
            let why = "allow clear data connections first, by \
                       Config::with_protection(Protection::Clear)";
            let held = Error::new(ErrorKind::Insecure).with_command("PROT");
            return Err(held.with_source(why));
        }
        Ok(())
    }
}
