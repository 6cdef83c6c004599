//! The plan of a walk through a tree of directories.
//!
//! ```text
//! Enter -> Read: the whole listing -> Entries: one at a time -> Ended
//!   ^       ^      |                    |  a directory, after it was handed out
//!   |       Again: the listing may be that of another directory
//!   +-----------------------------------+
//! ```

use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::mem;

use super::level::{Draft, Level, Listed, Target};
use super::path;
use super::pattern::{Pattern, Positions};
use super::plan::{Outcome, Plan, Todo};
use super::walk_entry::{Limit, Note, Trouble, WalkEntry, WalkError};
use super::walk_options::{Links, WalkOptions};
use crate::error::{Error, ErrorKind};
use crate::flows::ReadDirectory;
use crate::flows::visit::is_kept_out;
use crate::listing::{Entry, Kind, Line};
use crate::path::RemotePath;
use crate::wire::Code;

/// A walk through a tree of directories. [`Plan::Item`] is a [`WalkEntry`], or a [`WalkError`] that
/// says what went wrong in one directory.
///
/// The walk yields a directory before the entries in it, and the entries in the server's order. It
/// does not yield the directory that it begins with. It reads the whole listing of a directory
/// before it yields the first entry. It does not recurse, so a deep tree takes no stack.
///
/// The walk leaves out `.` and `..`, and never leaves the tree: it does not go into a directory
/// whose name is not a single name (see [`Trouble::UnsafeName`]), and goes through links only if
/// you [ask for it](Links::Follow). But a server may show a link as a directory, and the walk then
/// goes into it.
///
/// Some servers (simple-ftpd) ignore the argument of LIST, and list the current directory. If a
/// listing looks like this, the walk enters the directory (CWD) and lists it once more. If that
/// shows something else, the walk enters all further directories.
///
/// ```
/// use ftp_proto::listing::{Entry, Line};
/// use ftp_proto::tree::{Outcome, Plan, Todo, WalkOptions, Walker};
///
/// let mut walk = Walker::new(Some("pub"), &WalkOptions::new())?;
/// assert!(matches!(walk.next_step(), Todo::Read(_)));
/// let entry = Entry::from_facts("type=file;size=5; a.txt").expect("an entry");
/// walk.take_line(Line::Entry(entry))?;
/// walk.finished(Ok(Outcome::Done));
/// let Todo::Yield(Ok(item)) = walk.next_step() else {
///     panic!("the listing has an entry")
/// };
/// assert_eq!(item.path.as_bytes(), b"pub/a.txt");
/// # Ok::<(), ftp_proto::Error>(())
/// ```
#[derive(Debug)]
pub struct Walker {
    options: WalkOptions,
    pattern: Option<Pattern>,
    levels: Vec<Level>,
    state: State,
    /// Whether the server ignores the argument of LIST. The walk then enters each directory.
    enters: bool,
    /// Whether the walk lists the first directory once more in any case, if it is listed by LIST.
    doubts_root: bool,
    /// Errors that the walk has met but not yielded yet.
    troubles: VecDeque<WalkError>,
    entries: u64,
    directories: u64,
    /// How much memory the entries in `levels` take, in bytes.
    bytes: usize,
}

#[derive(Debug)]
enum State {
    /// The walk opens the listing of this directory next.
    Enter(Target),
    /// The walk opens the listing of this directory once more next, since it doubts the listing that
    /// has this mark.
    Again(Target, u64),
    /// The walk is reading the listing of this directory.
    Read(Target, Draft),
    /// The walk yields the entries of the last of `levels`.
    Entries,
    Ended,
}

impl Walker {
    /// Makes a walk through this directory and all below it. `None` is the current directory.
    ///
    /// # Errors
    /// [`InvalidArgument`](ErrorKind::InvalidArgument) for a path that cannot be sent.
    pub fn new(path: Option<impl AsRef<[u8]>>, options: &WalkOptions) -> Result<Self, Error> {
        let path = path.map(|path| RemotePath::new(path::with_blanks_kept(path.as_ref())));
        let path = path.transpose()?;
        Ok(Self::begin(Target::root(path), *options))
    }

    /// Makes a walk that yields only what the pattern fits. It reads only the directories that it
    /// needs.
    #[must_use]
    pub fn matching(pattern: Pattern, options: &WalkOptions) -> Self {
        let root = Target {
            positions: pattern.start(),
            ..Target::root(pattern.root().cloned())
        };
        let mut walker = Self::begin(root, *options);
        walker.pattern = Some(pattern);
        walker
    }

    /// Lists the first directory once more by entering it, if it is listed by LIST. A walk that
    /// decides what is deleted must not take the listing of another directory for it.
    #[must_use]
    pub(crate) fn with_doubted_root(mut self, doubts: bool) -> Self {
        self.doubts_root = doubts;
        self
    }

