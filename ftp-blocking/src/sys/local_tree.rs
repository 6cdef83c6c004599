//! Reads a local directory, and all below it, for the plan of a sync.

use std::ffi::OsStr;
use std::fs::{self, DirEntry, Metadata};
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use ftp_proto::reply::Timestamp;
use ftp_proto::sync::{LocalKind, LocalTree, SyncOptions};
use ftp_proto::tree::Links;
use ftp_proto::{Error, ErrorKind};

/// Reads all that is in this directory and takes part in the sync. Something that cannot be read is
/// a failure in the tree, and the scan goes on. A directory that does not exist is an empty tree.
///
/// # Errors
/// [`ErrorKind::Local`] if `root` cannot be read or is no directory. [`ErrorKind::TooLarge`] if the
/// tree exceeds a limit of the options.
pub fn scan(root: &Path, options: &SyncOptions) -> Result<LocalTree, Error> {
    let mut tree = LocalTree::new(options);
    tree.set_root(root.as_os_str().as_bytes());
    let metadata = match fs::metadata(root) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            tree.set_missing();
            return Ok(tree);
        }
        Err(error) => return Err(failed(root, error)),
    };
    // Below the root, a directory that cannot be read is only a failure in the tree.
    fs::read_dir(root).map_err(|error| failed(root, error))?;
    let mut scan = Scan {
        root,
        tree,
        above: Vec::new(),
        waiting: vec![Waiting {
            path: Vec::new(),
            depth: 0,
            identity: identity(&metadata),
        }],
    };
    while let Some(directory) = scan.waiting.pop() {
        scan.read(directory)?;
    }
    Ok(scan.tree)
}

/// Reads a local directory, and all below it, as the target of a sync. It may be missing. Follows no
/// links, since a sync writes through none.
///
/// # Errors
/// The errors of [`scan`].
pub fn scan_target(root: &Path, options: &SyncOptions) -> Result<LocalTree, Error> {
    let walk = options.walk.with_links(Links::Report);
    scan(root, &options.clone().with_walk(walk))
}

/// A scan under way.
struct Scan<'a> {
    root: &'a Path,
    tree: LocalTree,
    /// The directory that the scan reads and those above it, the root first.
    above: Vec<Identity>,
    /// The directories that the scan has met and not read yet. The last one comes next.
    waiting: Vec<Waiting>,
}

struct Waiting {
    /// Relative to the root. Empty for the root.
    path: Vec<u8>,
    depth: usize,
    identity: Identity,
}

/// The device and the inode, which tell whether two paths lead to the same directory.
type Identity = (u64, u64);

impl Scan<'_> {
    fn read(&mut self, directory: Waiting) -> Result<(), Error> {
        // The waiting directories are in the order of a walk, so the first ones are still above.
        self.above.truncate(directory.depth);
        self.above.push(directory.identity);
        let path = self.on_disk(&directory.path);
        let entries = match fs::read_dir(&path) {
            Ok(entries) => entries,
            Err(error) => {
                self.tree.fail(&directory.path, failed(&path, error));
                return Ok(());
            }
        };
        for entry in entries {
            match entry {
                Ok(entry) => self.meet(&directory, &entry)?,
                Err(error) => {
                    self.tree.fail(&directory.path, failed(&path, error));
                    break;
                }
            }
        }
        Ok(())
    }

    fn meet(&mut self, directory: &Waiting, entry: &DirEntry) -> Result<(), Error> {
        let name = entry.file_name();
        let path = match directory.path.is_empty() {
            true => name.as_bytes().to_vec(),
            false => [&directory.path, name.as_bytes()].join(&b'/'),
        };
        // This does not follow a link.
        let metadata = match entry.metadata() {
            Ok(metadata) => metadata,
            // It was deleted after the directory was read.
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => {
                let error = failed(&self.on_disk(&path), error);
                self.tree.fail(&directory.path, error);
                return Ok(());
            }
        };
        let followed = match metadata.is_symlink() && self.tree.follows_links() {
            true => fs::metadata(self.on_disk(&path)).ok(),
            false => None,
        };
        let kind = kind(&metadata, followed.as_ref());
        let metadata = followed.unwrap_or(metadata);
        if !self.tree.wants(&path, metadata.is_dir()) {
            return Ok(());
        }
        let modified = metadata.modified().ok();
        let modified = modified.and_then(|time| Timestamp::try_from(time).ok());
        self.tree.add(&path, kind, metadata.len(), modified)?;
        if metadata.is_dir() {
            self.enter(path, directory.depth + 1, &metadata);
        }
        Ok(())
    }

    /// Reads this directory later, unless it is one of those above it.
    fn enter(&mut self, path: Vec<u8>, depth: usize, metadata: &Metadata) {
        let identity = identity(metadata);
        if self.above.contains(&identity) {
            let why = "a loop: the link leads to a directory above it";
            let error = failed(&self.on_disk(&path), io::Error::other(why));
            self.tree.fail(&path, error);
        } else if self.tree.enters(&path) {
            self.waiting.push(Waiting {
                path,
                depth,
                identity,
            });
        }
    }

    fn on_disk(&self, path: &[u8]) -> PathBuf {
        match path {
            b"" => self.root.to_owned(),
            path => self.root.join(OsStr::from_bytes(path)),
        }
    }
}

fn kind(metadata: &Metadata, followed: Option<&Metadata>) -> LocalKind {
    match followed {
        Some(target) if target.is_file() => LocalKind::LinkToFile,
        Some(target) if target.is_dir() => LocalKind::LinkToDirectory,
        _ if metadata.is_symlink() => LocalKind::Link,
        _ if metadata.is_file() => LocalKind::File,
        _ if metadata.is_dir() => LocalKind::Directory,
        _ => LocalKind::Special,
    }
}

fn identity(metadata: &Metadata) -> Identity {
    (metadata.dev(), metadata.ino())
}

fn failed(path: &Path, error: io::Error) -> Error {
    let path = path.display();
    Error::new(ErrorKind::Local)
        .with_subject(format!("reading the local directory {path}"))
        .with_source(error)
}

#[cfg(test)]
mod tests;
