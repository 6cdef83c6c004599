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
//!
//! To a server that is known to bear it, SIZE and MDTM leave as one flight: see `questions.rs`.

use alloc::vec::Vec;

use super::compose::{inner, unless_refused};
use super::questions::{Ask, Questions, Said};
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
    /// Sending SIZE and MDTM as one flight.
    Together(Questions),
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
                        _ => self.first(session)?,
                    },
                    State::Features(feat) => {
                        // If the server refuses FEAT, this is no refusal of the path, so the flow
                        // goes on.
                        unless_refused(inner(feat, session, answer), session)?;
                        self.first(session)?
                    }
                    State::Facts => {
                        let facts = inner(&mut self.facts, session, answer);
                        match attempt(facts, &self.path, session)? {
                            Attempt::Told(entry) => return Ok(Inspected::Facts(entry)),
                            Attempt::Refused(error) => return Ok(Inspected::Refused(error)),
                            Attempt::Useless => self.by_size(session)?,
                        }
                    }
                    State::Together(questions) => match questions.ask(session, answer)? {
                        Some(said) => return Ok(told(said)),
                        None => State::Size,
                    },
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
                        let modified = attempt(modified, &self.path, session)?;
                        return Ok(Inspected::of(Attempt::Told(self.bytes), modified));
                    }
                };
            }
        })
    }
}

impl Inspect {
    /// Returns the state of the first question.
    fn first(&self, session: &Session) -> Result<State, Error> {
        match prefers_facts(session) {
            true => Ok(State::Facts),
            false => self.by_size(session),
        }
    }

    /// Returns the state of the question by SIZE, or by SIZE and MDTM.
    fn by_size(&self, session: &Session) -> Result<State, Error> {
        let questions = match self.with_time {
            true => Questions::about(core::slice::from_ref(&self.path), Ask::SizeAndTime, session)?,
            false => None,
        };
        Ok(questions.map_or(State::Size, State::Together))
    }
}

impl Inspected {
    /// Returns the size in bytes, if the server has told it.
    #[must_use]
    pub fn size(&self) -> Option<u64> {
        match self {
            Self::Facts(entry) => entry.size(),
            Self::File { size, .. } => *size,
            Self::Refused(_) | Self::Unasked => None,
        }
    }

    const fn file(size: Option<u64>, modified: Option<Timestamp>) -> Self {
        Self::File { size, modified }
    }

    /// Makes the result of SIZE and MDTM.
    pub(super) fn of(size: Attempt<Option<u64>>, modified: Attempt<Option<Timestamp>>) -> Self {
        let bytes = match size {
            Attempt::Told(bytes) => bytes,
            Attempt::Refused(error) => return Self::Refused(error),
            Attempt::Useless => None,
        };
        match (modified, bytes) {
            (Attempt::Told(Some(time)), size) => Self::file(size, Some(time)),
            (_, size @ Some(_)) => Self::file(size, None),
            (Attempt::Refused(error), None) => Self::Refused(error),
            (Attempt::Told(None) | Attempt::Useless, None) => Self::Unasked,
        }
    }
}

/// Whether the first question is MLST.
pub(super) fn prefers_facts(session: &Session) -> bool {
    match session.support(Capability::Mlst) {
        Support::Advertised | Support::Verified => true,
        Support::Unknown | Support::Refused => false,
    }
}

/// Returns what was said about the only path of a flight.
fn told(said: Vec<Said>) -> Inspected {
    match said.into_iter().next() {
        Some(Said::Told(inspected)) => inspected,
        Some(Said::Nothing) | None => Inspected::Unasked,
    }
}

/// The result of one command (MLST, SIZE or MDTM).
pub(super) enum Attempt<T> {
    Told(T),
    /// The server knows the command, and has refused it for this path.
    Refused(Error),
    /// The server does not know the command, or its reply cannot be read. The next command is
    /// tried.
    Useless,
}

/// Sorts the result of one command into the three cases of [`Attempt`]. An error that is not about
/// the path, such as a time-out, stays an error.
pub(super) fn attempt<T>(
    result: Result<T, Halt>,
    path: &[u8],
    session: &Session,
) -> Result<Attempt<T>, Halt> {
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
