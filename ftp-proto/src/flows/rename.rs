//! Renames a file or directory (RNFR and RNTO).

use crate::error::Error;
use crate::flow::{Answer, Flow, Step};
use crate::session::Session;
use crate::wire::{Class, Reply, Verb};

use super::compose::completion;
use super::exchange::Exchange;

/// RNFR and RNTO (RFC 959 section 4.1.3): renames or moves a file or a directory. Returns the reply
/// to RNTO. RNTO is sent only after a 3xx reply to RNFR.
#[derive(Debug)]
pub struct Rename {
    from: Exchange,
    to: Exchange,
    found: bool,
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
        })
    }
}

impl Flow for Rename {
    type Output = Reply;

    fn step(&mut self, session: &mut Session, answer: Answer) -> Result<Step<Reply>, Error> {
        Step::run(answer, |answer| {
            if !self.found {
                let reply = self.from.reply(session, answer)?;
                if reply.class() != Class::Intermediate {
                    return Err(Error::from_reply(reply).with_command("RNFR").into());
                }
                self.found = true;
            }
            Ok(completion(self.to.reply(session, answer)?, "RNTO")?)
        })
    }
}
