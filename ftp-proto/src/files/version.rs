//! Which version of a file there is, and the hashes that prove it.

use alloc::format;
use alloc::string::String;
use alloc::vec::{self, Vec};

use super::hasher::Hasher;
use crate::error::{Error, ErrorKind};
use crate::listing::Modified;
use crate::reply::{Algorithm, FileHash, Timestamp};
use crate::tree::Inspected;

/// The size and the modification time of a remote file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Version {
    size: Option<u64>,
    modified: Option<Timestamp>,
}

impl Version {
    pub(super) const fn new(size: Option<u64>, modified: Option<Timestamp>) -> Self {
        Self { size, modified }
    }

    pub(super) fn of(inspected: &Inspected) -> Self {
        match inspected {
            Inspected::Facts(entry) => {
                // Only a time of MLST is exact enough to be kept and compared.
                let exact = entry.modified().and_then(Modified::to_the_second);
                Self::new(entry.size(), exact)
            }
            Inspected::File { size, modified } => Self::new(*size, *modified),
            // A refusal of SIZE says little: the transfer will show whether the file is there.
            _ => Self::default(),
        }
    }

    pub(super) fn size(&self) -> Option<u64> {
        self.size
    }

    pub(super) fn modified(&self) -> Option<Timestamp> {
        self.modified
    }

    /// The error for a file that was changed during its transfer.
    pub(super) fn changed() -> Error {
        Error::new(ErrorKind::Unconfirmed)
            .with_source("the file was changed on the server during the transfer")
    }
}

/// The algorithms that the server may still be asked for.
#[derive(Debug)]
pub(super) struct Hashes(vec::IntoIter<Algorithm>);

impl Hashes {
    pub(super) fn new() -> Self {
        let all: Vec<_> = Hasher::algorithms().collect();
        Self(all.into_iter())
    }

    pub(super) fn next(&mut self) -> Option<Algorithm> {
        self.0.next()
    }

    /// The error if the server computes none of the hashes.
    pub(super) fn unsupported() -> Error {
        Error::new(ErrorKind::Unsupported)
            .with_subject("verifying the file")
            .with_source("the server and this build have no hash algorithm in common")
    }

    /// The error if the hashes of both sides differ.
    pub(super) fn differ(theirs: &FileHash, ours: &[u8]) -> Error {
        let ours: String = ours.iter().map(|byte| format!("{byte:02x}")).collect();
        let name = theirs.algorithm().name();
        Error::new(ErrorKind::Unconfirmed).with_source(format!(
            "the {name} of the file on the server is {theirs}, and of the local file {ours}"
        ))
    }
}
