//! All that a local directory holds, as a flat table without a string for each entry.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::cmp::Ordering;

use super::filter::Filter;
use super::options::SyncOptions;
use super::partial;
use crate::error::{Error, ErrorKind};
use crate::remedy::Remedy;
use crate::reply::Timestamp;
use crate::tree::{Links, Note, WalkOptions};

/// All that a local directory holds. A driver fills it from the disk, and [`PlanSync`] compares it
/// with the server.
///
/// Paths are relative to the directory, with `/` between the names. On Unix they are the bytes of
/// the names, and on Windows their text in UTF-8.
///
/// ```
/// use ftp_proto::sync::{Filter, LocalKind, LocalTree, SyncOptions};
///
/// let options = SyncOptions::new().with_filter(Filter::new().exclude("*.tmp")?);
/// let mut tree = LocalTree::new(&options);
/// tree.add(b"data", LocalKind::Directory, 0, None)?;
/// if tree.wants(b"data/a.csv", false) {
///     tree.add(b"data/a.csv", LocalKind::File, 12, "20260102030405".parse().ok())?;
/// }
/// assert!(!tree.wants(b"data/b.tmp", false));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// [`PlanSync`]: super::PlanSync
#[derive(Clone, Debug)]
pub struct LocalTree {
    filter: Filter,
    walk: WalkOptions,
    /// The path of the directory itself, for the driver that carries out the plan.
    pub(super) root: Vec<u8>,
    /// The paths of all entries, one after the other.
    bytes: Vec<u8>,
    pub(super) entries: Vec<LocalEntry>,
    directories: u64,
    /// The directories that could not be read, or not completely.
    pub(super) failed: Vec<(Box<[u8]>, Error)>,
    /// The directories that hold something which the filter leaves out. They cannot be removed.
    pub(super) holders: Vec<Box<[u8]>>,
    /// The paths of files of which an earlier download has left a part.
    pub(super) leftovers: Vec<Box<[u8]>>,
    pub(super) is_missing: bool,
}

/// What an entry of a [`LocalTree`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LocalKind {
    /// A regular file.
    File,
    /// A directory.
    Directory,
    /// A symbolic link. If links are followed, it leads to nothing.
    Link,
    /// A link to a file. Use it only if [`LocalTree::follows_links`].
    LinkToFile,
    /// A link to a directory. Use it only if [`LocalTree::follows_links`]. What the directory holds
    /// follows as for [`Directory`](Self::Directory).
    LinkToDirectory,
    /// Something else, such as a device or a pipe.
    Special,
}

/// One entry of the table. It has 32 bytes, because a tree may have millions.
#[derive(Clone, Copy, Debug)]
pub(super) struct LocalEntry {
    size: u64,
    /// In seconds since 1970. [`UNKNOWN`] if the system does not tell it.
    modified: i64,
    begin: u32,
    length: u32,
    pub(super) kind: LocalKind,
}

const UNKNOWN: i64 = i64::MIN;

impl LocalTree {
    /// Makes an empty tree. The options say what takes part, and how large the tree may be.
    #[must_use]
    pub fn new(options: &SyncOptions) -> Self {
        Self {
            filter: options.filter.clone(),
            walk: options.walk,
            root: Vec::new(),
            bytes: Vec::new(),
            entries: Vec::new(),
            directories: 0,
            failed: Vec::new(),
            holders: Vec::new(),
            leftovers: Vec::new(),
            is_missing: false,
        }
    }

    /// Sets the path of the directory itself. The plan keeps it, so that the driver finds the local
    /// files again.
    pub fn set_root(&mut self, root: impl Into<Vec<u8>>) {
        self.root = root.into();
    }

    /// Returns whether this path takes part in the sync. If not, do not add it, and do not read it
    /// if it is a directory.
    pub fn wants(&mut self, path: &[u8], is_directory: bool) -> bool {
        let wants = self.filter.wants(path, is_directory);
        if !wants {
            let above = parent(path);
            if self.holders.last().map(|last| &**last) != Some(above) {
                self.holders.push(above.into());
            }
            self.note_leftover(path);
        }
        wants
    }

    /// Returns whether the scan reads this directory. If it is deeper than
    /// [`WalkOptions::depth`] allows, the tree notes this as a failure.
    pub fn enters(&mut self, path: &[u8]) -> bool {
        let depth = path.split(|byte| *byte == b'/').count();
        if depth < self.walk.depth {
            return true;
        }
        self.fail(path, Note::TooDeep.into());
        false
    }

    /// Returns whether the scan follows links.
    #[must_use]
    pub fn follows_links(&self) -> bool {
        self.walk.links == Links::Follow
    }

