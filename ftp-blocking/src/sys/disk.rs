//! The local side of the transfer of a whole file: the partial file of a download, and the file of
//! an upload.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File, FileTimes, Metadata};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf, is_separator};
use std::time::SystemTime;

use ftp_proto::files::{FileReport, Hasher, LocalFact, LocalStep, SyncToDisk};
use ftp_proto::reply::{Algorithm, Timestamp};
use ftp_proto::sync::LocalPlace;
use ftp_proto::tree::HashLocal;
use ftp_proto::{Error, ErrorKind, LocalName, Remedy, UnsafeName};

use super::os::files;
use super::{leftovers, local_place};

/// The local file of one transfer. If it is dropped, a partial file is deleted, unless it may be
/// resumed and has bytes.
#[derive(Debug)]
pub struct Disk {
    local: PathBuf,
    /// Where the file is in a sync. `None` outside of a sync.
    place: Option<LocalPlace>,
    partial: Option<Partial>,
    source: Option<File>,
    /// The path of the download, whether or not it is a link. `None` before the partial file is
    /// open, and for an upload.
    named: Option<PathBuf>,
}

/// A partial file beside its target. The name of `a` is `.a.0123456789abcdef.ftp-part`. The
/// hexadecimal digits are a tag, which stands for one version of the remote file.
#[derive(Debug)]
struct Partial {
    target: PathBuf,
    path: PathBuf,
    /// The beginning of its name, before the tag.
    prefix: OsString,
    file: File,
    keep: bool,
    /// Whether the file has its final name, so that there is no partial file any more.
    committed: bool,
}

/// A path, and what is there.
type Found = (PathBuf, io::Result<Metadata>);

pub(super) const SUFFIX: &str = ".ftp-part";

/// How often a partial file is opened again because another process has renamed or deleted it.
const TRIES: usize = 100;

/// A file name longer than this is shortened in the name of its partial file. Most systems allow
/// 255 bytes.
const LONGEST_NAME: usize = 200;

impl Disk {
    /// Names the local file, but does not look at it.
    pub fn new(local: impl Into<PathBuf>) -> Self {
        Self {
            local: local.into(),
            place: None,
            partial: None,
            source: None,
            named: None,
        }
    }

    /// Names the local file of a sync. Before the file is opened, and before it gets its name, the
    /// disk checks again that no link leads out of the directory of the sync.
    ///
    /// # Errors
    /// Those of [`local_place::file`].
    pub fn within(place: LocalPlace) -> Result<Self, Error> {
        let mut disk = Self::new(local_place::file(&place)?);
        disk.place = Some(place);
        Ok(disk)
    }

    /// Does what a plan wants.
    ///
    /// # Errors
    /// [`ErrorKind::Local`] with the error of the system.
    pub fn run(&mut self, step: LocalStep) -> Result<LocalFact, Error> {
        let names = matches!(
            step,
            LocalStep::Open { .. } | LocalStep::Commit { .. } | LocalStep::Source
        );
        if let Some(place) = self.place.as_ref().filter(|_| names) {
            local_place::file(place)?;
        }
        match step {
            LocalStep::Open { tag, name, keep } => self.open(tag, name, keep),
            LocalStep::Empty => self.try_to("emptying", |file| file.set_len(0)),
            LocalStep::Tail { end, length } => self.tail(end, length),
            LocalStep::Hash { algorithm, length } => self.hash(algorithm, length),
            LocalStep::Commit {
                modified,
                sync,
                tidy,
            } => self.commit(modified, sync, tidy),
            LocalStep::Leave => {
                self.partial = None;
                Ok(LocalFact::Done)
            }
            LocalStep::Source => self.look_at_source(),
            _ => Err(Error::new(ErrorKind::Local).with_source("this step is unknown")),
        }
    }

    /// Adds the path of the local file to the report of its transfer.
    #[must_use]
    pub fn complete(&self, mut report: FileReport) -> FileReport {
        let path = self.named.as_ref().unwrap_or(&self.local);
        report.local.clone_from(path);
        report
    }

    /// Returns the open file, at this position.
    ///
    /// # Errors
    /// [`ErrorKind::Local`] with the error of the system.
    pub fn file_at(&self, position: u64) -> Result<&File, Error> {
        let mut file = self.file()?;
        let sought = file.seek(SeekFrom::Start(position));
        sought.map_err(|error| self.failed("reading", error))?;
        Ok(file)
    }

    fn open(
        &mut self,
        tag: u64,
        name: Result<LocalName, UnsafeName>,
        keep: bool,
    ) -> Result<LocalFact, Error> {
        let (path, found) = self.named(name)?;
        let (target, old) = self.target(&path, found)?;
        self.named = Some(path);
        let opened = Partial::open(target, old, tag, keep);
        let (partial, length) = opened.map_err(|error| self.failed("creating", error))?;
        self.partial = Some(partial);
        Ok(LocalFact::Opened(length))
    }

