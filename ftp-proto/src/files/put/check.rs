//! Checks what was sent, before the file gets its name: the local file is still the same, and the
//! server has the right size and hash.

use alloc::format;
use core::mem;

use super::{PutFile, State};
use crate::counted::Counted;
use crate::error::{Error, ErrorKind, Misuse};
use crate::files::local::LocalFact;
use crate::files::options::{KeepTime, Verify};
use crate::files::report::{Discarded, Placed, Resumed};
use crate::files::step::FileFact;
use crate::files::version::{Hashes, Version};
use crate::reply::{FileHash, Timestamp};
use crate::session::transfer::Completion;
use crate::tree::Outcome;

impl PutFile {
    /// Takes what is known about the file that was sent.
    pub(super) fn take_about_sent(&mut self, state: State, fact: FileFact) -> Result<State, Error> {
        match (state, fact) {
            (State::SourceAgain, FileFact::Local(LocalFact::Source { length, modified })) => {
                self.compare_source(&Version::new(Some(length), modified))
            }
            (State::LookSent, FileFact::Task(Outcome::Inspected(found))) => {
                self.compare_size(&Version::of(&found))
            }
            (State::LookSent, FileFact::Task(Outcome::Checked { found, is_dated })) => {
                self.modified = self.time_to_set().filter(|_| is_dated);
                self.compare_size(&Version::of(&found))
            }
            (State::AskSent(_), FileFact::Task(Outcome::Hash(hash))) => match hash {
                Some(hash) => Ok(State::Compare(hash)),
                None => self.ask_sent(),
            },
            (State::Compare(theirs), FileFact::Local(LocalFact::Hash(ours))) => {
                self.compared(theirs, &ours)
            }
            _ => Err(Error::misuse(Misuse::StaleAnswer)),
        }
    }

    /// Asks whether the server computes the next algorithm, before anything is sent.
    pub(super) fn ask_support(&mut self) -> Result<State, Error> {
        let next = self.hashes.next().ok_or_else(Hashes::unsupported)?;
        Ok(State::AskSupport(next))
    }

    pub(super) fn sent(&mut self, completion: Completion) -> State {
        (self.begun, self.earlier.has_sent) = (true, true);
        self.transferred = self.transferred.saturating_add(completion.bytes);
        self.reply = Some(completion.reply);
        State::SourceAgain
    }

    pub(super) fn compare_source(&mut self, now: &Version) -> Result<State, Error> {
        if *now != self.source {
            let error = Error::new(ErrorKind::Local)
                .with_subject("reading the local file")
                .with_source("the file was changed during the upload");
            return Ok(self.delete_wrong(error));
        }
        if !self.options.is_exact() {
            return Ok(self.set_time());
        }
        if !self.options.compares_sizes() {
            self.hashes = Hashes::new();
            return self.ask_sent();
        }
        Ok(State::LookSent)
    }

    pub(super) fn compare_size(&mut self, found: &Version) -> Result<State, Error> {
        match (found.size(), self.source.size()) {
            // The server has stored more bytes of the interrupted upload in the meantime.
            (Some(there), Some(here)) if there != here && self.offset > 0 => {
                Ok(self.start_over(Discarded::SizeDiffers))
            }
            (Some(there), Some(here)) if there != here => {
                let why = format!("the server has {} of {here}", Counted::bytes(there));
                Err(Error::new(ErrorKind::Unconfirmed)
                    .with_command("STOR")
                    .with_argument(self.place())
                    .with_transferred(self.transferred)
                    .with_expected(here, why))
            }
            (there, _) => {
                self.is_size_checked = there.is_some();
                self.earlier.is_shown |=
                    there.is_some() && self.placed == Placed::Renamed && !self.is_named;
                self.hashes = Hashes::new();
                self.ask_sent()
            }
        }
    }

    /// Asks for the hash of the whole file by the next algorithm.
    pub(super) fn ask_sent(&mut self) -> Result<State, Error> {
        let resumed = matches!(self.resumed, Resumed::Unproven { .. });
        let verify = self.options.verify;
        if resumed || verify != Verify::No {
            if let Some(algorithm) = self.hashes.next() {
                return Ok(State::AskSent(algorithm));
            }
        }
        match verify {
            Verify::Required => Err(Hashes::unsupported()),
            _ => Ok(self.set_time()),
        }
    }

    pub(super) fn compared(&mut self, theirs: FileHash, ours: &[u8]) -> Result<State, Error> {
        if theirs.as_bytes() != ours {
            // This is the older file, which happens to have the same size.
            if mem::take(&mut self.is_named) {
                self.earlier.may_be_named = false;
                return Ok(State::Send);
            }
            return match self.resumed {
                Resumed::Unproven { .. } => Ok(self.start_over(Discarded::HashDiffers)),
                _ => Ok(self.delete_wrong(Hashes::differ(&theirs, ours))),
            };
        }
        if let Resumed::Unproven { offset } = self.resumed {
            self.resumed = Resumed::Proven { offset };
        }
        self.hash = Some(theirs);
        Ok(self.set_time())
    }

    /// Deletes what was sent, because it is wrong. An older file that this upload has only
    /// continued stays.
    pub(super) fn delete_wrong(&self, error: Error) -> State {
        match self.placed {
            Placed::Direct if self.offset > 0 => State::Ended(Err(error)),
            // Nothing else is left of this file and of the older one.
            Placed::Renamed if self.earlier.has_deleted => State::Ended(Err(error)),
            _ if self.has_copy => State::CleanUp(self.telling_place(error)),
            _ => State::CleanUp(error),
        }
    }

    pub(super) fn set_time(&mut self) -> State {
        match self.time_to_set() {
            Some(time) if self.modified != Some(time) => State::SetTime(time),
            _ => self.rename_or_end(),
        }
    }

    /// Returns the time that the file on the server gets. `None` if it keeps its own.
    pub(super) fn time_to_set(&self) -> Option<Timestamp> {
        let keep = self.options.keep_time == KeepTime::IfPossible;
        let time = self.source.modified().filter(|_| keep);
        time.map(Timestamp::without_fraction)
    }
}
