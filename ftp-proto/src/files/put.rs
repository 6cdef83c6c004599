//! The plan of an upload of a file.
//!
//! ```text
//! Source: length and time of the local file
//!   v
//! AskSupport, with Verify::Required: whether the server computes a hash
//!   v
//! LookPartial, for a resume: size and time of the partial file on the server
//!   | it may be right                            | there is none, or it is wrong
//!   v                                            |
//! Tail, ReadTail: the last block of both sides --+ they differ
//!   v                                            |
//! Ask, Prove: the hash of both sides ------------+ they differ
//!   v                                            v
//! Send: from the end of the partial file, or from the beginning
//!   | refused for the temporary name: DeleteStale, Send again; then Send under the final name
//!   v
//! SourceAgain: the local file is still the same
//!   v
//! LookSent: the file on the server has the right size
//!   v
//! AskSent, Compare, after a resume and with Verify: the hashes of both sides
//!   v
//! SetTime
//!   v
//! Rename ---> RNTO is refused: LookTarget --> it is there: DeleteTarget, Rename again
//!   |                             | it is not                            | refused
//!   | RNFR is refused             v                                      |
//!   +----------------> DeletePartial, Send under the final name          v
//!                                        Send under the final name, DeleteCopy
//! ```
//!
//! An error leads to `CleanUp`, which deletes the partial file on the server unless it may be
//! resumed. A file that is known to be wrong is always deleted.

use alloc::format;
use alloc::vec::Vec;
use core::mem;

use super::local::{LocalFact, LocalStep};
use super::options::{FileOptions, KeepTime, Resume, UploadTo, Verify};
use super::partial::{beside, block_of};
use super::report::{Discarded, FileReport, Placed, Resumed};
use super::step::{FileFact, FilePlan, FileStep, ReadPart, SendFile, is_refusal};
use super::version::{Hashes, Version};
use crate::error::{Cause, Error, ErrorKind, Misuse};
use crate::flows::{Delete, HashOf, Inspect, Open, Rename, SetModified};
use crate::listing::Kind;
use crate::reply::{Algorithm, FileHash, Timestamp};
use crate::session::transfer::Completion;
use crate::tree::{Inspected, Outcome};
use crate::wire::{Code, Escaped, Reply};

/// Uploads a whole file. The adapters' `put_file` carries it out.
#[derive(Debug)]
pub struct PutFile {
    target: Vec<u8>,
    partial: Vec<u8>,
    options: FileOptions,
    state: State,
    /// The local file before the transfer.
    source: Version,
    /// Where the upload begins in the file.
    offset: u64,
    /// Whether the upload begins by APPE, because the server refuses REST before STOR.
    appends: bool,
    /// Whether a part of the file may be on the server.
    begun: bool,
    /// Whether the whole file is on the server as the partial file, while it is sent again under
    /// its final name.
    has_copy: bool,
    /// Whether an old partial file was deleted to make room for this one.
    is_cleared: bool,
    /// Whether the server has said the size of what was sent.
    is_size_checked: bool,
    hashes: Hashes,
    hash: Option<FileHash>,
    modified: Option<Timestamp>,
    placed: Placed,
    resumed: Resumed,
    transferred: u64,
    reply: Option<Reply>,
}

#[derive(Debug)]
enum State {
    Source,
    /// Asking for the hash of the target, to find out whether the server computes hashes at all.
    AskSupport(Algorithm),
    LookPartial,
    Tail,
    ReadTail(Vec<u8>),
    Ask(Algorithm),
    Prove(FileHash),
    Send,
    /// The temporary name was refused. Deletes what a killed process may have left there, because
    /// some servers do not overwrite files by STOR.
    DeleteStale,
    SourceAgain,
    LookSent,
    AskSent(Algorithm),
    Compare(FileHash),
    SetTime(Timestamp),
    Rename,
    /// RNTO was refused with this error. Finds out whether the target exists.
    LookTarget(Error),
    DeleteTarget(Error),
    /// The server does not rename the file. It is sent again under its final name.
    DeletePartial(Error),
    CleanUp(Error),
    /// The file has its final name, and the whole partial file is still there.
    DeleteCopy,
    Ended(Result<FileReport, Error>),
    Over,
}

