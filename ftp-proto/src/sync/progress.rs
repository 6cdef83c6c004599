//! How far a sync has got, for a function of yours.

use core::fmt;

use super::action::Action;
use crate::data::Progress;
use crate::error::Error;

/// How far a sync has got. Your function gets it while a file moves, and after each action.
///
/// `Display` is a text such as `3 of 10: update  data/a.csv  (newer), 1.5 MiB of 3.0 MiB, 50 %`.
///
/// ```
/// # use std::time::Duration;
/// # use ftp_proto::sync::{SessionState, SyncOptions, SyncPlan, SyncRun, SyncStep};
/// # use ftp_proto::{Direction, Options};
/// use ftp_proto::data::Progress;
///
/// # let mut plan = SyncPlan::of_files(Direction::Download, &SyncOptions::new());
/// # plan.add_file("a.csv", Ok("pub/a.csv"));
/// # let mut run = SyncRun::new(plan, &Options::new("ftp.example.org"), 1);
/// # let mut worker = run.worker();
/// # let (alive, now) = (SessionState::Alive, Duration::ZERO);
/// # let SyncStep::Run(job) = run.next_step(&mut worker, alive, now) else {
/// #     panic!("there is a file to download")
/// # };
/// // `job` is a job of `run`. Its file has 80 bytes, and half of them have moved.
/// let progress = run.moved(job.id(), Progress::new(40, Some(80))).expect("it is not stopped");
/// assert_eq!((progress.done, progress.total), (0, 1));
/// assert_eq!(&*progress.action.local, b"a.csv");
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct SyncProgress<'a> {
    /// The action that is being carried out, or that has just ended.
    pub action: &'a Action,
    /// How much of the file has moved. `None` if the action transfers no file, or has ended.
    pub file: Option<Progress>,
    /// How the action has ended. `None` while it is being carried out.
    pub outcome: Option<Result<(), &'a Error>>,
    /// How many actions have ended, those that failed included.
    pub done: u64,
    /// How many actions the sync has, without those that [skip](super::Change::Skip) a path.
    pub total: u64,
    /// How many bytes of files are done.
    pub bytes_done: u64,
    /// How many bytes of files the sync transfers. Files of unknown size are not included.
    pub bytes_total: u64,
}

impl fmt::Display for SyncProgress<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {}: {}", self.done, self.total, self.action)?;
        match (self.outcome, self.file) {
            (Some(Err(error)), _) => write!(f, ": {error}"),
            (None, Some(file)) => write!(f, ", {file}"),
            _ => Ok(()),
        }
    }
}
