//! The plan of a download into a file.
//!
//! ```text
//! Look: size and time of the remote file, unless a listing has told them
//!   v
//! Open the partial file -------------------------+
//!   | it has bytes, and they may be right        | it is empty
//!   v                                            |
//! Tail: read its last block                      |
//!   v                                            v
//! Ask: the server's hash, for a resume and with Verify
//!   v
//! Receive: from the last block on  <------------ Empty: from the beginning
//!   | confirmed           | the block differs, or REST is refused ^
//!   v                     +-----------------------------------------+
//! LookAgain, after a resume: the remote file is still the same      |
//!   v                                                               |
//! Compare the hashes ----------- they differ after a resume --------+
//!   v
//! Commit: the time, then the final name
//! ```
//!
//! If a listing or an earlier question has told the version, and the data or `LookAgain` shows another
//! one, `Outdated` and `Close` throw the partial file away, and `Look` follows.
//!
//! An error leads to `Leave`, which closes the partial file, and deletes it unless it may be
//! resumed. If its bytes are known to be wrong, `Spoiled` comes before `Leave`.

use alloc::format;
use alloc::vec::Vec;
use core::mem;

use super::local::{LocalFact, LocalStep};
use super::options::{FileOptions, KeepTime, Resume, Verify};
use super::partial::{block_of, tag};
use super::report::{Discarded, FileReport, Placed, Resumed};
use super::step::{FileFact, FilePlan, FileStep, ReceiveFile, is_refusal};
use super::version::{Hashes, Version};
use crate::counted::Counted;
use crate::error::{Cause, Error, ErrorKind, Misuse};
use crate::flows::{HashOf, Inspect, Open};
use crate::listing::{Entry, Modified};
use crate::local_name::{LocalName, UnsafeName};
use crate::options::Options;
use crate::reply::{Algorithm, FileHash, Timestamp};
use crate::session::transfer::Completion;
use crate::tree::{Inspected, Outcome};
use crate::wire::Reply;

/// Downloads a whole file. The adapters' `get_file` carries it out.
///
/// ```
/// use ftp_proto::Options;
/// use ftp_proto::files::{FileFact, FileOptions, FilePlan, FileStep, GetFile, LocalStep};
/// use ftp_proto::listing::Entry;
/// use ftp_proto::tree::{Inspected, Outcome};
///
/// let server = Options::new("ftp.example.org");
/// let mut plan = GetFile::new("pub/a.txt", &server, &FileOptions::new())?;
/// // First the plan asks the server about the file. Then it wants a partial file.
/// assert!(matches!(plan.next_step(), FileStep::Run(_)));
/// let entry = Entry::from_facts("type=file;size=5; a.txt").expect("an entry");
/// plan.finished(Ok(FileFact::Task(Outcome::Inspected(Inspected::Facts(entry)))));
/// assert!(matches!(plan.next_step(), FileStep::Local(LocalStep::Open { .. })));
/// # Ok::<(), ftp_proto::Error>(())
/// ```
#[derive(Debug)]
pub struct GetFile {
    path: Vec<u8>,
    name: Result<LocalName, UnsafeName>,
    server: Vec<u8>,
    options: FileOptions,
    state: State,
    /// The remote file before the transfer.
    version: Version,
    /// Whether a listing has told this version, or an earlier question. The file may have changed
    /// since.
    is_listed: bool,
    /// The length of the partial file. The transfer appends to it.
    position: u64,
    /// The algorithms that the server may still be asked for.
    hashes: Hashes,
    /// The server's hash of the file. `None` if it was not asked, or computes none.
    hash: Option<FileHash>,
    /// Whether a failed attempt keeps the partial file for another attempt.
    may_restart: bool,
    /// The tag of the partial file. `None` before the first look at the remote file.
    tag: Option<u64>,
    /// The tag of the partial file that this download has begun itself, in any attempt.
    begun: Option<u64>,
    /// Whether there may be partial files of the same target with other tags.
    has_leftovers: bool,
    /// Whether another transfer follows on the session. `None` if that is not known.
    followed: Option<bool>,
    resumed: Resumed,
    transferred: u64,
    reply: Option<Reply>,
}

