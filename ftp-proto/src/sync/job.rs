//! One job of a sync: what a session, or the local disk, has to do.

use core::time::Duration;

use super::look::Look;
use super::removal::Removal;
use super::stages::Step;
use crate::atomics::Arc;
use crate::error::Error;
use crate::files::{FileReport, GetFile, PutFile};
use crate::listing::Line;
use crate::retry::Attempts;
use crate::tree::{Inspected, MakeDirectories, Outcome, Plan, Todo};

/// One job of a sync. Do its work, and then hand it to
/// [`SyncRun::finished`](super::SyncRun::finished).
///
/// ```
/// use std::time::Duration;
///
/// use ftp_proto::sync::{SessionState, SyncOptions, SyncPlan, SyncRun, SyncStep};
/// use ftp_proto::{Direction, Options};
///
/// let mut plan = SyncPlan::of_files(Direction::Download, &SyncOptions::new());
/// plan.add_file("a.csv", Ok("pub/a.csv"));
/// let mut run = SyncRun::new(plan, &Options::new("ftp.example.org"), 1);
/// let mut worker = run.worker();
/// let SyncStep::Run(job) = run.next_step(&mut worker, SessionState::Alive, Duration::ZERO) else {
///     panic!("there is a file to download")
/// };
/// assert_eq!(&*job.local.path, b"a.csv");
/// ```
#[derive(Debug)]
pub struct Job {
    /// The number of its action.
    pub(super) number: usize,
    /// What is done for the action.
    pub(super) step: Step,
    /// When its first attempt began.
    pub(super) begun: Duration,
    /// The attempts that have failed. `None` before the first failure.
    pub(super) attempts: Option<Attempts>,
    /// How many bytes of the file were done at most, in all attempts.
    pub(super) furthest: u64,
    /// How many bytes have moved in the attempts that have failed.
    pub(super) moved: u64,
    /// What is to be done.
    pub work: Work,
    /// Where it happens on this machine.
    pub local: LocalPlace,
}

/// What is to be done.
///
/// ```
/// use ftp_proto::sync::{LocalChange, Work};
///
/// fn describe(work: &Work) -> &'static str {
///     match work {
///         Work::Get(_) => "download",
///         Work::Put(_) => "upload",
///         Work::Remote(_) => "change on the server",
///         Work::Local(_) => "change here",
///         _ => "something else",
///     }
/// }
///
/// assert_eq!(describe(&Work::Local(LocalChange::DeleteFile)), "change here");
/// ```
#[derive(Debug)]
#[non_exhaustive]
#[allow(
    clippy::large_enum_variant,
    reason = "there is one for each session at a time"
)]
pub enum Work {
    /// Download into the file at this [place](Job::local).
    Get(GetFile),
    /// Upload the file at this place.
    Put(PutFile),
    /// Change something on the server.
    Remote(RemoteChange),
    /// Change something at this place.
    Local(LocalChange),
}

impl Job {
    pub(super) fn new(
        number: usize,
        step: Step,
        work: Work,
        local: LocalPlace,
        begun: Duration,
    ) -> Self {
        Self {
            number,
            step,
            begun,
            attempts: None,
            furthest: 0,
            moved: 0,
            work,
            local,
        }
    }
}

impl Work {
    /// Tells a download what the server has said about the file.
    pub(super) fn with_found(self, found: Option<&Inspected>) -> Self {
        match (self, found) {
            (Self::Get(plan), Some(found)) => Self::Get(plan.with_inspected(found)),
            (work, _) => work,
        }
    }

    /// Tells the plan of a file whether another transfer follows in its session.
    pub(super) fn tell_of_next(&mut self, is_followed: bool) {
        match self {
            Self::Get(plan) => plan.set_followed(is_followed),
            Self::Put(plan) => plan.set_followed(is_followed),
            Self::Remote(_) | Self::Local(_) => {}
        }
    }
}

/// A path on this machine.
///
/// ```
/// use ftp_proto::sync::{LocalLinks, LocalPlace};
///
/// let place = LocalPlace::new(b"/srv/site", b"images/a.png", LocalLinks::Refuse);
/// assert_eq!(&*place.root, b"/srv/site");
/// assert_eq!(&*place.path, b"images/a.png");
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct LocalPlace {
    /// The directory of the sync. Empty for the current directory.
    pub root: Arc<[u8]>,
    /// The path from there, with `/` between the names. Empty for the directory itself.
    pub path: Arc<[u8]>,
    /// Whether links below the directory may be followed.
    pub links: LocalLinks,
}

impl LocalPlace {
    /// Makes a place.
    #[must_use]
    pub fn new(root: &[u8], path: &[u8], links: LocalLinks) -> Self {
        let (root, path) = (root.into(), path.into());
        Self { root, path, links }
    }
}

