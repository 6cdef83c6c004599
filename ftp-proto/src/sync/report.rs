//! What a sync has done, and what failed.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;

use super::action::{Action, Change};
use super::job::JobDone;
use super::plan::SyncPlan;
use crate::counted::Counted;
use crate::error::Error;
use crate::files::Resumed;
use crate::wire::Escaped;

/// What a sync has done. `Display` shows a line for each failure that it keeps, and a line with the
/// numbers. If the sync ended early, one more line has the number of actions that were left. Each
/// line ends with a line feed, so `print!` shows it well. Names are escaped, so none can add a
/// line:
///
/// ```text
/// failed  old/a.txt (create): RETR pub/old/a.txt: the server refused: 550 Permission denied.
/// 3 created, 1 updated, 0 deleted, 12 skipped, 1 failed, 48213 bytes
/// ```
///
/// ```
/// use ftp_proto::sync::{SyncOptions, SyncPlan, SyncRun};
/// use ftp_proto::{Direction, Error, ErrorKind, Options};
///
/// let mut plan = SyncPlan::of_files(Direction::Download, &SyncOptions::new());
/// plan.add_file("a.csv", Ok("pub/a.csv"));
/// let mut run = SyncRun::new(plan, &Options::new("ftp.example.org"), 1);
/// run.stop(Error::new(ErrorKind::Aborted)); // before anything was done
/// let report = run.into_report();
/// assert_eq!(report.undone, 1);
/// assert!(!report.is_complete());
/// assert!(report.into_result().is_err_and(|error| error.kind() == ErrorKind::Aborted));
/// ```
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct SyncReport {
    /// How many files were transferred that the target did not have.
    pub created: u64,
    /// How many files were transferred that replaced others.
    pub updated: u64,
    /// How many files and links were deleted in the target.
    pub deleted: u64,
    /// How many directories were made.
    pub directories_made: u64,
    /// How many directories were removed.
    pub directories_removed: u64,
    /// How many files and directories stayed as they were.
    pub skipped: u64,
    /// How many bytes moved over data connections.
    pub transferred: u64,
    /// How many transfers went on where an earlier one was interrupted.
    pub resumed: u64,
    /// How many times a step was repeated.
    pub retries: u64,
    /// How many actions were not carried out, because the sync ended early: your program stopped it,
    /// or the connection was lost for good. A failure with an empty path then says why.
    pub undone: u64,
    /// How many things failed. If it is not 0, the target is not what the plan said.
    pub failure_count: u64,
    /// The first 10,000 failures, and the one that says why the sync ended early.
    pub failures: Vec<SyncFailure>,
}

/// What failed in a sync. `Display` shows it as one line without a line feed, with the names
/// escaped: `old/a.txt (create): RETR pub/old/a.txt: the server refused: 550 Permission denied.`
///
/// ```
/// use ftp_proto::sync::{SyncOptions, SyncPlan};
/// use ftp_proto::{Direction, Error, ErrorKind};
///
/// let mut plan = SyncPlan::of_files(Direction::Download, &SyncOptions::new());
/// let unknown = Error::new(ErrorKind::InvalidArgument);
/// plan.add_file("a.csv", Err::<&str, _>(unknown));
/// let failure = &plan.failures()[0];
/// assert_eq!(&*failure.path, b"a.csv");
/// assert_eq!(failure.error.kind(), ErrorKind::InvalidArgument);
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SyncFailure {
    /// The path, relative to the directory of the sync: on this machine, or on the server if the
    /// path has no counterpart here. Empty for the directory itself.
    pub path: Box<[u8]>,
    /// What was to happen there. `None` if this could not be planned.
    pub change: Option<Change>,
    /// Why it failed.
    pub error: Error,
}

impl SyncReport {
    /// Returns whether nothing failed. Then [`undone`](Self::undone) is 0, too: a sync that ends
    /// early has a failure that says why. Links that were skipped are no failures.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.failure_count == 0
    }

    /// Returns the first error, if something failed, so that `?` can end a program.
    ///
    /// # Errors
    /// The first error of the report.
    pub fn into_result(self) -> Result<Self, Error> {
        match self.failures.first() {
            Some(failure) => Err(failure.error.clone()),
            None => Ok(self),
        }
    }
}

/// The most failures that a report keeps.
const MOST_FAILURES: usize = 10_000;

impl SyncReport {
    /// Begins the report of this plan.
    pub(super) fn begin(plan: &SyncPlan) -> Self {
        let skipped = |action: &&Action| action.change == Change::Skip;
        Self {
            skipped: plan.actions.iter().filter(skipped).count() as u64,
            failure_count: plan.failure_count,
            failures: plan.failures.clone(),
            ..Self::default()
        }
    }

    pub(super) fn fail(&mut self, path: Box<[u8]>, change: Option<Change>, error: Error) {
        self.keep(SyncFailure {
            path,
            change,
            error,
        });
    }

    /// Adds the reason why the sync ends early. It is kept after any number of failures.
    pub(super) fn stop(&mut self, error: Error) {
        self.failure_count = self.failure_count.saturating_add(1);
        self.failures.push(SyncFailure {
            path: Box::default(),
            change: None,
            error,
        });
    }

    fn keep(&mut self, failure: SyncFailure) {
        self.failure_count = self.failure_count.saturating_add(1);
        if self.failures.len() < MOST_FAILURES {
            self.failures.push(failure);
        }
    }

    pub(super) fn succeed(&mut self, change: Change, done: &JobDone) {
        let count = match change {
            Change::Create => &mut self.created,
            Change::Update => &mut self.updated,
            Change::Delete => &mut self.deleted,
            Change::MakeDirectory => &mut self.directories_made,
            Change::RemoveDirectory => &mut self.directories_removed,
            Change::Skip => &mut self.skipped,
        };
        *count = count.saturating_add(1);
        if let JobDone::File(file) = done {
            self.add_transferred(file.transferred);
            if matches!(
                file.resumed,
                Resumed::Proven { .. } | Resumed::Unproven { .. }
            ) {
                self.resumed = self.resumed.saturating_add(1);
            }
        }
    }

    pub(super) fn add_transferred(&mut self, bytes: u64) {
        self.transferred = self.transferred.saturating_add(bytes);
    }
}

impl fmt::Display for SyncReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for failure in &self.failures {
            writeln!(f, "failed  {failure}")?;
        }
        writeln!(
            f,
            "{} created, {} updated, {} deleted, {} skipped, {} failed, {}",
            self.created,
            self.updated,
            self.deleted,
            self.skipped,
            self.failure_count,
            Counted::bytes(self.transferred)
        )?;
        match self.undone {
            0 => Ok(()),
            undone => writeln!(f, "{undone} not done"),
        }
    }
}

/// Leaves out what your program can do, if the format is `{:#}`.
impl fmt::Display for SyncFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = if self.path.is_empty() {
            b"."
        } else {
            &*self.path
        };
        write!(f, "{}", Escaped::new(path))?;
        if let Some(change) = self.change {
            write!(f, " ({change})")?;
        }
        f.write_str(": ")?;
        fmt::Display::fmt(&self.error, f)
    }
}