    /// Returns the path of the download, and what is there now. In a directory, the file has the name
    /// of the remote one.
    fn named(&self, name: Result<LocalName, UnsafeName>) -> Result<Found, Error> {
        let found = fs::metadata(&self.local);
        if !found.as_ref().is_ok_and(Metadata::is_dir) {
            return Ok((self.local.clone(), found));
        }
        let name = name.map_err(|error| {
            Error::new(ErrorKind::Local)
                .with_subject("choosing a name for the local file")
                .with_source(error)
        })?;
        let path = name.join_to(&self.local);
        let found = fs::metadata(&path);
        Ok((path, found))
    }

    /// Returns the path that the download gets in the end, and what is there now. A link leads to
    /// this path.
    fn target(
        &self,
        path: &Path,
        found: io::Result<Metadata>,
    ) -> Result<(PathBuf, Option<Metadata>), Error> {
        let is_no_file =
            files::is_device_name(path) || found.as_ref().is_ok_and(|found| !found.is_file());
        let refusal = |kind, why| self.failed("creating", io::Error::new(kind, why));
        let refuse = |kind, why| Err(refusal(kind, why));
        match found {
            Ok(metadata) if metadata.is_dir() => {
                refuse(io::ErrorKind::IsADirectory, "it is a directory")
            }
            _ if is_no_file => {
                let why = "it is no regular file, and cannot be replaced";
                Err(refusal(io::ErrorKind::InvalidInput, why).with_remedy(Remedy::SaveTo))
            }
            Ok(metadata) => {
                let path = files::where_links_lead(path.to_owned());
                let path = path.map_err(|error| self.failed("creating", error))?;
                Ok((path, Some(metadata)))
            }
            Err(_) if ends_with_separator(path) => {
                refuse(io::ErrorKind::NotFound, "there is no such directory")
            }
            Err(_) if path.file_name().is_none() => {
                refuse(io::ErrorKind::InvalidInput, "this path names no file")
            }
            Err(_) => Ok((path.to_owned(), None)),
        }
    }

    fn tail(&self, end: u64, length: usize) -> Result<LocalFact, Error> {
        let mut file = self.file_at(end.saturating_sub(length as u64))?;
        let mut bytes = vec![0; length];
        let read = file.read_exact(&mut bytes);
        read.map_err(|error| self.failed("reading", error))?;
        Ok(LocalFact::Bytes(bytes))
    }

    fn hash(&self, algorithm: Algorithm, length: Option<u64>) -> Result<LocalFact, Error> {
        let Some(mut hasher) = Hasher::new(algorithm) else {
            let name = algorithm.name();
            return Err(Error::new(ErrorKind::Unsupported)
                .with_source(format!("this build does not compute {name}")));
        };
        let mut file = self.file_at(0)?.take(length.unwrap_or(u64::MAX));
        let mut buffer = vec![0; 256 * 1024];
        loop {
            match file.read(&mut buffer) {
                Ok(0) => return Ok(LocalFact::Hash(hasher.finish())),
                Ok(count) => hasher.update(&buffer[..count]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(self.failed("reading", error)),
            }
        }
    }

    fn commit(
        &mut self,
        modified: Option<Timestamp>,
        sync: SyncToDisk,
        tidy: bool,
    ) -> Result<LocalFact, Error> {
        let Some(partial) = self.partial.take() else {
            return Err(not_open());
        };
        match partial.commit(modified, sync, tidy) {
            Ok(fact) => Ok(fact),
            Err(error) => Err(self.failed("naming", error)),
        }
    }

    fn look_at_source(&mut self) -> Result<LocalFact, Error> {
        if self.source.is_none() {
            let opened = files::open_source(&self.local);
            self.source = Some(opened.map_err(|error| self.failed("opening", error))?);
        }
        let metadata = self.file()?.metadata();
        let metadata = metadata.map_err(|error| self.failed("reading", error))?;
        if !metadata.is_file() {
            let error = io::Error::new(io::ErrorKind::InvalidInput, "it is no regular file");
            return Err(self.failed("opening", error).with_remedy(Remedy::SendFrom));
        }
        Ok(LocalFact::Source {
            length: metadata.len(),
            modified: metadata
                .modified()
                .ok()
                .and_then(|time| Timestamp::try_from(time).ok()),
        })
    }

    fn try_to(
        &self,
        what: &str,
        act: impl FnOnce(&File) -> io::Result<()>,
    ) -> Result<LocalFact, Error> {
        act(self.file()?).map_err(|error| self.failed(what, error))?;
        Ok(LocalFact::Done)
    }

    fn file(&self) -> Result<&File, Error> {
        let partial = self.partial.as_ref().map(|partial| &partial.file);
        partial.or(self.source.as_ref()).ok_or_else(not_open)
    }

    fn failed(&self, what: &str, error: io::Error) -> Error {
        let local = self.local.display();
        Error::new(ErrorKind::Local)
            .with_subject(format!("{what} the local file {local}"))
            .with_source(error)
    }
}

/// Computes the hash of a local file.
///
/// # Errors
/// [`ErrorKind::Local`] with the error of the system.
pub fn hash(file: &HashLocal) -> Result<Vec<u8>, Error> {
    let path = files::path(&file.path).map_err(|error| {
        Error::new(ErrorKind::Local)
            .with_subject("reading a local file")
            .with_source(error)
    })?;
    let mut disk = Disk::new(path);
    disk.run(LocalStep::Source)?;
    let step = LocalStep::Hash {
        algorithm: file.algorithm,
        length: None,
    };
    match disk.run(step)? {
        LocalFact::Hash(hash) => Ok(hash),
        _ => Err(not_open()),
    }
}

impl Partial {
    /// Opens the partial file of this target and locks it. Also returns its length. `old` is what
    /// the target is now.
    fn open(
        target: PathBuf,
        old: Option<Metadata>,
        tag: u64,
        keep: bool,
    ) -> io::Result<(Self, u64)> {
        let name = target.file_name().unwrap_or_default();
        let directory = match target.parent() {
            Some(directory) if !directory.as_os_str().is_empty() => directory,
            _ => Path::new("."),
        };
        let mut prefix = OsString::from(".");
        prefix.push(shortened(name));
        prefix.push(".");
        let mut own = prefix.clone();
        own.push(format!("{tag:016x}{SUFFIX}"));
        let path = directory.join(&own);
        let (file, mut length) = open_locked(&path, old.as_ref())?;
        let partial = Self {
            target,
            path,
            prefix,
            file,
            keep,
            committed: false,
        };
        if !keep && length > 0 {
            partial.file.set_len(0)?;
            length = 0;
        }
        Ok((partial, length))
    }

