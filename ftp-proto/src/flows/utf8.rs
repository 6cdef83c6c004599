//! `OPTS UTF8 ON`, before it matters.

use super::Feat;
use super::compose::inner;
use crate::flow::{Answer, Halt};
use crate::session::Session;
use crate::wait::Wait;
use crate::wire::{Command, Verb};

/// Makes a server read and write names as UTF-8 that lists UTF8 (FEAT) and waits to be told, as IIS
/// does. Sends nothing where the command that follows has no need of it, and once in a session.
///
/// A refusal is remembered and is no error: the names may be UTF-8 all the same.
#[derive(Debug, Default)]
pub(super) enum Utf8 {
    #[default]
    Start,
    Asking(Feat),
    Switching,
    Settled,
}

impl Utf8 {
    /// Before this command leaves.
    pub(super) fn switch_on(
        &mut self,
        command: &Command,
        session: &mut Session,
        answer: &mut Answer,
    ) -> Result<(), Halt> {
        loop {
            *self = match self {
                Self::Start if session.names_matter(command) => Self::Asking(Feat::new()),
                Self::Asking(feat) => match forgiven(inner(feat, session, answer), session)? {
                    Some(features) if features.supports("UTF8") => {
                        session.send(Command::fixed(Verb::OPTS, "UTF8 ON"))?;
                        Self::Switching
                    }
                    _ => Self::Settled,
                },
                Self::Switching => {
                    forgiven(session.next_reply(answer, Wait::Reply), session)?;
                    Self::Settled
                }
                Self::Settled => {
                    session.settled_names();
                    Self::Start
                }
                Self::Start => return Ok(()),
            };
        }
    }
}

/// What the server has refused is not there.
fn forgiven<T>(result: Result<T, Halt>, session: &Session) -> Result<Option<T>, Halt> {
    match result {
        Err(Halt::Error(error)) if error.reply().is_some() && !session.is_dead() => Ok(None),
        result => result.map(Some),
    }
}
