//! The directories that a walk is in, and the listing that it reads.

use alloc::vec::{self, Vec};

use super::path;
use super::pattern::Positions;
use super::walk_entry::Limit;
use super::walk_options::WalkOptions;
use crate::listing::{Dialect, Entry, Kind, Line};
use crate::path::{InvalidPath, RemotePath};

/// A directory that the walk is in, or that it goes into next.
#[derive(Clone, Debug, Default)]
pub(super) struct Target {
    /// The path with which the walk lists this directory. `None` means the current directory.
    pub(super) path: Option<RemotePath>,
    pub(super) depth: usize,
    pub(super) is_link: bool,
    /// The path of this directory, with each link replaced by the target that a listing has shown.
    /// `None` if a target is unknown.
    pub(super) resolved: Option<Vec<u8>>,
    /// Its `unique` fact.
    pub(super) unique: Option<Vec<u8>>,
    /// Which parts of the pattern may fit the next name, after the names in the path of this
    /// directory.
    pub(super) positions: Positions,
}

/// A directory whose listing is complete, with the entries that the walk has not returned yet.
#[derive(Debug)]
pub(super) struct Level {
    pub(super) target: Target,
    entries: vec::IntoIter<Listed>,
    /// The [`mark`](Draft::mark) of the listing.
    pub(super) mark: u64,
}

/// An entry in the listing of a directory.
#[derive(Debug)]
pub(super) struct Listed {
    pub(super) entry: Entry<'static>,
    /// Whether the listing has another entry with this name.
    pub(super) is_duplicate: bool,
}

/// The listing that the walk is reading, as far as it has come.
#[derive(Debug, Default)]
pub(super) struct Draft {
    entries: Vec<Listed>,
    /// The `unique` fact of the directory itself, which MLSD sends in the line with `type=cdir`.
    /// `None` if no such line has come.
    unique: Option<Vec<u8>>,
    pub(super) unparsed: u64,
    pub(super) first_unparsed: Vec<u8>,
    /// How much memory the entries take, in bytes.
    pub(super) bytes: usize,
    /// The mark of an earlier listing of this directory, which the walk doubts. The directory is then
    /// listed once more by entering it.
    pub(super) earlier: Option<u64>,
    /// The limit of [`WalkOptions`] that this listing has exceeded. `None` if it has exceeded none.
    pub(super) limit: Option<Limit>,
}

impl Target {
    /// Returns the directory that the walk begins with. `None` means the current directory.
    pub(super) fn root(directory: Option<RemotePath>) -> Self {
        let name = directory.as_ref().map(RemotePath::as_bytes);
        let resolved = path::resolve(b"", name.unwrap_or_default());
        Self {
            path: directory,
            resolved,
            ..Self::default()
        }
    }

    /// Returns the [`Target`] for an entry of this directory, so that the walk can go into the
    /// entry. The entry is a directory, or a link that may lead to a directory.
    pub(super) fn child(&self, entry: &Entry<'_>, path: &RemotePath, positions: Positions) -> Self {
        let is_link = entry.kind() == Kind::Link;
        let leads = if is_link {
            entry.link_target()
        } else {
            Some(entry.name())
        };
        Self {
            path: Some(path.clone()),
            depth: self.depth.saturating_add(1),
            is_link,
            resolved: leads.and_then(|leads| self.resolve(leads)),
            unique: unique(entry),
            positions,
        }
    }

    /// Whether `self` and `other` are certainly the same directory: they have the same resolved
    /// path or the same `unique` fact.
    pub(super) fn is(&self, other: &Self) -> bool {
        let same = |one: &Option<Vec<u8>>, two: &Option<Vec<u8>>| one.is_some() && one == two;
        same(&self.resolved, &other.resolved) || same(&self.unique, &other.unique)
    }

    /// Returns the path of an entry of this directory.
    pub(super) fn join(&self, entry: &Entry<'_>) -> Result<RemotePath, InvalidPath> {
        match &self.path {
            // An entry `~` of the current directory must not lead to the home directory. So
            // `Entry::path` puts `./` before such a name.
            None => entry.path(),
            Some(here) => RemotePath::new(path::join(here.as_bytes(), entry.name())),
        }
    }

    /// Returns the path that an error names. The current directory is shown as `.`.
    pub(super) fn shown(&self) -> RemotePath {
        self.path.clone().unwrap_or_else(RemotePath::here)
    }

    fn resolve(&self, target: &[u8]) -> Option<Vec<u8>> {
        match &self.resolved {
            Some(here) => path::resolve(here, target),
            None if target.starts_with(b"/") => path::resolve(b"/", target),
            None => None,
        }
    }
}

impl Level {
    /// Whether this may be the listing of a file: LIST of a file shows one entry, the file itself.
    pub(super) fn may_be_of_file(&self) -> bool {
        let ([listed], Some(path)) = (self.entries.as_slice(), &self.target.path) else {
            return false;
        };
        let name = path::file_name(listed.entry.name());
        // MLSD lists only directories.
        let by_list = listed.entry.dialect() != Dialect::Mlsx;
        by_list && name == path::file_name(path.as_bytes()) && !listed.entry.is_dir()
    }

    pub(super) fn next(&mut self) -> Option<Listed> {
        self.entries.next()
    }
}

impl Listed {
    /// How much memory the entry takes, in bytes.
    pub(super) fn bytes(entry: &Entry<'_>) -> usize {
        size_of::<Self>().saturating_add(entry.raw().len())
    }
}

