//! What transfers have done, as JSON.

use std::time::Duration;

use ftp_blocking::files::Resumed;
use ftp_blocking::reply::Timestamp;
use ftp_blocking::sync::{Action, SyncFailure};
use ftp_blocking::{FileReport, SyncReport};
use serde::Serialize;

use crate::names::JsonName;

/// The report of one file.
#[derive(Debug, Serialize)]
pub(crate) struct FileDone<'r> {
    remote: JsonName<'r>,
    local: JsonName<'r>,
    size: u64,
    transferred: u64,
    /// Where the transfer went on. `null`: it began at the start.
    resumed_at: Option<u64>,
    is_size_checked: bool,
    verified: Option<&'static str>,
    modified: Option<Timestamp>,
    seconds: f64,
}

/// The report of a sync.
#[derive(Debug, Serialize)]
pub(crate) struct SyncDone<'r> {
    is_complete: bool,
    created: u64,
    updated: u64,
    deleted: u64,
    directories_made: u64,
    directories_removed: u64,
    skipped: u64,
    transferred: u64,
    resumed: u64,
    retries: u64,
    undone: u64,
    failed: u64,
    failures: Vec<Failed<'r>>,
}

/// What a sync could not do.
#[derive(Debug, Serialize)]
pub(crate) struct Failed<'r> {
    path: JsonName<'r>,
    change: Option<String>,
    cause: &'static str,
    error: String,
}

/// What a sync would do at one path.
#[derive(Debug, Serialize)]
pub(crate) struct Planned<'r> {
    change: String,
    reason: String,
    path: JsonName<'r>,
    size: Option<u64>,
}

impl<'r> FileDone<'r> {
    pub(crate) fn new(report: &'r FileReport, time: Duration) -> Self {
        // Without a directory, files come into the current one.
        let local = report.local.strip_prefix(".");
        Self {
            remote: JsonName::new(&report.remote),
            local: JsonName::of_path(local.unwrap_or(&report.local)),
            size: report.size,
            transferred: report.transferred,
            resumed_at: match report.resumed {
                Resumed::Proven { offset } | Resumed::Unproven { offset } => Some(offset),
                _ => None,
            },
            is_size_checked: report.is_size_checked,
            verified: report.verified.map(|algorithm| algorithm.name()),
            modified: report.modified,
            seconds: time.as_secs_f64(),
        }
    }
}

impl<'r> SyncDone<'r> {
    pub(crate) fn new(report: &'r SyncReport) -> Self {
        Self {
            is_complete: report.is_complete(),
            created: report.created,
            updated: report.updated,
            deleted: report.deleted,
            directories_made: report.directories_made,
            directories_removed: report.directories_removed,
            skipped: report.skipped,
            transferred: report.transferred,
            resumed: report.resumed,
            retries: report.retries,
            undone: report.undone,
            failed: report.failure_count,
            failures: report.failures.iter().map(Failed::new).collect(),
        }
    }
}

impl<'r> Failed<'r> {
    fn new(failure: &'r SyncFailure) -> Self {
        Self {
            path: JsonName::new(&failure.path),
            change: failure.change.map(|change| change.to_string()),
            cause: failure.error.cause().name(),
            error: format!("{:#}", failure.error),
        }
    }
}

impl<'r> Planned<'r> {
    pub(crate) fn new(action: &'r Action) -> Self {
        Self {
            change: action.change.to_string(),
            reason: action.reason.to_string(),
            path: JsonName::new(&action.local),
            size: action.size,
        }
    }
}
