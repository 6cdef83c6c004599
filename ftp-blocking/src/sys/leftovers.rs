//! Deletes the partial files that earlier downloads have left beside their target, without reading
//! the directory for each file.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::disk::SUFFIX;
use super::os::files;

/// The partial files in the directories that were read last. All downloads of this process share
/// it: a thousand files in one directory would otherwise read it a thousand times.
static KNOWN: Mutex<Vec<Directory>> = Mutex::new(Vec::new());

/// How many directories are remembered.
const MOST: usize = 16;

/// How long a directory is remembered. After that it is read again, because another process may
/// have left files.
const LIFE: Duration = Duration::from_secs(60);

struct Directory {
    id: Id,
    read_at: Instant,
    /// The names of the partial files in it. Some may be gone by now.
    partials: Vec<OsString>,
}

/// The path of a directory and its identity. The identity alone may belong to another directory
/// soon, and the path too.
type Id = (PathBuf, files::Identity);

/// Deletes the partial files of earlier versions of the remote file, after `own` has got its final
/// name. If one cannot be deleted, or is locked by another process, it stays.
pub(super) fn delete_others(own: &Path, prefix: &[u8]) {
    let directory = directory_of(own);
    let Ok(others) = take(directory, prefix) else {
        return;
    };
    for name in others {
        let path = directory.join(&name);
        match files::open_left_partial(&path) {
            Ok(file) if files::lock(&file).is_ok() => {
                let _ = fs::remove_file(&path);
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            _ => note(&path),
        }
    }
}

/// Notes that a partial file stays, so that a later download to the same target finds it.
pub(super) fn note(partial: &Path) {
    let (Ok(id), Some(name)) = (id_of(directory_of(partial)), partial.file_name()) else {
        return;
    };
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(directory) = known.iter_mut().find(|it| it.id == id) {
        if !directory.partials.iter().any(|it| it == name) {
            directory.partials.push(name.to_owned());
        }
    }
}

/// Takes the partial files whose names begin so from what is known about a directory. Reads the
/// directory if it is not known.
fn take(directory: &Path, prefix: &[u8]) -> io::Result<Vec<OsString>> {
    let (id, now) = (id_of(directory)?, Instant::now());
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    known.retain(|it| now.duration_since(it.read_at) < LIFE);
    let place = match known.iter().position(|it| it.id == id) {
        Some(place) => place,
        None => {
            let partials = read(directory)?;
            if known.len() == MOST {
                known.remove(0);
            }
            known.push(Directory {
                id,
                read_at: now,
                partials,
            });
            known.len() - 1
        }
    };
    let names = std::mem::take(&mut known[place].partials);
    let (taken, left) = names
        .into_iter()
        .partition(|name| tag_of(name).is_some_and(|(start, _)| start == prefix));
    known[place].partials = left;
    Ok(taken)
}

fn read(directory: &Path) -> io::Result<Vec<OsString>> {
    let names = fs::read_dir(directory)?.flatten().map(|it| it.file_name());
    Ok(names.filter(|name| tag_of(name).is_some()).collect())
}

/// Splits the name of a partial file into what comes before its tag, and the tag. `None` for any
/// other name.
fn tag_of(name: &OsStr) -> Option<(&[u8], &[u8])> {
    let name = name.as_encoded_bytes().strip_suffix(SUFFIX.as_bytes())?;
    let (start, tag) = name.split_at_checked(name.len().checked_sub(16)?)?;
    let is_tag = start.starts_with(b".") && tag.iter().all(u8::is_ascii_hexdigit);
    is_tag.then_some((start, tag))
}

fn directory_of(path: &Path) -> &Path {
    match path.parent() {
        Some(directory) if !directory.as_os_str().is_empty() => directory,
        _ => Path::new("."),
    }
}

fn id_of(directory: &Path) -> io::Result<Id> {
    let identity = files::identity(directory, &fs::metadata(directory)?)?;
    Ok((directory.to_owned(), identity))
}
