//! The plan that deletes a directory and all that is in it.
//!
//! ```text
//! Look: what is it? -> a file or a link: DELE -> Done
//!        | a directory
//!        v
//! Walk: DELE of each entry, directories too -> Remove: RMD of each directory, the last first
//! ```
//! The plan sends DELE for directories too, because some servers (pyftpdlib) show a link to a
//! directory as a directory. DELE removes such a link, and is refused for a directory. Without
//! DELE, the plan would go through the link and delete files in another place.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::mem;

use super::lookup::Lookup;
use super::path;
use super::plan::{Outcome, Plan, Todo};
use super::size::MOST_ERRORS;
use super::walk::Walker;
use super::walk_entry::{Note, Trouble, WalkEntry, WalkError};
use super::walk_options::{Links, WalkOptions};
use crate::error::{Error, ErrorKind, Misuse};
use crate::flows::{Delete, RemoveDirectory};
use crate::listing::{Kind, Line};
use crate::options::setters::setters;
use crate::path::RemotePath;
use crate::remedy::Remedy;

/// How to delete a tree.
///
/// ```
/// use ftp_proto::tree::{DeleteOptions, OnError};
///
/// let thorough = DeleteOptions::new().with_on_error(OnError::Continue);
/// # let _ = thorough;
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeleteOptions {
    /// What [`DeleteTree`] does if it cannot delete something.
    pub on_error: OnError,
    /// Whether `/`, `.` and the empty path may be given.
    pub roots: Roots,
    /// The limits of the walk. [`DeleteTree`] never follows links, and ignores
    /// [`WalkOptions::links`].
    pub walk: WalkOptions,
}

/// What [`DeleteTree`] does if it cannot delete something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OnError {
    /// The deletion ends with the first error.
    #[default]
    Stop,
    /// The deletion goes on with the other entries. [`Deleted::errors`] has the errors.
    Continue,
}

/// Whether `/`, `.` and the empty path may be given to a deletion.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Roots {
    /// No, because such a path is usually a mistake.
    #[default]
    Refuse,
    /// Yes: [`DeleteTree`] deletes everything in this directory, but keeps the directory itself.
    /// The empty path is the current directory.
    DeleteContents,
}

setters! { DeleteOptions
    /// Sets what [`DeleteTree`] does if it cannot delete something.
    with_on_error => on_error: OnError;
    /// Sets whether `/`, `.` and the empty path may be given.
    with_roots => roots: Roots;
    /// Sets the limits of the walk.
    with_walk => walk: WalkOptions;
}

impl DeleteOptions {
    /// Makes options that stop at the first error and refuse `/` and `.`.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            on_error: OnError::Stop,
            roots: Roots::Refuse,
            walk: WalkOptions::new(),
        }
    }
}

/// How much [`DeleteTree`] has deleted, and what it could not delete.
///
/// ```
/// use ftp_proto::listing::Entry;
/// use ftp_proto::tree::{DeleteOptions, DeleteTree, Inspected, Outcome, Plan, Todo};
///
/// let mut plan = DeleteTree::new("a.txt", &DeleteOptions::new())?;
/// # let _ = plan.next_step();
/// # let entry = Entry::from_facts("type=file; a.txt").expect("an entry");
/// # plan.finished(Ok(Outcome::Inspected(Inspected::Facts(entry))));
/// # let _ = plan.next_step();
/// # plan.finished(Ok(Outcome::Done));
/// // The driver carries the plan out. Then it gets the result.
/// let Todo::Yield(deleted) = plan.next_step() else {
///     panic!("the plan has ended")
/// };
/// let deleted = deleted?;
/// assert_eq!((deleted.files, deleted.error_count), (1, 0));
/// # Ok::<(), ftp_proto::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Deleted {
    /// How many files were deleted, including other entries that are neither directories nor links.
    pub files: u64,
    /// How many links were deleted. This includes entries that the server lists as directories, but
    /// that DELE removes: most of them are links.
    pub links: u64,
    /// How many directories.
    pub directories: u64,
    /// How many errors there were. If it is not 0, something was not deleted.
    pub error_count: u64,
    /// The first 64 errors.
    pub errors: Vec<WalkError>,
}

