//! Asks a server about one file, without a listing: for its size (SIZE) and its time (MDTM).

use crate::capabilities::Capability;
use crate::error::Error;
use crate::flow::{Answer, Flow, Step};
use crate::reply::{Malformed, Timestamp};
use crate::representation::TransferType;
use crate::session::Session;
use crate::wire::{Reply, Verb};

use super::Type;
use super::compose::{completion, inner};
use super::exchange::Exchange;

/// SIZE (RFC 3659 section 4): how many bytes a file has in TYPE I. TYPE I is set first, because in
/// TYPE A servers refuse SIZE or count something else.
///
/// Returns `None` if the server does not know SIZE; the session then never sends it again. A 550,
/// for example for a missing file, is an error.
///
/// ```
/// # mod scripted { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/flows/scripted.rs")); }
/// # use scripted::{Server, drive, logged_in};
/// # let mut session = logged_in()?;
/// use ftp_proto::flows::Size;
///
/// let mut server = Server::new(["200 Binary", "213 4096"]);
/// let size = drive(&mut session, Size::new("genome.fa")?, &mut server)?;
/// assert_eq!(size, Some(4096));
/// assert_eq!(server.heard(), ["TYPE I", "SIZE genome.fa"]);
/// # Ok::<(), ftp_proto::Error>(())
/// ```
#[derive(Debug)]
pub struct Size {
    exchange: Exchange,
    binary: Option<Type>,
}

impl Size {
    /// Makes the flow that asks for the size of this file.
    ///
    /// # Errors
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) for a path that cannot be sent.
    pub fn new(path: impl AsRef<[u8]>) -> Result<Self, Error> {
        Ok(Self {
            exchange: Exchange::new(Verb::SIZE.with(path)?),
            binary: Some(Type::new(TransferType::Image)),
        })
    }
}

/// For a flight of several questions.
impl Size {
    pub(super) fn exchange(&mut self) -> &mut Exchange {
        &mut self.exchange
    }

    /// Reads the reply to SIZE. `None` if the server does not know SIZE.
    pub(super) fn read(reply: Reply) -> Result<Option<u64>, Error> {
        attribute(reply, "SIZE", crate::reply::size)
    }
}

impl Flow for Size {
    type Output = Option<u64>;

    fn step(&mut self, session: &mut Session, answer: Answer) -> Result<Step<Option<u64>>, Error> {
        Step::run(answer, |answer| {
            if let Some(binary) = &mut self.binary {
                if session.lacks(Capability::Size) {
                    return Ok(None);
                }
                inner(binary, session, answer)?;
                self.binary = None;
            }
            let reply = self.exchange.reply(session, answer)?;
            Ok(Self::read(reply)?)
        })
    }
}

/// MDTM (RFC 3659 section 3): when a file was last modified. The time is in UTC, if the server
/// follows the RFC.
///
/// Returns `None` if the server does not know MDTM; the session then never sends it again. A reply
/// without a valid time is an error of kind [`Protocol`](crate::ErrorKind::Protocol), which holds
/// the reply.
///
/// ```
/// # mod scripted { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/flows/scripted.rs")); }
/// # use scripted::{Server, drive, logged_in};
/// # let mut session = logged_in()?;
/// use ftp_proto::flows::Modified;
///
/// let mut server = Server::new(["213 20260102030405"]);
/// let modified = drive(&mut session, Modified::new("genome.fa")?, &mut server)?;
/// let text = modified.map(|time| time.to_string());
/// assert_eq!(text.as_deref(), Some("2026-01-02T03:04:05"));
/// # Ok::<(), ftp_proto::Error>(())
/// ```
#[derive(Debug)]
pub struct Modified(Exchange);

impl Modified {
    /// Makes the flow that asks for the time of this file. A name that begins with 14 or more
    /// digits is sent with `./` in front, because some servers read `MDTM 20260101000000 a` as a
    /// command to change the time of `a`.
    ///
    /// # Errors
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) for a path that cannot be sent.
    pub fn new(path: impl AsRef<[u8]>) -> Result<Self, Error> {
        let path = path.as_ref();
        let digits = path.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let path = match digits {
            0..14 => path.to_vec(),
            14.. => [b"./", path].concat(),
        };
        Ok(Self(Exchange::new(Verb::MDTM.with(path)?)))
    }
}

/// For a flight of several questions.
impl Modified {
    pub(super) fn exchange(&mut self) -> &mut Exchange {
        &mut self.0
    }

    /// Reads the reply to MDTM. `None` if the server does not know MDTM.
    pub(super) fn read(reply: Reply) -> Result<Option<Timestamp>, Error> {
        attribute(reply, "MDTM", crate::reply::modified)
    }
}

impl Flow for Modified {
    type Output = Option<Timestamp>;

    fn step(
        &mut self,
        session: &mut Session,
        answer: Answer,
    ) -> Result<Step<Option<Timestamp>>, Error> {
        Step::run(answer, |answer| {
            if session.lacks(Capability::Mdtm) && !self.0.is_sent() {
                return Ok(None);
            }
            let reply = self.0.reply(session, answer)?;
            Ok(Self::read(reply)?)
        })
    }
}

fn attribute<T>(
    reply: Reply,
    verb: &str,
    read: impl FnOnce(&Reply) -> Result<T, Malformed>,
) -> Result<Option<T>, Error> {
    if reply.is_not_implemented() {
        return Ok(None);
    }
    let reply = completion(reply, verb)?;
    match read(&reply) {
        Ok(value) => Ok(Some(value)),
        Err(malformed) => Err(Error::from(malformed).with_command(verb).with_reply(reply)),
    }
}
