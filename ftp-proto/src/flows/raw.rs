//! Sends any command that you give as a line of text.

use crate::error::Error;
use crate::flow::{Answer, Flow, Step};
use crate::session::Session;
use crate::wait::Wait;
use crate::wire::{Command, Reply, Verb};

/// Sends any command that needs no data connection. Returns its final reply, even if it is a
/// refusal: you decide what it means.
///
/// If the command changes a setting (TYPE, REST, PROT …), the session takes note of the change. The
/// flow refuses AUTH, CCC and ABOR, which have flows of their own. (After AUTH, TLS begins, and
/// after CCC, it ends.) It also refuses data commands, which
/// [`Open::command`](super::Open::command) sends.
///
/// ```
/// # mod scripted { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/flows/scripted.rs")); }
/// # use scripted::{Server, drive, logged_in};
/// # let mut session = logged_in()?;
/// use ftp_proto::flows::Raw;
///
/// let mut server = Server::new(["500 Unknown command"]);
/// let reply = drive(&mut session, Raw::new("XCUP")?, &mut server)?;
/// assert_eq!(reply.code().value(), 500); // a refusal is no error here
/// assert!(Raw::new("two\nlines").is_err());
/// # Ok::<(), ftp_proto::Error>(())
/// ```
#[derive(Debug)]
pub struct Raw {
    command: Command,
    sent: bool,
}

impl Raw {
    /// Makes the flow from a whole line, without its line end.
    ///
    /// # Errors
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if the line does not start with a
    /// verb, or holds CR, LF or NUL.
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
                    let why = "it is more than a command and its reply: use the method that is \
                               made for it";
                    return Err(Error::option(why).with_command(verb).into());
                }
                self.sent = true;
                session.send_raw(self.command.clone())?;
            }
            session.next_reply(answer, Wait::Reply)
        })
    }
}