/// Deletes a directory and all that is in it, or a file, or a link. [`Plan::Item`] is a
/// [`Deleted`], which says how much was deleted, or the error that ended the deletion.
///
/// The plan deletes files before the directories that hold them. It deletes links and does not
/// follow them. If something in a directory could not be deleted, the plan sends no RMD for that
/// directory. If the server's listing hides a file, the file stays, and RMD fails.
///
/// ```
/// use ftp_proto::listing::Entry;
/// use ftp_proto::tree::{DeleteOptions, DeleteTree, Inspected, Outcome, Plan, Todo};
///
/// let mut plan = DeleteTree::new("old", &DeleteOptions::new())?;
/// assert!(matches!(plan.next_step(), Todo::Run(_))); // What is it?
/// let entry = Entry::from_facts("type=dir; old").expect("an entry");
/// plan.finished(Ok(Outcome::Inspected(Inspected::Facts(entry))));
/// assert!(matches!(plan.next_step(), Todo::Run(_))); // DELE, since it may be a link.
/// // `/` and `.` are usually a mistake.
/// assert!(DeleteTree::new("/", &DeleteOptions::new()).is_err());
/// # Ok::<(), ftp_proto::Error>(())
/// ```
#[derive(Debug)]
pub struct DeleteTree {
    on_error: OnError,
    phase: Phase,
    walker: Walker,
    /// All directories that the walk has found, each after the directory that holds it. The plan
    /// removes them from the last to the first.
    directories: Vec<Directory>,
    /// The directories that the walk is in, from the outermost to the innermost. Each is an index
    /// into `directories`.
    open: Vec<usize>,
    /// The DELE or RMD whose result has not come yet. `None` if no such command is under way.
    asked: Option<Asked>,
    deleted: Deleted,
}

#[derive(Debug)]
enum Phase {
    /// The plan finds out whether the path is a file, a link or a directory.
    Look(Box<Lookup>, RemotePath),
    Walk,
    Remove,
    Ended(Result<Deleted, Error>),
    Over,
}

#[derive(Debug)]
struct Directory {
    path: RemotePath,
    depth: usize,
    /// The directory that holds this directory, as an index into `directories`. `None` for the
    /// first.
    above: Option<usize>,
    /// Whether the plan keeps this directory, because something in it could not be deleted or
    /// because you gave `/`, `.` or the empty path.
    is_kept: bool,
}

/// A DELE or RMD: what it deletes, and at which depth of the walk.
#[derive(Clone, Debug)]
struct Asked {
    path: RemotePath,
    depth: usize,
    what: What,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    File,
    Link,
    /// DELE of a path that the server shows as a directory, but that may be a link.
    SeemingDirectory,
    /// RMD.
    Directory,
}

impl DeleteTree {
    /// Makes the plan that deletes what is at this path.
    ///
    /// # Errors
    /// [`InvalidArgument`](ErrorKind::InvalidArgument) for a path that cannot be sent.
    /// [`Misuse::Option`] for a path with a part `..`, and for `/`, `.` and the empty path without
    /// [`Roots::DeleteContents`].
    pub fn new(path: impl AsRef<[u8]>, options: &DeleteOptions) -> Result<Self, Error> {
        let path = path.as_ref();
        let refuse = |why| Error::new(ErrorKind::Misuse(Misuse::Option)).with_source(why);
        if path::has_parent_parts(path) {
            return Err(refuse(
                "a path with `..` is not deleted: name the directory itself",
            ));
        }
        let is_root = path::is_root_or_here(path);
        if is_root && options.roots == Roots::Refuse {
            let why = "`/`, `.` and the empty path are not deleted";
            return Err(refuse(why).with_remedy(Remedy::DeleteContents));
        }
        // `link/` means the directory that the link leads to, and `link` means the link itself. The
        // plan must delete only the link, so it removes the final slash.
        let path = match is_root {
            true => path,
            false => path::without_final_slashes(path),
        };
        let path = &*path::with_blanks_kept(path);
        let directory = Some(path).filter(|path| !path.is_empty());
        let walk = options.walk.with_links(Links::Report);
        let mut plan = Self {
            on_error: options.on_error,
            phase: Phase::Walk,
            walker: Walker::new(directory, &walk)?,
            directories: Vec::new(),
            open: Vec::new(),
            asked: None,
            deleted: Deleted::default(),
        };
        if is_root {
            // `true`, because the directory itself must not be removed.
            plan.note_directory(RemotePath::here(), 0, true);
        } else {
            plan.phase = Phase::Look(Box::new(Lookup::metadata(path)?), RemotePath::new(path)?);
        }
        Ok(plan)
    }