    /// Gives the file its time and its final name.
    fn commit(
        mut self,
        modified: Option<Timestamp>,
        sync: SyncToDisk,
        tidy: bool,
    ) -> io::Result<LocalFact> {
        if let Ok(old) = fs::metadata(&self.target) {
            files::keep_permissions(&self.file, &old)?;
        }
        let time = modified.and_then(|time| SystemTime::try_from(time).ok());
        // Not every file system can store every time. The file is right all the same.
        let timed = time.is_some_and(|time| {
            let times = FileTimes::new().set_modified(time);
            self.file.set_times(times).is_ok()
        });
        let length = self.file.metadata()?.len();
        if sync == SyncToDisk::Yes {
            self.file.sync_all()?;
        }
        fs::rename(&self.path, &self.target)?;
        self.committed = true;
        if tidy {
            leftovers::delete_others(&self.path, self.prefix.as_encoded_bytes());
        }
        if sync == SyncToDisk::Yes {
            if let Some(directory) = self.path.parent() {
                // The file has its name. Some file systems cannot do this for directories.
                let _ = files::sync_directory(directory);
            }
        }
        Ok(LocalFact::Committed {
            length,
            modified: modified.filter(|_| timed),
        })
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        let is_empty = || self.file.metadata().is_ok_and(|now| now.len() == 0);
        if self.committed {
            return;
        }
        // If this fails, the next download to the same target deletes the file.
        let is_gone = (!self.keep || is_empty()) && fs::remove_file(&self.path).is_ok();
        if !is_gone {
            leftovers::note(&self.path);
        }
    }
}

/// Opens a partial file, or creates it, and locks it against other processes. `old` is the file
/// that it will replace. Also returns its length.
fn open_locked(path: &Path, old: Option<&Metadata>) -> io::Result<(File, u64)> {
    for _ in 0..TRIES {
        let file = files::open_partial(path, old)?;
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            let why = "the partial file is no regular file";
            return Err(io::Error::new(io::ErrorKind::InvalidInput, why));
        }
        if files::has_other_names(&file, &metadata)? {
            let why = "the partial file has another name too";
            return Err(io::Error::new(io::ErrorKind::InvalidInput, why));
        }
        files::lock(&file)?;
        // Before the lock, another process may have renamed the file to its final name.
        if let Some(length) = files::length_at(path, &file, &metadata)? {
            return Ok((file, length));
        }
    }
    let why = "the partial file changes all the time";
    Err(io::Error::new(io::ErrorKind::ResourceBusy, why))
}

/// Returns whether the path ends with `/`, or with `\` on Windows.
fn ends_with_separator(path: &Path) -> bool {
    let last = path.as_os_str().as_encoded_bytes().last();
    last.is_some_and(|last| is_separator(char::from(*last)))
}

/// Returns the name, or its beginning and a hash of it if it is too long.
fn shortened(name: &OsStr) -> OsString {
    let bytes = name.as_encoded_bytes();
    if bytes.len() <= LONGEST_NAME {
        return name.to_owned();
    }
    let hash = bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let start: String = name.to_string_lossy().chars().take(40).collect();
    format!("{start}-{hash:016x}").into()
}

fn not_open() -> Error {
    Error::new(ErrorKind::Local).with_source("the local file is not open")
}

#[cfg(test)]
mod tests;
