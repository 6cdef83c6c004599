//! Gives the file its final name: by RNFR and RNTO, or by sending it again under that name.

use super::{PutFile, State};
use crate::error::{Cause, Error, ErrorKind, Misuse};
use crate::files::report::{Discarded, FileReport, Placed, Resumed};
use crate::files::step::FileFact;
use crate::listing::Kind;
use crate::reply::FileHash;
use crate::tree::{Inspected, Outcome};

impl PutFile {
    /// Takes what is known about the final name.
    pub(super) fn take_about_name(&mut self, state: State, fact: FileFact) -> Result<State, Error> {
        match (state, fact) {
            (State::Rename, FileFact::Task(_)) => Ok(self.end()),
            (State::LookTarget(error), FileFact::Task(Outcome::Inspected(found))) => {
                Ok(match is_file(&found) {
                    true => State::DeleteTarget(error),
                    false => State::DeletePartial(error),
                })
            }
            (State::DeleteTarget(_), FileFact::Task(_)) => {
                self.placed = Placed::RenamedAfterDelete;
                Ok(State::Rename)
            }
            (State::DeletePartial(_), FileFact::Task(_)) => Ok(self.send_directly()),
            _ => Err(Error::misuse(Misuse::StaleAnswer)),
        }
    }

    pub(super) fn after_rename_error(&mut self, error: Error) -> Result<State, Error> {
        // Any other error leaves open whether the file has its name now. The target must then not
        // be deleted.
        if error.kind() != ErrorKind::Permanent {
            self.earlier.may_be_named = true;
            return Err(error);
        }
        let is_about_target =
            error.command() == Some("RNTO") && error.cause() != Cause::Unsupported;
        Ok(match self.placed {
            // The old file is gone. The partial file stays until there is another whole one.
            Placed::RenamedAfterDelete => {
                self.has_copy = true;
                self.send_directly()
            }
            _ if is_about_target => State::LookTarget(error),
            _ => State::DeletePartial(error),
        })
    }

    /// Sends the file again, under its final name. What is known about the partial file says
    /// nothing about this one.
    pub(super) fn send_directly(&mut self) -> State {
        self.placed = Placed::Direct;
        (self.earlier.has_sent, self.earlier.may_be_named) = (false, false);
        self.is_size_checked = false;
        // After the old file was deleted, a file with the final name can only be a part of the new
        // one.
        self.begun = self.has_copy;
        (self.hash, self.modified) = (None, None);
        match self.resumed {
            Resumed::Proven { .. } | Resumed::Unproven { .. } => {
                self.start_over(Discarded::NoRename)
            }
            // The reason why an earlier partial file was not used stays.
            Resumed::No | Resumed::Discarded(_) => {
                self.offset = 0;
                State::Send
            }
        }
    }

    pub(super) fn rename_or_end(&mut self) -> State {
        match self.placed {
            Placed::Direct if self.has_copy => State::DeleteCopy,
            Placed::Direct => self.end(),
            _ if self.is_named => self.end(),
            Placed::Renamed | Placed::RenamedAfterDelete => State::Rename,
        }
    }

    pub(super) fn end(&mut self) -> State {
        State::Ended(Ok(FileReport {
            size: self.source.size().unwrap_or_default(),
            transferred: self.transferred,
            resumed: self.resumed,
            is_size_checked: self.is_size_checked,
            verified: self.hash.as_ref().map(FileHash::algorithm),
            modified: self.modified,
            placed: match self.placed {
                Placed::Renamed if self.earlier.has_deleted => Placed::RenamedAfterDelete,
                placed => placed,
            },
            reply: self.reply.take(),
            remote: self.target.clone(),
            #[cfg(feature = "std")]
            local: Default::default(),
        }))
    }
}

/// Whether this is a file, and no directory.
fn is_file(found: &Inspected) -> bool {
    match found {
        Inspected::Facts(entry) => matches!(entry.kind(), Kind::File | Kind::Link),
        Inspected::File { size, .. } => size.is_some(),
        Inspected::Refused(_) | Inspected::Unasked => false,
    }
}