    /// Sends DELE for the path that you gave, after `Lookup` has found its kind.
    fn begin(&mut self, kind: Kind, path: RemotePath) -> Todo<<Self as Plan>::Item> {
        let what = match kind {
            Kind::Directory => What::SeemingDirectory,
            Kind::Link => What::Link,
            _ => What::File,
        };
        self.phase = Phase::Walk;
        self.run(Asked {
            path,
            depth: 0,
            what,
        })
    }

    fn run(&mut self, asked: Asked) -> Todo<<Self as Plan>::Item> {
        let task = match asked.what {
            What::Directory => RemoveDirectory::new(&asked.path).map(Into::into),
            _ => Delete::new(&asked.path).map(Into::into),
        };
        match task {
            Ok(task) => {
                self.asked = Some(asked);
                Todo::Run(task)
            }
            Err(error) => {
                self.phase = Phase::Over;
                Todo::Yield(Err(error))
            }
        }
    }

    /// Decides how to delete an entry that the walk has found. `None` if the entry must be kept.
    /// This method has then noted an error that says why.
    fn met(&mut self, item: WalkEntry) -> Option<Asked> {
        self.open.truncate(item.depth);
        let (path, depth) = (item.path, item.depth);
        let what = match (item.entry.kind(), item.note) {
            (_, Some(note @ Note::Duplicate)) | (Kind::Directory, Some(note @ Note::TooDeep)) => {
                self.keep(path, depth, note.into());
                return None;
            }
            // If a directory seems to contain itself, it must be a link.
            (Kind::Link, _) | (Kind::Directory, Some(Note::Loop)) => What::Link,
            (Kind::Directory, _) => What::SeemingDirectory,
            _ => What::File,
        };
        Some(Asked { path, depth, what })
    }

    /// Notes a directory, so that the plan removes it by RMD at the end.
    fn note_directory(&mut self, path: RemotePath, depth: usize, is_kept: bool) {
        let above = self.open.last().copied();
        self.open.push(self.directories.len());
        self.directories.push(Directory {
            path,
            depth,
            above,
            is_kept,
        });
    }

    fn keep(&mut self, path: RemotePath, depth: usize, error: Error) {
        self.fail(WalkError::new(path, depth, Trouble::Undeleted(error)));
    }

    /// Notes an error in the directory that the walk is in. This directory and all directories
    /// above it are then kept, because RMD would fail.
    fn fail(&mut self, error: WalkError) {
        let mut above = self.open.last().copied();
        while let Some(directory) = above.and_then(|at| self.directories.get_mut(at)) {
            directory.is_kept = true;
            above = directory.above;
        }
        if self.on_error == OnError::Stop {
            self.phase = Phase::Ended(Err(error.into()));
            return;
        }
        self.deleted.error_count = self.deleted.error_count.saturating_add(1);
        if self.deleted.errors.len() < MOST_ERRORS {
            self.deleted.errors.push(error);
        }
    }

