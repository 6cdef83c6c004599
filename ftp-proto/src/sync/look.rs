//! The plan that asks about the next files of a download as one flight, before their own jobs begin.

use alloc::vec::Vec;
use core::mem;

use crate::error::Error;
use crate::flows::InspectMany;
use crate::listing::Line;
use crate::tree::{Inspected, Outcome, Plan, Todo};

/// Asks about several files as one flight. If the session allows no such flight, nothing is sent, and
/// each file's own job asks.
#[derive(Debug)]
pub(super) struct Look {
    /// The numbers of the files' actions, and their paths.
    files: Vec<(usize, Vec<u8>)>,
    found: Vec<Inspected>,
    state: State,
}

#[derive(Debug)]
enum State {
    Ask,
    Ended(Result<(), Error>),
    Over,
}

impl Look {
    pub(super) fn new(files: Vec<(usize, Vec<u8>)>) -> Self {
        Self {
            files,
            found: Vec::new(),
            state: State::Ask,
        }
    }

    /// Returns the number of each file's action, and what is known about the file.
    pub(super) fn into_found(self) -> impl Iterator<Item = (usize, Option<Inspected>)> {
        let numbers = self.files.into_iter().map(|(number, _)| number);
        let mut found = self.found.into_iter();
        numbers.map(move |number| (number, found.next()))
    }
}

impl Plan for Look {
    type Item = Result<(), Error>;

    fn next_step(&mut self) -> Todo<Self::Item> {
        if let State::Ask = self.state {
            match InspectMany::new(self.files.iter().map(|(_, path)| path)) {
                Ok(flow) => return Todo::Run(flow.only_in_flights().into()),
                Err(error) => self.state = State::Ended(Err(error)),
            }
        }
        match mem::replace(&mut self.state, State::Over) {
            State::Ended(result) => Todo::Yield(result),
            _ => Todo::Done,
        }
    }

    fn take_line(&mut self, _: Line<'_>) -> Result<(), Error> {
        Ok(())
    }

    fn finished(&mut self, result: Result<Outcome, Error>) {
        self.state = State::Ended(match result {
            Ok(Outcome::AllInspected(found)) => {
                self.found = found;
                Ok(())
            }
            other => other.map(drop),
        });
    }
}
