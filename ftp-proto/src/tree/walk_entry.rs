//! What a walk yields: an entry, or what went wrong in one directory.

use alloc::boxed::Box;
use alloc::format;
use alloc::vec::Vec;
use core::fmt;

use crate::counted::Counted;
use crate::error::{Error, ErrorKind};
use crate::listing::Entry;
use crate::path::RemotePath;
use crate::remedy::Remedy;
use crate::wire::Escaped;

/// A file, a directory or something else that a walk has found.
///
/// ```
/// # use ftp_proto::listing::{Entry, Line};
/// # use ftp_proto::tree::{Outcome, Plan, Todo, WalkOptions, Walker};
/// # let mut walk = Walker::new(Some("pub"), &WalkOptions::new())?;
/// # let _ = walk.next_step();
/// # let entry = Entry::from_facts("type=file;size=5; a.txt").expect("an entry");
/// # walk.take_line(Line::Entry(entry))?;
/// # walk.finished(Ok(Outcome::Done));
/// # let Todo::Yield(yielded) = walk.next_step() else {
/// #     panic!("it yields something")
/// # };
/// // `yielded` comes from a walk through `pub`, which has found a file.
/// let item = yielded.expect("an entry");
/// assert_eq!(item.path.as_bytes(), b"pub/a.txt");
/// assert_eq!(item.depth, 1);
/// assert_eq!(item.entry.size(), Some(5));
/// assert_eq!(item.note, None);
/// # Ok::<(), ftp_proto::Error>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct WalkEntry {
    /// The path of the entry: the directory's path, a `/`, and the name. It begins with the path
    /// that you gave to the walk.
    pub path: RemotePath,
    /// How many names the path has below the directory that the walk began with. It is at least 1.
    pub depth: usize,
    /// What the listing says about the entry.
    pub entry: Entry<'static>,
    /// Why the walk does not go into the entry, or distrusts it. `None` if there is nothing to say.
    pub note: Option<Note>,
}

/// Why a walk does not go into a directory, or distrusts an entry.
///
/// ```
/// # use ftp_proto::listing::{Entry, Line};
/// # use ftp_proto::tree::{Outcome, Plan, Todo, WalkOptions, Walker};
/// use ftp_proto::tree::Note;
///
/// # let mut walk = Walker::new(Some("pub"), &WalkOptions::new().with_depth(1))?;
/// # let _ = walk.next_step();
/// # let entry = Entry::from_facts("type=dir; old").expect("an entry");
/// # walk.take_line(Line::Entry(entry))?;
/// # walk.finished(Ok(Outcome::Done));
/// # let Todo::Yield(yielded) = walk.next_step() else {
/// #     panic!("it yields something")
/// # };
/// // `yielded` comes from a walk that goes one level deep, and has found a directory.
/// let text = match yielded.expect("an entry").note {
///     None => "the walk goes into it",
///     Some(Note::TooDeep) => "it is too deep",
///     Some(Note::Loop) => "the walk is in it already",
///     Some(_) => "the walk stays out of it",
/// };
/// assert_eq!(text, "it is too deep");
/// # Ok::<(), ftp_proto::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Note {
    /// The directory is as deep as [`WalkOptions::depth`](super::WalkOptions::depth) allows. The
    /// walk does not go into it.
    TooDeep,
    /// The directory, or the directory that the link leads to, is one of the directories above it.
    /// The walk does not go into it.
    Loop,
    /// The listing has this name more than once, for example as a link and as a directory. The walk
    /// does not go into it, because it is unknown which of the two the server means
    /// (CVE-2014-4877).
    Duplicate,
}

/// An error at one path of a walk. The walk goes on with the other entries, except after
/// [`Trouble::Limit`].
///
/// ```
/// # use ftp_proto::listing::{Entry, Line};
/// # use ftp_proto::tree::{Outcome, Plan, Todo, WalkOptions, Walker};
/// # let mut walk = Walker::new(Some("pub"), &WalkOptions::new())?;
/// # let _ = walk.next_step();
/// # let entry = Entry::from_facts("type=file; ..\\..\\a").expect("an entry");
/// # walk.take_line(Line::Entry(entry))?;
/// # walk.finished(Ok(Outcome::Done));
/// # let Todo::Yield(yielded) = walk.next_step() else {
/// #     panic!("it yields something")
/// # };
/// // `yielded` comes from a walk: the listing of `pub` has the name `..\..\a`.
/// let error = yielded.expect_err("the name is not safe");
/// assert_eq!(error.path.as_bytes(), b"pub");
/// assert_eq!(error.depth, 0);
/// # Ok::<(), ftp_proto::Error>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct WalkError {
    /// The path of the directory in which the error occurred, or of the entry that could not be
    /// deleted. `.` is the current directory.
    pub path: RemotePath,
    /// How many names the path has below the directory that the walk began with. 0 is that
    /// directory itself.
    pub depth: usize,
    /// What went wrong.
    pub trouble: Trouble,
}

