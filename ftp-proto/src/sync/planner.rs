//! Compares a local tree with a directory on the server.
//!
//! ```text
//! Walk: an entry on the server -+-> planned at once
//!   ^                           +-> Compare: two files, which may take questions to the server
//!   |                           +-> Follow: the listing of a link shows whether it is a directory
//!   +---------------------------+
//!   |
//!   v   no entry is left
//! Doubtful: what the server may hide, a file by Compare, a directory by Enter -> Ended
//! ```

use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::mem;

use super::action::{Change, Reason};
use super::compare::Verdict;
use super::comparison::{Comparison, Learnt, Way};
use super::draft::{Draft, Met, Next, empty_listing, is_trusted, joined};
use super::local_index::LocalIndex;
use super::local_tree::{LocalKind, LocalTree, is_below};
use super::options::SyncOptions;
use super::paths;
use super::plan::SyncPlan;
use crate::error::{Error, ErrorKind};
use crate::flows::visit::{self, Visit};
use crate::listing::{Kind, Line};
use crate::local_name::LocalName;
use crate::options::encoding::Encoding;
use crate::path::RemotePath;
use crate::session::transfer::Direction;
use crate::tree::{
    Existence, Finding, Limit, Links, Lookup, Outcome, Plan, Todo, Trouble, WalkEntry, WalkError,
    Walker, file_name, is_root_or_here,
};

/// Compares a local tree with a directory on the server, and all below it. [`Plan::Item`] is the
/// [`SyncPlan`], or the error with which the directory itself could not be read. The client's
/// methods `plan_download` and `plan_upload` carry this out.
///
/// What cannot be planned is a [failure](SyncPlan::failures), and the rest is planned: a name that
/// no local file can have, a directory that cannot be read, a name that a listing has twice, a loop
/// of links. Nothing is deleted in a directory whose source could not be read completely.
///
/// *Times.* A listing may tell only the minute or the day, in a zone that it does not name. Such a
/// time stands for all the times that it may mean. Before a file is transferred for its time, the
/// server is asked for the exact time by MLST or MDTM. Some files are asked about to learn the
/// zone. If the server does not tell it, a file is newer only if it is newer in every zone. So a
/// plan that was carried out has nothing left to do, as long as nothing changes. Times that differ
/// by one second are the same, since FAT stores times to two seconds.
///
/// An upload by [`Compare::SizeOrTime`] needs a server that lets the client set times. If the
/// server does not, and its clock is slow, a file that was changed shortly before its upload seems
/// newer than its copy, and the next upload sends it again.
///
/// *Hidden names.* Many servers leave names that begin with a dot out of LIST. If no listing has
/// shown such a name, an upload asks the server about each hidden file that seems to be missing,
/// and enters each hidden directory by CWD. If the server does not answer, each upload plans the
/// hidden files and the empty hidden directories again. A download deletes no hidden file.
///
/// *Partial files* of unfinished transfers are never a source. In the target they are deleted like
/// everything else that the source does not have, unless their file is transferred.
///
/// ```
/// use ftp_proto::listing::{Entry, Line};
/// use ftp_proto::sync::{LocalTree, PlanSync, SyncOptions};
/// use ftp_proto::tree::{Outcome, Plan, Todo};
/// use ftp_proto::Encoding;
///
/// let options = SyncOptions::new();
/// let local = LocalTree::new(&options);
/// let mut plan = PlanSync::download("pub", local, &Encoding::Utf8, &options)?;
/// let Todo::Read(_listing) = plan.next_step() else {
///     panic!("the plan reads `pub` first");
/// };
/// let line = Entry::from_facts("type=file;size=5; a.txt").expect("an entry");
/// plan.take_line(Line::Entry(line))?;
/// plan.finished(Ok(Outcome::Done));
/// let Todo::Yield(plan) = plan.next_step() else {
///     panic!("nothing else is to be read");
/// };
/// assert_eq!(plan?.to_string(), "create  a.txt  (missing)\n");
/// # Ok::<(), ftp_proto::Error>(())
/// ```
///
/// [`Compare::SizeOrTime`]: super::Compare::SizeOrTime
#[derive(Debug)]
pub struct PlanSync {
    remote_root: Vec<u8>,
    walker: Walker,
    draft: Draft,
    learnt: Learnt,
    state: State,
    /// Whether the listing that is read has a line.
    has_lines: bool,
    /// Whether any listing had a line of a known dialect.
    has_any_lines: bool,
    /// The error for a listing of the directory itself that has only lines of no known dialect.
    garbled: Option<Error>,
    /// Whether the question about the directory itself is whether it is a file. Its listing shows
    /// nothing but a file of the same name.
    may_be_file: bool,
    /// The files and directories that the server may have without showing them.
    doubtful: VecDeque<usize>,
    /// The positions of the actions that make the hidden directories around the last of these.
    hidden: Vec<usize>,
    /// Whether the walk has ended.
    is_walked: bool,
}

