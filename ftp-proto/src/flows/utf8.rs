//! Sending `OPTS UTF8 ON` before a name needs it.

use super::Feat;
use super::compose::{inner, unless_refused};
use crate::flow::{Answer, Halt};
use crate::session::Session;
use crate::wait::Wait;
use crate::wire::{Command, Verb};

/// Makes a server use UTF-8 for names, if it lists UTF8 (FEAT) and waits for OPTS, as IIS does.
/// OPTS is sent once in a session, and only if the next command needs it.
///
/// A refusal is remembered and is not an error, because the names may be UTF-8 all the same.
#[derive(Debug, Default)]
pub(super) enum Utf8 {
    #[default]
    Start,
    Asking(Feat),
    Switching,
    Settled,
}

impl Utf8 {
    /// Sends OPTS, if `command` needs it. Call this before the command is sent.
    pub(super) fn switch_on(
        &mut self,
        command: &Command,
        session: &mut Session,
        answer: &mut Answer,
    ) -> Result<(), Halt> {
        loop {
            *self = match self {
                Self::Start if session.needs_utf8_before(command) => Self::Asking(Feat::new()),
                Self::Asking(feat) => {
                    match unless_refused(inner(feat, session, answer), session)? {
                        Some(features) if features.supports("UTF8") => {
                            session.send(Command::fixed(Verb::OPTS, "UTF8 ON"))?;
                            Self::Switching
                        }
                        _ => Self::Settled,
                    }
                }
                Self::Switching => {
                    unless_refused(session.next_reply(answer, Wait::Reply), session)?;
                    Self::Settled
                }
                Self::Settled => {
                    session.mark_names_settled();
                    Self::Start
                }
                Self::Start => return Ok(()),
            };
        }
    }
}
