//! The plan that counts a tree: how many files and directories it has, and how many bytes.

use alloc::vec::Vec;

use super::plan::{Outcome, Plan, Todo};
use super::walk::Walker;
use super::walk_entry::{Note, Trouble, WalkEntry, WalkError};
use super::walk_options::WalkOptions;
use crate::error::Error;
use crate::listing::{Kind, Line};

/// How many errors a [`TreeSize`] or a [`Deleted`](super::Deleted) keeps.
pub(super) const MOST_ERRORS: usize = 64;

/// How many files, directories and bytes a tree has. The directory at its top is not counted.
///
/// ```
/// # use ftp_proto::listing::{Entry, Line};
/// # use ftp_proto::tree::{CountTree, Outcome, Plan, Todo};
/// # let mut plan = CountTree::new(Some("pub"))?;
/// # let Todo::Read(_listing) = plan.next_step() else {
/// #     panic!("it reads `pub` first")
/// # };
/// # for line in ["type=file;size=5; a.txt", "type=file;size=7; b.txt"] {
/// #     let entry = Entry::from_facts(line).expect("an entry");
/// #     plan.take_line(Line::Entry(entry))?;
/// # }
/// # plan.finished(Ok(Outcome::Done));
/// # let Todo::Yield(size) = plan.next_step() else {
/// #     panic!("nothing else is to be read")
/// # };
/// // `size` is the result of a `CountTree`, for a directory with two files.
/// let size = size?;
/// assert_eq!((size.files, size.bytes), (2, 12));
/// assert!(size.is_exact());
/// # Ok::<(), ftp_proto::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct TreeSize {
    /// How many files.
    pub files: u64,
    /// How many directories.
    pub directories: u64,
    /// How many symbolic links. What they lead to is not counted.
    pub links: u64,
    /// How many other entries: devices, and entries whose kind the listing does not say.
    pub others: u64,
    /// The sum of the sizes of all files, in bytes. Files of unknown size are not included.
    pub bytes: u64,
    /// How many files have no size in the listing.
    pub unknown_sizes: u64,
    /// How many errors there were. If it is not 0, the tree has more than was counted.
    pub error_count: u64,
    /// The first 64 errors.
    pub errors: Vec<WalkError>,
}

/// Counts what a tree has. [`Plan::Item`] is the [`TreeSize`], or the error with which the
/// directory at the top could not be read.
///
/// ```
/// use ftp_proto::listing::{Entry, Line};
/// use ftp_proto::tree::{CountTree, Outcome, Plan, Todo};
///
/// let mut plan = CountTree::new(Some("pub"))?;
/// assert!(matches!(plan.next_step(), Todo::Read(_)));
/// let entry = Entry::from_facts("type=file;size=5; a.txt").expect("an entry");
/// plan.take_line(Line::Entry(entry))?;
/// plan.finished(Ok(Outcome::Done));
/// let Todo::Yield(size) = plan.next_step() else {
///     panic!("nothing else is to be read")
/// };
/// assert_eq!(size?.bytes, 5);
/// # Ok::<(), ftp_proto::Error>(())
/// ```
#[derive(Debug)]
pub struct CountTree {
    walker: Walker,
    size: Option<TreeSize>,
}

impl TreeSize {
    /// Returns whether every directory could be read and the size of every file is known.
    #[must_use]
    pub const fn is_exact(&self) -> bool {
        self.error_count == 0 && self.unknown_sizes == 0
    }

    fn add(&mut self, item: &WalkEntry) {
        let count = match item.entry.kind() {
            Kind::File => {
                match item.entry.size() {
                    Some(bytes) => self.bytes = self.bytes.saturating_add(bytes),
                    None => self.unknown_sizes = self.unknown_sizes.saturating_add(1),
                }
                &mut self.files
            }
            Kind::Directory => &mut self.directories,
            Kind::Link => &mut self.links,
            _ => &mut self.others,
        };
        *count = count.saturating_add(1);
    }

    fn fail(&mut self, error: WalkError) {
        self.error_count = self.error_count.saturating_add(1);
        if self.errors.len() < MOST_ERRORS {
            self.errors.push(error);
        }
    }
}

impl CountTree {
    /// Makes the plan that counts what is in this directory and below. `None` is the current
    /// directory. The plan does not follow links.
    ///
    /// # Errors
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) for a path that cannot be sent.
    pub fn new(path: Option<impl AsRef<[u8]>>) -> Result<Self, Error> {
        Ok(Self {
            walker: Walker::new(path, &WalkOptions::new())?,
            size: Some(TreeSize::default()),
        })
    }
}

impl Plan for CountTree {
    type Item = Result<TreeSize, Error>;

    fn next_step(&mut self) -> Todo<Self::Item> {
        let Some(size) = &mut self.size else {
            return Todo::Done;
        };
        loop {
            match self.walker.next_step() {
                Todo::Read(flow) => return Todo::Read(flow),
                Todo::Run(task) => return Todo::Run(task),
                Todo::HashLocal(file) => return Todo::HashLocal(file),
                Todo::Yield(Ok(item)) => {
                    size.add(&item);
                    // A loop has been counted above.
                    if let Some(note @ (Note::TooDeep | Note::Duplicate)) = item.note {
                        let trouble = Trouble::Unread(note.into());
                        size.fail(WalkError::new(item.path, item.depth, trouble));
                    }
                }
                Todo::Yield(Err(error)) if is_fatal(&error) => {
                    self.size = None;
                    return Todo::Yield(Err(error.into()));
                }
                Todo::Yield(Err(error)) => size.fail(error),
                Todo::Done => break,
            }
        }
        self.size
            .take()
            .map_or(Todo::Done, |size| Todo::Yield(Ok(size)))
    }

    fn take_line(&mut self, line: Line<'_>) -> Result<(), Error> {
        self.walker.take_line(line)
    }

    fn finished(&mut self, result: Result<Outcome, Error>) {
        self.walker.finished(result);
    }
}

/// Whether the error says that the directory at the top could not be read.
fn is_fatal(error: &WalkError) -> bool {
    error.depth == 0 && matches!(error.trouble, Trouble::Unread(_))
}
