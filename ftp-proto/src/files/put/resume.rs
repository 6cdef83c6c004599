//! Decides whether the upload goes on after the partial file that the server has.

use super::{PutFile, State};
use crate::error::{Error, Misuse};
use crate::files::local::LocalFact;
use crate::files::options::Resume;
use crate::files::report::{Discarded, Placed, Resumed};
use crate::files::step::FileFact;
use crate::files::version::{Hashes, Version};
use crate::tree::{Inspected, Outcome};

impl PutFile {
    pub(super) fn begin(&mut self) -> State {
        self.hashes = Hashes::new();
        match self.resumed {
            // The local file is not the one that an earlier attempt has sent.
            Resumed::Discarded(_) => State::Send,
            _ if self.looks_for_part() => State::LookPartial,
            _ => State::Send,
        }
    }

    /// Takes what is known about the partial file on the server.
    pub(super) fn take_about_partial(
        &mut self,
        state: State,
        fact: FileFact,
    ) -> Result<State, Error> {
        match (state, fact) {
            (State::LookPartial, FileFact::Task(Outcome::Inspected(Inspected::Refused(error))))
                if self.earlier.may_be_named =>
            {
                self.missing_partial(error)
            }
            (State::LookPartial, FileFact::Task(Outcome::Inspected(found))) => {
                Ok(self.found_partial(&Version::of(&found)))
            }
            (State::LookNamed, FileFact::Task(Outcome::Inspected(found))) => {
                self.found_named(&Version::of(&found))
            }
            (State::Tail, FileFact::Local(LocalFact::Bytes(ours))) => Ok(State::ReadTail(ours)),
            (State::ReadTail(ours), FileFact::Part(theirs)) => Ok(match ours == theirs {
                true => self.ask_prefix(),
                false => self.start_over(Discarded::BlockDiffers),
            }),
            (State::Ask(_), FileFact::Task(Outcome::Hash(hash))) => Ok(match hash {
                Some(hash) => State::Prove(hash),
                None => self.ask_prefix(),
            }),
            (State::Prove(theirs), FileFact::Local(LocalFact::Hash(ours))) => {
                Ok(match theirs.as_bytes() == ours {
                    true => self.resume(),
                    false => self.start_over(Discarded::HashDiffers),
                })
            }
            _ => Err(Error::misuse(Misuse::StaleAnswer)),
        }
    }

    /// Decides whether to use the partial file that the server has.
    pub(super) fn found_partial(&mut self, found: &Version) -> State {
        let Some(size) = found.size().filter(|size| *size > 0) else {
            return State::Send;
        };
        if self.source.size() < Some(size) {
            return self.start_over(Discarded::TooLong);
        }
        let older = match (found.modified(), self.source.modified()) {
            // The clocks of both sides may differ, but these are bytes of this very file.
            _ if self.earlier.has_sent => false,
            (Some(partial), Some(file)) => partial.without_fraction() < file.without_fraction(),
            _ => false,
        };
        if older {
            return self.start_over(Discarded::Changed);
        }
        self.offset = size;
        self.earlier.is_shown |= self.placed == Placed::Renamed;
        State::Tail
    }

    pub(super) fn start_over(&mut self, why: Discarded) -> State {
        self.resumed = Resumed::Discarded(why);
        self.offset = 0;
        State::Send
    }

    /// Asks for the hash of the partial file by the next algorithm.
    pub(super) fn ask_prefix(&mut self) -> State {
        match self.hashes.next() {
            Some(algorithm) => State::Ask(algorithm),
            None if self.options.resume == Resume::IfProven => self.start_over(Discarded::Unproven),
            None => self.resume(),
        }
    }

    /// Goes on after the partial file.
    pub(super) fn resume(&mut self) -> State {
        self.resumed = Resumed::Unproven {
            offset: self.offset,
        };
        match self.source.size() == Some(self.offset) {
            true => State::SourceAgain,
            false => State::Send,
        }
    }
}
