//! One action of a sync: what happens to a path, and why.

use alloc::boxed::Box;
use core::fmt;

use crate::reply::Timestamp;
use crate::session::transfer::Direction;
use crate::wire::Escaped;

/// What a sync does with one path, and why.
///
/// `Display` shows it as one line without a line feed: `update  data/a.csv  (newer)`. Control
/// characters and bytes that are not UTF-8 are escaped. The directory of the sync itself is shown
/// as `.`.
///
/// ```
/// use ftp_proto::Direction;
/// use ftp_proto::sync::{Change, SyncOptions, SyncPlan};
///
/// let mut plan = SyncPlan::of_files(Direction::Download, &SyncOptions::new());
/// plan.add_file("today.csv", Ok("pub/2026-11-27.csv"));
/// let action = &plan.actions()[0];
/// assert_eq!(action.change, Change::Create);
/// assert_eq!(&*action.local, b"today.csv");
/// assert_eq!(action.remote(), b"pub/2026-11-27.csv");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Action {
    /// What happens.
    pub change: Change,
    /// Why.
    pub reason: Reason,
    /// The path on this machine, relative to the local directory of the sync, with `/` between the
    /// names. On Unix these are the bytes of the path, and on Windows its text in UTF-8.
    pub local: Box<[u8]>,
    /// The path on the server, relative to the remote directory of the sync. `None` if it has the
    /// same bytes as `local`.
    pub(super) remote: Option<Box<[u8]>>,
    /// The size of the file that is transferred, in bytes. `None` if it is not known, or if nothing
    /// is transferred.
    pub size: Option<u64>,
    /// The time of the remote file, if a listing has told it as exactly as MLST does.
    pub(super) listed: Option<Timestamp>,
    /// Whether the listings show that no earlier upload has left a part of this file.
    pub(super) has_no_part: bool,
}

/// What happens to a path in the target of a sync.
///
/// ```
/// # use ftp_proto::Direction;
/// # use ftp_proto::sync::{SyncOptions, SyncPlan};
/// use ftp_proto::sync::Change;
///
/// # let mut plan = SyncPlan::of_files(Direction::Download, &SyncOptions::new());
/// # plan.add_file("a.csv", Ok("pub/a.csv"));
/// // The first action of `plan` downloads a new file.
/// let sign = match plan.actions()[0].change {
///     Change::Create | Change::MakeDirectory => '+',
///     Change::Update => '~',
///     Change::Delete | Change::RemoveDirectory => '-',
///     _ => ' ',
/// };
/// assert_eq!(sign, '+');
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Change {
    /// A directory is made.
    MakeDirectory,
    /// A file is transferred, and the target has nothing of this name.
    Create,
    /// A file is transferred, and replaces the file in the target.
    Update,
    /// A file or a link in the target is deleted.
    Delete,
    /// A directory in the target is removed, after all that is in it.
    RemoveDirectory,
    /// Nothing happens.
    Skip,
}

/// Why a sync does something with a path.
///
/// ```
/// # use ftp_proto::Direction;
/// # use ftp_proto::sync::{SyncOptions, SyncPlan};
/// use ftp_proto::sync::Reason;
///
/// # let mut plan = SyncPlan::of_files(Direction::Download, &SyncOptions::new());
/// # plan.add_file("a.csv", Ok("pub/a.csv"));
/// // `plan` is a list of files, which are always transferred.
/// let text = match plan.actions()[0].reason {
///     Reason::Missing => "it is not there",
///     Reason::Newer | Reason::TimeDiffers => "the times differ",
///     Reason::SizeDiffers | Reason::HashDiffers => "the contents differ",
///     Reason::Always => "you asked for it",
///     _ => "another reason",
/// };
/// assert_eq!(text, "you asked for it");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// The target has nothing of this name.
    Missing,
    /// The file in the source is newer.
    Newer,
    /// The two files have different modification times.
    TimeDiffers,
    /// The two files have different sizes.
    SizeDiffers,
    /// The hashes of the two files differ.
    HashDiffers,
    /// You asked to transfer every file ([`Compare::Never`](super::Compare::Never)).
    Always,
    /// The source has nothing of this name.
    Extra,
    /// The target has something of another kind there, such as a directory or a link where the
    /// source has a file. It is deleted first. Of a link, only the link is deleted, and not what it
    /// leads to. Only [`Extra::Delete`](super::Extra::Delete) allows this. Otherwise there is a
    /// [failure](super::SyncPlan::failures) instead of an action.
    OtherKind,
    /// The two are the same, as far as the sync compares them.
    Same,
    /// The file in the target is newer, and you asked for newer files only.
    Older,
    /// It is a link, and you did not ask to follow links
    /// ([`WalkOptions::links`](crate::tree::WalkOptions::links)). It is skipped, which is no
    /// failure. What the target has of this name stays.
    Link,
    /// It is neither a file nor a directory, such as a device. It is skipped, which is no failure.
    Special,
}

impl Action {
    /// Returns the path on the server, relative to the remote directory of the sync.
    #[must_use]
    pub fn remote(&self) -> &[u8] {
        self.remote.as_deref().unwrap_or(&self.local)
    }

    /// Whether it takes something away from the target.
    pub(super) fn removes(&self) -> bool {
        matches!(self.change, Change::Delete | Change::RemoveDirectory)
    }

    /// Returns the path in the target of the sync.
    pub(super) fn target(&self, direction: Direction) -> &[u8] {
        match direction {
            Direction::Download => &self.local,
            Direction::Upload => self.remote(),
        }
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path: &[u8] = match self.local.is_empty() {
            true => b".",
            false => &self.local,
        };
        let (change, path) = (self.change, Escaped::new(path));
        write!(f, "{change:<6}  {path}  ({})", self.reason)
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::MakeDirectory => "mkdir",
            Self::Create => "create",
            Self::Update => "update",
            Self::Delete => "delete",
            Self::RemoveDirectory => "rmdir",
            Self::Skip => "skip",
        })
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Missing => "missing",
            Self::Newer => "newer",
            Self::TimeDiffers => "another time",
            Self::SizeDiffers => "another size",
            Self::HashDiffers => "another hash",
            Self::Always => "always",
            Self::Extra => "not in the source",
            Self::OtherKind => "another kind",
            Self::Same => "the same",
            Self::Older => "older",
            Self::Link => "a link",
            Self::Special => "not a file",
        })
    }
}
