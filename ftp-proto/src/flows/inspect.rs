//! Asks a server what it knows about one path, without a listing: MLST, or else SIZE and MDTM.
//!
//! ```text
//! FEAT lists MLST -> MLST -+-> facts
//!        |                 +-> refused
//!        | no              | 500, or a reply without an entry
//!        v                 v
//!       SIZE --------------+-> refused
//!        | a size, or SIZE is unknown
//!        v
//!       MDTM -> size and time
//! ```

use alloc::vec::Vec;

use super::compose::{inner, unless_refused};
use super::{Facts, Feat, Modified, Size};
use crate::capabilities::{Capability, Support};
use crate::error::{Error, ErrorKind};
use crate::flow::{Answer, Flow, Halt, Step};
use crate::listing::Entry;
use crate::reply::Timestamp;
use crate::session::Session;
use crate::wire::Verb;

/// Asks the server about one path: by MLST (RFC 3659 section 7) if FEAT lists it, and otherwise by
/// SIZE and MDTM.
///
/// If the server refuses such a command, and the refusal could be about the path, the flow does not
/// fail: it returns [`Inspected::Refused`].
///
/// ```
/// # mod scripted { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/flows/scripted.rs")); }
/// # use scripted::{Server, drive, logged_in};
/// # let mut session = logged_in()?;
/// use ftp_proto::flows::Inspect;
///
/// let mut server = Server::new([
///     "211-Features:\r\n MLST type*;size*;\r\n211 End",
///     "250-Facts:\r\n type=file;size=5; hello\r\n250 End",
/// ]);
/// let inspected = drive(&mut session, Inspect::new("hello")?, &mut server)?;
/// assert!(format!("{inspected:?}").starts_with("Facts"));
/// assert_eq!(server.heard(), ["FEAT", "MLST hello"]);
/// # Ok::<(), ftp_proto::Error>(())
/// ```
#[derive(Debug)]
pub struct Inspect {
    path: Vec<u8>,
    facts: Facts,
    size: Size,
    modified: Modified,
    /// Whether to send MDTM for the time of a file after SIZE has shown that the file exists.
    with_time: bool,
    bytes: Option<u64>,
    state: State,
}

/// What a server has said about one path.
///
/// ```
/// # mod scripted { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/flows/scripted.rs")); }
/// # use scripted::{Server, drive, logged_in};
/// # let mut session = logged_in()?;
/// use ftp_proto::flows::Inspect;
/// use ftp_proto::tree::Inspected;
///
/// # let features = "211-Features:\r\n MLST type*;size*;\r\n211 End";
/// # let mut server = Server::new([features, "250-Facts:\r\n type=file;size=5; hello\r\n250 End"]);
/// let size = match drive(&mut session, Inspect::new("hello")?, &mut server)? {
///     Inspected::Facts(entry) => entry.size(),
///     Inspected::File { size, .. } => size,
///     Inspected::Refused(error) => return Err(error),
///     _ => None,
/// };
/// assert_eq!(size, Some(5));
/// # Ok::<(), ftp_proto::Error>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Inspected {
    /// The server has replied to MLST with these facts.
    Facts(Entry<'static>),
    /// The replies to SIZE and MDTM. Most servers give a size and a time only for files, not for
    /// directories.
    File {
        /// The size in bytes. `None` if the server does not know SIZE.
        size: Option<u64>,
        /// The time of the last modification. `None` if MDTM was not sent, or if the server gave no
        /// time.
        modified: Option<Timestamp>,
    },
    /// The server has refused MLST, SIZE or MDTM for this path. The error holds the reply.
    Refused(Error),
    /// The server does not know any of the three commands, so nothing is known about the path.
    Unasked,
}

#[derive(Debug)]
enum State {
    Begin,
    Features(Feat),
    Facts,
    Size,
    Modified,
}

impl Inspect {
    /// Makes the flow that asks about this path.
    ///
    /// # Errors
    /// [`InvalidArgument`](ErrorKind::InvalidArgument) for a path that cannot be sent.
    pub fn new(path: impl AsRef<[u8]>) -> Result<Self, Error> {
        let path = path.as_ref();
        Ok(Self {
            path: path.to_vec(),
            facts: Facts::new(Some(path))?,
            size: Size::new(path)?,
            modified: Modified::new(path)?,
            with_time: true,
            bytes: None,
            state: State::Begin,
        })
    }

