//! What is known about one file or directory, and whether it exists.

use alloc::format;
use alloc::string::ToString as _;
use alloc::vec::Vec;

use crate::error::{Cause, Error, ErrorKind};
use crate::listing::{Entry, Kind, Modified};
use crate::reply::Timestamp;
use crate::wire::Escaped;

/// What a server says about one file or directory.
///
/// A field is `None` if the server does not say it. How reliable the fields are depends on the
/// command that has found the path: see [`found_by`](Self::found_by).
///
/// ```
/// # use ftp_proto::listing::Entry;
/// # use ftp_proto::tree::{Inspected, Lookup, Outcome, Plan, Todo};
/// use ftp_proto::tree::FoundBy;
///
/// # let mut lookup = Lookup::metadata("pub/a.txt")?;
/// # let _ = lookup.next_step();
/// # let entry = Entry::from_facts("type=file;size=5; a.txt").expect("an entry");
/// # lookup.finished(Ok(Outcome::Inspected(Inspected::Facts(entry))));
/// # let Todo::Yield(finding) = lookup.next_step() else {
/// #     panic!("no finding")
/// # };
/// # let finding = finding?;
/// // `finding` is the result of a `Lookup` of a file that has 5 bytes.
/// let metadata = finding.into_metadata()?;
/// assert!(metadata.is_file());
/// assert_eq!(metadata.size, Some(5));
/// assert_eq!(metadata.found_by, FoundBy::Mlst);
/// # Ok::<(), ftp_proto::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Metadata {
    /// What the path is. A directory is always [`Kind::Directory`], never `Current` or `Parent`.
    pub kind: Kind,
    /// The size of a file in bytes.
    pub size: Option<u64>,
    /// When the file or directory was last modified.
    pub modified: Option<Modified>,
    /// The line of MLST or of the listing, with all its other fields. `None` if the metadata comes
    /// from SIZE and MDTM.
    pub entry: Option<Entry<'static>>,
    /// Which command has found the file or directory.
    pub found_by: FoundBy,
}

/// Which command has found a file or a directory.
///
/// ```
/// # use ftp_proto::listing::Entry;
/// # use ftp_proto::tree::{Inspected, Lookup, Outcome, Plan, Todo};
/// use ftp_proto::tree::{FoundBy, Metadata};
///
/// /// Whether the kind is beyond doubt.
/// fn is_certain(metadata: &Metadata) -> bool {
///     match metadata.found_by {
///         FoundBy::Mlst | FoundBy::Listing => true,
///         _ => false, // SIZE may succeed for a directory.
///     }
/// }
///
/// # let mut lookup = Lookup::metadata("pub/a.txt")?;
/// # let _ = lookup.next_step();
/// # let entry = Entry::from_facts("type=file;size=5; a.txt").expect("an entry");
/// # lookup.finished(Ok(Outcome::Inspected(Inspected::Facts(entry))));
/// # let Todo::Yield(finding) = lookup.next_step() else {
/// #     panic!("no finding")
/// # };
/// # let finding = finding?;
/// // `finding` is the result of a `Lookup`, which MLST has answered.
/// assert!(is_certain(&finding.into_metadata()?));
/// # Ok::<(), ftp_proto::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FoundBy {
    /// MLST. For a link, the server decides whether the metadata is that of the link or of its
    /// target.
    Mlst,
    /// SIZE or MDTM. If SIZE succeeds, the kind is [`Kind::File`], although on a few servers SIZE
    /// also succeeds for a directory. For a link, the metadata is that of its target.
    SizeOrTime,
    /// The listing of the directory above. For a link, the metadata is that of the link itself if
    /// the listing marks links.
    Listing,
}

