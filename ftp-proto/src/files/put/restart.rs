//! Begins another attempt: what the earlier attempts may have done on the server, and what that
//! changes.

use core::mem;

use super::{PutFile, State};
use crate::error::{Error, ErrorKind};
use crate::files::report::{Discarded, Placed, Resumed};
use crate::files::version::{Hashes, Version};

/// What the earlier attempts of this upload may have done on the server.
#[derive(Debug, Default)]
pub(super) struct Earlier {
    /// There was an earlier attempt.
    pub(super) is_there: bool,
    /// RNTO was sent, and its result is not known. If the partial file is gone, the file may have
    /// its name.
    pub(super) may_be_named: bool,
    /// DELE was sent for the older file of this name, so that only the partial file may be left.
    pub(super) has_deleted: bool,
    /// The server has told the size of the partial file of this upload. Only then is a partial file
    /// that it does not show later one that is gone.
    pub(super) is_shown: bool,
    /// The server has begun to store the file at the place where it is until it gets its name. What
    /// is there is a part of this file.
    pub(super) has_sent: bool,
}

impl PutFile {
    /// Does the work of [`FilePlan::restart`](crate::files::FilePlan::restart).
    pub(super) fn begin_again(&mut self) {
        match mem::replace(&mut self.state, State::Source) {
            // The step was given up, so its result is not known.
            State::Rename => self.earlier.may_be_named = true,
            State::DeleteTarget(_) => self.earlier.has_deleted = true,
            State::Send => self.begun |= self.placed == Placed::Renamed,
            State::CleanUp(_) => self.earlier.may_be_named = false,
            _ => {}
        }
        if self.placed == Placed::RenamedAfterDelete {
            self.earlier.has_deleted = true;
            self.placed = Placed::Renamed;
        }
        self.earlier.is_there = true;
        self.offset = 0;
        (self.is_cleared, self.is_size_checked) = (false, false);
        (self.is_named, self.leaves_part) = (false, false);
        self.hashes = Hashes::new();
        (self.hash, self.modified, self.resumed) = (None, None, Resumed::No);
    }

    /// Whether this attempt looks for a part of the file on the server.
    pub(super) fn looks_for_part(&self) -> bool {
        let is_ours = self.earlier.has_sent || self.earlier.may_be_named;
        let is_of_earlier_call = self.may_have_part && self.options.resumes();
        let is_of_attempt = self.earlier.is_there && is_ours && self.options.compares_sizes();
        is_of_earlier_call || is_of_attempt
    }

    /// Whether a part of the file stays on the server if this attempt fails.
    pub(super) fn keeps_part(&self) -> bool {
        self.options.resumes() || self.may_restart && self.options.compares_sizes()
    }

    /// Takes what the local file is now. Returns why a partial file of an earlier attempt is wrong,
    /// if it is.
    pub(super) fn take_source(&mut self, now: Version) -> Option<Discarded> {
        let is_changed = self.earlier.has_sent && now != self.source;
        self.source = now;
        if is_changed {
            (self.earlier.may_be_named, self.earlier.has_sent) = (false, false);
            self.earlier.is_shown = false;
        }
        is_changed.then_some(Discarded::Changed)
    }

    /// The server refuses to tell about the partial file. Only a permanent refusal shows that it may
    /// be gone, and only if the server has told about it before.
    pub(super) fn missing_partial(&mut self, refusal: Error) -> Result<State, Error> {
        match refusal.kind() {
            ErrorKind::Permanent if self.earlier.is_shown => Ok(State::LookNamed),
            ErrorKind::Permanent => {
                self.earlier.may_be_named = false;
                Ok(State::Send)
            }
            _ => Err(refusal),
        }
    }

    /// Decides whether the file has got its name in an earlier attempt. `found` is what the server
    /// has under this name.
    pub(super) fn found_named(&mut self, found: &Version) -> Result<State, Error> {
        self.earlier.may_be_named = found.size().is_some() && found.size() == self.source.size();
        match self.earlier.may_be_named {
            true => {
                self.is_named = true;
                self.compare_size(found)
            }
            false => Ok(State::Send),
        }
    }
}