    /// Keeps the walk from going into the directory that it has just yielded.
    pub fn skip_directory(&mut self) {
        if let State::Enter(_) = self.state {
            self.state = State::Entries;
        }
    }

    /// Ends the walk, because the session is dead or
    /// [cannot go on](crate::Session::ends_plan). Returns `error` with the path of the directory
    /// that the walk was to read or was reading, or with `.` if there is none.
    pub fn stop(&mut self, error: Error) -> WalkError {
        let (path, depth) = match mem::replace(&mut self.state, State::Ended) {
            State::Enter(target) | State::Again(target, _) | State::Read(target, _) => {
                (target.shown(), target.depth)
            }
            State::Entries | State::Ended => (RemotePath::here(), 0),
        };
        self.levels.clear();
        self.troubles.clear();
        WalkError::new(path, depth, Trouble::Unread(error))
    }

    /// Returns how many directories the walk is in: those whose listing is complete, and whose
    /// entries are not all yielded.
    pub(crate) fn levels(&self) -> usize {
        self.levels.len()
    }

    /// Returns whether the listing that was read last may be that of a file: LIST of a file shows
    /// one entry, the file itself.
    pub(crate) fn may_be_in_file(&self) -> bool {
        self.levels.last().is_some_and(Level::may_be_of_file)
    }

    /// Returns whether the walk has met an error that it has not yielded yet.
    pub(crate) fn has_trouble(&self) -> bool {
        !self.troubles.is_empty()
    }

    /// Whether the walk reads the directory once more that it has just read.
    pub(crate) fn lists_again(&self) -> bool {
        matches!(self.state, State::Again(..))
    }

    /// Leaves the directory whose entries the walk yields, and does not yield the others.
    pub(crate) fn leave_directory(&mut self) {
        if let Some(mut level) = self.levels.pop() {
            while let Some(listed) = level.next() {
                self.bytes = self.bytes.saturating_sub(Listed::bytes(&listed.entry));
            }
        }
    }

    fn begin(root: Target, options: WalkOptions) -> Self {
        Self {
            options,
            pattern: None,
            levels: Vec::new(),
            state: State::Enter(root),
            enters: false,
            doubts_root: false,
            troubles: VecDeque::new(),
            entries: 0,
            directories: 0,
            bytes: 0,
        }
    }

    /// Takes the next entry of the innermost directory. Returns `None` if there is nothing to yield
    /// now. `state` then says how to go on.
    fn next_entry(&mut self) -> Option<Result<WalkEntry, WalkError>> {
        let level = self.levels.last_mut()?;
        let Some(Listed {
            entry,
            is_duplicate,
        }) = level.next()
        else {
            self.levels.pop();
            return None;
        };
        let here = &level.target;
        self.bytes = self.bytes.saturating_sub(Listed::bytes(&entry));
        let positions = match &self.pattern {
            Some(pattern) => pattern.advance(&here.positions, entry.name()),
            None => Positions::default(),
        };
        let pattern = self.pattern.as_ref();
        let fits = pattern.is_none_or(|pattern| pattern.fits(&positions, entry.kind()));
        let goes_on = pattern.is_none_or(|pattern| pattern.goes_on(&positions));
        if !fits && !goes_on {
            return None;
        }
        let path = match here.join(&entry) {
            Ok(path) if path::is_safe_name(entry.name()) => path,
            _ => {
                let (path, depth) = (here.shown(), here.depth);
                let trouble = Trouble::UnsafeName(Box::new(entry));
                return Some(Err(WalkError::new(path, depth, trouble)));
            }
        };
        let child = here.child(&entry, &path, positions);
        let depth = child.depth;
        let note = self.consider(&entry, child, is_duplicate, goes_on);
        fits.then_some(Ok(WalkEntry {
            path,
            depth,
            entry,
            note,
        }))
    }

    /// Decides whether the walk goes into this entry, and sets `state` if so. Returns a note if the
    /// walk stays out of a directory or link for a reason that you should know.
    fn consider(
        &mut self,
        entry: &Entry<'_>,
        child: Target,
        is_duplicate: bool,
        goes_on: bool,
    ) -> Option<Note> {
        if is_duplicate {
            return Some(Note::Duplicate);
        }
        let is_way = match entry.kind() {
            Kind::Directory => true,
            Kind::Link => self.options.links == Links::Follow,
            _ => false,
        };
        if !is_way {
            return None;
        }
        if self.is_loop(&child) {
            return Some(Note::Loop);
        }
        if !goes_on {
            return None;
        }
        if child.depth >= self.options.depth {
            return Some(Note::TooDeep);
        }
        self.state = State::Enter(child);
        None
    }

    fn is_loop(&self, target: &Target) -> bool {
        self.levels.iter().any(|level| level.target.is(target))
    }