#[derive(Debug)]
enum State {
    Walk,
    Compare(Box<Comparison>),
    /// The walk reads what this link leads to.
    Follow(Box<Met>),
    /// The plan finds out whether the directory on the server exists. The error says why its
    /// listing was refused. `None` if it was empty.
    Root(Box<Lookup>, Option<Error>),
    Doubtful,
    /// The plan enters the hidden counterpart of this local directory, if there is one.
    Enter(usize, RemotePath),
    Ended,
    Failed(Error),
    Over,
}

impl PlanSync {
    /// Plans a download of a directory and all below it. `remote` is the directory on the server;
    /// empty for the current directory. `encoding` is that of the names on the server.
    ///
    /// # Errors
    /// [`InvalidArgument`](ErrorKind::InvalidArgument) for a path that cannot be sent.
    pub fn download(
        remote: impl AsRef<[u8]>,
        local: LocalTree,
        encoding: &Encoding,
        options: &SyncOptions,
    ) -> Result<Self, Error> {
        let is_missing = local.is_missing;
        let index = LocalIndex::of_target(local, options.letter_case);
        let mut draft = Draft::new(Direction::Download, index, encoding, options);
        if is_missing {
            draft.act_on(Change::MakeDirectory, Reason::Missing, b"", b"", None);
        }
        Self::new(remote.as_ref(), draft)
    }

    /// Plans an upload of a directory and all below it. `remote` is the directory on the server;
    /// empty for the current directory. If it does not exist, the plan makes it. Each local name
    /// that is UTF-8 is encoded by `encoding`, and other names are sent as they are.
    ///
    /// # Errors
    /// [`Local`](ErrorKind::Local) if the local directory does not exist.
    /// [`InvalidArgument`](ErrorKind::InvalidArgument) for a path that cannot be sent.
    pub fn upload(
        local: LocalTree,
        remote: impl AsRef<[u8]>,
        encoding: &Encoding,
        options: &SyncOptions,
    ) -> Result<Self, Error> {
        if local.is_missing {
            let why = "the local directory does not exist";
            return Err(Error::new(ErrorKind::Local).with_source(why));
        }
        let (index, refused) = LocalIndex::of_source(local, options.letter_case, encoding);
        let mut draft = Draft::new(Direction::Upload, index, encoding, options);
        for (path, error) in refused {
            draft.fail(&path, None, error);
        }
        Self::new(remote.as_ref(), draft)
    }

    fn new(remote: &[u8], draft: Draft) -> Result<Self, Error> {
        let directory = Some(remote).filter(|remote| !remote.is_empty());
        let walk = match draft.direction {
            Direction::Download => draft.options.walk,
            // Nothing is written through a link of the target.
            Direction::Upload => draft.options.walk.with_links(Links::Report),
        };
        Ok(Self {
            remote_root: remote.to_vec(),
            walker: Walker::new(directory, &walk)?.with_doubted_root(draft.deletes()),
            draft,
            learnt: Learnt::new(),
            state: State::Walk,
            has_lines: false,
            has_any_lines: false,
            garbled: None,
            may_be_file: false,
            doubtful: VecDeque::new(),
            hidden: Vec::new(),
            is_walked: false,
        })
    }

    /// Plans an entry of the walk.
    fn meet(&mut self, item: WalkEntry) {
        self.draft.leave_to(item.depth);
        self.draft.note_dialect(&item.entry);
        let next = match self.draft.direction {
            Direction::Download => self.draft.meet_source(item),
            Direction::Upload => self.draft.meet_target(item),
        };
        match next {
            Next::Entry => {}
            Next::After => self.walker.skip_directory(),
            Next::Compare(met) => self.compare(*met),
            Next::Follow(met) => self.state = State::Follow(met),
        }
        if self.draft.is_full() {
            self.end_full();
        }
    }

