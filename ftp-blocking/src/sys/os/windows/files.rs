//! Opens, locks and tells apart files of the disk. Paths are text, and `\` separates their parts.

use std::ffi::OsStr;
use std::fs::{self, File, Metadata, OpenOptions};
use std::io;
use std::os::windows::fs::{FileTypeExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use ftp_proto::{Encoding, LocalName, UnsafeRule};
use winapi_util::Handle;
use winapi_util::file::information;

use crate::sys::os::locked::is_locked;

/// Opens a link itself, or any other reparse point, and not its target (`FILE_FLAG_OPEN_REPARSE_POINT`).
const NO_FOLLOW: u32 = 0x0020_0000;

/// Others may read the file, rename and delete it (`FILE_SHARE_READ`, `FILE_SHARE_DELETE`). They may
/// not write, which is a lock.
const NO_OTHER_WRITER: u32 = 0x1 | 0x4;

/// The error of an open that another process's sharing mode forbids (`ERROR_SHARING_VIOLATION`).
const SHARING_VIOLATION: i32 = 32;

/// The attribute of links, junctions and other reparse points (`FILE_ATTRIBUTE_REPARSE_POINT`).
const REPARSE_POINT: u32 = 0x400;

/// The volume and the number of the file, which tell whether two paths lead to the same file or
/// directory.
pub(in crate::sys) type Identity = (u64, u64);

/// Returns the identity of what has this path.
pub(in crate::sys) fn identity(path: &Path, _: &Metadata) -> io::Result<Identity> {
    let found = information(Handle::from_path_any(path)?)?;
    Ok((found.volume_serial_number(), found.file_index()))
}

/// Opens a partial file, or creates it, so that no other process can open it for writing. The
/// directory gives a new file its permissions.
pub(in crate::sys) fn open_partial(path: &Path, _: Option<&Metadata>) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).create(true).truncate(false);
    open_alone(&mut options, path)
}

/// Opens a partial file that an earlier download has left, so that no other process can open it for
/// writing.
pub(in crate::sys) fn open_left_partial(path: &Path) -> io::Result<File> {
    open_alone(&mut OpenOptions::new(), path)
}

fn open_alone(options: &mut OpenOptions, path: &Path) -> io::Result<File> {
    options.write(true).share_mode(NO_OTHER_WRITER);
    let opened = options.custom_flags(NO_FOLLOW).open(path);
    let file = opened.map_err(|error| match error.raw_os_error() {
        Some(SHARING_VIOLATION) => is_locked(),
        _ => error,
    })?;
    if file.metadata()?.file_attributes() & REPARSE_POINT != 0 {
        let why = "the partial file is a link";
        return Err(io::Error::new(io::ErrorKind::InvalidInput, why));
    }
    Ok(file)
}

/// Does nothing: a partial file is locked since it was opened.
#[allow(clippy::unnecessary_wraps, reason = "it can fail on Unix")]
pub(in crate::sys) fn lock(_: &File) -> io::Result<()> {
    Ok(())
}

/// Returns whether the open file has another name besides its path.
pub(in crate::sys) fn has_other_names(file: &File, _: &Metadata) -> io::Result<bool> {
    Ok(information(file)?.number_of_links() > 1)
}

/// Returns the length of the open file with this metadata, if it still has this path. `None` if
/// another process has renamed it.
pub(in crate::sys) fn length_at(
    path: &Path,
    file: &File,
    metadata: &Metadata,
) -> io::Result<Option<u64>> {
    let found = information(file)?;
    let ours = (found.volume_serial_number(), found.file_index());
    let same = identity(path, metadata).is_ok_and(|it| it == ours);
    Ok(same.then(|| found.file_size()))
}

/// Opens a file for reading.
pub(in crate::sys) fn open_source(path: &Path) -> io::Result<File> {
    File::open(path)
}

/// Does nothing: a new file has the permissions that its directory gives it.
#[allow(clippy::unnecessary_wraps, reason = "it can fail on Unix")]
pub(in crate::sys) fn keep_permissions(_: &File, _: &Metadata) -> io::Result<()> {
    Ok(())
}

/// Does nothing: Windows cannot do this for a directory.
#[allow(clippy::unnecessary_wraps, reason = "it can fail on Unix")]
pub(in crate::sys) fn sync_directory(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Returns the path of the file itself, if this path is that of a link to it. Some file systems
/// cannot do this, so any other path stays as it is.
pub(in crate::sys) fn where_links_lead(path: PathBuf) -> io::Result<PathBuf> {
    match fs::symlink_metadata(&path)?.is_symlink() {
        true => fs::canonicalize(path),
        false => Ok(path),
    }
}

/// Deletes a file or a link. A link to a directory is deleted as a directory is.
pub(in crate::sys) fn remove_file(path: &Path) -> io::Result<()> {
    match fs::symlink_metadata(path)?.file_type().is_symlink_dir() {
        true => fs::remove_dir(path),
        false => fs::remove_file(path),
    }
}

/// Returns the bytes of a path or a name, as UTF-8.
pub(in crate::sys) fn bytes(path: &OsStr) -> io::Result<&[u8]> {
    path.to_str().map(str::as_bytes).ok_or_else(is_no_text)
}

/// Returns the bytes of a path for a plan, in which `/` separates the parts.
pub(in crate::sys) fn plan_bytes(path: &Path) -> Vec<u8> {
    let mut bytes = path.as_os_str().as_encoded_bytes().to_vec();
    for byte in bytes.iter_mut().filter(|byte| **byte == b'\\') {
        *byte = b'/';
    }
    bytes
}

/// Returns whether the path has the name of a device, such as `NUL`. It names the device in each
/// directory.
pub(in crate::sys) fn is_device_name(path: &Path) -> bool {
    let name = path.file_name().and_then(OsStr::to_str).unwrap_or_default();
    let checked = LocalName::new(name, &Encoding::Utf8);
    checked.is_err_and(|error| error.rule() == UnsafeRule::Device)
}

/// Returns the path with these bytes. After `\\?\`, only `\` separates the parts of a path, so this
/// is what `/` becomes.
pub(in crate::sys) fn path(bytes: &[u8]) -> io::Result<PathBuf> {
    let text = std::str::from_utf8(bytes).map_err(|_| is_no_text())?;
    Ok(text.replace('/', r"\").into())
}

/// Returns whether a part of a path between two slashes can only be one name. `C:x` and `a\b` lead
/// elsewhere, and `a:b` is a stream of the file `a`.
pub(in crate::sys) fn is_one_name(part: &[u8]) -> bool {
    !part.iter().any(|byte| matches!(byte, b'\\' | b':'))
}

fn is_no_text() -> io::Error {
    let why = "this path is not valid Unicode";
    io::Error::new(io::ErrorKind::InvalidData, why)
}

/// Makes a link, for tests. Windows wants to know whether it leads to a directory.
#[cfg(test)]
pub(in crate::sys) fn symlink(target: impl AsRef<Path>, link: impl AsRef<Path>) -> io::Result<()> {
    use std::os::windows::fs::{symlink_dir, symlink_file};
    let (target, link) = (target.as_ref(), link.as_ref());
    let leads_to = link.parent().unwrap_or(Path::new("")).join(target);
    match leads_to.is_dir() {
        true => symlink_dir(target, link),
        false => symlink_file(target, link),
    }
}
