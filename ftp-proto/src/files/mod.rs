//! Whole files: downloads into a file and uploads from a file that are complete or not there.
//!
//! A download goes into a partial file beside the target, and an upload goes to a temporary name
//! beside the target on the server. Only after everything was checked does the file get its name.
//! Each of the two is a [`FilePlan`], which says what to do next and does no I/O. The methods
//! `get_file` and `put_file` of the adapters carry out these plans.

mod get;
mod hasher;
mod local;
mod options;
mod partial;
mod put;
mod report;
mod step;
mod version;

pub use get::GetFile;
pub use hasher::Hasher;
pub use local::{LocalFact, LocalStep};
pub use options::{FileOptions, KeepTime, Resume, SyncToDisk, UploadTo, Verify};
pub use put::PutFile;
pub use report::{Discarded, FileReport, Placed, Resumed};
pub use step::{FileFact, FilePlan, FileStep, ReadPart, ReceiveFile, SendFile, above_limit};