    /// Opens the listing of this directory. `earlier` is the mark of an earlier listing that the walk
    /// doubts. Returns `None` if its path cannot be sent.
    fn open(&mut self, target: Target, earlier: Option<u64>) -> Option<ReadDirectory> {
        let flow = match &target.path {
            Some(path) if self.enters || earlier.is_some() => ReadDirectory::entering(path),
            path => ReadDirectory::new(path.as_ref()),
        };
        match flow {
            Ok(flow) => {
                self.state = State::Read(target, Draft::after(earlier));
                Some(flow)
            }
            Err(error) => {
                self.state = State::Entries;
                self.report(&target, Trouble::Unread(error));
                None
            }
        }
    }

    fn listed(&mut self, target: Target, mut draft: Draft) {
        self.state = State::Entries;
        if draft.is_of_linked_file(&target) {
            return;
        }
        match draft.earlier {
            Some(earlier) => self.enters |= draft.mark() != earlier,
            None if !self.enters => {
                let above = self.levels.last().map(|level| level.mark);
                let is_first = above.is_none() && self.doubts_root;
                if draft.is_doubtful(&target, above, is_first) {
                    self.state = State::Again(target, draft.mark());
                    return;
                }
            }
            None => {}
        }
        let unparsed = (draft.unparsed, mem::take(&mut draft.first_unparsed));
        let (entries, bytes) = (draft.len(), draft.bytes);
        let level = draft.into_level(target);
        if self.is_loop(&level.target) {
            return self.report(&level.target, Trouble::Loop);
        }
        if let (lines @ 1.., first) = unparsed {
            self.report(&level.target, Trouble::Unparsed { lines, first });
        }
        self.entries = self.entries.saturating_add(entries);
        self.bytes = self.bytes.saturating_add(bytes);
        self.levels.push(level);
    }

    fn unread(&mut self, target: &Target, draft: &Draft, error: Error) {
        self.state = State::Entries;
        let is_of_file = |error: &Error| {
            let code = error.reply().map(crate::wire::Reply::code);
            matches!(code, Some(Code::BAD_ARGUMENT | Code::FILE_UNAVAILABLE))
        };
        match draft.limit {
            Some(limit) => self.end(target, limit),
            None if target.is_link && is_of_file(&error) => {}
            // The listing above is the one that is wrong: it has shown this directory.
            None if draft.earlier.is_some() && is_kept_out(&error) => {
                let above = self.levels.last().map(|level| level.target.clone());
                self.report(above.as_ref().unwrap_or(target), Trouble::Unread(error));
                self.leave_directory();
            }
            None => self.report(target, Trouble::Unread(error)),
        }
    }

    fn report(&mut self, target: &Target, trouble: Trouble) {
        let error = WalkError::new(target.shown(), target.depth, trouble);
        self.troubles.push_back(error);
    }

    fn end(&mut self, target: &Target, limit: Limit) {
        self.report(target, Trouble::Limit(limit));
        self.state = State::Ended;
        self.levels.clear();
    }
}

impl Plan for Walker {
    type Item = Result<WalkEntry, WalkError>;

    fn next_step(&mut self) -> Todo<Self::Item> {
        loop {
            if let Some(trouble) = self.troubles.pop_front() {
                return Todo::Yield(Err(trouble));
            }
            match mem::replace(&mut self.state, State::Entries) {
                State::Enter(target) if self.directories >= self.options.directories => {
                    self.end(&target, Limit::Directories);
                }
                State::Enter(target) => {
                    self.directories = self.directories.saturating_add(1);
                    if let Some(flow) = self.open(target, None) {
                        return Todo::Read(flow);
                    }
                }
                State::Again(target, earlier) => {
                    if let Some(flow) = self.open(target, Some(earlier)) {
                        return Todo::Read(flow);
                    }
                }
                // The adapter gave up the listing before its end, so the walk reads the listing
                // from the start.
                State::Read(target, draft) => {
                    if let Some(flow) = self.open(target, draft.earlier) {
                        return Todo::Read(flow);
                    }
                }
                State::Entries if self.levels.is_empty() => self.state = State::Ended,
                State::Entries => {
                    if let Some(item) = self.next_entry() {
                        return Todo::Yield(item);
                    }
                }
                State::Ended => {
                    self.state = State::Ended;
                    return Todo::Done;
                }
            }
        }
    }

    fn take_line(&mut self, line: Line<'_>) -> Result<(), Error> {
        let State::Read(_, draft) = &mut self.state else {
            return Ok(());
        };
        match draft.take(line, &self.options, self.entries, self.bytes) {
            true => Ok(()),
            false => Err(Error::new(ErrorKind::TooLarge)),
        }
    }

    fn finished(&mut self, result: Result<Outcome, Error>) {
        match mem::replace(&mut self.state, State::Entries) {
            State::Read(target, draft) => match result {
                Ok(_) => self.listed(target, draft),
                Err(error) => self.unread(&target, &draft, error),
            },
            state => self.state = state,
        }
    }
}
