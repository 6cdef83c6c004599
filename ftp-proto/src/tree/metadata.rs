//! What is known about one file or directory, and whether it exists.

use alloc::format;
use alloc::string::ToString as _;
use alloc::vec::Vec;

use crate::error::{Error, ErrorKind};
use crate::listing::{Entry, Kind, Modified};
use crate::reply::Timestamp;
use crate::wire::Escaped;

/// What a server says about one file or directory.
///
/// A field is `None` if the server does not say it. [`found_by`](Self::found_by) tells what the
/// fields are worth.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Metadata {
    /// What it is. A directory is always [`Kind::Directory`], never `Current` or `Parent`.
    pub kind: Kind,
    /// The size of a file in bytes.
    pub size: Option<u64>,
    /// When it was last modified.
    pub modified: Option<Modified>,
    /// The line of MLST or of the listing, with all its other fields. `None` if SIZE and MDTM have
    /// answered.
    pub entry: Option<Entry<'static>>,
    /// Which command has shown it.
    pub found_by: FoundBy,
}

/// Which command has shown a file or a directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FoundBy {
    /// MLST. Whether a link shows as a link or as what it leads to depends on the server.
    Mlst,
    /// SIZE or MDTM. The kind is [`Kind::File`] if SIZE has answered. Most servers refuse SIZE for
    /// a directory, but a few do not. A link shows as what it leads to.
    SizeOrTime,
    /// The listing of the directory above. A link shows as a link, if the listing marks links.
    Listing,
}

/// Whether a path exists on the server.
///
/// Codes decide, never the text of a reply. A 550 alone says neither that a file is missing nor
/// that you may not see it. What settles this depends on the server:
///
/// | server | a file | a directory | a missing name | a name that you may not see |
/// |---|---|---|---|---|
/// | MLST and MLSD (ProFTPD, Pure-FTPd, pyftpdlib, FileZilla Server) | `Exists`, by MLST | `Exists`, by MLST | `Absent`: MLST refuses it, and MLSD of the directory above does not show it | `Exists` if MLSD shows it; else as if it were missing |
/// | SIZE and LIST (vsftpd, IIS) | `Exists`, by SIZE | `Exists`, by LIST of the directory above | `Absent`; `Unknown` for a hidden name (`.x`), which LIST may leave out | as if it were missing |
/// | LIST alone (embedded servers) | `Exists`, by LIST | `Exists`, by LIST | as above | as above |
/// | LIST as VMS, z/OS, OS/400 or NonStop writes it | `Exists`, by SIZE or LIST | `Exists`, by LIST | `Unknown`: the listing may show the name in another form | `Unknown` |
///
/// Further rules, for all servers:
///
/// * The directory above is missing, or is a file: `Absent`.
/// * Its listing is refused: `Forbidden` if its `perm` fact says that it cannot be listed, otherwise
///   `Unknown`.
/// * MLST or SIZE is refused with 530, 532 or 553: `Forbidden`.
/// * The listing has lines of no known dialect, or shows the name in other letters (`A` and `a`):
///   `Unknown`.
/// * A LIST without a line: `Absent` in the current directory and in `/`, else `Unknown`. Some
///   servers send it for a directory that is missing or forbidden (vsftpd).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Existence {
    /// There is something with this path.
    Exists,
    /// The server has shown that there is nothing with this path.
    Absent,
    /// The server does not let you see whether there is something.
    Forbidden,
    /// What the server says settles nothing.
    Unknown,
}

/// What a [`Lookup`](super::Lookup) has found out.
#[derive(Clone, Debug)]
pub struct Finding {
    pub(super) path: Vec<u8>,
    pub(super) result: Result<Metadata, Missing>,
}

/// Why there is no metadata.
#[derive(Clone, Debug)]
pub(super) struct Missing {
    pub(super) existence: Existence,
    /// The server's refusal, if it has refused something.
    pub(super) refusal: Option<Error>,
}

impl Finding {
    /// Returns whether the path exists.
    #[must_use]
    pub fn existence(&self) -> Existence {
        match &self.result {
            Ok(_) => Existence::Exists,
            Err(missing) => missing.existence,
        }
    }

    /// Returns what is known about the path.
    ///
    /// # Errors
    /// The server's refusal. [`Permanent`](ErrorKind::Permanent) without a reply if the server has
    /// refused nothing, but does not show the path.
    pub fn into_metadata(self) -> Result<Metadata, Error> {
        self.result.map_err(|missing| {
            missing.refusal.unwrap_or_else(|| {
                let path = Escaped::new(&self.path).to_string();
                Error::new(ErrorKind::Permanent)
                    .with_subject(format!("looking up {path}"))
                    .with_source("the listing of its directory does not show it")
            })
        })
    }
}

impl Metadata {
    /// Returns the permission bits of Unix, 0 to 0o7777.
    #[must_use]
    pub fn mode(&self) -> Option<u16> {
        self.entry.as_ref()?.mode()
    }

    /// Returns whether it is a file.
    #[must_use]
    pub fn is_file(&self) -> bool {
        self.kind == Kind::File
    }

    /// Returns whether it is a directory.
    #[must_use]
    pub fn is_dir(&self) -> bool {
        self.kind == Kind::Directory
    }

    /// Returns whether it is a symbolic link, as far as the server shows links.
    #[must_use]
    pub fn is_link(&self) -> bool {
        self.kind == Kind::Link
    }

    pub(super) fn from_entry(entry: Entry<'static>, found_by: FoundBy) -> Self {
        Self {
            kind: match entry.kind() {
                Kind::Current | Kind::Parent => Kind::Directory,
                kind => kind,
            },
            size: entry.size(),
            modified: entry.modified(),
            entry: Some(entry),
            found_by,
        }
    }

    pub(super) fn from_commands(size: Option<u64>, modified: Option<Timestamp>) -> Self {
        Self {
            kind: match size {
                Some(_) => Kind::File,
                None => Kind::Unknown,
            },
            size,
            modified: modified.map(Modified::utc),
            entry: None,
            found_by: FoundBy::SizeOrTime,
        }
    }

    /// A directory of which nothing is known but that it can be listed.
    pub(super) const fn of_listed_directory() -> Self {
        Self {
            kind: Kind::Directory,
            size: None,
            modified: None,
            entry: None,
            found_by: FoundBy::Listing,
        }
    }
}
