//! Renames a file or directory (RNFR and RNTO).

use crate::error::Error;
use crate::flow::{Answer, Flow, Halt, Step};
use crate::session::Session;
use crate::wire::{Class, Reply, Verb};

use super::compose::completion;
use super::exchange::Exchange;

/// RNFR and RNTO (RFC 959 section 4.1.3): renames or moves a file or a directory. Returns the reply
/// to RNTO.
///
/// RNTO is sent only after a 3xx reply to RNFR. To a server that is known to bear it, both leave
/// together ([`Pipelining::flights`](crate::Pipelining::flights)), unless the server may still
/// remember the name of an earlier RNFR.
///
/// ```
/// # mod scripted { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/flows/scripted.rs")); }
/// # use scripted::{Server, drive, logged_in};
/// # let mut session = logged_in()?;
/// use ftp_proto::flows::Rename;
///
/// let mut server = Server::new(["350 To what?", "250 Renamed"]);
/// drive(&mut session, Rename::new("draft.txt", "final.txt")?, &mut server)?;
/// assert_eq!(server.heard(), ["RNFR draft.txt", "RNTO final.txt"]);
/// # Ok::<(), ftp_proto::Error>(())
/// ```
#[derive(Debug)]
pub struct Rename {
    from: Exchange,
    to: Exchange,
    found: bool,
    /// The refusal of RNFR, while the reply to an RNTO that left together with it is still to come.
    refused: Option<Error>,
}

impl Rename {
    /// Makes the flow that renames `from` to `to`. If `to` exists, the server decides whether to
    /// overwrite it or to refuse.
    ///
    /// # Errors
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) for a path that cannot be sent.
    pub fn new(from: impl AsRef<[u8]>, to: impl AsRef<[u8]>) -> Result<Self, Error> {
        Ok(Self {
            from: Exchange::new(Verb::RNFR.with(from)?),
            to: Exchange::new(Verb::RNTO.with(to)?),
            found: false,
            refused: None,
        })
    }

    /// Reads the reply to RNFR.
    fn find(&mut self, session: &mut Session, answer: &mut Answer) -> Result<(), Halt> {
        let reply = self.from.reply(session, answer)?;
        if reply.class() == Class::Intermediate {
            self.found = true;
            return Ok(());
        }
        let error = Error::from_reply(reply).with_command("RNFR");
        if !self.to.is_sent() {
            return Err(error.into());
        }
        self.refused = Some(error);
        Ok(())
    }
}

impl Flow for Rename {
    type Output = Reply;

    fn step(&mut self, session: &mut Session, answer: Answer) -> Result<Step<Reply>, Error> {
        Step::run(answer, |answer| {
            if !self.from.is_sent() && session.may_rename_in_one_flight() {
                self.from.settle_names(session, answer)?;
                self.to.settle_names(session, answer)?;
                self.from.queue(session)?;
                self.to.queue(session)?;
            }
            if !self.found && self.refused.is_none() {
                self.find(session, answer)?;
            }
            let reply = self.to.reply(session, answer)?;
            match self.refused.take() {
                // The server refuses RNTO too. If it does not, it has renamed something else.
                Some(error) if reply.class() == Class::Completion => {
                    session.lose_step();
                    Err(error.with_source(RENAMED).into())
                }
                Some(error) => Err(error.into()),
                None => Ok(completion(reply, "RNTO")?),
            }
        })
    }
}

const RENAMED: &str = "although the server refused RNFR, it accepted the RNTO that followed";
