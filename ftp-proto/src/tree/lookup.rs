//! The plan that finds out what a path is, and whether it exists.
//!
//! ```text
//! Inspect (MLST, or SIZE and MDTM) -+-> found
//!    | refused, or settles nothing
//!    v
//! listing of the directory above ---+-> found, or absent, or unknown
//!    | refused, or without entries
//!    v
//! the same for the directory above: if it is absent, so is the path
//! ```

use alloc::vec::Vec;
use core::mem;

use super::metadata::{Existence, Finding, FoundBy, Metadata, Missing};
use super::path;
use super::plan::{Outcome, Plan, Todo};
use crate::error::{Cause, Error, ErrorKind};
use crate::flows::inspect::Inspected;
use crate::flows::{Inspect, ReadDirectory};
use crate::listing::{Dialect, Entry, Kind, Line, Modified, Permission};
use crate::wire::Code;

/// Finds out what one path is. [`Plan::Item`] is a [`Finding`], or the error that ended the search.
///
/// The plan sends MLST if the server has it, and SIZE and MDTM otherwise. If their replies do not
/// tell what the path is, the plan lists the directory above and looks for the name.
///
/// ```
/// use ftp_proto::listing::Entry;
/// use ftp_proto::tree::{Inspected, Lookup, Outcome, Plan, Todo};
///
/// let mut lookup = Lookup::metadata("pub/a.txt")?;
/// assert!(matches!(lookup.next_step(), Todo::Run(_)));
/// // What the server has replied to MLST.
/// let entry = Entry::from_facts("type=file;size=5; a.txt").expect("an entry");
/// lookup.finished(Ok(Outcome::Inspected(Inspected::Facts(entry))));
/// let Todo::Yield(finding) = lookup.next_step() else {
///     panic!("nothing else is to be asked")
/// };
/// assert_eq!(finding?.into_metadata()?.size, Some(5));
/// # Ok::<(), ftp_proto::Error>(())
/// ```
#[derive(Debug)]
pub struct Lookup {
    /// The path that you gave.
    wanted: Vec<u8>,
    /// The path that is looked up now: `wanted`, or a directory above it.
    path: Vec<u8>,
    aim: Aim,
    /// Why the plan looks up a directory above `wanted`. `None` while it looks up `wanted` itself.
    above: Option<Above>,
    /// The error with which the server refused MLST, SIZE, MDTM or the listing for `wanted`. `None`
    /// if it has refused none of them.
    refusal: Option<Error>,
    /// The modification time from MDTM. `None` if MDTM has told none.
    modified: Option<Modified>,
    listing: Seen,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Aim {
    Metadata,
    Existence,
}

/// Why the plan looks up the directory above a path: the server refused to list this directory, or
/// its listing was empty. A listing that has only lines of no known dialect may be a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Above {
    Refused,
    Empty,
}

#[derive(Debug)]
enum State {
    Inspect,
    List,
    Ended(Result<Finding, Error>),
    Over,
}

/// What the listing has shown about the name that the plan looks for.
#[derive(Debug, Default)]
struct Seen {
    /// How many lines have come, including lines that are not entries.
    count: u64,
    entry: Option<Entry<'static>>,
    /// Whether the listing has an entry.
    lines: bool,
    /// Whether the name may exist although no entry has it. For example, LIST may hide a name that
    /// begins with a dot, or show a name in upper case.
    doubtful: bool,
}

/// The most lines that a listing may have. A longer listing is an error, so that a server cannot
/// keep the client busy with an endless listing.
const MOST_LINES: u64 = 10_000_000;

