//! Plans: work that takes several operations, and the steps of this work.

use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::error::Error;
use crate::flow::{Answer, Flow, Step};
use crate::flows::check_sent::CheckSent;
use crate::flows::inspect::Inspected;
use crate::flows::visit::Visit;
use crate::flows::{
    Delete, HashOf, Inspect, InspectMany, MakeDirectory, ReadDirectory, RemoveDirectory, Rename,
    SetModified,
};
use crate::listing::Line;
use crate::reply::{Algorithm, FileHash};
use crate::session::Session;

/// Work that takes several operations, such as a walk through a tree. A plan says what to do next;
/// it does no I/O. The adapters have one loop for all plans:
///
/// 1. Call [`next_step`](Self::next_step).
/// 2. For [`Todo::Read`], run the flow and hand each line of the listing to
///    [`take_line`](Self::take_line). An error of `take_line` ends the reading. For [`Todo::Run`],
///    run the task. For [`Todo::HashLocal`], read the local file.
/// 3. Call [`finished`](Self::finished) with the result of the step, and go on with 1. If
///    [`Session::ends_plan`] says so, drop the plan instead.
///
/// If you stop in the middle of a step, go on with 1: `next_step` then returns the same step again.
///
/// ```
/// use ftp_proto::tree::{MakeDirectories, Outcome, Plan, Todo};
///
/// let mut plan = MakeDirectories::new("backup")?;
/// let made = loop {
///     match plan.next_step() {
///         // Here the driver runs the task on the session, and the server carries it out.
///         Todo::Run(_task) => plan.finished(Ok(Outcome::Done)),
///         Todo::Yield(made) => break made,
///         _ => unreachable!("this plan reads no listing and no local file"),
///     }
/// };
/// assert!(made.is_ok());
/// # Ok::<(), ftp_proto::Error>(())
/// ```
pub trait Plan {
    /// What the plan hands out in [`Todo::Yield`].
    type Item;

    /// Returns what to do next.
    fn next_step(&mut self) -> Todo<Self::Item>;

    /// Takes a line of the listing of [`Todo::Read`].
    ///
    /// # Errors
    /// [`TooLarge`](crate::ErrorKind::TooLarge) if the listing exceeds a limit of the plan. Abort
    /// the listing, and call [`finished`](Self::finished) with this error.
    fn take_line(&mut self, line: Line<'_>) -> Result<(), Error>;

    /// Takes the result of the step. Do not call it if [`Session::ends_plan`] says so.
    fn finished(&mut self, result: Result<Outcome, Error>);
}

/// The next step of a [`Plan`].
///
/// ```
/// use ftp_proto::tree::{Plan, Todo, WalkOptions, Walker};
///
/// let mut walker = Walker::new(Some("pub"), &WalkOptions::new())?;
/// let next = match walker.next_step() {
///     Todo::Read(_) => "read a listing",
///     Todo::Run(_) => "run a task",
///     Todo::HashLocal(_) => "read a local file",
///     Todo::Yield(_) => "use an entry",
///     Todo::Done => "stop",
/// };
/// assert_eq!(next, "read a listing");
/// # Ok::<(), ftp_proto::Error>(())
/// ```
#[derive(Debug)]
#[must_use]
pub enum Todo<T> {
    /// Open this listing, hand each line to [`Plan::take_line`], and the result to
    /// [`Plan::finished`].
    Read(ReadDirectory),
    /// Run this task, and hand the result to [`Plan::finished`].
    Run(Task),
    /// Compute the hash of this local file, and hand [`Outcome::LocalHash`], or the error, to
    /// [`Plan::finished`].
    HashLocal(HashLocal),
    /// Hand this item to your caller. Do not call [`Plan::finished`] for it.
    Yield(T),
    /// The plan has ended.
    Done,
}

/// A flow that a plan wants to run, such as an inspection of a path, a DELE or an RNTO.
///
/// ```
/// # mod scripted { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/flows/scripted.rs")); }
/// # use scripted::{Server, drive, logged_in};
/// # let mut session = logged_in()?;
/// use ftp_proto::flows::Delete;
/// use ftp_proto::tree::{Outcome, Task};
///
/// let task = Task::from(Delete::new("a.txt")?);
/// let mut server = Server::new(["250 Deleted"]);
/// assert!(matches!(drive(&mut session, task, &mut server)?, Outcome::Done));
/// # Ok::<(), ftp_proto::Error>(())
/// ```
#[derive(Debug)]
pub struct Task(Which);

#[derive(Debug)]
enum Which {
    Inspect(Box<Inspect>),
    InspectMany(Box<InspectMany>),
    CheckSent(Box<CheckSent>),
    Delete(Delete),
    MakeDirectory(MakeDirectory),
    RemoveDirectory(RemoveDirectory),
    Hash(Box<HashOf>),
    SetModified(Box<SetModified>),
    Rename(Box<Rename>),
    Visit(Box<Visit>),
}

/// A local file whose hash a plan wants.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct HashLocal {
    /// The path of the file: on Unix its bytes, and on Windows its text in UTF-8.
    pub path: Vec<u8>,
    /// The algorithm.
    pub algorithm: Algorithm,
}

