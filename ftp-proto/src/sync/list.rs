//! Plans of single files, such as twenty files that are downloaded at the same time.

use alloc::boxed::Box;
use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use super::action::{Action, Change, Reason};
use super::options::SyncOptions;
use super::plan::{Places, SyncPlan};
use super::report::SyncFailure;
use crate::error::Error;
use crate::session::transfer::Direction;
use crate::tree::file_name;

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
            targets: BTreeSet::new(),
        }
    }

    /// Adds the transfer of one file. `local` is the path on this machine: on Unix its bytes, and
    /// on Windows its text in UTF-8. `remote` is the path on the server; an error becomes a failure
    /// of the plan.
    ///
    /// The paths have the same meaning as those of `get_file` and `put_file` of an adapter: the
    /// target may also be a directory, and the file then keeps its name there. If two files have the
    /// same target, the second one is a failure of the plan: write a directory as `.` or with a `/`
    /// at its end, so that the plan knows it. Add only files to a plan that
    /// [`of_files`](Self::of_files) has made.
    pub fn add_file(&mut self, local: impl AsRef<[u8]>, remote: Result<impl AsRef<[u8]>, Error>) {
        let local: Box<[u8]> = local.as_ref().into();
        let added = remote.and_then(|remote| {
            let remote = remote.as_ref();
            match self.targets.insert(self.target(&local, remote)) {
                true => Ok(Some(remote).filter(|it| **it != *local).map(Box::from)),
                false => Err(Error::option(
                    "another file of this plan has the same target",
                )),
            }
        });
        match added {
            Ok(remote) => self.actions.push(Action {
                change: Change::Create,
                reason: Reason::Always,
                remote,
                local,
                size: None,
                listed: None,
                has_no_part: false,
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

    /// Returns the path that a file gets.
    fn target(&self, local: &[u8], remote: &[u8]) -> Box<[u8]> {
        let (source, target) = match self.direction {
            Direction::Download => (remote, local),
            Direction::Upload => (local, remote),
        };
        match target {
            b"" | b"." | b"./" => file_name(source).into(),
            [.., b'/'] => [target, file_name(source)].concat().into(),
            target => target.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_files_do_not_get_the_same_path() {
        let mut down = SyncPlan::of_files(Direction::Download, &SyncOptions::new());
        for (local, remote) in [
            (".", "x/a"),
            (".", "y/a"),
            ("a", "z"),
            ("d/", "y/a"),
            ("b", "x/a"),
        ] {
            down.add_file(local, Ok(remote));
        }
        assert_eq!((down.transfers(), down.failures().len()), (3, 2));
        let mut up = SyncPlan::of_files(Direction::Upload, &SyncOptions::new());
        for (local, remote) in [
            ("x/a", "up/"),
            ("y/a", "up/"),
            ("z", "up/a"),
            ("x/a", "up/b"),
        ] {
            up.add_file(local, Ok(remote));
        }
        assert_eq!((up.transfers(), up.failures().len()), (2, 2));
    }
}
