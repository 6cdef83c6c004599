//! Reads a local directory, and all below it, for the plan of a sync.

use std::fs::{self, DirEntry, Metadata};
use std::io;
use std::path::{Path, PathBuf};

use ftp_proto::reply::Timestamp;
use ftp_proto::sync::{LocalKind, LocalTree, SyncOptions};
use ftp_proto::tree::Links;
use ftp_proto::{Error, ErrorKind};

use super::os::files::{self, Identity};

/// Reads all that is in this directory and takes part in the sync. Something that cannot be read is
/// a failure in the tree, and the scan goes on. A directory that does not exist is an empty tree.
///
/// # Errors
/// [`ErrorKind::Local`] if `root` cannot be read or is no directory. [`ErrorKind::TooLarge`] if the
/// tree exceeds a limit of the options.
pub fn scan(root: &Path, options: &SyncOptions) -> Result<LocalTree, Error> {
    let mut tree = LocalTree::new(options);
    let bytes = files::bytes(root.as_os_str()).map_err(|error| failed(root, error))?;
    tree.set_root(bytes);
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
            identity: files::identity(root, &metadata).map_err(|error| failed(root, error))?,
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

impl Scan<'_> {
    fn read(&mut self, directory: Waiting) -> Result<(), Error> {
        // The waiting directories are in the order of a walk, so the first ones are still above.
        self.above.truncate(directory.depth);
        self.above.push(directory.identity);
        let path = self.on_disk(&directory.path);
        let path = path.map_err(|error| failed(self.root, error))?;
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
        let name = match files::bytes(&name) {
            Ok(name) => name,
            Err(error) => {
                self.tree
                    .fail(&directory.path, failed(&entry.path(), error));
                return Ok(());
            }
        };
        let path = match directory.path.is_empty() {
            true => name.to_vec(),
            false => [&directory.path, name].join(&b'/'),
        };
        // This does not follow a link.
        let metadata = match entry.metadata() {
            Ok(metadata) => metadata,
            // It was deleted after the directory was read.
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => {
                self.tree
                    .fail(&directory.path, failed(&entry.path(), error));
                return Ok(());
            }
        };
        let followed = match metadata.is_symlink() && self.tree.follows_links() {
            true => fs::metadata(entry.path()).ok(),
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
            self.enter(path, &entry.path(), directory.depth + 1, &metadata);
        }
        Ok(())
    }

    /// Reads this directory later, unless it is one of those above it.
    fn enter(&mut self, path: Vec<u8>, on_disk: &Path, depth: usize, metadata: &Metadata) {
        let identity = match files::identity(on_disk, metadata) {
            Ok(identity) => identity,
            Err(error) => return self.tree.fail(&path, failed(on_disk, error)),
        };
        if self.above.contains(&identity) {
            let why = "a loop: the link leads to a directory above it";
            self.tree
                .fail(&path, failed(on_disk, io::Error::other(why)));
        } else if self.tree.enters(&path) {
            self.waiting.push(Waiting {
                path,
                depth,
                identity,
            });
        }
    }

    fn on_disk(&self, path: &[u8]) -> io::Result<PathBuf> {
        match path {
            b"" => Ok(self.root.to_owned()),
            path => Ok(self.root.join(files::path(path)?)),
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

fn failed(path: &Path, error: io::Error) -> Error {
    let path = path.display();
    Error::new(ErrorKind::Local)
        .with_subject(format!("reading the local directory {path}"))
        .with_source(error)
}

#[cfg(test)]
mod tests;