/// The result of one step of a [`Plan`].
///
/// ```
/// # mod scripted { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/flows/scripted.rs")); }
/// # use scripted::{Server, drive, logged_in};
/// # let mut session = logged_in()?;
/// use ftp_proto::flows::HashOf;
/// use ftp_proto::reply::Algorithm;
/// use ftp_proto::tree::{Outcome, Task};
///
/// # let features = "211-Features:\r\n XMD5\r\n211 End";
/// # let mut server = Server::new([features, "250 5d41402abc4b2a76b9719d911017c592"]);
/// let task = Task::from(HashOf::new("hello", Algorithm::Md5)?);
/// let text = match drive(&mut session, task, &mut server)? {
///     Outcome::Hash(Some(hash)) => hash.to_string(),
///     Outcome::Hash(None) => "the server computes no MD5".into(),
///     other => format!("{other:?}"),
/// };
/// assert_eq!(text, "5d41402abc4b2a76b9719d911017c592");
/// # Ok::<(), ftp_proto::Error>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Outcome {
    /// The step is done.
    Done,
    /// What the server's replies to MLST, SIZE or MDTM say about a path.
    Inspected(Inspected),
    /// What the server's replies say about several paths, in their order.
    AllInspected(Vec<Inspected>),
    /// What the server has said about a file that was sent, and whether the time of the file is set.
    Checked {
        /// What the reply to MLST or SIZE says.
        found: Inspected,
        /// Whether the server has set the time.
        is_dated: bool,
    },
    /// The server's hash of a file. `None` if it does not compute such a hash.
    Hash(Option<FileHash>),
    /// The hash of a local file.
    LocalHash(Vec<u8>),
}

impl HashLocal {
    pub(crate) fn new(path: Vec<u8>, algorithm: Algorithm) -> Self {
        Self { path, algorithm }
    }
}

impl From<Inspect> for Task {
    fn from(flow: Inspect) -> Self {
        Self(Which::Inspect(Box::new(flow)))
    }
}

impl From<InspectMany> for Task {
    fn from(flow: InspectMany) -> Self {
        Self(Which::InspectMany(Box::new(flow)))
    }
}

impl From<CheckSent> for Task {
    fn from(flow: CheckSent) -> Self {
        Self(Which::CheckSent(Box::new(flow)))
    }
}

impl From<Delete> for Task {
    fn from(flow: Delete) -> Self {
        Self(Which::Delete(flow))
    }
}

impl From<MakeDirectory> for Task {
    fn from(flow: MakeDirectory) -> Self {
        Self(Which::MakeDirectory(flow))
    }
}

impl From<RemoveDirectory> for Task {
    fn from(flow: RemoveDirectory) -> Self {
        Self(Which::RemoveDirectory(flow))
    }
}

impl From<HashOf> for Task {
    fn from(flow: HashOf) -> Self {
        Self(Which::Hash(Box::new(flow)))
    }
}

impl From<SetModified> for Task {
    fn from(flow: SetModified) -> Self {
        Self(Which::SetModified(Box::new(flow)))
    }
}

impl From<Rename> for Task {
    fn from(flow: Rename) -> Self {
        Self(Which::Rename(Box::new(flow)))
    }
}

impl From<Visit> for Task {
    fn from(flow: Visit) -> Self {
        Self(Which::Visit(Box::new(flow)))
    }
}

impl Flow for Task {
    type Output = Outcome;

    fn step(&mut self, session: &mut Session, answer: Answer) -> Result<Step<Outcome>, Error> {
        Ok(match &mut self.0 {
            Which::Inspect(flow) => flow.step(session, answer)?.map(Outcome::Inspected),
            Which::InspectMany(flow) => flow.step(session, answer)?.map(Outcome::AllInspected),
            Which::CheckSent(flow) => flow.step(session, answer)?.map(|checked| Outcome::Checked {
                found: checked.found,
                is_dated: checked.is_dated,
            }),
            Which::Hash(flow) => flow.step(session, answer)?.map(Outcome::Hash),
            Which::Delete(flow) => done(flow.step(session, answer)?),
            Which::MakeDirectory(flow) => done(flow.step(session, answer)?),
            Which::RemoveDirectory(flow) => done(flow.step(session, answer)?),
            Which::SetModified(flow) => done(flow.step(session, answer)?),
            Which::Rename(flow) => done(flow.step(session, answer)?),
            Which::Visit(flow) => done(flow.step(session, answer)?),
        })
    }

    fn name(&self) -> &'static str {
        match &self.0 {
            Which::Inspect(flow) => flow.name(),
            Which::InspectMany(flow) => flow.name(),
            Which::CheckSent(flow) => flow.name(),
            Which::Delete(flow) => flow.name(),
            Which::MakeDirectory(flow) => flow.name(),
            Which::RemoveDirectory(flow) => flow.name(),
            Which::Hash(flow) => flow.name(),
            Which::SetModified(flow) => flow.name(),
            Which::Rename(flow) => flow.name(),
            Which::Visit(flow) => flow.name(),
        }
    }
}

fn done<T>(step: Step<T>) -> Step<Outcome> {
    step.map(|_| Outcome::Done)
}