    /// Adds what is at this path. The order of the calls does not matter. `size` counts bytes.
    ///
    /// # Errors
    /// [`TooLarge`](ErrorKind::TooLarge) if the tree exceeds a limit of
    /// [`SyncOptions::walk`]. The scan then ends.
    pub fn add(
        &mut self,
        path: &[u8],
        kind: LocalKind,
        size: u64,
        modified: Option<Timestamp>,
    ) -> Result<(), Error> {
        let begin = u32::try_from(self.bytes.len()).map_err(|_| paths_too_long())?;
        let length = u32::try_from(path.len()).map_err(|_| paths_too_long())?;
        let count = u64::try_from(self.entries.len()).unwrap_or(u64::MAX);
        if count >= self.walk.entries {
            return Err(too_large("entries"));
        }
        if kind == LocalKind::Directory || kind == LocalKind::LinkToDirectory {
            self.directories = self.directories.saturating_add(1);
            // The root counts too.
            if self.directories >= self.walk.directories {
                return Err(too_large("directories"));
            }
        }
        let entries = self.entries.len().saturating_add(1);
        let bytes = entries.saturating_mul(size_of::<LocalEntry>());
        let bytes = bytes.saturating_add(self.bytes.len());
        if bytes.saturating_add(path.len()) > self.walk.bytes {
            return Err(too_large("bytes of paths"));
        }
        self.note_leftover(path);
        self.bytes.extend_from_slice(path);
        self.entries.push(LocalEntry {
            size,
            modified: modified.map_or(UNKNOWN, Timestamp::unix_time),
            begin,
            length,
            kind,
        });
        Ok(())
    }

    fn note_leftover(&mut self, path: &[u8]) {
        if let Some(path) = partial::final_path(path) {
            self.leftovers.push(path.into());
        }
    }

    /// Notes that this directory could not be read, or not completely. The empty path is the root.
    pub fn fail(&mut self, path: &[u8], error: Error) {
        self.failed.push((path.into(), error));
    }

    /// Notes that the directory does not exist. A download makes it.
    pub fn set_missing(&mut self) {
        self.is_missing = true;
    }

    /// Returns what was added: paths, kinds and sizes in bytes.
    pub fn entries(&self) -> impl Iterator<Item = (&[u8], LocalKind, u64)> {
        let entries = self.entries.iter();
        entries.map(|entry| (self.path(entry), entry.kind, entry.size))
    }

    /// Returns the directories that could not be read, and why. The empty path is the root.
    pub fn failures(&self) -> impl Iterator<Item = (&[u8], &Error)> {
        self.failed.iter().map(|(path, error)| (&**path, error))
    }

    /// Returns whether the directory does not exist.
    #[must_use]
    pub fn is_missing(&self) -> bool {
        self.is_missing
    }

    /// Returns the path of an entry.
    pub(super) fn path(&self, entry: &LocalEntry) -> &[u8] {
        entry.path(&self.bytes)
    }

    /// Sorts the entries by their paths, each directory before what is in it.
    pub(super) fn sort(&mut self) {
        let bytes = &self.bytes;
        let order = |one: &LocalEntry, two: &LocalEntry| by_path(one.path(bytes), two.path(bytes));
        self.entries.sort_unstable_by(order);
    }
}

impl LocalEntry {
    fn path<'a>(&self, bytes: &'a [u8]) -> &'a [u8] {
        let begin = self.begin as usize;
        let end = begin.saturating_add(self.length as usize);
        bytes.get(begin..end).unwrap_or_default()
    }

    pub(super) fn size(&self) -> u64 {
        self.size
    }

    /// The time in seconds since 1970.
    pub(super) fn modified(&self) -> Option<i64> {
        Some(self.modified).filter(|seconds| *seconds != UNKNOWN)
    }
}

/// Compares two paths name by name, so that a directory is followed by all that is in it.
pub(super) fn by_path(one: &[u8], two: &[u8]) -> Ordering {
    let rank = |byte: u8| match byte {
        b'/' => 0,
        byte => u16::from(byte).saturating_add(1),
    };
    let differing = one.iter().zip(two).find(|(one, two)| one != two);
    match differing {
        Some((one, two)) => rank(*one).cmp(&rank(*two)),
        None => one.len().cmp(&two.len()),
    }
}

/// Returns the directory that holds this path. Empty for a name without a directory.
pub(super) fn parent(path: &[u8]) -> &[u8] {
    let end = memchr::memrchr(b'/', path).unwrap_or(0);
    path.get(..end).unwrap_or_default()
}

/// Whether `path` is in `directory`, at any depth. Everything is in the empty path.
pub(super) fn is_below(path: &[u8], directory: &[u8]) -> bool {
    match path.strip_prefix(directory) {
        Some(_) if directory.is_empty() => !path.is_empty(),
        Some(rest) => rest.starts_with(b"/"),
        None => false,
    }
}

fn too_large(what: &str) -> Error {
    let why = alloc::format!("the local tree has more {what} than the limit");
    Error::new(ErrorKind::TooLarge)
        .with_source(why)
        .with_remedy(Remedy::WalkLimits)
}

/// No option raises this limit: places in the text of all paths have 32 bits.
fn paths_too_long() -> Error {
    Error::new(ErrorKind::TooLarge).with_source("the local tree has more than 4 GiB of paths")
}
