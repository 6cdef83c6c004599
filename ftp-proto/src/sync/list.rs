//! Plans of single files, such as twenty files that are downloaded at the same time.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::action::{Action, Change, Reason};
use super::options::SyncOptions;
use super::plan::{Places, SyncPlan};
use super::report::SyncFailure;
use crate::error::Error;
use crate::session::transfer::Direction;

impl SyncPlan {
    /// Makes a plan without any action, for files that you [add](Self::add_file) yourself. Nothing
    /// is compared: every file is transferred. Of the options, those for
    /// [files](SyncOptions::files) and [retries](SyncOptions::retry) count.
    ///
    /// ```
    /// use ftp_proto::Direction;
    /// use ftp_proto::sync::{SyncOptions, SyncPlan};
    ///
    /// let mut plan = SyncPlan::of_files(Direction::Download, &SyncOptions::new());
    /// plan.add_file("today.csv", Ok("pub/2026-11-27.csv"));
    /// assert_eq!(plan.transfers(), 1);
    /// ```
    #[must_use]
    pub fn of_files(direction: Direction, options: &SyncOptions) -> Self {
        Self {
            direction,
            local_root: Vec::new(),
            places: Places::AsGiven,
            remote_root: Vec::new(),
            options: options.clone(),
            actions: Vec::new(),
            failures: Vec::new(),
            failure_count: 0,
            leftovers: Vec::new(),
        }
    }

    /// Adds the transfer of one file. `local` is the path on this machine: on Unix its bytes, and
    /// on Windows its text in UTF-8. `remote` is the path on the server; an error becomes a failure
    /// of the plan.
    ///
    /// The paths have the same meaning as those of `get_file` and `put_file` of an adapter: the
    /// target may also be a directory, and the file then keeps its name there. Add only files to a
    /// plan that [`of_files`](Self::of_files) has made.
    pub fn add_file(&mut self, local: impl AsRef<[u8]>, remote: Result<impl AsRef<[u8]>, Error>) {
        let local: Box<[u8]> = local.as_ref().into();
        match remote {
            Ok(remote) => self.actions.push(Action {
                change: Change::Create,
                reason: Reason::Always,
                remote: Some(remote.as_ref())
                    .filter(|it| **it != *local)
                    .map(Box::from),
                local,
                size: None,
            }),
            Err(error) => {
                self.failure_count = self.failure_count.saturating_add(1);
                self.failures.push(SyncFailure {
                    path: local,
                    change: Some(Change::Create),
                    error,
                });
            }
        }
    }
}
