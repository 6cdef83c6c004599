//! The local disk in memory: one target with its partial files, and one file to upload.

use std::collections::BTreeMap;

use ftp_proto::files::{Hasher, LocalFact, LocalStep};
use ftp_proto::{Error, ErrorKind};

use crate::host::{Stored, time};

#[derive(Clone, Debug, Default)]
pub(crate) struct Disk {
    /// The file under the final name.
    pub(crate) target: Option<Stored>,
    /// The partial files of the target, by their tags.
    pub(crate) partials: BTreeMap<u64, Vec<u8>>,
    /// What the partial file with the tag that the plan asks for holds. `None` if there is no such
    /// file.
    pub(crate) earlier: Option<Vec<u8>>,
    /// The file to upload.
    pub(crate) source: Option<Stored>,
    /// Whether the next step fails.
    pub(crate) fails: bool,
    pub(crate) now: u64,
    open: Option<(u64, bool)>,
}

pub(crate) fn failed() -> Error {
    Error::new(ErrorKind::Local).with_source("the disk fails")
}

impl Disk {
    /// Does what a plan wants.
    pub(crate) fn run(&mut self, step: LocalStep) -> Result<LocalFact, Error> {
        if std::mem::take(&mut self.fails) {
            if matches!(step, LocalStep::Commit { .. }) {
                self.leave();
            }
            return Err(failed());
        }
        match step {
            LocalStep::Open { tag, keep, .. } => {
                if let Some(earlier) = self.earlier.take() {
                    self.partials.insert(tag, earlier);
                }
                self.partials.retain(|other, _| *other == tag);
                let partial = self.partials.entry(tag).or_default();
                if !keep {
                    partial.clear();
                }
                self.open = Some((tag, keep));
                Ok(LocalFact::Opened(partial.len() as u64))
            }
            LocalStep::Empty => {
                self.partial().clear();
                Ok(LocalFact::Done)
            }
            LocalStep::Tail { end, length } => {
                let end = usize::try_from(end).expect("a position");
                let bytes = self.bytes().get(end - length..end);
                Ok(LocalFact::Bytes(bytes.ok_or_else(failed)?.to_vec()))
            }
            LocalStep::Hash { algorithm, length } => {
                let mut hasher = Hasher::new(algorithm).expect("a known algorithm");
                let bytes = self.bytes();
                let end = length.map_or(bytes.len(), |end| usize::try_from(end).expect("a length"));
                hasher.update(&bytes[..end.min(bytes.len())]);
                Ok(LocalFact::Hash(hasher.finish()))
            }
            LocalStep::Commit { modified, .. } => {
                let (tag, _) = self.open.take().expect("an open file");
                let bytes = self.partials.remove(&tag).expect("a partial file");
                let length = bytes.len() as u64;
                self.target = Some(Stored {
                    bytes,
                    modified: modified.unwrap_or(time(self.now)),
                });
                Ok(LocalFact::Committed { length, modified })
            }
            LocalStep::Leave => {
                self.leave();
                Ok(LocalFact::Done)
            }
            LocalStep::Source => {
                let source = self.source.as_ref().ok_or_else(failed)?;
                Ok(LocalFact::Source {
                    length: source.bytes.len() as u64,
                    modified: Some(source.modified),
                })
            }
            step => panic!("{step:?}"),
        }
    }

    /// Puts a file under the final name.
    pub(crate) fn place(&mut self, bytes: &[u8]) {
        self.target = Some(Stored {
            bytes: bytes.to_vec(),
            modified: time(50),
        });
    }

    /// Writes to the partial file.
    pub(crate) fn write(&mut self, position: u64, bytes: &[u8]) -> Result<(), Error> {
        if std::mem::take(&mut self.fails) {
            return Err(failed());
        }
        let partial = self.partial();
        assert_eq!(position, partial.len() as u64, "it appends");
        partial.extend_from_slice(bytes);
        Ok(())
    }

    /// Closes the partial file. It stays only if it holds something that may be resumed.
    pub(crate) fn leave(&mut self) {
        if let Some((tag, keep)) = self.open.take() {
            if !keep || self.partials.get(&tag).is_some_and(Vec::is_empty) {
                self.partials.remove(&tag);
            }
        }
    }

    /// Forgets the open file, as if the process were killed.
    pub(crate) fn kill(&mut self) {
        self.open = None;
    }

    pub(crate) fn source(&self) -> &[u8] {
        &self.source.as_ref().expect("a file to upload").bytes
    }

    fn partial(&mut self) -> &mut Vec<u8> {
        let (tag, _) = self.open.expect("an open file");
        self.partials.get_mut(&tag).expect("a partial file")
    }

    fn bytes(&self) -> &[u8] {
        match &self.open {
            Some((tag, _)) => &self.partials[tag],
            None => self.source(),
        }
    }
}
