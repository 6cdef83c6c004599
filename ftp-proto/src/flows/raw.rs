//! Any command.

use crate::error::Error;
use crate::flow::{Answer, Flow, Step};
use crate::session::Session;
use crate::wait::Wait;
use crate::wire::{Command, Reply, Verb};

/// Any command that is answered on the control connection alone. Yields its final reply, of
/// whatever class: judging it is the caller's.
///
/// Its effects (TYPE, REST, PROT …) are known to the session all the same. Commands that change
/// what the bytes after them mean (AUTH, CCC) and ABOR have flows of their own and are refused, and
/// so are data commands, which [`Open::command`](super::Open::command) sends.
#[derive(Debug)]
pub struct Raw {
    command: Command,
    sent: bool,
}

impl Raw {
    /// A whole line, without its end.
    ///
    /// # Errors
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) when it does not start with a verb or
    /// holds CR, LF or NUL.
    pub fn new(line: impl AsRef<[u8]>) -> Result<Self, Error> {
        Ok(Self {
            command: Command::parse(line)?,
            sent: false,
        })
    }
}

impl Flow for Raw {
    type Output = Reply;

    fn step(&mut self, session: &mut Session, answer: Answer) -> Result<Step<Reply>, Error> {
        Step::run(answer, |answer| {
            if !self.sent {
                let verb = self.command.verb();
                if matches!(verb, "AUTH" | "CCC" | "ABOR") || Verb::is_transfer(verb) {
                    let why = "more belongs to it than a reply: it has a flow of its own";
                    return Err(Error::option(why).with_command(verb).into());
                }
                self.sent = true;
                session.send_raw(self.command.clone())?;
            }
            session.next_reply(answer, Wait::Reply)
        })
    }
}
