//! The plan that deletes one file or empty directory on the server.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::mem;

use crate::error::Error;
use crate::flows::{Delete, RemoveDirectory};
use crate::listing::Line;
use crate::tree::{Existence, Lookup, Outcome, Plan, Task, Todo};

/// Deletes one file or one empty directory on the server. If the server refuses, and nothing has
/// this path, the plan succeeds: an earlier attempt has deleted it, and its reply was lost.
#[derive(Debug)]
pub(super) struct Removal {
    path: Vec<u8>,
    what: What,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    File,
    /// What the server shows as a directory, but may be a link. A refusal means that it is none.
    Link,
    Directory,
}

#[derive(Debug)]
enum State {
    Remove,
    /// The server has refused with this error. Finds out whether anything is there.
    Look(Box<Lookup>, Error),
    Ended(Result<(), Error>),
    Over,
}

impl Removal {
    pub(super) fn new(path: &[u8], what: What) -> Result<Self, Error> {
        Delete::new(path)?;
        Ok(Self {
            path: path.to_vec(),
            what,
            state: State::Remove,
        })
    }

    fn task(&self) -> Result<Task, Error> {
        Ok(match self.what {
            What::File | What::Link => Delete::new(&self.path)?.into(),
            What::Directory => RemoveDirectory::new(&self.path)?.into(),
        })
    }
}

impl Plan for Removal {
    type Item = Result<(), Error>;

    fn next_step(&mut self) -> Todo<Self::Item> {
        loop {
            match &mut self.state {
                State::Remove => match self.task() {
                    Ok(task) => return Todo::Run(task),
                    Err(error) => self.state = State::Ended(Err(error)),
                },
                State::Look(lookup, refusal) => match lookup.next_step() {
                    Todo::Read(flow) => return Todo::Read(flow),
                    Todo::Run(task) => return Todo::Run(task),
                    Todo::HashLocal(file) => return Todo::HashLocal(file),
                    Todo::Yield(Ok(finding)) if finding.existence() == Existence::Absent => {
                        self.state = State::Ended(Ok(()));
                    }
                    Todo::Yield(_) | Todo::Done => {
                        self.state = State::Ended(Err(refusal.clone()));
                    }
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
            (_, Ok(_)) => self.state = State::Ended(Ok(())),
            (_, Err(error)) => {
                let lookup = Lookup::existence(&self.path).ok();
                let may_be_gone = error.reply().is_some() && self.what != What::Link;
                self.state = match lookup.filter(|_| may_be_gone) {
                    Some(lookup) => State::Look(Box::new(lookup), error),
                    None => State::Ended(Err(error)),
                };
            }
        }
    }
}