impl PutFile {
    /// Makes the plan that uploads a file to this path.
    ///
    /// # Errors
    /// [`InvalidArgument`](ErrorKind::InvalidArgument) for a path that cannot be sent.
    pub fn new(path: impl AsRef<[u8]>, options: &FileOptions) -> Result<Self, Error> {
        let target = path.as_ref();
        if !is_directory(target) {
            Open::store(target)?;
        }
        options.check()?;
        Ok(Self {
            target: target.to_vec(),
            partial: beside(target),
            options: *options,
            state: State::Source,
            source: Version::default(),
            offset: 0,
            appends: false,
            begun: false,
            has_copy: false,
            is_cleared: false,
            is_size_checked: false,
            hashes: Hashes::new(),
            hash: None,
            modified: None,
            placed: match options.upload_to {
                UploadTo::TemporaryName => Placed::Renamed,
                UploadTo::FinalName => Placed::Direct,
            },
            resumed: Resumed::No,
            transferred: 0,
            reply: None,
        })
    }

    /// Adds the name of the local file. If the path that you gave is empty or ends with `/`, it is
    /// a directory, and the file keeps its name there.
    ///
    /// # Errors
    /// [`InvalidArgument`](ErrorKind::InvalidArgument) for a name that cannot be sent.
    pub fn with_name(mut self, name: &[u8]) -> Result<Self, Error> {
        if is_directory(&self.target) {
            self.target.extend_from_slice(name);
            Open::store(&self.target)?;
            self.partial = beside(&self.target);
        }
        Ok(self)
    }

    /// Where the file is until it gets its name.
    fn place(&self) -> &[u8] {
        match self.placed {
            Placed::Direct => &self.target,
            Placed::Renamed | Placed::RenamedAfterDelete => &self.partial,
        }
    }

    fn step(&mut self) -> Result<FileStep, Error> {
        Ok(match &mut self.state {
            State::Source | State::SourceAgain => FileStep::Local(LocalStep::Source),
            State::LookPartial | State::LookSent => {
                FileStep::Run(Inspect::new(self.place())?.into())
            }
            State::Tail => FileStep::Local(LocalStep::Tail {
                end: self.offset,
                length: block_of(self.offset),
            }),
            State::ReadTail(ours) => {
                let before = self.offset.saturating_sub(ours.len() as u64);
                let limit = ours.len();
                let options = self.options.transfer_at(before);
                FileStep::Read(ReadPart {
                    open: Open::retrieve(self.place())?.with_options(&options),
                    options,
                    limit,
                })
            }
            State::Ask(algorithm) | State::AskSent(algorithm) => {
                let algorithm = *algorithm;
                FileStep::Run(HashOf::new(self.place(), algorithm)?.into())
            }
            State::AskSupport(algorithm) => {
                FileStep::Run(HashOf::new(&self.target, *algorithm)?.into())
            }
            State::Prove(hash) => FileStep::Local(LocalStep::Hash {
                algorithm: hash.algorithm(),
                length: Some(self.offset),
            }),
            State::Send => FileStep::Send(self.send()?),
            State::Compare(hash) => FileStep::Local(LocalStep::Hash {
                algorithm: hash.algorithm(),
                length: None,
            }),
            State::SetTime(time) => {
                let time = *time;
                FileStep::Run(SetModified::new(self.place(), time)?.into())
            }
            State::Rename => FileStep::Run(Rename::new(&self.partial, &self.target)?.into()),
            State::LookTarget(_) => {
                FileStep::Run(Inspect::new(&self.target)?.without_time().into())
            }
            State::DeleteTarget(_) => FileStep::Run(Delete::new(&self.target)?.into()),
            State::DeletePartial(_) | State::DeleteStale | State::DeleteCopy => {
                FileStep::Run(Delete::new(&self.partial)?.into())
            }
            State::CleanUp(_) => FileStep::Run(Delete::new(self.place())?.into()),
            State::Ended(_) => match mem::replace(&mut self.state, State::Over) {
                State::Ended(result) => FileStep::Done(result),
                _ => FileStep::Done(Err(Error::misuse(Misuse::Finished))),
            },
            State::Over => FileStep::Done(Err(Error::misuse(Misuse::Finished))),
        })
    }

