//! PBSZ and PROT.

use super::compose::completion;
use crate::error::{Error, ErrorKind, Misuse};
use crate::flow::{Answer, Flow, Step};
use crate::options::config::Protection;
use crate::session::Session;
use crate::wait::Wait;
use crate::wire::{Command, Verb};

/// PBSZ 0 and PROT: how data connections are protected from now on (RFC 4217 section 9).
///
/// A refused PBSZ is passed over, because servers exist that know PROT alone; a refused PROT is
/// an error, and data commands then fail closed; under implicit TLS alone a server that does not
/// know PROT is taken to protect data connections all the same. Clear data connections must be allowed by
/// [`Config::protection`](crate::Config::protection) first.
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
    /// Sends nothing where this protection is in force already.
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
                        // Not everybody knows what PROT is.
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
            // Data commands would fail from now on; better to say so at once.
            let why = "clear data connections must be allowed first, by \
                       Config::with_protection(Protection::Clear)";
            let held = Error::new(ErrorKind::Insecure).with_command("PROT");
            return Err(held.with_source(why));
        }
        Ok(())
    }
}
