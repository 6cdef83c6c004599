//! What a plan wants from the local disk, and what the disk answers.

use alloc::vec::Vec;

use crate::local_name::{LocalName, UnsafeName};
use crate::reply::{Algorithm, Timestamp};

use super::options::SyncToDisk;

/// What a [`FilePlan`](super::FilePlan) wants from the local disk.
///
/// ```
/// use ftp_proto::files::{LocalFact, LocalStep};
///
/// /// Answers two of the steps for a local file with these bytes.
/// fn answer(step: LocalStep, file: &[u8]) -> LocalFact {
///     match step {
///         LocalStep::Source => LocalFact::Source { length: file.len() as u64, modified: None },
///         LocalStep::Tail { length, .. } => LocalFact::Bytes(file[file.len() - length..].to_vec()),
///         _ => todo!("the other steps"),
///     }
/// }
///
/// let tail = LocalStep::Tail { end: 5, length: 2 };
/// assert!(matches!(answer(tail, b"hello"), LocalFact::Bytes(bytes) if bytes == b"lo"));
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum LocalStep {
    /// Open the partial file for the target of a download, and lock it. If the target is a
    /// directory, the target is `name` in this directory. Answer: [`LocalFact::Opened`].
    Open {
        /// A number for the version of the remote file. It is a part of the partial file's name.
        tag: u64,
        /// The name of the remote file, for a target that is a directory.
        name: Result<LocalName, UnsafeName>,
        /// Whether the partial file stays if the download fails and it has bytes. If not, it also
        /// starts empty.
        keep: bool,
    },
    /// Empty the partial file.
    Empty,
    /// Read `length` bytes that end at the position `end` of the partial file, or of the file to
    /// upload. Answer: [`LocalFact::Bytes`].
    Tail {
        /// The position after the last byte.
        end: u64,
        /// How many bytes.
        length: usize,
    },
    /// Compute the hash of the file. Answer: [`LocalFact::Hash`].
    Hash {
        /// The algorithm.
        algorithm: Algorithm,
        /// How many bytes from the beginning. `None`: all.
        length: Option<u64>,
    },
    /// Give the partial file this modification time, then its final name. Answer:
    /// [`LocalFact::Committed`].
    Commit {
        /// The modification time. `None`: the time stays as it is.
        modified: Option<Timestamp>,
        /// Whether to write the file to the disk first.
        sync: SyncToDisk,
        /// Whether to delete then the partial files of the same target with other tags. To find
        /// them, read the whole directory.
        tidy: bool,
    },
    /// Close the file. Delete a partial file, unless it was opened with `keep` and has bytes.
    Leave,
    /// Open the file to upload, or look at it again. Answer: [`LocalFact::Source`].
    Source,
}

/// What the local disk answers to a [`LocalStep`].
///
/// ```
/// use ftp_proto::files::{FileFact, FileOptions, FilePlan, FileStep, PutFile};
/// use ftp_proto::files::{LocalFact, LocalStep};
///
/// let mut plan = PutFile::new("a.txt", &FileOptions::new())?;
/// let FileStep::Local(LocalStep::Source) = plan.next_step() else {
///     panic!("an upload first looks at the local file")
/// };
/// let fact = LocalFact::Source { length: 5, modified: None };
/// plan.finished(Ok(FileFact::Local(fact)));
/// assert!(matches!(plan.next_step(), FileStep::Send(_)));
/// # Ok::<(), ftp_proto::Error>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum LocalFact {
    /// The step is done.
    Done,
    /// The partial file is open and has this many bytes.
    Opened(u64),
    /// The bytes that were read.
    Bytes(Vec<u8>),
    /// The hash.
    Hash(Vec<u8>),
    /// The file has its final name.
    Committed {
        /// How many bytes it has.
        length: u64,
        /// The modification time that it has got. `None` if it has got none.
        modified: Option<Timestamp>,
    },
    /// The file to upload.
    Source {
        /// How many bytes it has.
        length: u64,
        /// Its modification time. `None` if the system does not tell it.
        modified: Option<Timestamp>,
    },
}