    fn send(&self) -> Result<SendFile, Error> {
        let options = match self.appends {
            false => self.options.transfer_at(self.offset),
            true => self.options.transfer_at(0),
        };
        let open = match self.appends {
            false => Open::store(self.place())?,
            true => Open::append(self.place())?,
        };
        Ok(SendFile {
            open: open.with_options(&options),
            options,
            position: self.offset,
        })
    }

    fn take(&mut self, result: Result<FileFact, Error>) -> Result<State, Error> {
        let state = mem::replace(&mut self.state, State::Over);
        let fact = match result {
            Ok(fact) => fact,
            Err(error) => return self.after_error(state, error),
        };
        match (state, fact) {
            (
                state @ (State::LookPartial
                | State::Tail
                | State::ReadTail(_)
                | State::Ask(_)
                | State::Prove(_)),
                fact,
            ) => self.take_about_partial(state, fact),
            (State::Source, FileFact::Local(LocalFact::Source { length, modified })) => {
                self.source = Version::new(Some(length), modified);
                match self.options.verify {
                    Verify::Required => self.ask_support(),
                    _ => Ok(self.begin()),
                }
            }
            // A hash of an older file is of no use, but shows that the server computes this hash.
            (State::AskSupport(_), FileFact::Task(Outcome::Hash(hash))) => match hash {
                Some(_) => Ok(self.begin()),
                None => self.ask_support(),
            },
            (State::Send, FileFact::Moved(completion)) => Ok(self.sent(completion)),
            (State::DeleteStale, FileFact::Task(_)) => {
                self.is_cleared = true;
                Ok(State::Send)
            }
            (State::SourceAgain, FileFact::Local(LocalFact::Source { length, modified })) => {
                self.compare_source(&Version::new(Some(length), modified))
            }
            (State::LookSent, FileFact::Task(Outcome::Inspected(found))) => {
                self.compare_size(&Version::of(&found))
            }
            (State::AskSent(_), FileFact::Task(Outcome::Hash(hash))) => match hash {
                Some(hash) => Ok(State::Compare(hash)),
                None => self.ask_sent(),
            },
            (State::Compare(theirs), FileFact::Local(LocalFact::Hash(ours))) => {
                self.compared(theirs, &ours)
            }
            (State::SetTime(time), FileFact::Task(_)) => {
                self.modified = Some(time);
                Ok(self.rename_or_end())
            }
            (
                state @ (State::Rename
                | State::LookTarget(_)
                | State::DeleteTarget(_)
                | State::DeletePartial(_)),
                fact,
            ) => self.take_about_name(state, fact),
            (State::CleanUp(error), _) => Ok(State::Ended(Err(error))),
            (State::DeleteCopy, _) => Ok(self.end()),
            _ => Err(Error::misuse(Misuse::StaleAnswer)),
        }
    }

    /// Asks whether the server computes the next algorithm, before anything is sent.
    fn ask_support(&mut self) -> Result<State, Error> {
        let next = self.hashes.next().ok_or_else(Hashes::unsupported)?;
        Ok(State::AskSupport(next))
    }

    fn begin(&mut self) -> State {
        self.hashes = Hashes::new();
        match self.options.resumes() {
            true => State::LookPartial,
            false => State::Send,
        }
    }

