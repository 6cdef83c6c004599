//! How far a sync has got, for a function of yours.

use core::fmt;

use super::action::Action;
use crate::data::Progress;
use crate::error::Error;

/// How far a sync has got. Your function gets it while a file moves, and after each action.
///
/// `Display` is a text such as `3 of 10: update  data/a.csv  (newer), 1.5 MiB of 3.0 MiB, 50 %`.
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
