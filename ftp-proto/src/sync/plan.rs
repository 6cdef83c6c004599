//! What a sync would do, as a list of actions.

use alloc::boxed::Box;
use alloc::collections::BTreeSet;
use alloc::vec::Vec;
use core::fmt;

use super::action::{Action, Change};
use super::options::SyncOptions;
use super::report::SyncFailure;
use crate::session::transfer::Direction;

/// What a sync would do. Nothing is changed before you carry it out: look at it, print it, or
/// [drop](Self::retain) actions from it.
///
/// ```no_run
/// # fn show(mut plan: ftp_proto::sync::SyncPlan) {
/// use ftp_proto::sync::Change;
///
/// print!("{plan}"); // a line for each action that changes something
/// plan.retain(|action| action.change != Change::Delete);
/// assert!(plan.transfers() > 0);
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct SyncPlan {
    pub(super) direction: Direction,
    /// The directory on this machine, as bytes of a path. Empty for the current directory.
    pub(super) local_root: Vec<u8>,
    pub(super) places: Places,
    /// The directory on the server. Empty for the current directory.
    pub(super) remote_root: Vec<u8>,
    pub(super) options: SyncOptions,
    /// In the order of their paths.
    pub(super) actions: Vec<Action>,
    /// What could not be planned: the first 10,000 failures.
    pub(super) failures: Vec<SyncFailure>,
    /// How many failures there were.
    pub(super) failure_count: u64,
    /// The local paths of files of which an earlier download has left a part, in their order.
    pub(super) leftovers: Vec<Box<[u8]>>,
    /// The paths that files of a list get, so that no two get the same. Empty for a tree.
    pub(super) targets: BTreeSet<Box<[u8]>>,
}

/// Where the paths of a plan are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Places {
    /// Below the two directories. Nothing outside of them changes.
    InRoots,
    /// Where you have said.
    AsGiven,
}

impl SyncPlan {
    /// Returns the direction of the sync.
    #[must_use]
    pub fn direction(&self) -> Direction {
        self.direction
    }

    /// Returns the local directory, as the driver has given it to [`LocalTree::set_root`]: on Unix
    /// the bytes of its path, and on Windows its text in UTF-8.
    ///
    /// [`LocalTree::set_root`]: super::LocalTree::set_root
    #[must_use]
    pub fn local_root(&self) -> &[u8] {
        &self.local_root
    }

    /// Sets the local directory.
    #[must_use]
    pub fn with_local_root(mut self, root: impl Into<Vec<u8>>) -> Self {
        self.local_root = root.into();
        self
    }

    /// Returns the options of the sync.
    #[must_use]
    pub fn options(&self) -> &SyncOptions {
        &self.options
    }

    /// Returns all actions, in the order of their paths. Files that stay as they are have
    /// [`Change::Skip`]. So have links and special files, which are skipped and are no failures. To
    /// list the links:
    ///
    /// ```
    /// # fn show(plan: &ftp_proto::sync::SyncPlan) {
    /// use ftp_proto::sync::Reason;
    ///
    /// for action in plan.actions().iter().filter(|action| action.reason == Reason::Link) {
    ///     println!("{action}"); // skip    data/latest  (a link)
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn actions(&self) -> &[Action] {
        &self.actions
    }

    /// Returns what could not be planned: directories that could not be read, names that are not
    /// safe, and such. The report has these failures too. Only the first 10,000 are kept.
    #[must_use]
    pub fn failures(&self) -> &[SyncFailure] {
        &self.failures
    }

    /// Returns how many things could not be planned.
    #[must_use]
    pub fn failure_count(&self) -> u64 {
        self.failure_count
    }

    /// Keeps only the actions for which `keep` returns `true`. If you drop the action that makes a
    /// directory, what would go into it fails, unless the directory is there.
    pub fn retain(&mut self, keep: impl FnMut(&Action) -> bool) {
        self.actions.retain(keep);
    }

    /// Returns whether the plan changes nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changes().next().is_none()
    }

    /// Returns the actions that change something. Count some of them before you carry out a plan:
    ///
    /// ```
    /// # fn show(plan: &ftp_proto::sync::SyncPlan) {
    /// use ftp_proto::sync::Change;
    ///
    /// let deletions = plan.changes().filter(|action| action.change == Change::Delete).count();
    /// # let _ = deletions;
    /// # }
    /// ```
    pub fn changes(&self) -> impl Iterator<Item = &Action> {
        self.actions
            .iter()
            .filter(|action| action.change != Change::Skip)
    }

    /// Returns how many files are transferred.
    #[must_use]
    pub fn transfers(&self) -> u64 {
        let transfers = self
            .actions
            .iter()
            .filter(|action| matches!(action.change, Change::Create | Change::Update));
        transfers.count() as u64
    }

    /// Returns how many bytes are transferred. Files of unknown size are not included.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        let sizes = self.changes().filter_map(|action| action.size);
        sizes.fold(0, u64::saturating_add)
    }
}

/// Shows a line for each action that changes something, and one for each failure that it keeps.
/// Each line ends with a line feed, and names are escaped. Actions that change nothing are not
/// shown.
impl fmt::Display for SyncPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for action in self.changes() {
            writeln!(f, "{action}")?;
        }
        for failure in &self.failures {
            writeln!(f, "failed  {failure}")?;
        }
        Ok(())
    }
}