    /// Handles the result of a DELE or RMD. If the server refuses DELE of a seeming directory, the
    /// path is a real directory.
    fn answered(&mut self, asked: Asked, result: Result<Outcome, Error>) {
        let count = match (asked.what, &result) {
            (What::File, Ok(_)) => &mut self.deleted.files,
            (What::Link, Ok(_)) => &mut self.deleted.links,
            (What::Directory, Ok(_)) => &mut self.deleted.directories,
            (What::SeemingDirectory, Ok(_)) => {
                self.walker.skip_directory();
                &mut self.deleted.links
            }
            (What::SeemingDirectory, Err(error)) if error.reply().is_some() => {
                return self.note_directory(asked.path, asked.depth, false);
            }
            (_, Err(error)) => {
                if asked.what == What::SeemingDirectory {
                    self.walker.skip_directory();
                }
                let error = error.clone();
                if asked.depth == 0 && asked.what != What::Directory {
                    // The path that you gave could not be deleted. Nothing was deleted before, so
                    // the plan ends.
                    self.phase = Phase::Ended(Err(error));
                    return;
                }
                return self.keep(asked.path, asked.depth, error);
            }
        };
        *count = count.saturating_add(1);
        let is_all = asked.depth == 0;
        if is_all && !matches!(self.phase, Phase::Ended(_)) {
            self.phase = Phase::Ended(Ok(mem::take(&mut self.deleted)));
        }
    }
}

impl Plan for DeleteTree {
    type Item = Result<Deleted, Error>;

    fn next_step(&mut self) -> Todo<Self::Item> {
        // If `asked` still has a command, the adapter gave this command up before its result came.
        // The plan sends it again.
        if let Some(asked) = self.asked.take() {
            return self.run(asked);
        }
        loop {
            match &mut self.phase {
                Phase::Look(lookup, path) => match lookup.next_step() {
                    Todo::Read(flow) => return Todo::Read(flow),
                    Todo::Run(task) => return Todo::Run(task),
                    Todo::HashLocal(file) => return Todo::HashLocal(file),
                    Todo::Yield(finding) => {
                        let metadata = finding.and_then(super::Finding::into_metadata);
                        let path = path.clone();
                        match metadata {
                            Ok(metadata) => return self.begin(metadata.kind, path),
                            Err(error) => self.phase = Phase::Ended(Err(error)),
                        }
                    }
                    Todo::Done => self.phase = Phase::Over,
                },
                Phase::Walk => match self.walker.next_step() {
                    Todo::Read(flow) => return Todo::Read(flow),
                    Todo::Run(task) => return Todo::Run(task),
                    Todo::HashLocal(file) => return Todo::HashLocal(file),
                    Todo::Yield(Ok(item)) => {
                        if let Some(asked) = self.met(item) {
                            return self.run(asked);
                        }
                    }
                    Todo::Yield(Err(error)) => {
                        self.open.truncate(error.depth.saturating_add(1));
                        self.fail(error);
                    }
                    Todo::Done => {
                        self.open.clear();
                        self.phase = Phase::Remove;
                    }
                },
                Phase::Remove => match self.directories.pop() {
                    Some(directory) if directory.is_kept => {}
                    Some(Directory {
                        path, depth, above, ..
                    }) => {
                        self.open = above.into_iter().collect();
                        let what = What::Directory;
                        return self.run(Asked { path, depth, what });
                    }
                    None => self.phase = Phase::Ended(Ok(mem::take(&mut self.deleted))),
                },
                Phase::Ended(_) | Phase::Over => {
                    return match mem::replace(&mut self.phase, Phase::Over) {
                        Phase::Ended(result) => Todo::Yield(result),
                        _ => Todo::Done,
                    };
                }
            }
        }
    }

    fn take_line(&mut self, line: Line<'_>) -> Result<(), Error> {
        match &mut self.phase {
            Phase::Look(lookup, _) => lookup.take_line(line),
            _ => self.walker.take_line(line),
        }
    }

    fn finished(&mut self, result: Result<Outcome, Error>) {
        match (self.asked.take(), &mut self.phase) {
            (Some(asked), _) => self.answered(asked, result),
            (None, Phase::Look(lookup, _)) => lookup.finished(result),
            (None, _) => self.walker.finished(result),
        }
    }
}