/// Whether links below the local directory of a sync may be followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LocalLinks {
    /// No. If any part of the path is a link, the job fails: it could lead out of the directory.
    Refuse,
    /// Yes.
    Follow,
}

/// What changes on the local disk, besides the content of files.
///
/// ```
/// use std::path::Path;
/// use std::{fs, io};
///
/// use ftp_proto::sync::LocalChange;
///
/// fn change(what: LocalChange, path: &Path) -> io::Result<()> {
///     match what {
///         LocalChange::MakeDirectory => fs::create_dir_all(path),
///         LocalChange::DeleteFile => fs::remove_file(path),
///         LocalChange::RemoveDirectory => fs::remove_dir(path),
///         _ => Err(io::ErrorKind::Unsupported.into()),
///     }
/// }
///
/// assert!(change(LocalChange::MakeDirectory, Path::new(".")).is_ok());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LocalChange {
    /// Make this directory. If the path is empty, make the directory of the sync, and what is
    /// missing above it. A directory that is there is no error.
    MakeDirectory,
    /// Delete this file or link. If there is none, that is no error.
    DeleteFile,
    /// Remove this empty directory. If there is none, that is no error.
    RemoveDirectory,
}

/// What changes on the server, besides the content of files. Carry it out as a [`Plan`]. In a
/// download it changes nothing: it asks about the next files as one flight.
///
/// ```
/// use ftp_proto::sync::RemoteChange;
/// use ftp_proto::tree::{MakeDirectories, Outcome, Plan, Todo};
///
/// let mut change = RemoteChange::from(MakeDirectories::new("backup")?);
/// assert!(matches!(change.next_step(), Todo::Run(_)));
/// change.finished(Ok(Outcome::Done)); // the server has made the directory
/// assert!(matches!(change.next_step(), Todo::Yield(Ok(()))));
/// # Ok::<(), ftp_proto::Error>(())
/// ```
#[derive(Debug)]
pub struct RemoteChange(Which);

#[derive(Debug)]
#[allow(
    clippy::large_enum_variant,
    reason = "there is one for each session at a time"
)]
enum Which {
    Make(MakeDirectories),
    Remove(Removal),
    /// This changes nothing. It asks about the next files.
    Look(Look),
}

/// What a job has done.
///
/// ```
/// # use ftp_proto::sync::{SyncOptions, SyncPlan, SyncRun};
/// # use ftp_proto::{Direction, Options};
/// use std::time::Duration;
///
/// use ftp_proto::sync::{JobDone, SessionState, SyncStep};
///
/// # let mut plan = SyncPlan::of_files(Direction::Download, &SyncOptions::new());
/// # plan.add_file("a.csv", Ok("pub/a.csv"));
/// # let mut run = SyncRun::new(plan, &Options::new("ftp.example.org"), 1);
/// // `run` has one file to download.
/// let (alive, now) = (SessionState::Alive, Duration::ZERO);
/// let mut worker = run.worker();
/// let SyncStep::Run(job) = run.next_step(&mut worker, alive, now) else {
///     panic!("there is a file to download")
/// };
/// // A job that transfers no file reports `JobDone::Changed`.
/// assert!(run.finished(&mut worker, *job, Ok(JobDone::Changed), alive, now).is_some());
/// assert!(run.into_report().is_complete());
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum JobDone {
    /// A file was transferred.
    File(FileReport),
    /// A directory was made, or something was deleted.
    Changed,
}

impl From<MakeDirectories> for RemoteChange {
    fn from(plan: MakeDirectories) -> Self {
        Self(Which::Make(plan))
    }
}

impl From<Removal> for RemoteChange {
    fn from(plan: Removal) -> Self {
        Self(Which::Remove(plan))
    }
}

impl From<Look> for RemoteChange {
    fn from(plan: Look) -> Self {
        Self(Which::Look(plan))
    }
}

impl RemoteChange {
    /// Returns the questions about the next files, if this is what it was.
    pub(super) fn into_look(self) -> Option<Look> {
        match self.0 {
            Which::Look(look) => Some(look),
            _ => None,
        }
    }
}

impl Plan for RemoteChange {
    type Item = Result<(), Error>;

    fn next_step(&mut self) -> Todo<Self::Item> {
        match &mut self.0 {
            Which::Make(plan) => plan.next_step(),
            Which::Remove(plan) => plan.next_step(),
            Which::Look(plan) => plan.next_step(),
        }
    }

    fn take_line(&mut self, line: Line<'_>) -> Result<(), Error> {
        match &mut self.0 {
            Which::Make(plan) => plan.take_line(line),
            Which::Remove(plan) => plan.take_line(line),
            Which::Look(plan) => plan.take_line(line),
        }
    }

    fn finished(&mut self, result: Result<Outcome, Error>) {
        match &mut self.0 {
            Which::Make(plan) => plan.finished(result),
            Which::Remove(plan) => plan.finished(result),
            Which::Look(plan) => plan.finished(result),
        }
    }
}
