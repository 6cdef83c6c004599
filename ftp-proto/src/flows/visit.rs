//! Enters a directory for the length of one operation (CWD).

use alloc::vec::Vec;

use super::compose::{inner, refused};
use super::{ChangeDirectory, Pwd};
use crate::error::Error;
use crate::flow::{Answer, Flow, Step};
use crate::session::Session;

/// Enters a directory by CWD. The next operation changes the directory back before it does anything
/// else. So the flow asks for the current directory by PWD first, and sends no CWD if the server
/// refuses PWD.
///
/// If CWD succeeds, the directory exists. Many servers tell this of a hidden directory in no other
/// way.
#[derive(Debug)]
pub(crate) struct Visit {
    path: Vec<u8>,
    state: State,
}

#[derive(Debug)]
enum State {
    /// Sending PWD, to know the directory to which the next operation must return.
    Here(Pwd),
    Enter(ChangeDirectory),
}

impl Visit {
    /// Makes the flow that enters this directory.
    pub(crate) fn new(path: impl AsRef<[u8]>) -> Result<Self, Error> {
        let path = path.as_ref().to_vec();
        ChangeDirectory::new(&path)?;
        let state = State::Here(Pwd::new());
        Ok(Self { path, state })
    }

    /// Whether the flow has sent CWD. If it has not, the server has said nothing about the
    /// directory.
    pub(super) fn has_asked(&self) -> bool {
        matches!(self.state, State::Enter(_))
    }
}

/// Whether this error of a [`Visit`] means that the server does not let the session into the
/// directory, most often because there is none.
pub(crate) fn is_kept_out(error: &Error) -> bool {
    let refuses = error
        .reply()
        .is_some_and(|reply| reply.is_refusal() && !reply.is_not_implemented());
    refuses && error.command() == Some("CWD")
}

impl Flow for Visit {
    type Output = ();

    fn step(&mut self, session: &mut Session, answer: Answer) -> Result<Step<()>, Error> {
        Step::run(answer, |answer| {
            loop {
                match &mut self.state {
                    State::Here(pwd) => {
                        let here = inner(pwd, session, answer)?;
                        let enter = ChangeDirectory::new(&self.path)?;
                        session.begin_detour(here);
                        self.state = State::Enter(enter);
                    }
                    State::Enter(cwd) => {
                        return match refused(inner(cwd, session, answer), session)? {
                            Ok(_) => Ok(()),
                            Err(error) => {
                                session.end_detour();
                                Err(error.into())
                            }
                        };
                    }
                }
            }
        })
    }
}