    /// Ends the walk because the plan has too many paths.
    fn end_full(&mut self) {
        let stopped = self.walker.stop(Error::new(ErrorKind::TooLarge));
        self.trouble(WalkError {
            depth: self.draft.open.len().saturating_sub(1),
            trouble: Trouble::Limit(Limit::Bytes),
            ..stopped
        });
    }

    fn compare(&mut self, met: Met) {
        let entry = met
            .at
            .and_then(|at| Some((at, self.draft.local.entry(at)?)));
        if let Some((at, local)) = entry {
            self.state = State::Compare(Box::new(Comparison::new(met, at, local)));
        }
    }

    /// Asks for the listing of a link.
    fn follow(&mut self, met: Box<Met>) -> Option<Ask> {
        match self.walker.next_step() {
            Todo::Read(flow) => {
                self.state = State::Follow(met);
                return Some(Todo::Read(flow));
            }
            Todo::Yield(Err(error)) => {
                self.draft.leave_alone(&met);
                self.trouble(error);
            }
            _ => {}
        }
        None
    }

    /// Takes the result of the listing of a link.
    fn followed(&mut self, met: Met, is_directory: bool) {
        self.state = State::Walk;
        match self.draft.meet_linked(met, is_directory) {
            Next::After if is_directory => self.walker.leave_directory(),
            Next::Compare(met) => self.compare(*met),
            _ => {}
        }
    }

    /// Goes on with a comparison. Returns the question that it has.
    fn compared(&mut self, mut comparison: Box<Comparison>, way: Option<Way>) -> Option<Ask> {
        let draft = &mut self.draft;
        let way = way.unwrap_or_else(|| {
            let root = draft.local.root_path();
            comparison.way(draft.direction, &draft.options, &self.learnt, root)
        });
        let at = comparison.at;
        let (verdict, met) = match way {
            Way::Run(task) => {
                self.state = State::Compare(comparison);
                return Some(Todo::Run(task));
            }
            Way::HashLocal(file) => {
                self.state = State::Compare(comparison);
                return Some(Todo::HashLocal(file));
            }
            Way::Done(verdict) => (verdict, comparison.met),
            Way::Absent => {
                let kind = draft.local.kind(at);
                draft.upload_new(at, kind);
                return None;
            }
            Way::Failed(error) => {
                draft.fail(&comparison.met.local, Some(Change::Update), error);
                return None;
            }
        };
        let size = match draft.direction {
            Direction::Download => met.size,
            Direction::Upload => draft.local.entry(at).map(|entry| entry.size()),
        };
        let (change, reason, size) = match verdict {
            Verdict::Transfer(reason) => (Change::Update, reason, size),
            Verdict::Stay(reason) => (Change::Skip, reason, None),
            Verdict::Ask | Verdict::Hash => (Change::Skip, Reason::Same, None),
        };
        draft.act_on(change, reason, &met.local, &met.remote, size);
        draft.note_time(&met);
        if self.is_walked {
            self.show_hidden(at);
        }
        None
    }

    /// Notes what went wrong in one directory of the walk.
    fn trouble(&mut self, error: WalkError) {
        let depth = error.depth;
        self.draft.leave_to(depth.saturating_add(1));
        let is_upload = self.draft.direction == Direction::Upload;
        let path = match self.draft.open.get(depth) {
            Some(open) => open.local.clone(),
            // What a link leads to could not be read.
            None => {
                let above = &self.draft.above(depth).local;
                joined(above, file_name(error.path.as_bytes()))
            }
        };
        match &error.trouble {
            Trouble::Unread(cause) if depth == 0 => {
                self.state = self.root_unread(cause.clone());
                return;
            }
            Trouble::UnsafeName(entry) if !is_upload => {
                if let Err(why) = LocalName::new(entry.name(), &self.draft.encoding) {
                    let depth = depth.saturating_add(1);
                    return self.draft.refuse_name(entry, depth, why);
                }
                self.draft.is_unread(depth);
            }
            Trouble::UnsafeName(_) => self.draft.keep_above(depth.saturating_add(1)),
            Trouble::Limit(Limit::Entries | Limit::Directories | Limit::Bytes) => {
                for depth in 0..=depth {
                    self.draft.is_unread(depth);
                }
            }
            _ => self.draft.is_unread(depth),
        }
        match error.trouble {
            Trouble::Unparsed { .. } if depth == 0 && !self.has_any_lines => {
                self.garbled = Some(error.into());
            }
            _ => self.draft.fail(&path, None, error.into()),
        }
    }

