//! A plan that is not complete yet, and the place in the tree where the walk on the server is.

use alloc::boxed::Box;
use alloc::collections::BTreeSet;
use alloc::vec::Vec;
use core::mem;

use super::action::{Action, Change, Reason};
use super::letter_case;
use super::local_index::LocalIndex;
use super::local_tree::by_path;
use super::options::{Extra, LetterCase, SyncOptions};
use super::partial;
use super::plan::{Places, SyncPlan};
use super::report::SyncFailure;
use crate::error::{Error, ErrorKind};
use crate::listing::{Dialect, Entry, Kind, Modified};
use crate::options::encoding::Encoding;
use crate::path::RemotePath;
use crate::session::transfer::Direction;
use crate::tree::{Note, WalkEntry, file_name};

/// A plan that is not complete yet.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) direction: Direction,
    pub(super) options: SyncOptions,
    pub(super) encoding: Encoding,
    pub(super) local: LocalIndex,
    /// The directories that the walk is in, the root first.
    pub(super) open: Vec<Open>,
    pub(super) actions: Vec<Action>,
    /// How many bytes the paths of the actions have.
    bytes: usize,
    failures: Vec<SyncFailure>,
    failure_count: u64,
    /// The paths on the server of files of which an earlier upload has left a part.
    remote_parts: BTreeSet<Vec<u8>>,
    /// Whether the listings show names that begin with a dot. Many servers leave them out of LIST.
    pub(super) shows_hidden: bool,
}

/// A directory that the walk is in.
#[derive(Debug, Default)]
pub(super) struct Open {
    /// Its local path, and its path on the server, both relative to the root.
    pub(super) local: Vec<u8>,
    pub(super) remote: Vec<u8>,
    /// Its counterpart in the local tree. `None` if there is none, and for the root.
    pub(super) at: Option<usize>,
    /// Whether the local directory could not be read completely. A download then adds nothing here,
    /// since it is unknown what is there. An upload deletes nothing here.
    pub(super) is_closed: bool,
    /// What is to be removed. `None` if the directory stays.
    pub(super) removal: Option<Removal>,
    /// Whether the directory holds something that must stay.
    pub(super) is_kept: bool,
    /// Whether an empty listing proves that the directory is empty.
    pub(super) is_trusted: bool,
    /// The names so far, without the case of letters. Empty if the case matters.
    names: BTreeSet<Box<[u8]>>,
}

/// The removal of a directory on the server, and of all that is in it.
#[derive(Debug)]
pub(super) struct Removal {
    /// How many actions there were before it.
    pub(super) mark: usize,
    pub(super) reason: Reason,
    /// The local file that takes the place of the directory.
    pub(super) replaced_by: Option<usize>,
}

/// An entry on the server.
#[derive(Clone, Debug)]
pub(super) struct Met {
    /// Its local path, and its path on the server, both relative to the root.
    pub(super) local: Vec<u8>,
    pub(super) remote: Vec<u8>,
    /// The path with which a command names it.
    pub(super) path: RemotePath,
    /// How many names its relative path has.
    pub(super) depth: usize,
    pub(super) kind: Kind,
    pub(super) size: Option<u64>,
    pub(super) modified: Option<Modified>,
    pub(super) note: Option<Note>,
    /// Its counterpart in the local tree.
    pub(super) at: Option<usize>,
    /// Whether an empty listing of it proves that it is empty.
    is_trusted: bool,
}

/// How the plan goes on after an entry.
#[derive(Debug)]
pub(super) enum Next {
    /// With the next entry, which is in this one if it is a directory.
    Entry,
    /// With the next entry that is not in this one.
    After,
    /// With the comparison of two files.
    Compare(Box<Met>),
    /// With the listing of a link, which shows whether it leads to a directory.
    Follow(Box<Met>),
}

/// How many failures a plan keeps.
const MOST_FAILURES: usize = 10_000;

impl Met {
    /// Makes an entry that no listing has shown, for a local file.
    pub(super) fn unseen(local: &LocalIndex, at: usize, path: RemotePath) -> Self {
        Self {
            local: local.path(at).to_vec(),
            remote: local.remote(at).to_vec(),
            path,
            depth: 0,
            kind: Kind::File,
            size: None,
            modified: None,
            note: None,
            at: Some(at),
            is_trusted: true,
        }
    }
}

