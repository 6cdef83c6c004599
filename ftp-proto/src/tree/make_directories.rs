//! The plan that makes a directory and the directories above it that are missing.
//!
//! ```text
//! Make: MKD of the whole path -> done
//!   | refused
//!   v
//! Look: what is there? -> a directory: go down, Make the next one below, until the path is whole
//!   | nothing      | unknown   | a file: error    ^
//!   |              v                              |
//!   |            Enter: CWD ----------------------+
//!   v              | refused
//! go up: Make the directory above
//! ```

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::mem;

use super::lookup::Lookup;
use super::metadata::Existence;
use super::path;
use super::plan::{Outcome, Plan, Todo};
use crate::error::{Advice, Error};
use crate::flows::MakeDirectory;
use crate::flows::visit::Visit;
use crate::listing::{Kind, Line};

/// Makes a directory, and the directories above it that are missing. A directory that is there
/// already is no error.
///
/// The server's refusal alone does not tell whether a directory exists. So after a refusal the plan
/// looks up what the path is, as [`Lookup`] does. If this settles nothing, the plan tries to enter
/// the directory by CWD.
///
/// ```
/// use ftp_proto::tree::{MakeDirectories, Plan, Todo};
///
/// let mut plan = MakeDirectories::new("backup/2026/11")?;
/// assert!(matches!(plan.next_step(), Todo::Run(_))); // MKD backup/2026/11
/// # Ok::<(), ftp_proto::Error>(())
/// ```
#[derive(Debug)]
pub struct MakeDirectories {
    path: Vec<u8>,
    /// The length of the part of the path that the plan makes now.
    end: usize,
    way: Way,
    /// The refusal of the whole path.
    refusal: Option<Error>,
    state: State,
}

/// Which directory follows if one is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// The one above it.
    Up,
    /// None: the directory above it is there.
    Down,
}

#[derive(Debug)]
enum State {
    Make,
    /// MKD was refused with this error. Finds out what is there.
    Look(Box<Lookup>, Error),
    /// MKD was refused with this error, and the lookup has not settled what is there.
    Enter(Error),
    Ended(Result<(), Error>),
    Over,
}

impl MakeDirectories {
    /// Makes the plan for this path.
    ///
    /// # Errors
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) for a path that cannot be sent.
    pub fn new(path: impl AsRef<[u8]>) -> Result<Self, Error> {
        Self::with_way(path.as_ref(), Way::Up)
    }

    /// Makes the plan for this path. If the directory above it is missing, the plan fails.
    ///
    /// # Errors
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) for a path that cannot be sent.
    pub fn only_last(path: impl AsRef<[u8]>) -> Result<Self, Error> {
        Self::with_way(path.as_ref(), Way::Down)
    }

    fn with_way(path: &[u8], way: Way) -> Result<Self, Error> {
        MakeDirectory::new(path)?;
        let path = match path::without_final_slashes(path) {
            b"" => b"/".to_vec(),
            path => path::with_blanks_kept(path).into_owned(),
        };
        Ok(Self {
            end: path.len(),
            path,
            way,
            refusal: None,
            state: State::Make,
        })
    }

    /// Returns the part of the path that the plan makes now.
    fn part(&self) -> &[u8] {
        self.path.get(..self.end).unwrap_or(&self.path)
    }

    /// Goes on after the part is there.
    fn is_there(&mut self) {
        let rest = self.path.get(self.end..).unwrap_or_default();
        let slashes = rest.iter().take_while(|byte| **byte == b'/').count();
        let name = rest.get(slashes..).unwrap_or_default();
        if name.is_empty() {
            self.state = State::Ended(Ok(()));
            return;
        }
        let name = memchr::memchr(b'/', name).unwrap_or(name.len());
        self.end = self.end.saturating_add(slashes).saturating_add(name);
        self.way = Way::Down;
        self.state = State::Make;
    }

    /// Goes on after the server has refused to make the part: the lookup says what is there.
    fn looked(&mut self, refusal: Error, existence: Existence, kind: Option<Kind>) {
        match kind {
            Some(Kind::File) => {
                let advice = Advice::new("a file has this name: delete or rename it first");
                self.state = State::Ended(Err(refusal.with_advice(advice)));
            }
            Some(_) => self.is_there(),
            None if existence == Existence::Unknown => self.state = State::Enter(refusal),
            None => self.go_up(refusal, existence),
        }
    }

    /// Goes on with the directory above, because the part seems to be missing.
    fn go_up(&mut self, refusal: Error, existence: Existence) {
        let above = path::split(self.part()).0;
        let above = above.filter(|above| self.way == Way::Up && !path::is_root_or_here(above));
        if let Some(above) = above {
            self.end = above.len();
            self.refusal.get_or_insert(refusal);
            self.state = State::Make;
            return;
        }
        // If it is not sure that the part is missing, its refusal may mean that it exists.
        let first = self.refusal.take();
        let first = first.filter(|_| self.way == Way::Up && existence != Existence::Absent);
        self.state = State::Ended(Err(first.unwrap_or(refusal)));
    }
}

impl Plan for MakeDirectories {
    type Item = Result<(), Error>;

    fn next_step(&mut self) -> Todo<Self::Item> {
        loop {
            match &mut self.state {
                State::Make => match MakeDirectory::new(self.part()) {
                    Ok(flow) => return Todo::Run(flow.into()),
                    Err(error) => self.state = State::Ended(Err(error)),
                },
                State::Look(lookup, refusal) => match lookup.next_step() {
                    Todo::Read(flow) => return Todo::Read(flow),
                    Todo::Run(task) => return Todo::Run(task),
                    Todo::HashLocal(file) => return Todo::HashLocal(file),
                    Todo::Yield(Ok(finding)) => {
                        let refusal = refusal.clone();
                        let existence = finding.existence();
                        let kind = finding.into_metadata().ok().map(|it| it.kind);
                        self.looked(refusal, existence, kind);
                    }
                    Todo::Yield(Err(error)) => self.state = State::Ended(Err(error)),
                    Todo::Done => self.state = State::Over,
                },
                State::Enter(_) => match Visit::new(self.part()) {
                    Ok(flow) => return Todo::Run(flow.into()),
                    Err(error) => self.state = State::Ended(Err(error)),
                },
                State::Ended(_) | State::Over => {
                    return match mem::replace(&mut self.state, State::Over) {
                        State::Ended(result) => Todo::Yield(result),
                        _ => Todo::Done,
                    };
                }
            }
        }
    }

    fn take_line(&mut self, line: Line<'_>) -> Result<(), Error> {
        match &mut self.state {
            State::Look(lookup, _) => lookup.take_line(line),
            _ => Ok(()),
        }
    }

    fn finished(&mut self, result: Result<Outcome, Error>) {
        match (&mut self.state, result) {
            (State::Look(lookup, _), result) => lookup.finished(result),
            (State::Enter(refusal), Err(error)) if error.reply().is_some() => {
                let refusal = refusal.clone();
                self.go_up(refusal, Existence::Unknown);
            }
            (_, Ok(_)) => self.is_there(),
            (_, Err(error)) if error.reply().is_some() => {
                self.state = match Lookup::existence(self.part()) {
                    Ok(lookup) => State::Look(Box::new(lookup), error),
                    Err(_) => State::Ended(Err(error)),
                };
            }
            (_, Err(error)) => self.state = State::Ended(Err(error)),
        }
    }
}
