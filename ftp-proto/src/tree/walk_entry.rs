//! What a walk hands out: an entry, or what went wrong in one directory.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::ToString as _;
use alloc::vec::Vec;
use core::fmt;

use crate::error::{Error, ErrorKind};
use crate::listing::Entry;
use crate::path::RemotePath;
use crate::wire::Escaped;

/// A file, a directory or something else that a walk has met.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct WalkEntry {
    /// The path that reaches it: the directory's path, a `/`, and the name. It begins with the path
    /// that the walk began with.
    pub path: RemotePath,
    /// How many names the path has below the beginning of the walk. It is at least 1.
    pub depth: usize,
    /// What the listing says about it.
    pub entry: Entry<'static>,
    /// What you should know about it. `None` if there is nothing to say.
    pub note: Option<Note>,
}

/// Why a walk does not go into a directory, or distrusts an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Note {
    /// The directory is as deep as [`WalkOptions::depth`](super::WalkOptions::depth) allows. The
    /// walk does not go into it.
    TooDeep,
    /// The directory, or where the link leads, is one of the directories above it. The walk does
    /// not go into it.
    Loop,
    /// The listing has this name more than once, for example as a link and as a directory. The walk
    /// does not go into it, since nobody knows which of the two the server means (CVE-2014-4877).
    Duplicate,
}

/// What went wrong at one place of a walk. The walk goes on with the rest, except after
/// [`Trouble::Limit`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct WalkError {
    /// The path of the directory; `.` if it is the current directory without a name.
    pub path: RemotePath,
    /// How many names the path has below the beginning of the walk.
    pub depth: usize,
    /// What went wrong.
    pub trouble: Trouble,
}

/// What can go wrong at one place of a walk.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Trouble {
    /// The directory could not be read. None of its entries are handed out.
    Unread(Error),
    /// The directory has turned out to be one of the directories above it. None of its entries are
    /// handed out.
    Loop,
    /// The name of this entry is not a name below the directory: it is empty, `.` or `..`, or holds
    /// a `/`, or a byte that FTP cannot carry. So there is no path to it.
    UnsafeName(Box<Entry<'static>>),
    /// The listing of the directory has lines of no known dialect. Its other entries follow, but
    /// may not be all.
    Unparsed {
        /// How many lines.
        lines: u64,
        /// The first of these lines.
        first: Vec<u8>,
    },
    /// The walk has met this limit, and ends.
    Limit(Limit),
    /// This could not be deleted.
    Undeleted(Error),
}

/// A limit that ends a walk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Limit {
    /// [`WalkOptions::entries`](super::WalkOptions::entries).
    Entries,
    /// [`WalkOptions::directories`](super::WalkOptions::directories).
    Directories,
    /// [`WalkOptions::bytes`](super::WalkOptions::bytes).
    Bytes,
}

impl WalkError {
    pub(super) const fn new(path: RemotePath, depth: usize, trouble: Trouble) -> Self {
        Self {
            path,
            depth,
            trouble,
        }
    }
}

impl fmt::Display for WalkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.path)?;
        match &self.trouble {
            Trouble::Unread(error) | Trouble::Undeleted(error) => fmt::Display::fmt(error, f),
            Trouble::Loop => f.write_str("a loop: this is one of the directories above it"),
            Trouble::UnsafeName(entry) => {
                write!(f, "not a name of a file: `{}`", entry.display_name())
            }
            Trouble::Unparsed { lines, first } => {
                let first = Escaped::new(first);
                write!(
                    f,
                    "{lines} lines of no known dialect; the first is `{first}`"
                )
            }
            Trouble::Limit(Limit::Entries) => {
                f.write_str("more entries than WalkOptions::entries allows")
            }
            Trouble::Limit(Limit::Directories) => {
                f.write_str("more directories than WalkOptions::directories allows")
            }
            Trouble::Limit(Limit::Bytes) => {
                f.write_str("longer listings than WalkOptions::bytes allows")
            }
        }
    }
}

impl core::error::Error for WalkError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match &self.trouble {
            Trouble::Unread(error) | Trouble::Undeleted(error) => error.source(),
            _ => None,
        }
    }
}

/// `?` turns what went wrong in a walk into the error of all other operations.
impl From<WalkError> for Error {
    fn from(error: WalkError) -> Self {
        let kind = match &error.trouble {
            Trouble::Unread(cause) | Trouble::Undeleted(cause) => return cause.clone(),
            Trouble::Limit(_) => ErrorKind::TooLarge,
            _ => ErrorKind::Protocol,
        };
        let text = error.to_string();
        Self::new(kind).with_source(format!("walking: {text}"))
    }
}
