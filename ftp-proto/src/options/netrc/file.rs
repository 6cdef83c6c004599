//! Reads the file `.netrc`, and refuses one whose passwords other users can read.

use alloc::format;
use std::env;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use super::Netrc;
use crate::error::{Error, ErrorKind};

impl Netrc {
    /// Reads the file that the environment variable `NETRC` names. Without this variable, reads
    /// `.netrc` in the home directory (`_netrc` on Windows). If there is no such file in the home
    /// directory, returns a `Netrc` without entries.
    ///
    /// # Errors
    /// The errors of [`read_from`](Self::read_from).
    pub fn read() -> Result<Self, Error> {
        if let Some(path) = env::var_os("NETRC").filter(|path| !path.is_empty()) {
            return Self::read_from(path);
        }
        let Some(path) = usual_path() else {
            return Ok(Self::default());
        };
        match File::open(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self::default()),
            opened => opened
                .map_err(local)
                .and_then(Self::read_file)
                .map_err(|error| about(&path, error)),
        }
    }

    /// Reads the file at this path.
    ///
    /// On Unix, a file with passwords must belong to the user who runs the program, and must not
    /// let the group or others read, write or execute it (`chmod 600`), as Python demands for
    /// `~/.netrc`. A password of `anonymous` is no secret. To read a file without this check, use
    /// [`parse`](Self::parse).
    ///
    /// ```no_run
    /// use ftp_proto::Netrc;
    ///
    /// let netrc = Netrc::read_from("/etc/backup/netrc")?;
    /// # let _ = netrc;
    /// # Ok::<(), ftp_proto::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Local`]: the file cannot be read, or is not safe (an `std::io::Error` of kind
    /// `PermissionDenied`), or is no netrc file ([`InvalidNetrc`](super::InvalidNetrc)). The text
    /// names the file.
    pub fn read_from(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let file = File::open(path).map_err(local);
        file.and_then(Self::read_file)
            .map_err(|error| about(path, error))
    }

    /// Reads and checks an open file, so that nobody can exchange it between the two.
    fn read_file(mut file: File) -> Result<Self, Error> {
        let mut text = Vec::new();
        file.read_to_end(&mut text).map_err(local)?;
        let netrc = Self::parse(text)?;
        #[cfg(unix)]
        if netrc.has_secrets() {
            check_privacy(&file).map_err(local)?;
        }
        Ok(netrc)
    }
}

fn usual_path() -> Option<PathBuf> {
    let (variable, name) = match cfg!(windows) {
        true => ("USERPROFILE", "_netrc"),
        false => ("HOME", ".netrc"),
    };
    let home = env::var_os(variable).filter(|home| !home.is_empty())?;
    Some(Path::new(&home).join(name))
}

#[cfg(unix)]
fn check_privacy(file: &File) -> io::Result<()> {
    use std::os::unix::fs::MetadataExt as _;
    let unsafe_because = |why| Err(io::Error::new(io::ErrorKind::PermissionDenied, why));
    let metadata = file.metadata()?;
    if metadata.uid() != own_user()? {
        return unsafe_because("a netrc file with passwords must belong to you");
    }
    if metadata.mode() & 0o077 != 0 {
        return unsafe_because(
            "other users have access to this netrc file with passwords: use `chmod 600`",
        );
    }
    Ok(())
}

/// Returns the effective user of this process. The standard library has no function for it, but a
/// new descriptor belongs to this user, and the kernel says so.
#[cfg(unix)]
fn own_user() -> io::Result<u32> {
    use std::os::fd::OwnedFd;
    use std::os::unix::fs::MetadataExt as _;
    use std::os::unix::net::UnixStream;
    let (end, _) = UnixStream::pair()?;
    Ok(File::from(OwnedFd::from(end)).metadata()?.uid())
}

fn local(error: io::Error) -> Error {
    Error::new(ErrorKind::Local).with_source(error)
}

fn about(path: &Path, error: Error) -> Error {
    error.with_subject(format!("reading {}", path.display()))
}