    /// Decides what follows after the listing of the directory itself was refused. An upload makes
    /// a directory that is missing.
    fn root_unread(&self, error: Error) -> State {
        let is_refused = error.reply().is_some_and(|reply| reply.is_refusal());
        let is_download = self.draft.direction == Direction::Download;
        if is_download || !is_refused || is_root_or_here(&self.remote_root) {
            return State::Failed(error);
        }
        match Lookup::existence(&self.remote_root) {
            Ok(lookup) => State::Root(Box::new(lookup), Some(error)),
            Err(error) => State::Failed(error),
        }
    }

    /// Decides what follows after the listing of the directory itself was read.
    fn root_listed(&mut self) -> State {
        self.may_be_file = self.walker.may_be_in_file();
        match self.may_be_file {
            true => match Lookup::metadata(&self.remote_root) {
                Ok(lookup) => State::Root(Box::new(lookup), None),
                Err(error) => State::Failed(error),
            },
            false => State::Walk,
        }
    }

    /// Takes what the server says about a directory whose listing may be that of a file.
    fn root_found(&mut self, finding: Finding) -> State {
        match finding.into_metadata().map(|metadata| metadata.kind) {
            Ok(Kind::Directory) => {}
            Ok(Kind::File) => {
                return State::Failed(
                    Error::new(ErrorKind::Permanent)
                        .with_subject("reading the directory on the server")
                        .with_source("it is a file"),
                );
            }
            _ => {
                self.draft.is_unread(0);
                let why = "it may be a file, since its listing shows only a file of the same name";
                let error = Error::new(ErrorKind::Unconfirmed).with_source(why);
                self.draft.fail(b"", None, error);
            }
        }
        State::Walk
    }

    /// Ends the walk. An empty listing of the directory itself may mean that it does not exist. So
    /// may a line of no known dialect: GNU inetutils sends the error of `ls` as such a line.
    fn walked(&mut self) {
        self.draft.leave_to(1);
        let is_doubtful = !self.has_any_lines && !is_root_or_here(&self.remote_root);
        self.state = match is_doubtful.then(|| Lookup::existence(&self.remote_root)) {
            Some(Ok(lookup)) => State::Root(Box::new(lookup), None),
            Some(Err(error)) => State::Failed(error),
            None => self.fail_garbled_or_rest(),
        };
    }

    /// Notes that the listing of the directory itself has no line of a known dialect, if so, and
    /// plans the rest.
    fn fail_garbled_or_rest(&mut self) -> State {
        if let Some(error) = self.garbled.take() {
            self.draft.fail(b"", None, error);
        }
        self.rest()
    }

    /// Takes what the server says about the directory itself.
    fn looked_up(&mut self, finding: Finding, refusal: Option<Error>) -> State {
        if mem::take(&mut self.may_be_file) {
            return self.root_found(finding);
        }
        let is_upload = self.draft.direction == Direction::Upload;
        let existence = finding.existence();
        let metadata = finding.into_metadata().ok();
        let entry = metadata
            .as_ref()
            .and_then(|metadata| metadata.entry.as_ref());
        let is_trusted = entry.is_none_or(is_trusted);
        match (existence, refusal) {
            (Existence::Absent, _) if is_upload => {
                self.draft
                    .act_on(Change::MakeDirectory, Reason::Missing, b"", b"", None);
                // Nothing can be hidden there.
                self.draft.shows_hidden = true;
                self.draft.local.root().is_unread = false;
                self.rest()
            }
            (_, Some(error)) => State::Failed(error),
            (Existence::Absent | Existence::Forbidden, None) => State::Failed(
                Error::new(ErrorKind::Permanent)
                    .with_subject("reading the directory on the server")
                    .with_source("it does not exist, or may not be read"),
            ),
            (_, None) if self.garbled.is_some() => self.fail_garbled_or_rest(),
            (Existence::Exists, None) if is_upload || is_trusted => self.rest(),
            (Existence::Unknown, None) if is_upload => {
                // If the directory exists, making it does no harm.
                self.draft
                    .act_on(Change::MakeDirectory, Reason::Missing, b"", b"", None);
                self.rest()
            }
            (Existence::Exists | Existence::Unknown, None) => {
                self.draft.is_unread(0);
                self.draft.fail(b"", None, empty_listing());
                self.rest()
            }
        }
    }