impl Draft {
    pub(super) fn new(
        direction: Direction,
        local: LocalIndex,
        encoding: &Encoding,
        options: &SyncOptions,
    ) -> Self {
        let mut draft = Self {
            direction,
            options: options.clone(),
            encoding: encoding.clone(),
            local,
            open: alloc::vec![Open::default()],
            actions: Vec::new(),
            bytes: 0,
            failures: Vec::new(),
            failure_count: 0,
            remote_parts: BTreeSet::new(),
            shows_hidden: false,
        };
        for (path, error) in draft.local.take_failures() {
            draft.fail(&path, None, error);
        }
        let is_incomplete = draft.local.marks(None).is_incomplete;
        if let Some(root) = draft.open.first_mut() {
            root.is_closed = is_incomplete;
        }
        draft
    }

    /// Reads an entry of the walk. `local` is its local name.
    pub(super) fn met(&mut self, item: WalkEntry, local: &[u8]) -> Met {
        let entry = &item.entry;
        let above = self.above(item.depth);
        let local = joined(&above.local, local);
        let remote = joined(&above.remote, entry.name());
        let at = self.local.find_next(match self.direction {
            Direction::Download => &local,
            Direction::Upload => &remote,
        });
        Met {
            local: at.map_or(local, |at| self.local.path(at).to_vec()),
            remote,
            depth: item.depth,
            kind: entry.kind(),
            size: entry.size(),
            modified: entry.modified(),
            note: item.note,
            at,
            // A link may lead to nothing.
            is_trusted: is_trusted(entry) && entry.kind() != Kind::Link,
            path: item.path,
        }
    }

    /// Returns the directory that holds an entry of this depth.
    pub(super) fn above(&self, depth: usize) -> &Open {
        let at = depth.saturating_sub(1);
        let open = self.open.get(at).or(self.open.last());
        open.unwrap_or(&NOWHERE)
    }

    /// Goes into a directory.
    pub(super) fn enter(&mut self, met: &Met, is_closed: bool, removal: Option<Removal>) -> Next {
        self.open.push(Open {
            local: met.local.clone(),
            remote: met.remote.clone(),
            at: met.at,
            is_closed,
            removal,
            is_kept: false,
            is_trusted: met.is_trusted,
            names: BTreeSet::new(),
        });
        Next::Entry
    }

    /// Notes that the directory that holds an entry of this depth, and all above it, must stay.
    pub(super) fn keep_above(&mut self, depth: usize) {
        for open in self.open.iter_mut().take(depth) {
            open.is_kept = true;
        }
    }

    /// Notes the name of an entry. Returns `false` if the target takes it for the same name as an
    /// earlier one in the same directory.
    pub(super) fn is_new_name(&mut self, met: &Met) -> bool {
        if self.options.letter_case == LetterCase::Matters {
            return true;
        }
        let key = self.local.key(file_name(&met.local)).into_owned();
        let at = met.depth.saturating_sub(1);
        match self.open.get_mut(at) {
            Some(open) => open.names.insert(key.into()),
            None => true,
        }
    }

    /// Does not plan this entry, nor what is in its counterpart.
    pub(super) fn give_up(&mut self, met: &Met, change: Option<Change>, error: Error) -> Next {
        self.fail(&met.local, change, error);
        self.leave_alone(met)
    }

    /// Leaves the counterpart of this entry as it is, and all that is in it.
    pub(super) fn leave_alone(&mut self, met: &Met) -> Next {
        if let Some(at) = met.at {
            self.local.close(at);
        }
        Next::After
    }

    pub(super) fn skip(&mut self, met: &Met, reason: Reason) -> Next {
        self.act(Change::Skip, reason, met);
        self.leave_alone(met)
    }

    /// Notes that the directory of this depth could not be read completely on the server.
    pub(super) fn is_unread(&mut self, depth: usize) {
        let at = match self.open.get(depth) {
            Some(open) if depth > 0 => open.at,
            _ => None,
        };
        match at {
            Some(at) => self.local.mark(at).is_unread = true,
            None if depth == 0 => self.local.root().is_unread = true,
            None => {}
        }
        self.keep_above(depth.saturating_add(1));
    }

