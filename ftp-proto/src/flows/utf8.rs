//! Sends `OPTS UTF8 ON` before the first command that needs it.

use super::Feat;
use super::compose::{inner, unless_refused};
use crate::flow::{Answer, Halt};
use crate::session::Session;
use crate::wait::Wait;
use crate::wire::{Command, Verb};

/// Makes the server use UTF-8 for names, if it lists UTF8 in FEAT. Some servers, such as IIS, use
/// UTF-8 only after OPTS. The flow sends OPTS once in a session, before the first command that
/// needs UTF-8.
///
/// If the server refuses OPTS, the operation goes on, because the names may be UTF-8 all the same.
#[derive(Debug, Default)]
pub(super) enum Utf8 {
    #[default]
    Start,
    Asking(Feat),
    Switching,
    Settled,
}

impl Utf8 {
    /// Sends OPTS if `command` needs it. Call this method before you send `command`.
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