impl Lookup {
    /// Looks up the metadata of this path.
    ///
    /// # Errors
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) for a path that cannot be sent.
    pub fn metadata(path: impl AsRef<[u8]>) -> Result<Self, Error> {
        Self::new(path.as_ref(), Aim::Metadata)
    }

    /// Looks up whether this path exists. The plan does not ask for the modification time, so the
    /// metadata of the [`Finding`] may lack it.
    ///
    /// # Errors
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) for a path that cannot be sent.
    pub fn existence(path: impl AsRef<[u8]>) -> Result<Self, Error> {
        Self::new(path.as_ref(), Aim::Existence)
    }

    /// Looks up what a refusal leaves open: whether the path of the command exists, or, for an
    /// upload, its directory. `None` if there is nothing to look up, because the error is not
    /// [`Cause::NotFoundOrDenied`] or names no path. [`Finding::explain`] adds the result to the
    /// error.
    #[must_use]
    pub fn explaining(error: &Error) -> Option<Self> {
        let wanted = error.path()?;
        let path = match error.command() {
            Some("STOR" | "APPE") => path::split(wanted).0?,
            _ => wanted,
        };
        let is_open = error.cause() == Cause::NotFoundOrDenied;
        is_open.then(|| Self::existence(path).ok()).flatten()
    }

    fn new(path: &[u8], aim: Aim) -> Result<Self, Error> {
        let path = &*path::with_blanks_kept(path);
        Inspect::new(path)?;
        Ok(Self {
            wanted: path.to_vec(),
            path: path.to_vec(),
            aim,
            above: None,
            refusal: None,
            modified: None,
            listing: Seen::default(),
            state: State::Inspect,
        })
    }

    /// Returns the directory to list (`None`: the current directory) and the name to look for in
    /// the listing. If the path ends without a name, like `/` or `a/..`, the plan lists the path
    /// itself, and the name is `None`.
    fn place(&self) -> (Option<&[u8]>, Option<&[u8]>) {
        match path::split(&self.path) {
            (_, b"" | b"." | b"..") => (Some(&self.path), None),
            (directory, name) => (directory, Some(name)),
        }
    }

    fn inspect(&self) -> Result<Inspect, Error> {
        let inspect = Inspect::new(&self.path)?;
        Ok(match self.aim {
            Aim::Metadata => inspect,
            Aim::Existence => inspect.without_time(),
        })
    }

    fn end(&mut self, result: Result<Metadata, Existence>) {
        let refusal = self.refusal.take();
        let result = result.map_err(|existence| Missing { existence, refusal });
        self.state = State::Ended(Ok(Finding {
            path: mem::take(&mut self.wanted),
            result,
        }));
    }

    fn inspected(&mut self, inspected: Inspected) {
        match inspected {
            Inspected::Facts(entry) => self.found(Metadata::from_entry(entry, FoundBy::Mlst)),
            Inspected::File { size, modified } if size.is_some() || self.aim == Aim::Existence => {
                self.found(Metadata::from_commands(size, modified));
            }
            // Some servers reply to MDTM for directories too. Only a listing tells whether the path
            // is a file or a directory.
            Inspected::File { modified, .. } => {
                self.modified = modified.map(Modified::utc);
                self.state = State::List;
            }
            Inspected::Unasked => self.state = State::List,
            Inspected::Refused(error) => {
                let forbids = error.reply().is_some_and(|reply| forbids(reply.code()));
                let by_facts = error.command() == Some("MLST");
                if self.above.is_none() {
                    self.refusal = Some(error);
                }
                match self.aim {
                    Aim::Existence if forbids => self.end(Err(Existence::Forbidden)),
                    // MLST works for entries of every kind. If it is refused, a listing would show
                    // no more.
                    Aim::Metadata if by_facts => self.end(Err(Existence::Unknown)),
                    _ => self.state = State::List,
                }
            }
        }
    }

    fn found(&mut self, mut metadata: Metadata) {
        let Some(above) = self.above else {
            metadata.modified = self.modified.or(metadata.modified);
            return self.end(Ok(metadata));
        };
        let entry = metadata.entry.as_ref();
        let may_list = entry.and_then(|entry| entry.allows(Permission::List));
        self.end(Err(match (above, metadata.kind) {
            (_, Kind::File) => Existence::Absent,
            (Above::Empty, Kind::Directory) if metadata.found_by == FoundBy::Mlst => {
                Existence::Absent
            }
            (Above::Refused, Kind::Directory) if may_list == Some(false) => Existence::Forbidden,
            _ => Existence::Unknown,
        }));
    }

    /// Decides from the complete listing whether the path exists, and what it is.
    fn listed(&mut self) {
        let seen = mem::take(&mut self.listing);
        let (directory, name) = self.place();
        let Some(name) = name else {
            return match seen.lines || path::is_root_or_here(&self.path) {
                true => self.found(Metadata::of_listed_directory()),
                false => self.end(Err(Existence::Unknown)),
            };
        };
        let may_be_hidden = !seen.lines && name.starts_with(b".");
        let is_sure_to_exist = directory.is_none_or(path::is_root_or_here);
        let is_garbled = !seen.lines && seen.doubtful;
        match seen.entry {
            Some(entry) => self.found(Metadata::from_entry(entry, FoundBy::Listing)),
            // GNU inetutils sends the error of `ls` as a line of the listing.
            None if is_garbled && !is_sure_to_exist => self.climb(Above::Refused),
            None if seen.doubtful || may_be_hidden => self.end(Err(Existence::Unknown)),
            None if seen.lines || is_sure_to_exist => self.end(Err(Existence::Absent)),
            None => self.climb(Above::Empty),
        }
    }

    /// Looks up the directory above, because its listing was refused or empty. If there is no
    /// directory above, or if the plan looks for metadata, the plan ends with
    /// [`Existence::Unknown`].
    fn climb(&mut self, why: Above) {
        let (directory, name) = self.place();
        let can_climb = name.is_some() && self.aim == Aim::Existence;
        match directory.filter(|directory| can_climb && !path::is_root_or_here(directory)) {
            Some(directory) => {
                self.path = directory.to_vec();
                self.above = Some(why);
                self.state = State::Inspect;
            }
            None => self.end(Err(Existence::Unknown)),
        }
    }
}