    /// Takes what is known about the partial file on the server.
    fn take_about_partial(&mut self, state: State, fact: FileFact) -> Result<State, Error> {
        match (state, fact) {
            (State::LookPartial, FileFact::Task(Outcome::Inspected(found))) => {
                Ok(self.found_partial(&Version::of(&found)))
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

    /// Takes what is known about the final name.
    fn take_about_name(&mut self, state: State, fact: FileFact) -> Result<State, Error> {
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

    /// Decides what to do after a step has failed.
    fn after_error(&mut self, state: State, error: Error) -> Result<State, Error> {
        let is_refusal = is_refusal(&error);
        let is_plain = matches!(error.kind(), ErrorKind::Permanent | ErrorKind::Transient);
        match state {
            // The server refuses DELE if there is nothing to delete.
            State::CleanUp(first) if is_refusal && is_plain => Ok(State::Ended(Err(first))),
            State::CleanUp(first) => Ok(State::Ended(Err(self.telling_part(first)))),
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

    fn after_rename_error(&mut self, error: Error) -> Result<State, Error> {
        // Any other error leaves open whether the file has its name now. The target must then not
        // be deleted.
        if error.kind() != ErrorKind::Permanent {
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

    fn after_send_error(&mut self, error: Error) -> Result<State, Error> {
        let has_moved = error.transferred().is_some();
        let is_refusal = is_refusal(&error) && !has_moved;
        // The server may have created the partial file before the data connection failed. The
        // target may be an older file that the server has not touched.
        let is_surely_absent = is_refusal && error.kind() == ErrorKind::Permanent;
        self.begun |= has_moved || self.placed == Placed::Renamed && !is_surely_absent;
        if !is_refusal {
            return Err(error);
        }
        let restart = error.command() == Some("REST");
        if self.offset > 0 && restart && !self.appends {
            self.appends = true;
            return Ok(State::Send);
        }
        if self.offset > 0 && refuses_offset(&error) {
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

    /// Decides whether to use the partial file that the server has.
    fn found_partial(&mut self, found: &Version) -> State {
        let Some(size) = found.size().filter(|size| *size > 0) else {
            return State::Send;
        };
        if self.source.size() < Some(size) {
            return self.start_over(Discarded::TooLong);
        }
        let older = match (found.modified(), self.source.modified()) {
            (Some(partial), Some(file)) => partial.without_fraction() < file.without_fraction(),
            _ => false,
        };
        if older {
            return self.start_over(Discarded::Changed);
        }
        self.offset = size;
        State::Tail
    }

    fn start_over(&mut self, why: Discarded) -> State {
        self.resumed = Resumed::Discarded(why);
        (self.offset, self.appends) = (0, false);
        State::Send
    }

    /// Asks for the hash of the partial file by the next algorithm.
    fn ask_prefix(&mut self) -> State {
        match self.hashes.next() {
            Some(algorithm) => State::Ask(algorithm),
            None if self.options.resume == Resume::IfProven => self.start_over(Discarded::Unproven),
            None => self.resume(),
        }
    }

    /// Goes on after the partial file.
    fn resume(&mut self) -> State {
        self.resumed = Resumed::Unproven {
            offset: self.offset,
        };
        match self.source.size() == Some(self.offset) {
            true => State::SourceAgain,
            false => State::Send,
        }
    }

    /// Sends the file again, under its final name. What is known about the partial file says
    /// nothing about this one.
    fn send_directly(&mut self) -> State {
        self.placed = Placed::Direct;
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
                (self.offset, self.appends) = (0, false);
                State::Send
            }
        }
    }

    fn sent(&mut self, completion: Completion) -> State {
        self.begun = true;
        self.transferred = self.transferred.saturating_add(completion.bytes);
        self.reply = Some(completion.reply);
        State::SourceAgain
    }

    fn compare_source(&mut self, now: &Version) -> Result<State, Error> {
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

    fn compare_size(&mut self, found: &Version) -> Result<State, Error> {
        match (found.size(), self.source.size()) {
            (Some(there), Some(here)) if there != here => {
                let why = format!("the server has {there} bytes of {here}");
                Err(Error::new(ErrorKind::Unconfirmed)
                    .with_command("STOR")
                    .with_argument(self.place())
                    .with_transferred(self.transferred)
                    .with_expected(here, why))
            }
            (there, _) => {
                self.is_size_checked = there.is_some();
                self.hashes = Hashes::new();
                self.ask_sent()
            }
        }
    }

    /// Asks for the hash of the whole file by the next algorithm.
    fn ask_sent(&mut self) -> Result<State, Error> {
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

    fn compared(&mut self, theirs: FileHash, ours: &[u8]) -> Result<State, Error> {
        if theirs.as_bytes() != ours {
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
    fn delete_wrong(&self, error: Error) -> State {
        match self.placed {
            Placed::Direct if self.offset > 0 => State::Ended(Err(error)),
            _ if self.has_copy => State::CleanUp(self.telling_place(error)),
            _ => State::CleanUp(error),
        }
    }

    fn set_time(&mut self) -> State {
        let keep = self.options.keep_time == KeepTime::IfPossible;
        match self.source.modified().filter(|_| keep) {
            Some(time) => State::SetTime(time.without_fraction()),
            None => self.rename_or_end(),
        }
    }

    fn rename_or_end(&mut self) -> State {
        match self.placed {
            Placed::Direct if self.has_copy => State::DeleteCopy,
            Placed::Direct => self.end(),
            Placed::Renamed | Placed::RenamedAfterDelete => State::Rename,
        }
    }

    fn end(&mut self) -> State {
        State::Ended(Ok(FileReport {
            size: self.source.size().unwrap_or_default(),
            transferred: self.transferred,
            resumed: self.resumed,
            is_size_checked: self.is_size_checked,
            verified: self.hash.as_ref().map(FileHash::algorithm),
            modified: self.modified,
            placed: self.placed,
            reply: self.reply.take(),
        }))
    }

    /// Adds to the error where the complete file is.
    fn telling_place(&self, error: Error) -> Error {
        let place = Escaped::new(&self.partial);
        error.with_advice(format!("the whole file is on the server as {place}"))
    }

    /// Adds to the error that a part of the file may be on the server, because the client could not
    /// delete it.
    fn telling_part(&self, error: Error) -> Error {
        let place = Escaped::new(self.place());
        error.or_advice(format!(
            "a part of the file may be on the server as {place}"
        ))
    }

    fn fail(&mut self, error: Error) {
        // If the old file is gone, the new one stays, although under its temporary name.
        let error = match self.has_copy || self.placed == Placed::RenamedAfterDelete {
            true => self.telling_place(error),
            false => error,
        };
        self.state = match self.placed {
            Placed::RenamedAfterDelete => State::Ended(Err(error)),
            Placed::Renamed if self.options.resumes() => State::Ended(Err(error)),
            // The bytes before the offset were on the server before this call.
            Placed::Direct if self.offset > 0 => State::Ended(Err(error)),
            _ if self.begun => State::CleanUp(error),
            _ => State::Ended(Err(error)),
        };
    }
}

impl FilePlan for PutFile {
    fn next_step(&mut self) -> FileStep {
        loop {
            match self.step() {
                Ok(step) => return step,
                Err(error) => self.fail(error),
            }
        }
    }

    fn finished(&mut self, result: Result<FileFact, Error>) {
        match self.take(result) {
            Ok(state) => self.state = state,
            Err(error) => self.fail(error),
        }
    }
}

/// Whether the path names a directory, in which the file keeps its name.
fn is_directory(path: &[u8]) -> bool {
    path.is_empty() || path.ends_with(b"/")
}

/// Whether the server refuses to store at an offset, so that it may store from the beginning.
fn refuses_offset(error: &Error) -> bool {
    let code = error.code().map(Code::value);
    // ProFTPD says `451 Append/Restart not permitted, try again`.
    code == Some(451) || error.kind() == ErrorKind::Permanent && error.cause() != Cause::NoSpace
}

/// Whether this is a file, and no directory.
fn is_file(found: &Inspected) -> bool {
    match found {
        Inspected::Facts(entry) => matches!(entry.kind(), Kind::File | Kind::Link),
        Inspected::File { size, .. } => size.is_some(),
        Inspected::Refused(_) | Inspected::Unasked => false,
    }
}
