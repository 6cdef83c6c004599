//! The end of a session (QUIT).

use super::compose::completion;
use crate::error::{Error, ErrorKind};
use crate::flow::{Answer, Event, Flow, Halt, Step};
use crate::session::Session;
use crate::wait::Wait;
use crate::wire::{Command, Reply, Verb};

/// Ends the session by QUIT (RFC 959 section 4.1.1). Returns the reply, or `None` if the server
/// closes the connection without a reply.
///
/// With [`Pipelining::quit_without_reply`](crate::Pipelining::quit_without_reply), the flow does not
/// wait for the reply, and returns `None`.
///
/// Afterwards the session is dead: every further operation fails.
///
/// ```
/// # mod scripted { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/flows/scripted.rs")); }
/// # use scripted::{Server, drive, logged_in};
/// # let mut session = logged_in()?;
/// use ftp_proto::flows::{Pwd, Quit};
///
/// let mut server = Server::new(["221 Goodbye"]);
/// let reply = drive(&mut session, Quit::new(), &mut server)?;
/// assert_eq!(reply.map(|reply| reply.code().value()), Some(221));
/// assert!(session.is_dead());
/// assert!(drive(&mut session, Pwd::new(), &mut server).is_err());
/// # Ok::<(), ftp_proto::Error>(())
/// ```
#[derive(Debug, Default)]
pub struct Quit {
    sent: bool,
}

impl Quit {
    /// Makes the flow. It is the last flow on a session.
    pub fn new() -> Self {
        Self::default()
    }
}

impl Flow for Quit {
    type Output = Option<Reply>;

    fn step(
        &mut self,
        session: &mut Session,
        answer: Answer,
    ) -> Result<Step<Option<Reply>>, Error> {
        Step::run(answer, |answer| {
            if !self.sent {
                self.sent = true;
                session.send(Command::from(Verb::QUIT))?;
                return Err(match session.config().pipelining.quit_without_reply {
                    // A look makes the driver write QUIT.
                    true => session.look().into(),
                    false => session.receive_within(Wait::Reply).into(),
                });
            }
            if session.config().pipelining.quit_without_reply {
                session.die_with(Error::new(ErrorKind::Closed));
                return Ok(None);
            }
            let heard = matches!(answer.event(), Some(Event::Received));
            match session.next_reply(answer, Wait::Reply) {
                Err(Halt::Error(closed))
                    if heard && closed.kind() == ErrorKind::Closed && closed.reply().is_none() =>
                {
                    Ok(None)
                }
                reply => Ok(Some(completion(reply?, "QUIT")?)),
            }
        })
    }
}