impl Draft {
    /// Begins a listing. `earlier` is the mark of an earlier one that the walk doubts.
    pub(super) fn after(earlier: Option<u64>) -> Self {
        Self {
            earlier,
            ..Self::default()
        }
    }

    /// Adds a line to the listing. `entries` is how many entries the walk has met before this
    /// listing. `bytes` is how much memory the entries take that the walk has not yielded yet.
    /// Returns `false` if the listing now exceeds a limit of `options`.
    pub(super) fn take(
        &mut self,
        line: Line<'_>,
        options: &WalkOptions,
        entries: u64,
        bytes: usize,
    ) -> bool {
        match line {
            Line::Noise(_) => return true,
            Line::Entry(entry) if entry.is_dot() => {
                if entry.kind() == Kind::Current && self.unique.is_none() {
                    self.unique = unique(&entry);
                }
                return true;
            }
            Line::Entry(entry) => {
                self.bytes = self.bytes.saturating_add(Listed::bytes(&entry));
                self.entries.push(Listed {
                    entry: entry.into_owned(),
                    is_duplicate: false,
                });
            }
            Line::Unparsed(line) | Line::Cut(line) => {
                if self.unparsed == 0 {
                    self.first_unparsed = line.into_owned();
                }
                self.unparsed = self.unparsed.saturating_add(1);
            }
        }
        let lines = u64::try_from(self.entries.len()).unwrap_or(u64::MAX);
        let lines = lines.saturating_add(self.unparsed).saturating_add(entries);
        self.limit = if lines > options.entries {
            Some(Limit::Entries)
        } else if self.bytes.saturating_add(bytes) > options.bytes {
            Some(Limit::Bytes)
        } else {
            None
        };
        self.limit.is_none()
    }

    /// How many entries the listing has.
    pub(super) fn len(&self) -> u64 {
        u64::try_from(self.entries.len()).unwrap_or(u64::MAX)
    }

    /// Returns a number that depends on all entries. Listings with the same entries have the same
    /// mark, and others almost never.
    pub(super) fn mark(&self) -> u64 {
        self.entries.iter().fold(0, |mark, listed| {
            let entry = &listed.entry;
            mark.rotate_left(1).wrapping_add(hash(entry.raw()))
        })
    }

    /// Whether this listing by LIST may be that of the current directory, as some servers
    /// (simple-ftpd) ignore the argument of LIST. It then has the name of a directory in the path of
    /// `target`. Below another directory it is also the same listing as that of this directory,
    /// which has the mark `above`. `is_doubted`: the walk doubts any listing by LIST.
    pub(super) fn is_doubtful(
        &self,
        target: &Target,
        above: Option<u64>,
        is_doubted: bool,
    ) -> bool {
        let Some(path) = target.path.as_ref().map(RemotePath::as_bytes) else {
            return false;
        };
        let by_list = |listed: &Listed| listed.entry.dialect() != Dialect::Mlsx;
        if !self.entries.first().is_some_and(by_list) {
            return false;
        }
        let has = |name: &[u8]| {
            let is_way = |kind| matches!(kind, Kind::Directory | Kind::Link);
            let mut entries = self.entries.iter().map(|listed| &listed.entry);
            entries.any(|entry| entry.name() == name && is_way(entry.kind()))
        };
        match above {
            _ if is_doubted => true,
            Some(above) => above == self.mark() && has(path::file_name(path)),
            None => path.split(|byte| *byte == b'/').any(has),
        }
    }

    /// Whether this listing shows that `target` is a link to a file. LIST of such a link shows one
    /// entry, the file itself.
    pub(super) fn is_of_linked_file(&self, target: &Target) -> bool {
        let ([listed], Some(path)) = (self.entries.as_slice(), &target.path) else {
            return false;
        };
        let name = path::file_name(listed.entry.name());
        // MLSD lists only directories, so only LIST can show the file itself.
        let by_list = listed.entry.dialect() != Dialect::Mlsx;
        let is_itself = name == path::file_name(path.as_bytes());
        target.is_link && by_list && is_itself && !listed.entry.is_dir()
    }

    /// Ends the listing, and returns its directory with the entries. Entries with the same name are
    /// marked.
    pub(super) fn into_level(mut self, mut target: Target) -> Level {
        target.unique = target.unique.or(self.unique.take());
        let mark = self.mark();
        self.mark_duplicates();
        Level {
            target,
            mark,
            entries: self.entries.into_iter(),
        }
    }

    fn mark_duplicates(&mut self) {
        let names = self.entries.iter().map(|listed| listed.entry.name());
        let mut names: Vec<(&[u8], usize)> = names.zip(0..).collect();
        names.sort_unstable();
        let twins = names.windows(2).filter_map(|pair| match pair {
            [(one, first), (two, second)] if one == two => Some([*first, *second]),
            _ => None,
        });
        let twins: Vec<usize> = twins.flatten().collect();
        for twin in twins {
            if let Some(listed) = self.entries.get_mut(twin) {
                listed.is_duplicate = true;
            }
        }
    }
}

/// Returns the FNV-1a hash of a line. A server that makes two lines with the same hash gains nothing:
/// the walk then lists a directory once more.
fn hash(line: &[u8]) -> u64 {
    line.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// Returns the `unique` fact of an entry. `None` also if it consists of zeros: a server that cannot
/// make unique values may send zeros for every file.
fn unique(entry: &Entry<'_>) -> Option<Vec<u8>> {
    let unique = entry.unique()?;
    let means_something = unique.iter().any(|byte| *byte != b'0');
    means_something.then(|| unique.to_vec())
}
