//! Opening a listing whose lines become entries: MLSD, or else LIST.

use alloc::vec::Vec;

use super::compose::{inner, unless_refused};
use super::{ChangeDirectory, Feat, Open, Pwd};
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
/// LIST takes its argument for a pattern or an option on many servers. So a path that begins with `-`
/// is sent with `./` in front. For a path with `*`, `[` and so on, or with blanks around it, the flow
/// changes the directory (CWD) and lists it without an argument. The next operation then changes the
/// directory back before it does anything else.
///
/// Returns the [`Transfer`], and the [`Parser`] for what it brings.
#[derive(Debug)]
pub struct ReadDirectory {
    path: Option<Vec<u8>>,
    state: State,
}

#[derive(Debug)]
enum State {
    Start,
    Features(Feat),
    Facts(Open),
    /// Asks for the directory, to return to it after CWD.
    Here(Pwd),
    Enter(ChangeDirectory),
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
            state: State::Start,
        })
    }

    /// MLSD if the server is known to have it, and LIST otherwise.
    fn begin(&self, mlsd: Support) -> Result<State, Error> {
        match mlsd {
            Support::Advertised | Support::Verified => {
                Ok(State::Facts(Open::facts(self.path.as_ref())?))
            }
            Support::Unknown | Support::Refused => self.list(),
        }
    }

    /// LIST with the path as its argument, or in the directory itself if a server could take the
    /// path for something else.
    fn list(&self) -> Result<State, Error> {
        match &self.path {
            Some(path) if is_awkward(path) => Ok(State::Here(Pwd::new())),
            // A path that begins with `-` would be an option.
            Some(path) if path.starts_with(b"-") => {
                Ok(State::List(Open::list(Some([b"./", &path[..]].concat()))?))
            }
            path => Ok(State::List(Open::list(path.as_ref())?)),
        }
    }

    /// LIST with the path as its argument, because the server cannot change the directory.
    fn list_by_argument(&self) -> Result<State, Error> {
        Ok(State::List(Open::list(self.path.as_ref())?))
    }

    fn enter(&self) -> Result<State, Error> {
        let path = self.path.as_deref().unwrap_or_default();
        Ok(State::Enter(ChangeDirectory::new(path)?))
    }
}

impl Flow for ReadDirectory {
    type Output = (Transfer, Parser);

    fn step(&mut self, session: &mut Session, answer: Answer) -> Result<Step<Self::Output>, Error> {
        Step::run(answer, |answer| {
            loop {
                self.state = match &mut self.state {
                    State::Start => match session.support(Capability::Mlsd) {
                        Support::Unknown => State::Features(Feat::new()),
                        support => self.begin(support)?,
                    },
                    State::Features(feat) => {
                        // A refusal of FEAT says nothing about the directory.
                        unless_refused(inner(feat, session, answer), session)?;
                        self.begin(session.support(Capability::Mlsd))?
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
                    State::Here(pwd) => match unless_refused(inner(pwd, session, answer), session)?
                    {
                        Some(here) => {
                            session.begin_detour(here);
                            self.enter()?
                        }
                        None => self.list_by_argument()?,
                    },
                    State::Enter(cwd) => {
                        match unless_refused(inner(cwd, session, answer), session)? {
                            Some(_) => State::List(Open::list(None::<&str>)?),
                            // It may be a file.
                            None => {
                                session.end_detour();
                                self.list_by_argument()?
                            }
                        }
                    }
                    State::List(open) => {
                        return Ok((inner(open, session, answer)?, Parser::new()));
                    }
                };
            }
        })
    }
}

/// Whether servers may take this argument of LIST for something else than a path: for a pattern, or
/// without the blanks around it.
fn is_awkward(path: &[u8]) -> bool {
    let blank = |byte: Option<&u8>| matches!(byte, Some(b' ' | b'\t'));
    let special =
        |byte: &u8| matches!(byte, b'*' | b'?' | b'[' | b']' | b'{' | b'}' | b'~' | b'\\');
    blank(path.first()) || blank(path.last()) || path.iter().any(special)
}

/// Whether LIST may still work: the server has refused the command MLSD itself, or the path is no
/// directory (501, RFC 3659 section 7.2.1).
fn is_of_command(error: &Error) -> bool {
    error
        .reply()
        .is_some_and(|reply| reply.is_not_implemented() || reply.code() == Code::BAD_ARGUMENT)
}
