//! The local side of a sync, besides the content of files: where a path leads, and the directories
//! that are made or removed. A path with a link that leads out of the directory of the sync is
//! refused. Each check comes just before the use of the path, but another process could make a link
//! between the two.

use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};

use ftp_proto::sync::{LocalChange, LocalLinks, LocalPlace};
use ftp_proto::{Error, ErrorKind};

use super::os::files;

/// Returns the path of a file to download or to upload.
///
/// # Errors
/// [`ErrorKind::Local`] if a part of the path is a link that must not be followed, or if the path
/// is a directory in the directory of the sync.
pub fn file(place: &LocalPlace) -> Result<PathBuf, Error> {
    let path = path_of(place).map_err(|error| no_path(place, error))?;
    if place.links == LocalLinks::Follow {
        return Ok(path);
    }
    let checked = parents(place).and_then(|()| match look(&path)? {
        Some(found) if found.is_symlink() => Err(is_link()),
        Some(found) if found.is_dir() => {
            let why = "it is a directory";
            Err(io::Error::new(io::ErrorKind::IsADirectory, why))
        }
        _ => Ok(()),
    });
    match checked {
        Ok(()) => Ok(path),
        Err(error) => Err(failed("opening the local file", &path, error)),
    }
}

/// Returns the bytes of a local path, as the plans of the core want them: with `/` between the parts.
pub fn bytes_of(path: &Path) -> Vec<u8> {
    files::plan_bytes(path)
}

/// Changes a directory on the local disk, or deletes a file.
///
/// # Errors
/// [`ErrorKind::Local`] with the error of the system.
pub fn change(place: &LocalPlace, change: LocalChange) -> Result<(), Error> {
    let path = path_of(place).map_err(|error| no_path(place, error))?;
    let (what, result) = match change {
        LocalChange::MakeDirectory => ("making the local directory", make(place, &path)),
        LocalChange::DeleteFile => ("deleting the local file", delete(place, &path)),
        LocalChange::RemoveDirectory => ("removing the local directory", remove(place, &path)),
        _ => ("changing", Err(io::ErrorKind::Unsupported.into())),
    };
    result.map_err(|error| failed(what, &path, error))
}

fn make(place: &LocalPlace, path: &Path) -> io::Result<()> {
    if place.path.is_empty() {
        return fs::create_dir_all(path);
    }
    parents(place)?;
    match fs::create_dir(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => match look(path)? {
            Some(found) if found.is_dir() => Ok(()),
            _ => Err(error),
        },
        result => result,
    }
}

fn delete(place: &LocalPlace, path: &Path) -> io::Result<()> {
    parents(place)?;
    unless_missing(files::remove_file(path))
}

fn remove(place: &LocalPlace, path: &Path) -> io::Result<()> {
    parents(place)?;
    unless_missing(fs::remove_dir(path))
}

/// Checks the path up to its last part: each part is a directory, and no link.
fn parents(place: &LocalPlace) -> io::Result<()> {
    let mut path = files::path(&place.root)?;
    let mut names = place.path.split(|byte| *byte == b'/').peekable();
    while let Some(name) = names.next() {
        if matches!(name, b"" | b"." | b"..") || !files::is_one_name(name) {
            let why = "this path could lead out of the directory";
            return Err(io::Error::new(io::ErrorKind::InvalidInput, why));
        }
        if names.peek().is_none() {
            break;
        }
        path.push(files::path(name)?);
        match look(&path)? {
            Some(found) if found.is_symlink() => return Err(is_link()),
            Some(found) if !found.is_dir() => return Err(io::ErrorKind::NotADirectory.into()),
            // The system says it if the directory is missing.
            _ => {}
        }
    }
    Ok(())
}

/// Returns what has this path. `None` if nothing has it.
fn look(path: &Path) -> io::Result<Option<Metadata>> {
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        result => result.map(Some),
    }
}

fn path_of(place: &LocalPlace) -> io::Result<PathBuf> {
    match (&*place.root, &*place.path) {
        (b"", b"") => Ok(PathBuf::from(".")),
        (b"", path) => files::path(path),
        (root, b"") => files::path(root),
        (root, path) => Ok(files::path(root)?.join(files::path(path)?)),
    }
}

fn unless_missing(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        result => result,
    }
}

fn is_link() -> io::Error {
    let why = "a part of this path is a link, which could lead out of the directory";
    io::Error::new(io::ErrorKind::InvalidInput, why)
}

/// Makes the error for a place whose bytes are no path on this system.
fn no_path(place: &LocalPlace, error: io::Error) -> Error {
    let path = String::from_utf8_lossy(&place.path);
    failed("finding the local path of", Path::new(&*path), error)
}

fn failed(what: &str, path: &Path, error: io::Error) -> Error {
    Error::new(ErrorKind::Local)
        .with_subject(format!("{what} {}", path.display()))
        .with_source(error)
}

#[cfg(test)]
mod tests;
