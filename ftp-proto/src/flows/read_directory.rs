//! Opening a listing whose lines become entries: MLSD, or else LIST.

use alloc::vec::Vec;

use super::compose::inner;
use super::{Feat, Open};
use crate::capabilities::{Capability, Support};
use crate::error::Error;
use crate::flow::{Answer, Flow, Halt, Step};
use crate::listing::{Dialect, Parser};
use crate::session::Session;
use crate::session::transfer::Transfer;
use crate::wire::Code;

/// Opens the listing of a directory. It sends MLSD if FEAT lists MLST, and LIST otherwise. LIST
/// follows if the server refuses MLSD all the same; a refusal that says that the server does not
/// know MLSD is remembered.
///
/// Returns the [`Transfer`], and the [`Parser`] for what it brings.
#[derive(Debug)]
pub struct ReadDirectory {
    path: Option<Vec<u8>>,
    state: State,
}

#[derive(Debug)]
enum State {
    Features(Feat),
    Facts(Open),
    List(Open),
}

impl ReadDirectory {
    /// Lists this directory, or the current one.
    ///
    /// # Errors
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) for a path that cannot be sent.
    pub fn new(path: Option<impl AsRef<[u8]>>) -> Result<Self, Error> {
        let path = path.map(|path| path.as_ref().to_vec());
        // Both commands take the same paths, so an error shows now.
        Open::facts(path.as_ref())?;
        Ok(Self {
            path,
            state: State::Features(Feat::new()),
        })
    }

    fn facts(&self) -> Result<State, Error> {
        Ok(State::Facts(Open::facts(self.path.as_ref())?))
    }

    fn list(&self) -> Result<State, Error> {
        Ok(State::List(Open::list(self.path.as_ref())?))
    }
}

impl Flow for ReadDirectory {
    type Output = (Transfer, Parser);

    fn step(&mut self, session: &mut Session, answer: Answer) -> Result<Step<Self::Output>, Error> {
        Step::run(answer, |answer| {
            loop {
                self.state = match &mut self.state {
                    State::Features(feat) => {
                        if session.support(Capability::Mlsd) == Support::Unknown {
                            inner(feat, session, answer)?;
                        }
                        match session.support(Capability::Mlsd) {
                            Support::Advertised | Support::Verified => self.facts()?,
                            Support::Unknown | Support::Refused => self.list()?,
                        }
                    }
                    State::Facts(open) => match inner(open, session, answer) {
                        Err(Halt::Error(error)) if is_of_command(&error) && !session.is_dead() => {
                            self.list()?
                        }
                        transfer => {
                            let parser = Parser::new().with_dialect(Dialect::Mlsx);
                            return Ok((transfer?, parser));
                        }
                    },
                    State::List(open) => {
                        return Ok((inner(open, session, answer)?, Parser::new()));
                    }
                };
            }
        })
    }
}

/// Whether the server has refused the command itself, or what it was asked about is no directory
/// (501, RFC 3659 section 7.2.1). LIST may still show it.
fn is_of_command(error: &Error) -> bool {
    error
        .reply()
        .is_some_and(|reply| reply.is_not_implemented() || reply.code() == Code::BAD_ARGUMENT)
}