#[derive(Debug)]
enum State {
    Look,
    Open,
    Tail,
    /// Asking for the server's hash. The field is the last block of the partial file, with which
    /// the data must begin.
    Ask(Vec<u8>, Algorithm),
    Empty,
    Receive(Vec<u8>),
    LookAgain,
    Compare(FileHash),
    Commit,
    /// Emptying the partial file, because the file has changed since its version was told.
    Outdated,
    /// Closing the empty partial file. After that, the server is asked.
    Close,
    /// Emptying the partial file, because its bytes are wrong. An empty one is never kept.
    Spoiled(Error),
    Leave(Error),
    Ended(Result<FileReport, Error>),
    Over,
}

impl GetFile {
    /// Makes the plan that downloads this path from the server of these options.
    ///
    /// # Errors
    /// [`InvalidArgument`](ErrorKind::InvalidArgument) for a path that cannot be sent.
    pub fn new(
        path: impl AsRef<[u8]>,
        server: &Options,
        options: &FileOptions,
    ) -> Result<Self, Error> {
        let path = path.as_ref();
        Open::retrieve(path)?;
        options.check()?;
        let name = crate::tree::file_name(path);
        Ok(Self {
            path: path.to_vec(),
            name: LocalName::new(name, &server.encoding),
            server: format!("{}:{}", server.host, server.port).into_bytes(),
            options: *options,
            state: State::Look,
            version: Version::default(),
            is_listed: false,
            position: 0,
            hashes: Hashes::new(),
            hash: None,
            may_restart: false,
            tag: None,
            begun: None,
            has_leftovers: true,
            followed: None,
            resumed: Resumed::No,
            transferred: 0,
            reply: None,
        })
    }

    /// Begins with what a listing has told about the file, which saves the question for its size and
    /// time. Only an entry with a size and an exact time counts, as MLSD gives it.
    ///
    /// If the transfer brings another number of bytes, the file has changed since. Then the server is
    /// asked, and the new file is downloaded.
    ///
    /// ```
    /// use ftp_proto::Options;
    /// use ftp_proto::files::{FileOptions, FilePlan, FileStep, GetFile, LocalStep};
    /// use ftp_proto::listing::Entry;
    ///
    /// let server = Options::new("ftp.example.org");
    /// let line = "type=file;size=5;modify=20260102030405; a.txt";
    /// let entry = Entry::from_facts(line).expect("an entry");
    /// let plan = GetFile::new("pub/a.txt", &server, &FileOptions::new())?;
    /// let mut plan = plan.with_entry(&entry);
    /// assert!(matches!(plan.next_step(), FileStep::Local(LocalStep::Open { .. })));
    /// # Ok::<(), ftp_proto::Error>(())
    /// ```
    #[must_use]
    pub fn with_entry(self, entry: &Entry<'_>) -> Self {
        let time = entry.modified().and_then(Modified::to_the_second);
        match entry.size().zip(time).filter(|_| entry.is_file()) {
            Some((size, time)) => self.with_listed(size, time),
            None => self,
        }
    }

    /// Does the work of [`with_entry`](Self::with_entry).
    pub(crate) fn with_listed(self, size: u64, time: Timestamp) -> Self {
        self.with_version(Version::new(Some(size), Some(time)))
    }

    /// Begins with what the server has said about the file a short time ago.
    pub(crate) fn with_inspected(self, inspected: &Inspected) -> Self {
        self.with_version(Version::of(inspected))
    }

    fn with_version(mut self, version: Version) -> Self {
        // Without a size that can be compared, a change would not show.
        if version.size().is_some() && self.options.compares_sizes() {
            self.state = self.looked(version);
            self.is_listed = true;
        }
        self
    }