    /// Notes whether this listing shows names that begin with a dot.
    pub(super) fn note_dialect(&mut self, entry: &Entry<'_>) {
        self.shows_hidden |= entry.name().starts_with(b".")
            || matches!(
                entry.dialect(),
                Dialect::Mlsx | Dialect::Eplf | Dialect::Dos
            );
    }

    pub(super) fn deletes(&self) -> bool {
        self.options.extra == Extra::Delete
    }

    pub(super) fn act(&mut self, change: Change, reason: Reason, met: &Met) {
        let size = met.size.filter(|_| is_transfer(change));
        self.act_on(change, reason, &met.local, &met.remote, size);
        self.note_time(met);
    }

    /// Notes the time of the file that the last action downloads, if the listing has told it exactly.
    /// The download then need not ask for it.
    pub(super) fn note_time(&mut self, met: &Met) {
        let is_download = self.direction == Direction::Download;
        let Some(action) = self.actions.last_mut().filter(|_| is_download) else {
            return;
        };
        if is_transfer(action.change) && action.size.is_some() {
            action.listed = met.modified.and_then(Modified::to_the_second);
        }
    }

    /// Adds an action for an entry of the local tree.
    pub(super) fn act_at(&mut self, change: Change, reason: Reason, at: usize) {
        let size = self.local.entry(at).map(|entry| entry.size());
        let size = size.filter(|_| is_transfer(change) && self.direction == Direction::Upload);
        let local: Box<[u8]> = self.local.path(at).into();
        let remote = self.local.remote(at);
        let remote = (*remote != *local).then(|| remote.into());
        self.push(Action {
            change,
            reason,
            local,
            remote,
            size,
            listed: None,
            has_no_part: false,
        });
    }

    pub(super) fn act_on(
        &mut self,
        change: Change,
        reason: Reason,
        local: &[u8],
        remote: &[u8],
        size: Option<u64>,
    ) {
        self.push(Action {
            change,
            reason,
            local: local.into(),
            remote: (local != remote).then(|| remote.into()),
            size,
            listed: None,
            has_no_part: false,
        });
    }

    fn push(&mut self, action: Action) {
        self.bytes = self.bytes.saturating_add(path_bytes(&action));
        self.actions.push(action);
    }

    /// Drops the actions from this position on.
    pub(super) fn drop_from(&mut self, mark: usize) {
        let dropped = self.actions.drain(mark.min(self.actions.len())..);
        let bytes = dropped.fold(0_usize, |sum, action| {
            sum.saturating_add(path_bytes(&action))
        });
        self.bytes = self.bytes.saturating_sub(bytes);
    }

    /// Whether the paths of the actions take more memory than the walk may.
    pub(super) fn is_full(&self) -> bool {
        self.bytes > self.options.walk.bytes
    }

    /// Notes that something could not be planned.
    pub(super) fn fail(&mut self, path: &[u8], change: Option<Change>, error: Error) {
        self.failure_count = self.failure_count.saturating_add(1);
        if self.failures.len() < MOST_FAILURES {
            self.failures.push(SyncFailure {
                path: path.into(),
                change,
                error,
            });
        }
    }

    /// Puts the actions in order and makes the plan.
    pub(super) fn finish(&mut self, remote_root: Vec<u8>) -> SyncPlan {
        let rank = |change: Change| match change {
            Change::Delete | Change::RemoveDirectory => 0,
            _ => 1,
        };
        self.actions.sort_unstable_by(|one, two| {
            by_path(&one.local, &two.local).then(rank(one.change).cmp(&rank(two.change)))
        });
        self.keep_needed_partial_files();
        self.note_missing_parts();
        if self.options.letter_case == LetterCase::Matters {
            for kept in letter_case::keep_same(&mut self.actions) {
                self.fail(
                    &kept.local,
                    Some(kept.change),
                    letter_case::same_in_target(),
                );
            }
        }
        self.actions.shrink_to_fit();
        SyncPlan {
            direction: self.direction,
            local_root: self.local.root_path().to_vec(),
            places: Places::InRoots,
            remote_root,
            options: self.options.clone(),
            actions: mem::take(&mut self.actions),
            failures: mem::take(&mut self.failures),
            failure_count: self.failure_count,
            leftovers: self.local.take_leftovers(),
            targets: BTreeSet::new(),
        }
    }

