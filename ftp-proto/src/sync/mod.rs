//! Whole trees: what a sync of two directories would change, and the work that it takes.
//!
//! A sync has three steps, and each is a value without I/O:
//!
//! 1. [`PlanSync`] compares a [`LocalTree`] with a directory on the server. The result is a
//!    [`SyncPlan`]: a list of [`Action`]s, each with its reason, which you can look at and change.
//! 2. [`SyncRun`] hands out the work of a plan as [`Job`]s, to one session or to several. It knows
//!    which job must wait for another, and which failure is worth another try.
//! 3. [`SyncReport`] says what was done, and what failed.

mod action;
mod compare;
mod comparison;
mod download;
mod draft;
mod filter;
mod job;
mod letter_case;
mod list;
mod local_index;
mod local_tree;
mod look;
mod obstacles;
mod options;
mod partial;
mod paths;
mod plan;
mod planner;
mod progress;
mod removal;
mod report;
mod run;
mod stages;
mod times;
mod upload;
mod work;
mod worker;

pub use action::{Action, Change, Reason};
pub use filter::Filter;
pub use job::{Job, JobDone, LocalChange, LocalLinks, LocalPlace, RemoteChange, Work};
pub use local_tree::{LocalKind, LocalTree};
pub use options::{Compare, Extra, LetterCase, SyncOptions};
pub use plan::SyncPlan;
pub use planner::PlanSync;
pub use progress::SyncProgress;
pub use report::{SyncFailure, SyncReport};
pub use run::{JobId, SyncRun, SyncStep};
pub use worker::{SessionState, SyncWorker};
