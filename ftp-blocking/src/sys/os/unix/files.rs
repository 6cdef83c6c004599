//! Opens, locks and tells apart files of the disk. Paths are bytes.

use std::ffi::OsStr;
use std::fs::{self, File, Metadata, OpenOptions, Permissions};
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, OFlags, flock};
use rustix::io::Errno;

use crate::sys::os::locked::is_locked;

/// The device and the inode, which tell whether two paths lead to the same file or directory.
pub(in crate::sys) type Identity = (u64, u64);

/// Returns the identity of what has this path, whose metadata is at hand.
pub(in crate::sys) fn identity(_: &Path, metadata: &Metadata) -> io::Result<Identity> {
    Ok((metadata.dev(), metadata.ino()))
}

/// Opens a partial file, or creates it with the permissions of the file that it will replace.
pub(in crate::sys) fn open_partial(path: &Path, old: Option<&Metadata>) -> io::Result<File> {
    // A private file is private from the beginning. A resume must be able to write.
    let mode = old.map_or(0o666, |old| old.permissions().mode() & 0o777 | 0o600);
    OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(mode)
        // Others may write to this directory, and must not lead the download elsewhere.
        .custom_flags(OFlags::NOFOLLOW.bits() as i32)
        .open(path)
}

/// Opens a partial file that an earlier download has left.
pub(in crate::sys) fn open_left_partial(path: &Path) -> io::Result<File> {
    // For a lock, some network file systems want a file that can be written.
    OpenOptions::new()
        .write(true)
        .custom_flags((OFlags::NOFOLLOW | OFlags::NONBLOCK).bits() as i32)
        .open(path)
}

/// Locks an open partial file against other processes.
pub(in crate::sys) fn lock(file: &File) -> io::Result<()> {
    match flock(file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(()),
        Err(Errno::WOULDBLOCK) => Err(is_locked()),
        // Some network file systems have no locks.
        Err(_) => Ok(()),
    }
}

/// Returns whether the open file has another name besides its path.
pub(in crate::sys) fn has_other_names(_: &File, metadata: &Metadata) -> io::Result<bool> {
    Ok(metadata.nlink() > 1)
}

/// Returns the length of the open file with this metadata, if it still has this path. `None` if
/// another process has renamed it.
pub(in crate::sys) fn length_at(
    path: &Path,
    _: &File,
    metadata: &Metadata,
) -> io::Result<Option<u64>> {
    let now = fs::symlink_metadata(path).ok();
    let same = |now: &Metadata| (now.dev(), now.ino()) == (metadata.dev(), metadata.ino());
    Ok(now.filter(same).map(|now| now.len()))
}

/// Opens a file for reading. The opening of a pipe would otherwise wait for a writer.
pub(in crate::sys) fn open_source(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .read(true)
        .custom_flags(OFlags::NONBLOCK.bits() as i32)
        .open(path)
}

/// Gives a new file the permissions of the file that it replaces.
pub(in crate::sys) fn keep_permissions(new: &File, old: &Metadata) -> io::Result<()> {
    // The bits setuid and setgid were given to the old content.
    let mode = old.permissions().mode() & 0o777;
    new.set_permissions(Permissions::from_mode(mode))
}

/// Makes sure that the names in a directory are on the disk.
pub(in crate::sys) fn sync_directory(directory: &Path) -> io::Result<()> {
    File::open(directory)?.sync_all()
}

/// Returns the path of the file itself, if this path is that of a link to it.
pub(in crate::sys) fn where_links_lead(path: PathBuf) -> io::Result<PathBuf> {
    fs::canonicalize(path)
}

/// Deletes a file or a link.
pub(in crate::sys) fn remove_file(path: &Path) -> io::Result<()> {
    fs::remove_file(path)
}

/// Returns the bytes of a path or a name.
pub(in crate::sys) fn bytes(path: &OsStr) -> io::Result<&[u8]> {
    Ok(path.as_bytes())
}

/// Returns the bytes of a path for a plan, in which `/` separates the parts.
pub(in crate::sys) fn plan_bytes(path: &Path) -> Vec<u8> {
    path.as_os_str().as_bytes().to_vec()
}

/// Returns whether the path has the name of a device. On this system, devices are files.
pub(in crate::sys) fn is_device_name(_: &Path) -> bool {
    false
}

/// Returns the path with these bytes.
pub(in crate::sys) fn path(bytes: &[u8]) -> io::Result<PathBuf> {
    Ok(PathBuf::from(OsStr::from_bytes(bytes)))
}

/// Returns whether a part of a path between two slashes can only be one name.
pub(in crate::sys) fn is_one_name(_: &[u8]) -> bool {
    true
}

/// Makes a link, for tests.
#[cfg(test)]
pub(in crate::sys) fn symlink(target: impl AsRef<Path>, link: impl AsRef<Path>) -> io::Result<()> {
    std::os::unix::fs::symlink(target, link)
}