    /// Plans what only the local tree has.
    fn rest(&mut self) -> State {
        self.is_walked = true;
        if !self.has_any_lines && is_root_or_here(&self.remote_root) {
            self.draft.note_empty_root();
        }
        match self.draft.direction {
            Direction::Download => self.draft.delete_local_extras(),
            Direction::Upload => self.doubtful = self.draft.upload_missing().into(),
        }
        State::Doubtful
    }

    /// Takes the next file or directory that the server may have without showing it.
    fn doubt(&mut self) -> State {
        let Some(at) = self.doubtful.pop_front() else {
            return State::Ended;
        };
        let draft = &mut self.draft;
        let kind = draft.local.kind(at);
        let path = paths::join(&self.remote_root, draft.local.remote(at));
        match (RemotePath::new(path), draft.local.entry(at)) {
            (Ok(path), Some(entry)) if matches!(kind, LocalKind::File | LocalKind::LinkToFile) => {
                let met = Met::unseen(&draft.local, at, path);
                State::Compare(Box::new(Comparison::doubtful(met, at, entry)))
            }
            (Ok(path), _) if matches!(kind, LocalKind::Directory | LocalKind::LinkToDirectory) => {
                State::Enter(at, path)
            }
            _ => {
                draft.upload_new(at, kind);
                State::Doubtful
            }
        }
    }

    /// Asks whether the hidden counterpart of a local directory exists.
    fn ask_hidden(&mut self, at: usize, path: RemotePath) -> Option<Ask> {
        match Visit::new(&path) {
            Ok(flow) => {
                self.state = State::Enter(at, path);
                Some(Todo::Run(flow.into()))
            }
            Err(error) => {
                self.state = State::Doubtful;
                self.entered(at, Err(error));
                None
            }
        }
    }

    /// Takes the answer to the question whether a hidden directory exists.
    fn entered(&mut self, at: usize, result: Result<Outcome, Error>) {
        let kind = self.draft.local.kind(at);
        match result {
            Ok(_) => {
                self.draft.act_at(Change::Skip, Reason::Same, at);
                self.show_hidden(at);
            }
            Err(error) if visit::is_kept_out(&error) => {
                self.draft.upload_new(at, kind);
                let end = self.draft.local.below(at).end;
                let is_below = |below: &&usize| **below < end;
                while let Some(below) = self.doubtful.front().filter(is_below).copied() {
                    self.doubtful.pop_front();
                    let kind = self.draft.local.kind(below);
                    self.draft.upload_new(below, kind);
                }
            }
            // The files in it may tell.
            Err(_) => {
                self.leave_hidden(at);
                self.hidden.push(self.draft.actions.len());
                self.draft.upload_new(at, kind);
            }
        }
    }

    /// Leaves the hidden directories that do not hold this local entry.
    fn leave_hidden(&mut self, at: usize) {
        let path = self.draft.local.path(at);
        let actions = &self.draft.actions;
        let holds = |action: &usize| {
            let action = actions.get(*action);
            action.is_some_and(|action| is_below(path, &action.local))
        };
        while self.hidden.last().is_some_and(|last| !holds(last)) {
            self.hidden.pop();
        }
    }

    /// Notes that the hidden directories around this local entry exist, since its counterpart does.
    fn show_hidden(&mut self, at: usize) {
        self.leave_hidden(at);
        for at in mem::take(&mut self.hidden) {
            if let Some(action) = self.draft.actions.get_mut(at) {
                (action.change, action.reason) = (Change::Skip, Reason::Same);
            }
        }
    }

    /// What follows after a comparison.
    fn after_comparison(&self) -> State {
        match self.is_walked {
            true => State::Doubtful,
            false => State::Walk,
        }
    }
}

/// A question of a comparison.
type Ask = Todo<Result<SyncPlan, Error>>;

