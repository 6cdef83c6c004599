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
//! Send: from the end of the partial file (APPE), or from the beginning (STOR)
//!   | APPE is refused: Send from the beginning
//!   | refused for the temporary name: DeleteStale, Send again; then Send under the final name
//!   v
//! SourceAgain: the local file is still the same
//!   v
//! LookSent: the file on the server has the right size --> after a resume it has not: Send
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
//!
//! Another attempt begins with `Source`, and goes on as a resume. If the reply to RNTO was lost,
//! and the partial file is gone:
//!
//! ```text
//! LookPartial ---> LookNamed: does the file with the final name have the right size?
//!                    | yes, and so has its hash if it is compared      | no
//!                    v                                                 v
//!                  SetTime, done                                      Send
//! ```
//!
//! | file | decides |
//! |---|---|
//! | `resume.rs` | whether the upload goes on after the partial file |
//! | `check.rs` | whether what was sent is right |
//! | `name.rs` | how the file gets its final name |
//! | `failure.rs` | what follows a step that has failed |
//! | `restart.rs` | what another attempt knows of the earlier ones |

mod check;
mod failure;
mod name;
mod restart;
mod resume;

use alloc::vec::Vec;
use core::mem;

use self::restart::Earlier;
use super::local::{LocalFact, LocalStep};
use super::options::{FileOptions, UploadTo, Verify};
use super::partial::{beside, block_of};
use super::report::{FileReport, Placed, Resumed};
use super::step::{FileFact, FilePlan, FileStep, ReadPart, SendFile};
use super::version::{Hashes, Version};
use crate::error::{Error, Misuse};
use crate::flows::check_sent::CheckSent;
use crate::flows::{Delete, HashOf, Inspect, Open, Rename, SetModified};
use crate::reply::{Algorithm, FileHash, Timestamp};
use crate::tree::Outcome;
use crate::wire::Reply;

/// Uploads a whole file. The adapters' `put_file` carries it out.
///
/// ```
/// use ftp_proto::files::{FileOptions, FilePlan, FileStep, LocalStep, PutFile};
///
/// let mut plan = PutFile::new("in/", &FileOptions::new())?.with_name(b"a.txt")?;
/// assert!(matches!(plan.next_step(), FileStep::Local(LocalStep::Source)));
/// # Ok::<(), ftp_proto::Error>(())
/// ```
#[derive(Debug)]
pub struct PutFile {
    target: Vec<u8>,
    partial: Vec<u8>,
    options: FileOptions,
    state: State,
    /// The local file before the transfer.
    source: Version,
    /// Where the upload begins in the file. After the beginning, it is an APPE.
    offset: u64,
    /// Whether a part of the file may be on the server.
    begun: bool,
    /// Whether the whole file is on the server as the partial file, while it is sent again under
    /// its final name.
    has_copy: bool,
    /// Whether an old partial file was deleted to make room for this one.
    is_cleared: bool,
    /// Whether the server has said the size of what was sent.
    is_size_checked: bool,
    /// Whether an earlier attempt has given the file its final name.
    is_named: bool,
    /// Whether a part under the final name stays for another attempt, because the upload was
    /// interrupted.
    leaves_part: bool,
    /// Whether a failed attempt keeps its part of the file for another attempt.
    may_restart: bool,
    /// Whether an earlier call may have left a part of the file.
    may_have_part: bool,
    /// Whether another transfer follows on the session. `None` if that is not known.
    followed: Option<bool>,
    earlier: Earlier,
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
    /// The partial file is gone, and the reply to an earlier RNTO was lost. Finds out whether the
    /// file has its final name.
    LookNamed,
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
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) for a path that cannot be sent.
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
            begun: false,
            has_copy: false,
            is_cleared: false,
            is_size_checked: false,
            is_named: false,
            leaves_part: false,
            may_restart: false,
            may_have_part: true,
            followed: None,
            earlier: Earlier::default(),
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
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) for a name that cannot be sent.
    pub fn with_name(mut self, name: &[u8]) -> Result<Self, Error> {
        if is_directory(&self.target) {
            self.target.extend_from_slice(name);
            Open::store(&self.target)?;
            self.partial = beside(&self.target);
        }
        Ok(self)
    }

    /// Lets a failed attempt keep its part of the file for [`FilePlan::restart`], also under
    /// [`Resume::Never`](super::Resume), for which it is deleted otherwise.
    #[must_use]
    pub fn for_retries(mut self) -> Self {
        self.may_restart = true;
        self
    }

    /// Tells that no earlier call has left a part of the file on the server. The first attempt then
    /// looks for none.
    #[must_use]
    pub(crate) fn without_part(mut self) -> Self {
        self.may_have_part = false;
        self
    }

    /// Tells whether another transfer follows on the same session. If so, the session may ask for
    /// the port of the next transfer while this one is under way
    /// ([`Pipelining::next_port`](crate::Pipelining::next_port)).
    #[must_use]
    pub fn followed_by_another(mut self, followed: bool) -> Self {
        self.set_followed(followed);
        self
    }

    /// Does the work of [`followed_by_another`](Self::followed_by_another).
    pub(crate) fn set_followed(&mut self, followed: bool) {
        self.followed = Some(followed);
    }

    /// Where the file is until it gets its name.
    fn place(&self) -> &[u8] {
        match self.placed {
            Placed::Renamed | Placed::RenamedAfterDelete if !self.is_named => &self.partial,
            _ => &self.target,
        }
    }

    fn step(&mut self) -> Result<FileStep, Error> {
        Ok(match &mut self.state {
            State::Source | State::SourceAgain => FileStep::Local(LocalStep::Source),
            State::LookPartial => FileStep::Run(Inspect::new(self.place())?.into()),
            State::LookSent => match self.time_to_set() {
                Some(time) => FileStep::Run(CheckSent::new(self.place(), time)?.into()),
                None => FileStep::Run(Inspect::new(self.place())?.without_time().into()),
            },
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
            State::LookNamed => FileStep::Run(Inspect::new(&self.target)?.into()),
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
        let options = self.options.transfer_at(0);
        // Never REST and STOR: some servers empty the file first, and zeros come before the offset.
        let open = match self.offset {
            0 => Open::store(self.place())?,
            _ => Open::append(self.place())?,
        };
        Ok(SendFile {
            open: open.with_options(&options).maybe_followed(self.followed),
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
                | State::LookNamed
                | State::Tail
                | State::ReadTail(_)
                | State::Ask(_)
                | State::Prove(_)),
                fact,
            ) => self.take_about_partial(state, fact),
            (State::Source, FileFact::Local(LocalFact::Source { length, modified })) => {
                if let Some(why) = self.take_source(Version::new(Some(length), modified)) {
                    self.start_over(why);
                }
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
            (
                state @ (State::SourceAgain
                | State::LookSent
                | State::AskSent(_)
                | State::Compare(_)),
                fact,
            ) => self.take_about_sent(state, fact),
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
            (State::CleanUp(error), _) => {
                self.earlier.may_be_named = false;
                Ok(State::Ended(Err(error)))
            }
            (State::DeleteCopy, _) => Ok(self.end()),
            _ => Err(Error::misuse(Misuse::StaleAnswer)),
        }
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

    fn restart(&mut self) {
        self.begin_again();
    }
}

/// Whether the path names a directory, in which the file keeps its name.
fn is_directory(path: &[u8]) -> bool {
    path.is_empty() || path.ends_with(b"/")
}