    /// Leaves out MDTM if SIZE has already shown that the file exists.
    #[must_use]
    pub fn without_time(mut self) -> Self {
        self.with_time = false;
        self
    }
}

impl Flow for Inspect {
    type Output = Inspected;

    fn step(&mut self, session: &mut Session, answer: Answer) -> Result<Step<Inspected>, Error> {
        Step::run(answer, |answer| {
            loop {
                self.state = match &mut self.state {
                    State::Begin => match session.support(Capability::Mlst) {
                        Support::Unknown => State::Features(Feat::new()),
                        _ => first(session),
                    },
                    State::Features(feat) => {
                        // If the server refuses FEAT, this is no refusal of the path, so the flow
                        // goes on.
                        unless_refused(inner(feat, session, answer), session)?;
                        first(session)
                    }
                    State::Facts => {
                        let facts = inner(&mut self.facts, session, answer);
                        match attempt(facts, &self.path, session)? {
                            Attempt::Told(entry) => return Ok(Inspected::Facts(entry)),
                            Attempt::Refused(error) => return Ok(Inspected::Refused(error)),
                            Attempt::Useless => State::Size,
                        }
                    }
                    State::Size => {
                        let size = inner(&mut self.size, session, answer);
                        match attempt(size, &self.path, session)? {
                            Attempt::Told(size) => self.bytes = size,
                            Attempt::Refused(error) => return Ok(Inspected::Refused(error)),
                            Attempt::Useless => {}
                        }
                        if self.bytes.is_some() && !self.with_time {
                            return Ok(Inspected::file(self.bytes, None));
                        }
                        State::Modified
                    }
                    State::Modified => {
                        let modified = inner(&mut self.modified, session, answer);
                        return Ok(
                            match (attempt(modified, &self.path, session)?, self.bytes) {
                                (Attempt::Told(Some(time)), size) => {
                                    Inspected::file(size, Some(time))
                                }
                                (_, size @ Some(_)) => Inspected::file(size, None),
                                (Attempt::Refused(error), None) => Inspected::Refused(error),
                                (Attempt::Told(None) | Attempt::Useless, None) => {
                                    Inspected::Unasked
                                }
                            },
                        );
                    }
                };
            }
        })
    }
}

impl Inspected {
    const fn file(size: Option<u64>, modified: Option<Timestamp>) -> Self {
        Self::File { size, modified }
    }
}

/// The first question.
fn first(session: &Session) -> State {
    match session.support(Capability::Mlst) {
        Support::Advertised | Support::Verified => State::Facts,
        Support::Unknown | Support::Refused => State::Size,
    }
}

/// The result of one command (MLST, SIZE or MDTM).
enum Attempt<T> {
    Told(T),
    /// The server knows the command, and has refused it for this path.
    Refused(Error),
    /// The server does not know the command, or its reply cannot be read. The next command is
    /// tried.
    Useless,
}

/// Sorts the result of one command into the three cases of [`Attempt`]. An error that is not about
/// the path, such as a time-out, stays an error.
fn attempt<T>(result: Result<T, Halt>, path: &[u8], session: &Session) -> Result<Attempt<T>, Halt> {
    let error = match result {
        Ok(told) => return Ok(Attempt::Told(told)),
        Err(Halt::Want(want)) => return Err(want.into()),
        Err(Halt::Error(error)) => error,
    };
    match error.reply() {
        Some(_) if session.is_dead() => Err(error.into()),
        Some(reply) if reply.is_not_implemented() => Ok(Attempt::Useless),
        Some(reply) if reply.is_refusal() => Ok(Attempt::Refused(with_argument(error, path))),
        // For a hidden file, ProFTPD replies to MLST with a 250 that has no entry.
        Some(_) if error.kind() == ErrorKind::Protocol => Ok(Attempt::Useless),
        _ => Err(error.into()),
    }
}

/// Adds the path to the error of a refusal. The session adds the path only to an error with which a
/// flow fails, and this flow returns the refusal as its result.
fn with_argument(error: Error, path: &[u8]) -> Error {
    let verb = error.command().and_then(|verb| Verb::new(verb).ok());
    match verb.and_then(|verb| verb.with(path).ok()) {
        Some(command) => error.or_argument_of(&command),
        None => error,
    }
}
