//! Decides what follows a step that has failed: another way, or the end.

use alloc::format;

use super::{PutFile, State};
use crate::error::{Advice, Cause, Error, ErrorKind};
use crate::files::report::{Discarded, Placed};
use crate::files::step::is_refusal;
use crate::wire::{Code, Escaped};

impl PutFile {
    /// Decides what to do after a step has failed.
    pub(super) fn after_error(&mut self, state: State, error: Error) -> Result<State, Error> {
        let is_refusal = is_refusal(&error);
        let is_plain = matches!(error.kind(), ErrorKind::Permanent | ErrorKind::Transient);
        self.leaves_part = error.is_temporary() && !self.has_copy && self.keeps_part();
        match state {
            // The server refuses DELE if there is nothing to delete.
            State::CleanUp(first) if is_refusal && is_plain => Ok(State::Ended(Err(first))),
            State::CleanUp(first) => {
                self.earlier.may_be_named = false;
                Ok(State::Ended(Err(self.telling_part(first))))
            }
            // The file is where it belongs, so this is no failure.
            State::DeleteCopy => Ok(self.end()),
            State::ReadTail(_) if error.kind() == ErrorKind::TooLarge => {
                Ok(self.start_over(Discarded::BlockDiffers))
            }
            State::ReadTail(_) if is_refusal && error.command() == Some("REST") => {
                Ok(self.start_over(Discarded::NoRestart))
            }
            State::ReadTail(_) if error.kind() == ErrorKind::Permanent => {
                Ok(self.start_over(Discarded::Unreadable))
            }
            State::Ask(_) | State::AskSent(_) if is_refusal => match state {
                State::Ask(_) => Ok(self.ask_prefix()),
                _ => self.ask_sent(),
            },
            // The target is usually missing.
            State::AskSupport(_) if is_refusal => Ok(self.begin()),
            State::Send => self.after_send_error(error),
            State::DeleteStale if is_refusal => Ok(self.send_directly()),
            State::SetTime(_) if is_refusal => Ok(self.rename_or_end()),
            State::Rename => self.after_rename_error(error),
            State::DeleteTarget(first) if is_refusal && is_plain => Err(first),
            // The server may have deleted the old file. The new one must stay.
            State::DeleteTarget(_) => {
                self.placed = Placed::RenamedAfterDelete;
                Err(error)
            }
            State::DeletePartial(first) if is_refusal => {
                Ok(State::Ended(Err(self.telling_place(first))))
            }
            _ => Err(error),
        }
    }

    pub(super) fn after_send_error(&mut self, error: Error) -> Result<State, Error> {
        let has_moved = error.transferred().is_some();
        self.transferred = self
            .transferred
            .saturating_add(error.transferred().unwrap_or(0));
        self.earlier.has_sent |= has_moved;
        let is_refusal = is_refusal(&error) && !has_moved;
        // The server may have created the partial file before the data connection failed. The
        // target may be an older file that the server has not touched.
        let is_surely_absent = is_refusal && error.kind() == ErrorKind::Permanent;
        self.begun |= has_moved || self.placed == Placed::Renamed && !is_surely_absent;
        if !is_refusal {
            return Err(error);
        }
        if self.offset > 0 && refuses_to_append(&error) {
            return Ok(self.start_over(Discarded::NoRestart));
        }
        let is_about_name = matches!(
            error.cause(),
            Cause::NotFound | Cause::Denied | Cause::NotFoundOrDenied | Cause::Refused
        );
        match self.placed {
            Placed::Renamed if is_about_name && error.kind() == ErrorKind::Permanent => {
                match self.is_cleared {
                    false => Ok(State::DeleteStale),
                    // Some servers do not allow names that begin with a dot.
                    true => Ok(self.send_directly()),
                }
            }
            _ => Err(error),
        }
    }

    /// Adds to the error where the complete file is.
    pub(super) fn telling_place(&self, error: Error) -> Error {
        let place = Escaped::new(&self.partial);
        let note = format!("the whole file is on the server as {place}");
        error.with_advice(Advice::new(note))
    }

    /// Adds to the error that a part of the file may be on the server, because the client could not
    /// delete it.
    pub(super) fn telling_part(&self, error: Error) -> Error {
        let place = Escaped::new(self.place());
        let note = format!("a part of the file may be on the server as {place}");
        error.or_advice(Advice::new(note))
    }

    pub(super) fn fail(&mut self, error: Error) {
        // If the old file is gone, the new one stays, although under its temporary name.
        let error = match self.has_copy || self.placed == Placed::RenamedAfterDelete {
            true => self.telling_place(error),
            false => error,
        };
        self.state = match self.placed {
            Placed::RenamedAfterDelete => State::Ended(Err(error)),
            Placed::Renamed if self.keeps_part() => State::Ended(Err(error)),
            _ if self.is_named => State::Ended(Err(error)),
            // Nothing else is left of this file and of the older one.
            Placed::Renamed if self.earlier.has_deleted => State::Ended(Err(error)),
            Placed::Direct if self.leaves_part => State::Ended(Err(error)),
            // The bytes before the offset were on the server before this call.
            Placed::Direct if self.offset > 0 => State::Ended(Err(error)),
            _ if self.begun => State::CleanUp(error),
            _ => State::Ended(Err(error)),
        };
    }
}

/// Whether the server refuses APPE, so that it may store from the beginning.
fn refuses_to_append(error: &Error) -> bool {
    let code = error.code().map(Code::value);
    // ProFTPD says `451 Append/Restart not permitted, try again`.
    code == Some(451) || error.kind() == ErrorKind::Permanent && error.cause() != Cause::NoSpace
}