    /// Notes that a file on the server is a part of this one.
    pub(super) fn note_part(&mut self, met: &Met) {
        if let Some(path) = partial::final_path(&met.remote) {
            self.remote_parts.insert(path);
        }
    }

    /// Notes which files surely have no part on the server: those in directories that are made, and
    /// the others if the listings show all names. An upload need not look for a part then.
    fn note_missing_parts(&mut self) {
        if self.direction == Direction::Download {
            return;
        }
        let made = self.actions.iter();
        let made = made.filter(|action| action.change == Change::MakeDirectory);
        let made: BTreeSet<Vec<u8>> = made.map(|action| action.remote().to_vec()).collect();
        let shows_all = self.shows_hidden && self.failure_count == 0;
        for action in &mut self.actions {
            let path = action.remote();
            let is_new = made.contains(super::local_tree::parent(path));
            let is_shown = shows_all && !self.remote_parts.contains(path);
            action.has_no_part = is_transfer(action.change) && (is_new || is_shown);
        }
    }

    /// Drops the deletion of the partial file of each file that is transferred, because the
    /// transfer goes on with it, or deletes it.
    fn keep_needed_partial_files(&mut self) {
        let actions = &self.actions;
        let is_needed = |action: &Action| {
            let Some(name) = partial::final_name(file_name(&action.local)) else {
                return false;
            };
            let path = joined(super::local_tree::parent(&action.local), name);
            let found = actions.partition_point(|other| by_path(&other.local, &path).is_lt());
            let same = actions.iter().skip(found);
            let mut same = same.take_while(|other| *other.local == *path);
            action.change == Change::Delete && same.any(|other| is_transfer(other.change))
        };
        let needed: Vec<usize> = (0..)
            .zip(actions)
            .filter(|(_, action)| is_needed(action))
            .map(|(at, _)| at)
            .collect();
        let mut needed = needed.into_iter().peekable();
        let mut at = 0_usize;
        self.actions.retain(|_| {
            let is_dropped = needed.next_if_eq(&at).is_some();
            at = at.saturating_add(1);
            !is_dropped
        });
    }
}

/// Stands for the directory above the root, which the walk never asks for.
static NOWHERE: Open = Open {
    local: Vec::new(),
    remote: Vec::new(),
    at: None,
    is_closed: true,
    removal: None,
    is_kept: true,
    is_trusted: false,
    names: BTreeSet::new(),
};

/// How many bytes the paths of this action have.
fn path_bytes(action: &Action) -> usize {
    let remote = action.remote.as_ref().map_or(0, |remote| remote.len());
    action.local.len().saturating_add(remote)
}

pub(super) fn is_transfer(change: Change) -> bool {
    matches!(change, Change::Create | Change::Update)
}

/// Returns the relative path of a name in a directory. The root is the empty path.
pub(super) fn joined(directory: &[u8], name: &[u8]) -> Vec<u8> {
    match directory.is_empty() {
        true => name.to_vec(),
        false => [directory, b"/", name].concat(),
    }
}

/// Whether an empty listing of this directory proves that it is empty. Some servers (vsftpd) send an
/// empty listing for a directory that they may not read. If others may read it, so may the server.
pub(super) fn is_trusted(entry: &Entry<'_>) -> bool {
    match entry.dialect() {
        Dialect::Unix => entry.mode().is_some_and(|mode| mode & 0o004 != 0),
        _ => true,
    }
}

/// The error for a target that has something of another kind.
pub(super) fn other_kind() -> Error {
    let why = "the target has something of another kind there, which only Extra::Delete replaces";
    Error::option(why)
}

/// The error for a directory that a file cannot replace.
pub(super) fn holds_others() -> Error {
    let why = "the target has a directory there, which holds something that does not take part";
    Error::option(why)
}

/// The error for a directory whose listing is empty, which may be a refusal.
pub(super) fn empty_listing() -> Error {
    Error::new(ErrorKind::Unconfirmed).with_source(
        "the listing is empty, but the server may not be allowed to read the directory: nothing \
         is deleted here",
    )
}