/// Whether a path exists on the server.
///
/// Only reply codes decide, never the text of a reply. The code 550 alone does not tell whether a
/// file is missing or whether you may not see it. Which other replies tell this depends on the
/// server:
///
/// | server | a file | a directory | a missing name | a name that you may not see |
/// |---|---|---|---|---|
/// | MLST and MLSD (ProFTPD, Pure-FTPd, pyftpdlib, FileZilla Server) | `Exists`, by MLST | `Exists`, by MLST | `Absent`: MLST refuses it, and MLSD of the directory above does not show it | `Exists` if MLSD shows it; else as if it were missing |
/// | SIZE and LIST (vsftpd, IIS) | `Exists`, by SIZE | `Exists`, by LIST of the directory above | `Absent`; `Unknown` for a hidden name (`.x`), which LIST may leave out | as if it were missing |
/// | LIST alone (embedded servers) | `Exists`, by LIST | `Exists`, by LIST | `Absent`; `Unknown` for a hidden name (`.x`) | as if it were missing |
/// | LIST as VMS, z/OS, OS/400 or NonStop writes it | `Exists`, by SIZE or LIST | `Exists`, by LIST | `Unknown`: the listing may show the name in another form | `Unknown` |
///
/// Further rules, for all servers:
///
/// * The directory above is missing, or is a file: `Absent`.
/// * The listing of the directory above is refused: `Forbidden` if the `perm` fact of this
///   directory says that it cannot be listed, otherwise `Unknown`.
/// * MLST or SIZE is refused with 530, 532 or 553: `Forbidden`.
/// * The listing has lines of no known dialect, or shows the name in other letters (`A` and `a`):
///   `Unknown`.
/// * LIST of the directory above sends no line: `Absent` in the current directory and in `/`,
///   otherwise `Unknown`. Some servers (vsftpd) send none for a directory that is missing or
///   forbidden.
///
/// ```
/// # use ftp_proto::listing::Entry;
/// # use ftp_proto::tree::{Inspected, Lookup, Outcome, Plan, Todo};
/// use ftp_proto::tree::Existence;
///
/// # let mut lookup = Lookup::metadata("pub/a.txt")?;
/// # let _ = lookup.next_step();
/// # let entry = Entry::from_facts("type=file;size=5; a.txt").expect("an entry");
/// # lookup.finished(Ok(Outcome::Inspected(Inspected::Facts(entry))));
/// # let Todo::Yield(finding) = lookup.next_step() else {
/// #     panic!("no finding")
/// # };
/// # let finding = finding?;
/// // `finding` is the result of a `Lookup` of a file that is there.
/// let text = match finding.existence() {
///     Existence::Exists => "it is there",
///     Existence::Absent => "it is not there",
///     Existence::Forbidden => "you may not look",
///     Existence::Unknown => "the server does not say",
/// };
/// assert_eq!(text, "it is there");
/// # Ok::<(), ftp_proto::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Existence {
    /// A file, a directory or something else has this path.
    Exists,
    /// The server has shown that nothing has this path.
    Absent,
    /// The server does not let you see whether the path exists.
    Forbidden,
    /// The server's replies do not tell whether the path exists.
    Unknown,
}

/// What a [`Lookup`](super::Lookup) has found out.
///
/// ```
/// # use ftp_proto::listing::Entry;
/// # use ftp_proto::tree::{Inspected, Lookup, Outcome, Plan, Todo};
/// use ftp_proto::wire::Reply;
/// use ftp_proto::{Cause, Error};
///
/// # let mut lookup = Lookup::metadata("pub/a.txt")?;
/// # let _ = lookup.next_step();
/// # let entry = Entry::from_facts("type=file;size=5; a.txt").expect("an entry");
/// # lookup.finished(Ok(Outcome::Inspected(Inspected::Facts(entry))));
/// # let Todo::Yield(finding) = lookup.next_step() else {
/// #     panic!("no finding")
/// # };
/// # let finding = finding?;
/// // `finding` says that the file is there. So if the server refuses it, you may not read it.
/// let reply = Reply::parse(b"550 Failed to open file.\r\n")?;
/// let error = Error::from_reply(reply).with_command("RETR").with_argument("pub/a.txt");
/// assert_eq!(error.cause(), Cause::NotFoundOrDenied);
/// assert_eq!(finding.explain(error).cause(), Cause::Denied);
/// # Ok::<(), ftp_proto::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Finding {
    pub(super) path: Vec<u8>,
    pub(super) result: Result<Metadata, Missing>,
}

/// What a lookup returns if it has found no metadata.
#[derive(Clone, Debug)]
pub(super) struct Missing {
    pub(super) existence: Existence,
    /// The error with which the server refused a command of the lookup. `None` if it refused none.
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

    /// Returns the metadata of the path.
    ///
    /// # Errors
    /// The error with which the server refused a command of the lookup. If the server refused none,
    /// but the listing does not show the path, the error is [`Permanent`](ErrorKind::Permanent) and
    /// has no reply.
    pub fn into_metadata(self) -> Result<Metadata, Error> {
        self.result.map_err(|missing| {
            let error = missing.refusal.unwrap_or_else(|| {
                let path = Escaped::new(&self.path).to_string();
                Error::new(ErrorKind::Permanent)
                    .with_subject(format!("looking up {path}"))
                    .with_source("the listing of its directory does not show it")
            });
            explained(error, missing.existence)
        })
    }

    /// Adds to the error what this lookup has found out about the error's path: the cause
    /// [`NotFound`](Cause::NotFound) or [`Denied`](Cause::Denied).
    #[must_use]
    pub fn explain(&self, error: Error) -> Error {
        explained(error, self.existence())
    }
}

fn explained(error: Error, existence: Existence) -> Error {
    match existence {
        Existence::Absent => error.with_cause(Cause::NotFound),
        Existence::Exists | Existence::Forbidden => error.with_cause(Cause::Denied),
        Existence::Unknown => error,
    }
}

impl Metadata {
    /// Returns the permission bits of Unix, 0 to 0o7777. `None` if the server does not say them.
    #[must_use]
    pub fn mode(&self) -> Option<u16> {
        self.entry.as_ref()?.mode()
    }

    /// Returns whether the path is a file.
    #[must_use]
    pub fn is_file(&self) -> bool {
        self.kind == Kind::File
    }

    /// Returns whether the path is a directory.
    #[must_use]
    pub fn is_dir(&self) -> bool {
        self.kind == Kind::Directory
    }

    /// Returns whether the path is a symbolic link. `false` if the server does not mark links.
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

    /// Returns the metadata of a directory whose listing succeeded. Nothing else about it is known.
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