impl Plan for Lookup {
    type Item = Result<Finding, Error>;

    fn next_step(&mut self) -> Todo<Self::Item> {
        self.listing = Seen::default();
        let step = match &self.state {
            State::Inspect => self.inspect().map(|inspect| Todo::Run(inspect.into())),
            State::List => ReadDirectory::new(self.place().0).map(Todo::Read),
            State::Ended(_) | State::Over => match mem::replace(&mut self.state, State::Over) {
                State::Ended(result) => return Todo::Yield(result),
                _ => return Todo::Done,
            },
        };
        step.unwrap_or_else(|error| {
            self.state = State::Over;
            Todo::Yield(Err(error))
        })
    }

    fn take_line(&mut self, line: Line<'_>) -> Result<(), Error> {
        self.listing.count = self.listing.count.saturating_add(1);
        if self.listing.count > MOST_LINES {
            let why = "the listing of the directory has more than 10,000,000 lines";
            return Err(Error::new(ErrorKind::TooLarge).with_source(why));
        }
        let path = mem::take(&mut self.path);
        let name = path::file_name(&path);
        match line {
            Line::Entry(entry) => self.listing.take(entry, name),
            Line::Unparsed(_) | Line::Cut(_) => self.listing.doubtful = true,
            Line::Noise(_) => {}
        }
        self.path = path;
        Ok(())
    }

    fn finished(&mut self, result: Result<Outcome, Error>) {
        match (&self.state, result) {
            (_, Ok(Outcome::Inspected(inspected))) => self.inspected(inspected),
            (State::List, Ok(Outcome::Done)) => self.listed(),
            (State::List, Err(error)) if is_about_the_path(&error) => {
                if self.above.is_none() {
                    self.refusal = self.refusal.take().or(Some(error));
                }
                self.climb(Above::Refused);
            }
            (_, Err(error)) => self.state = State::Ended(Err(error)),
            (_, Ok(_)) => {}
        }
    }
}

impl Seen {
    fn take(&mut self, entry: Entry<'_>, name: &[u8]) {
        self.lines = true;
        let listed = match entry.name() {
            // Some servers list whole paths instead of names, for example `/pub/a.txt`.
            listed if listed.contains(&b'/') => path::file_name(listed),
            listed => listed,
        };
        if listed == name {
            if self.entry.is_none() && !entry.is_dot() {
                self.entry = Some(entry.into_owned());
            }
            return;
        }
        let hides = name.starts_with(b".") && entry.dialect() != Dialect::Mlsx;
        let is_foreign = !matches!(
            entry.dialect(),
            Dialect::Mlsx | Dialect::Unix | Dialect::Dos | Dialect::Eplf
        );
        self.doubtful |= hides || is_foreign || listed.eq_ignore_ascii_case(name);
    }
}

/// Whether the server has refused the path itself. With 425 and 426, only the data connection has
/// failed.
fn is_about_the_path(error: &Error) -> bool {
    error.reply().is_some_and(|reply| {
        let code = reply.code();
        let of_data = matches!(code, Code::CANNOT_OPEN_DATA | Code::TRANSFER_ABORTED);
        reply.is_refusal() && !of_data
    })
}

/// Whether a refusal with this code (530, 553 or 532) means that you may not see the file.
fn forbids(code: Code) -> bool {
    matches!(code, Code::NOT_LOGGED_IN | Code::NAME_NOT_ALLOWED) || code.value() == 532
}
