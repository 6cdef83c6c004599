//! Changing the directory (CWD and CDUP).

use crate::error::Error;
use crate::flow::{Answer, Flow, Step};
use crate::session::Session;
use crate::wire::{Command, Reply, Verb};

use super::compose::completion;
use super::exchange::Exchange;

/// CWD (RFC 959 section 4.1.1): changes the directory. Returns the reply.
///
/// For `..`, CDUP is sent, because some servers have another name for the parent directory. If the
/// server does not know CDUP, `CWD ..` is sent. An empty path is sent as `CWD .`.
///
/// ```
/// # mod scripted { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/flows/scripted.rs")); }
/// # use scripted::{Server, drive, logged_in};
/// # let mut session = logged_in()?;
/// use ftp_proto::flows::ChangeDirectory;
///
/// let mut server = Server::new(["250 Done", "250 Done"]);
/// drive(&mut session, ChangeDirectory::new("pub")?, &mut server)?;
/// drive(&mut session, ChangeDirectory::new("..")?, &mut server)?;
/// assert_eq!(server.heard(), ["CWD pub", "CDUP"]);
/// # Ok::<(), ftp_proto::Error>(())
/// ```
#[derive(Debug)]
pub struct ChangeDirectory {
    exchange: Exchange,
    fallback: Option<Exchange>,
}

impl ChangeDirectory {
    /// Makes the flow that changes to this directory.
    ///
    /// # Errors
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) for a path that cannot be sent.
    pub fn new(path: impl AsRef<[u8]>) -> Result<Self, Error> {
        let (command, fallback) = match path.as_ref() {
            b".." => {
                let fallback = Exchange::new(Command::fixed(Verb::CWD, ".."));
                (Command::from(Verb::CDUP), Some(fallback))
            }
            b"" => (Command::fixed(Verb::CWD, "."), None),
            path => (Verb::CWD.with(path)?, None),
        };
        Ok(Self {
            exchange: Exchange::new(command),
            fallback,
        })
    }
}

impl Flow for ChangeDirectory {
    type Output = Reply;

    fn step(&mut self, session: &mut Session, answer: Answer) -> Result<Step<Reply>, Error> {
        Step::run(answer, |answer| {
            loop {
                let reply = self.exchange.reply(session, answer)?;
                match self.fallback.take() {
                    Some(fallback) if reply.is_not_implemented() => self.exchange = fallback,
                    _ => return Ok(completion(reply, self.exchange.verb())?),
                }
            }
        })
    }
}