impl Plan for PlanSync {
    type Item = Result<SyncPlan, Error>;

    fn next_step(&mut self) -> Todo<Self::Item> {
        self.has_lines = false;
        loop {
            match mem::replace(&mut self.state, State::Walk) {
                State::Walk => match self.walker.next_step() {
                    Todo::Read(flow) => return Todo::Read(flow),
                    Todo::Run(task) => return Todo::Run(task),
                    Todo::HashLocal(file) => return Todo::HashLocal(file),
                    Todo::Yield(Ok(item)) => self.meet(item),
                    Todo::Yield(Err(error)) => self.trouble(error),
                    Todo::Done => self.walked(),
                },
                State::Follow(met) => {
                    if let Some(ask) = self.follow(met) {
                        return ask;
                    }
                }
                State::Compare(comparison) => {
                    self.state = self.after_comparison();
                    if let Some(ask) = self.compared(comparison, None) {
                        return ask;
                    }
                }
                State::Root(mut lookup, refusal) => match lookup.next_step() {
                    Todo::Yield(Ok(finding)) => self.state = self.looked_up(finding, refusal),
                    Todo::Yield(Err(error)) => self.state = State::Failed(error),
                    Todo::Done => self.state = State::Over,
                    Todo::Read(flow) => {
                        self.state = State::Root(lookup, refusal);
                        return Todo::Read(flow);
                    }
                    Todo::Run(task) => {
                        self.state = State::Root(lookup, refusal);
                        return Todo::Run(task);
                    }
                    Todo::HashLocal(file) => return Todo::HashLocal(file),
                },
                State::Doubtful => self.state = self.doubt(),
                State::Enter(at, path) => {
                    if let Some(ask) = self.ask_hidden(at, path) {
                        return ask;
                    }
                }
                State::Failed(error) => {
                    self.state = State::Over;
                    return Todo::Yield(Err(error));
                }
                State::Ended => {
                    self.state = State::Over;
                    let root = mem::take(&mut self.remote_root);
                    return Todo::Yield(Ok(self.draft.finish(root)));
                }
                State::Over => {
                    self.state = State::Over;
                    return Todo::Done;
                }
            }
        }
    }

    fn take_line(&mut self, line: Line<'_>) -> Result<(), Error> {
        if let State::Root(lookup, _) = &mut self.state {
            return lookup.take_line(line);
        }
        self.has_lines = true;
        self.has_any_lines |= !matches!(line, Line::Unparsed(_) | Line::Cut(_));
        self.walker.take_line(line)
    }

    fn finished(&mut self, result: Result<Outcome, Error>) {
        match mem::replace(&mut self.state, State::Walk) {
            State::Walk => {
                let is_empty = result.is_ok() && !self.has_lines;
                let is_root = self.walker.levels() == 0;
                self.walker.finished(result);
                if self.walker.lists_again() {
                    // Another directory may have been listed. The second listing decides.
                    self.has_any_lines &= !is_root;
                    return;
                }
                if is_empty && self.draft.direction == Direction::Download {
                    self.draft.note_empty();
                }
                if is_root {
                    self.state = self.root_listed();
                }
            }
            State::Follow(met) => {
                let levels = self.walker.levels();
                let is_empty = result.is_ok() && !self.has_lines;
                self.walker.finished(result);
                if self.walker.lists_again() {
                    self.state = State::Follow(met);
                    return;
                }
                let is_directory = self.walker.levels() > levels;
                match self.walker.has_trouble() && !is_directory {
                    // It is unknown what the link leads to. The walk says why.
                    true => drop(self.draft.leave_alone(&met)),
                    false => self.followed(*met, is_directory),
                }
                if is_directory && is_empty {
                    self.draft.note_empty();
                }
            }
            State::Compare(mut comparison) => {
                let way = comparison.answered(&mut self.learnt, result);
                match way {
                    None => self.state = State::Compare(comparison),
                    Some(way) => {
                        self.state = self.after_comparison();
                        self.compared(comparison, Some(way));
                    }
                }
            }
            State::Root(mut lookup, refusal) => {
                lookup.finished(result);
                self.state = State::Root(lookup, refusal);
            }
            State::Enter(at, _) => {
                self.state = State::Doubtful;
                self.entered(at, result);
            }
            state => self.state = state,
        }
    }
}
