//! Compares a local tree with a directory on the server.

use super::local_tree::LocalTree;
use super::options::SyncOptions;
use super::plan::SyncPlan;
use crate::error::Error;
use crate::listing::Line;
use crate::options::encoding::Encoding;
use crate::tree::{Outcome, Plan, Todo};

/// Compares.
#[derive(Debug)]
pub struct PlanSync(());

impl PlanSync {
    /// Plans a download.
    pub fn download(
        _remote: impl AsRef<[u8]>,
        _local: LocalTree,
        _encoding: &Encoding,
        _options: &SyncOptions,
    ) -> Result<Self, Error> {
        Ok(Self(()))
    }

    /// Plans an upload.
    pub fn upload(
        _local: LocalTree,
        _remote: impl AsRef<[u8]>,
        _encoding: &Encoding,
        _options: &SyncOptions,
    ) -> Result<Self, Error> {
        Ok(Self(()))
    }
}

impl Plan for PlanSync {
    type Item = Result<SyncPlan, Error>;

    fn next_step(&mut self) -> Todo<Self::Item> {
        Todo::Done
    }

    fn take_line(&mut self, _: Line<'_>) -> Result<(), Error> {
        Ok(())
    }

    fn finished(&mut self, _: Result<Outcome, Error>) {}
}