/// What can go wrong at one path of a walk.
///
/// ```
/// # use ftp_proto::listing::{Entry, Line};
/// # use ftp_proto::tree::{Outcome, Plan, Todo, WalkOptions, Walker};
/// use ftp_proto::tree::Trouble;
///
/// # let mut walk = Walker::new(Some("pub"), &WalkOptions::new())?;
/// # let _ = walk.next_step();
/// # let entry = Entry::from_facts("type=file; ..\\..\\a").expect("an entry");
/// # walk.take_line(Line::Entry(entry))?;
/// # walk.finished(Ok(Outcome::Done));
/// # let Todo::Yield(yielded) = walk.next_step() else {
/// #     panic!("it yields something")
/// # };
/// // `yielded` comes from a walk: the listing of `pub` has the name `..\..\a`.
/// let text = match yielded.expect_err("the name is not safe").trouble {
///     Trouble::UnsafeName(entry) => format!("bad name {}", entry.display_name()),
///     Trouble::Unread(error) | Trouble::Undeleted(error) => error.to_string(),
///     Trouble::Limit(limit) => format!("too many: {limit:?}"),
///     _ => "something may be missing".into(),
/// };
/// assert!(text.starts_with("bad name"));
/// # Ok::<(), ftp_proto::Error>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Trouble {
    /// The directory could not be read. The walk yields none of its entries.
    Unread(Error),
    /// The `unique` fact in the listing shows that the directory is the same as one of the
    /// directories above it. The walk yields none of the entries in this listing.
    Loop,
    /// The name of this entry cannot be part of a path: it is empty, `.` or `..`, or holds a `/`, a
    /// part `..` next to a `\`, or a byte that FTP cannot carry.
    UnsafeName(Box<Entry<'static>>),
    /// The listing of the directory has lines of no known dialect. The walk yields the entries of
    /// the other lines, but some entries may be missing.
    Unparsed {
        /// How many lines.
        lines: u64,
        /// The first of these lines.
        first: Vec<u8>,
    },
    /// The walk has exceeded this limit, and ends.
    Limit(Limit),
    /// [`DeleteTree`](super::DeleteTree) could not delete, or did not try to delete, what is at
    /// this path.
    Undeleted(Error),
}

/// A limit that ends a walk.
///
/// ```
/// # use ftp_proto::listing::{Entry, Line};
/// # use ftp_proto::tree::{Outcome, Plan, Todo, WalkOptions, Walker};
/// use ftp_proto::tree::{Limit, Trouble};
///
/// # let mut walk = Walker::new(Some("pub"), &WalkOptions::new().with_entries(0))?;
/// # let _ = walk.next_step();
/// # let entry = Entry::from_facts("type=file; a.txt").expect("an entry");
/// # let result = walk.take_line(Line::Entry(entry));
/// # walk.finished(result.map(|()| Outcome::Done));
/// # let Todo::Yield(yielded) = walk.next_step() else {
/// #     panic!("it yields something")
/// # };
/// // `yielded` comes from a walk that may meet no entry, and has met one.
/// let trouble = yielded.expect_err("a limit").trouble;
/// assert!(matches!(trouble, Trouble::Limit(Limit::Entries)));
/// # Ok::<(), ftp_proto::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Limit {
    /// The walk has met more entries than [`WalkOptions::entries`](super::WalkOptions::entries)
    /// allows.
    Entries,
    /// The walk would read more directories than
    /// [`WalkOptions::directories`](super::WalkOptions::directories) allows.
    Directories,
    /// The entries take more memory than [`WalkOptions::bytes`](super::WalkOptions::bytes) allows.
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

/// Leaves out what your program can do, if the format is `{:#}`.
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
                let (count, first) = (Counted(*lines, "line"), Escaped::new(first));
                match lines {
                    1 => write!(f, "{count} of no known dialect: `{first}`"),
                    _ => write!(f, "{count} of no known dialect; the first is `{first}`"),
                }
            }
            Trouble::Limit(Limit::Entries) => f.write_str("there are more entries than the limit"),
            Trouble::Limit(Limit::Directories) => {
                f.write_str("there are more directories than the limit")
            }
            Trouble::Limit(Limit::Bytes) => f.write_str("the listings are longer than the limit"),
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

/// With this conversion, `?` turns the error of a walk into the error that all other operations
/// return.
impl From<WalkError> for Error {
    fn from(error: WalkError) -> Self {
        let kind = match &error.trouble {
            Trouble::Unread(cause) | Trouble::Undeleted(cause) => return cause.clone(),
            Trouble::Limit(_) => ErrorKind::TooLarge,
            _ => ErrorKind::Protocol,
        };
        let walked = Self::new(kind).with_source(format!("walking: {error}"));
        match error.trouble {
            Trouble::Limit(_) => walked.with_remedy(Remedy::WalkLimits),
            _ => walked,
        }
    }
}

/// Turns the note into an error, for a program that must not miss what is in a directory.
///
/// ```
/// use ftp_proto::tree::Note;
/// use ftp_proto::{Error, ErrorKind};
///
/// let error = Error::from(Note::TooDeep);
/// assert_eq!(error.kind(), ErrorKind::TooLarge);
/// assert_eq!(format!("{error:#}"), "the directory is deeper than the limit");
/// ```
impl From<Note> for Error {
    fn from(note: Note) -> Self {
        let protocol = |why: &'static str| Self::new(ErrorKind::Protocol).with_source(why);
        match note {
            Note::TooDeep => Self::new(ErrorKind::TooLarge)
                .with_source("the directory is deeper than the limit")
                .with_remedy(Remedy::WalkLimits),
            Note::Loop => protocol("a loop: this is one of the directories above it"),
            Note::Duplicate => protocol("the listing has this name more than once"),
        }
    }
}