    /// Lets a failed attempt keep the partial file for [`FilePlan::restart`], also under
    /// [`Resume::Never`], for which it is deleted otherwise.
    #[must_use]
    pub fn for_retries(mut self) -> Self {
        self.may_restart = true;
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

    /// Tells that no earlier call has left a partial file for the same target. The plan then looks
    /// for none, which would read the whole directory after each of its files.
    #[must_use]
    pub(crate) fn without_leftovers(mut self) -> Self {
        self.has_leftovers = false;
        self
    }

    fn step(&mut self) -> Result<FileStep, Error> {
        Ok(match &mut self.state {
            State::Look | State::LookAgain => FileStep::Run(Inspect::new(&self.path)?.into()),
            State::Open => FileStep::Local(LocalStep::Open {
                tag: self.tag.unwrap_or_default(),
                name: self.name.clone(),
                keep: self.keeps_part(),
            }),
            State::Tail => FileStep::Local(LocalStep::Tail {
                end: self.position,
                length: block_of(self.position),
            }),
            State::Ask(_, algorithm) => FileStep::Run(HashOf::new(&self.path, *algorithm)?.into()),
            State::Empty | State::Outdated | State::Spoiled(_) => FileStep::Local(LocalStep::Empty),
            State::Receive(head) => {
                let before = self.position.saturating_sub(head.len() as u64);
                let options = self.options.transfer_at(before);
                let open = Open::retrieve(&self.path)?.with_options(&options);
                FileStep::Receive(ReceiveFile {
                    open: open.maybe_followed(self.followed),
                    options,
                    head: mem::take(head),
                    position: self.position,
                    size: self
                        .version
                        .size()
                        .filter(|_| self.options.compares_sizes()),
                })
            }
            State::Compare(hash) => FileStep::Local(LocalStep::Hash {
                algorithm: hash.algorithm(),
                length: None,
            }),
            State::Commit => FileStep::Local(LocalStep::Commit {
                modified: self.time_to_keep(),
                sync: self.options.sync,
                tidy: self.has_leftovers,
            }),
            State::Close | State::Leave(_) => FileStep::Local(LocalStep::Leave),
            State::Ended(_) => match mem::replace(&mut self.state, State::Over) {
                State::Ended(result) => FileStep::Done(result),
                _ => FileStep::Done(Err(Error::misuse(Misuse::Finished))),
            },
            State::Over => FileStep::Done(Err(Error::misuse(Misuse::Finished))),
        })
    }

    fn take(&mut self, result: Result<FileFact, Error>) -> Result<State, Error> {
        let stale = || Error::misuse(Misuse::StaleAnswer);
        match (mem::replace(&mut self.state, State::Over), result) {
            (State::Leave(error), _) => Ok(State::Ended(Err(error))),
            (State::Spoiled(error), _) => Ok(State::Leave(error)),
            (State::Receive(_), Err(error)) if self.restarts() && refuses_restart(&error) => {
                Ok(self.start_over(Discarded::NoRestart))
            }
            (State::Ask(head, _), Err(error)) if is_refusal(&error) => self.ask_or_go_on(head),
            (_, Err(error)) => Err(error),
            (State::Look, Ok(FileFact::Task(Outcome::Inspected(inspected)))) => {
                Ok(self.looked(Version::of(&inspected)))
            }
            (State::Outdated, Ok(_)) => Ok(State::Close),
            (State::Close, Ok(_)) => {
                self.begin_again();
                Ok(State::Look)
            }
            (State::Open, Ok(FileFact::Local(LocalFact::Opened(length)))) => self.opened(length),
            (State::Tail, Ok(FileFact::Local(LocalFact::Bytes(head)))) => self.ask_or_go_on(head),
            (State::Ask(head, _), Ok(FileFact::Task(Outcome::Hash(hash)))) => match hash {
                Some(hash) => {
                    self.hash = Some(hash);
                    Ok(State::Receive(head))
                }
                None => self.ask_or_go_on(head),
            },
            (State::Empty, Ok(_)) => self.begin(),
            (State::Receive(_), Ok(FileFact::HeadDiffers)) => {
                Ok(self.start_over(Discarded::BlockDiffers))
            }
            (State::Receive(_), Ok(FileFact::Moved(completion))) => self.received(completion),
            // A refusal says nothing about the file. The partial file stays for the next call.
            (
                State::LookAgain,
                Ok(FileFact::Task(Outcome::Inspected(Inspected::Refused(error)))),
            ) if self.version != Version::default() => Err(error),
            (State::LookAgain, Ok(FileFact::Task(Outcome::Inspected(inspected)))) => {
                Ok(match Version::of(&inspected) == self.version {
                    true => self.compare_or_commit(),
                    false if self.is_listed => State::Outdated,
                    false => State::Spoiled(Version::changed()),
                })
            }
            (State::Compare(theirs), Ok(FileFact::Local(LocalFact::Hash(ours)))) => {
                self.compared(&theirs, &ours)
            }
            (State::Commit, Ok(FileFact::Local(LocalFact::Committed { length, modified }))) => {
                Ok(State::Ended(Ok(self.report(length, modified))))
            }
            _ => Err(stale()),
        }
    }

    /// Takes the version of the remote file.
    fn looked(&mut self, version: Version) -> State {
        let tag = tag(&self.server, &self.path, &version);
        self.version = version;
        // The remote file has changed, and an earlier attempt may have left its part.
        self.has_leftovers |= self.tag.is_some_and(|earlier| earlier != tag);
        self.tag = Some(tag);
        State::Open
    }

    /// Decides whether to use the partial file, which has this length.
    fn opened(&mut self, length: u64) -> Result<State, Error> {
        self.position = length;
        if length == 0 {
            return self.begin();
        }
        if !self.options.resumes() && self.begun != self.tag {
            // An earlier call has left it.
            self.position = 0;
            return Ok(State::Empty);
        }
        if self.version.size().is_some_and(|size| size < length) {
            return Ok(self.start_over(Discarded::TooLong));
        }
        self.resumed = Resumed::Unproven { offset: length };
        Ok(State::Tail)
    }

    /// Whether the partial file stays if this attempt fails.
    fn keeps_part(&self) -> bool {
        let may_restart = self.may_restart || self.begun.is_some();
        self.options.resumes() || may_restart && self.options.compares_sizes()
    }

    /// Whether the transfer begins in the middle of the file.
    fn restarts(&self) -> bool {
        self.position > block_of(self.position) as u64
    }

    /// Goes on with the beginning of the file.
    fn start_over(&mut self, why: Discarded) -> State {
        self.resumed = Resumed::Discarded(why);
        self.position = 0;
        State::Empty
    }

    /// Downloads from the beginning. Asks for the hash before, unless that was done already.
    fn begin(&mut self) -> Result<State, Error> {
        self.begun = self.tag;
        match self.hash.is_none() && self.wants_hash() {
            true => self.ask_or_go_on(Vec::new()),
            false => Ok(State::Receive(Vec::new())),
        }
    }

    /// Asks for the hash by the next algorithm. After the last one, goes on without a hash if the
    /// options allow it.
    fn ask_or_go_on(&mut self, head: Vec<u8>) -> Result<State, Error> {
        if let Some(algorithm) = self.hashes.next() {
            return Ok(State::Ask(head, algorithm));
        }
        if self.options.verify == Verify::Required {
            return Err(Hashes::unsupported());
        }
        if self.position > 0 && self.options.resume == Resume::IfProven {
            return Ok(self.start_over(Discarded::Unproven));
        }
        Ok(State::Receive(head))
    }

    fn wants_hash(&self) -> bool {
        self.options.is_exact() && (self.options.verify != Verify::No || self.position > 0)
    }

    fn received(&mut self, completion: Completion) -> Result<State, Error> {
        self.transferred = self.transferred.saturating_add(completion.bytes);
        let head = block_of(self.position) as u64;
        let total = self
            .position
            .saturating_sub(head)
            .saturating_add(completion.bytes);
        self.reply = Some(completion.reply);
        if let Some(size) = self
            .version
            .size()
            .filter(|_| self.options.compares_sizes())
        {
            if total != size && self.is_listed {
                return Ok(State::Outdated);
            }
            if total < size {
                let why = format!("SIZE said {}", Counted::bytes(size));
                return Err(Error::new(ErrorKind::Truncated)
                    .with_command("RETR")
                    .with_argument(self.path.as_slice())
                    .with_transferred(total)
                    .with_expected(size, why));
            }
            // After a resume, more bytes mean that the server has begun elsewhere.
            if total > size && self.position > 0 {
                return Ok(self.start_over(Discarded::NoRestart));
            }
        }
        Ok(match self.position {
            0 => self.compare_or_commit(),
            _ => State::LookAgain,
        })
    }

    fn compare_or_commit(&mut self) -> State {
        match self.hash.clone() {
            Some(hash) => State::Compare(hash),
            None => State::Commit,
        }
    }

    fn compared(&mut self, theirs: &FileHash, ours: &[u8]) -> Result<State, Error> {
        let is_same = theirs.as_bytes() == ours;
        match self.resumed {
            Resumed::Unproven { offset } if is_same => {
                self.resumed = Resumed::Proven { offset };
                Ok(State::Commit)
            }
            _ if is_same => Ok(State::Commit),
            Resumed::Unproven { .. } => Ok(self.start_over(Discarded::HashDiffers)),
            _ => Ok(State::Spoiled(Hashes::differ(theirs, ours))),
        }
    }

    fn time_to_keep(&self) -> Option<Timestamp> {
        let keep = self.options.keep_time == KeepTime::IfPossible;
        self.version.modified().filter(|_| keep)
    }

    fn report(&mut self, size: u64, modified: Option<Timestamp>) -> FileReport {
        FileReport {
            size,
            transferred: self.transferred,
            resumed: self.resumed,
            is_size_checked: self.options.compares_sizes() && self.version.size().is_some(),
            verified: self.hash.as_ref().map(FileHash::algorithm),
            modified,
            placed: Placed::Renamed,
            reply: self.reply.take(),
            remote: self.path.clone(),
            #[cfg(feature = "std")]
            local: Default::default(),
        }
    }

    /// Forgets what was known about the remote file.
    fn begin_again(&mut self) {
        (self.version, self.position) = (Version::default(), 0);
        (self.hashes, self.hash) = (Hashes::new(), None);
        (self.is_listed, self.resumed) = (false, Resumed::No);
    }

    fn fail(&mut self, error: Error) {
        self.state = State::Leave(error);
    }

    /// Counts the bytes of a transfer that has failed.
    fn count_moved(&mut self, result: &Result<FileFact, Error>) {
        let moved = match (&self.state, result) {
            (State::Receive(_), Err(error)) => error.transferred(),
            _ => None,
        };
        self.transferred = self.transferred.saturating_add(moved.unwrap_or(0));
    }
}

impl FilePlan for GetFile {
    fn next_step(&mut self) -> FileStep {
        loop {
            match self.step() {
                Ok(step) => return step,
                Err(error) => self.fail(error),
            }
        }
    }

    fn finished(&mut self, result: Result<FileFact, Error>) {
        self.count_moved(&result);
        match self.take(result) {
            Ok(state) => self.state = state,
            Err(error) => self.fail(error),
        }
    }

    /// The partial file on the disk holds all that the earlier attempts have got.
    fn restart(&mut self) {
        self.state = State::Look;
        self.begin_again();
    }
}

/// Whether the server refused to start in the middle of a file.
fn refuses_restart(error: &Error) -> bool {
    match error.command() {
        Some("REST") => is_refusal(error),
        // For example by 554, if the file ends before the offset.
        Some("RETR") => {
            error.kind() == ErrorKind::Permanent
                && matches!(error.cause(), Cause::Refused | Cause::Unsupported)
        }
        _ => false,
    }
}
