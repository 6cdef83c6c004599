//! A local tree in the order of its paths, in which the planner finds the counterparts of what is on
//! the server.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use super::letter_case::folded;
use super::local_tree::{LocalEntry, LocalKind, LocalTree, by_path, is_below, parent};
use super::options::LetterCase;
use super::{partial, paths};
use crate::error::{Error, ErrorKind};
use crate::options::encoding::Encoding;
use crate::path::RemotePath;
use crate::tree::is_safe_name;

/// A local tree that is sorted, and what the planner notes about each entry.
#[derive(Debug)]
pub(super) struct LocalIndex {
    tree: LocalTree,
    letter_case: LetterCase,
    /// For each entry its path on the server. `None` if all have the same bytes there.
    remotes: Option<Vec<Box<[u8]>>>,
    /// For each entry the path by which it is found. `None` if this is the path on the server.
    keys: Option<Vec<Box<[u8]>>>,
    marks: Vec<Marks>,
    /// The marks of the root.
    root: Marks,
    /// The position after the one that was found last.
    next: usize,
}

/// What the planner notes about an entry.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Marks {
    /// Whether the entry is done with.
    pub(super) is_met: bool,
    /// Whether the entry and all below it are done with.
    is_closed: bool,
    /// Whether this directory could not be read completely here.
    pub(super) is_incomplete: bool,
    /// Whether this directory could not be read completely on the server.
    pub(super) is_unread: bool,
    /// Whether this directory must stay, since it holds something that is not planned.
    pub(super) is_kept: bool,
}

/// The path and the error of an entry that cannot take part.
pub(super) type Refused = (Box<[u8]>, Error);

impl LocalIndex {
    /// Sorts the tree as the target of a download. Names that are the same are left alone.
    pub(super) fn of_target(mut tree: LocalTree, letter_case: LetterCase) -> Self {
        tree.sort();
        leave_out_linked(&mut tree);
        let mut index = Self::new(tree, letter_case, None);
        index.sort_by_key();
        let mut twins = Vec::new();
        index.leave_out_twins(&mut twins);
        // A directory that holds one must stay.
        let around = twins.iter().map(|(path, _)| parent(path).into());
        index.tree.holders.extend(around);
        index.note_scan(&Encoding::Utf8);
        index.tree.failed.append(&mut twins);
        index
    }

    /// Sorts the tree as the source of an upload. Leaves out what cannot be sent.
    pub(super) fn of_source(
        mut tree: LocalTree,
        letter_case: LetterCase,
        encoding: &Encoding,
    ) -> (Self, Vec<Refused>) {
        tree.sort();
        let mut refused = Vec::new();
        let is_translated = !matches!(encoding, Encoding::Utf8);
        let mut remotes = Vec::new();
        let mut out: Option<Box<[u8]>> = None;
        let mut entries = core::mem::take(&mut tree.entries);
        entries.retain(|entry| {
            let path = tree.path(entry);
            if out.as_ref().is_some_and(|out| is_below(path, out)) {
                return false;
            }
            if is_partial_file(path, entry.kind) {
                return false;
            }
            match on_server(path, encoding) {
                Ok(remote) => {
                    if is_translated {
                        remotes.push(remote.into_owned().into_boxed_slice());
                    }
                    true
                }
                Err(error) => {
                    out = Some(path.into());
                    refused.push((path.into(), error));
                    false
                }
            }
        });
        tree.entries = entries;
        let mut index = Self::new(tree, letter_case, is_translated.then_some(remotes));
        index.sort_by_key();
        index.leave_out_twins(&mut refused);
        index.note_scan(encoding);
        (index, refused)
    }

    fn new(tree: LocalTree, letter_case: LetterCase, remotes: Option<Vec<Box<[u8]>>>) -> Self {
        Self {
            tree,
            letter_case,
            remotes,
            keys: None,
            marks: Vec::new(),
            root: Marks::default(),
            next: 0,
        }
    }

    /// Sorts by keys, if they differ from the local paths.
    fn sort_by_key(&mut self) {
        let folds = self.letter_case == LetterCase::Ignored;
        if folds || self.remotes.is_some() {
            let mut rows: Vec<_> = (0..self.len())
                .filter_map(|at| {
                    let key = self.key(self.remote(at)).into_owned().into_boxed_slice();
                    Some((key, Box::from(self.remote(at)), self.entry(at)?))
                })
                .collect();
            rows.sort_by(|(one, ..), (two, ..)| by_path(one, two));
            let (mut keys, mut remotes) = (Vec::new(), Vec::new());
            self.tree.entries.clear();
            for (key, remote, entry) in rows {
                keys.push(key);
                remotes.push(remote);
                self.tree.entries.push(entry);
            }
            self.keys = folds.then_some(keys);
            self.remotes = self.remotes.is_some().then_some(remotes);
        }
        self.marks = alloc::vec![Marks::default(); self.len()];
    }

    /// Leaves out the entries whose key another entry has too, and what is below them.
    fn leave_out_twins(&mut self, refused: &mut Vec<Refused>) {
        let mut out: BTreeSet<Box<[u8]>> = BTreeSet::new();
        let mut stays = Vec::with_capacity(self.len());
        let mut last: Option<usize> = None;
        for at in 0..self.len() {
            let path = self.path(at);
            let is_below = !out.is_empty() && paths::above(path).any(|above| out.contains(above));
            let is_twin = last.is_some_and(|last| self.key_of(at) == self.key_of(last));
            if !is_below && is_twin {
                out.insert(path.into());
                refused.push((path.into(), twin()));
            }
            stays.push(!is_below && !is_twin);
            if !is_below && !is_twin {
                last = Some(at);
            }
        }
        if out.is_empty() {
            return;
        }
        retain(&mut self.tree.entries, &stays);
        for paths in [&mut self.keys, &mut self.remotes].into_iter().flatten() {
            retain(paths, &stays);
        }
        self.marks.truncate(self.tree.entries.len());
    }

    /// Takes over what the scan could not read, or has left out. `encoding` is that of the paths by
    /// which entries are found.
    fn note_scan(&mut self, encoding: &Encoding) {
        for path in core::mem::take(&mut self.tree.holders) {
            self.keep(&path, encoding);
        }
        let failed = core::mem::take(&mut self.tree.failed);
        for (path, _) in &failed {
            self.keep(path, encoding);
            match self.find_local(path, encoding) {
                Some(at) => self.mark(at).is_incomplete = true,
                None => self.root.is_incomplete = true,
            }
        }
        self.tree.failed = failed;
    }

    /// Notes that this local directory and those above it must stay.
    fn keep(&mut self, path: &[u8], encoding: &Encoding) {
        let mut path = path;
        while !path.is_empty() {
            if let Some(at) = self.find_local(path, encoding) {
                let marks = self.mark(at);
                if marks.is_kept {
                    return;
                }
                marks.is_kept = true;
            }
            path = parent(path);
        }
    }

    /// Finds an entry by its local path.
    fn find_local(&self, path: &[u8], encoding: &Encoding) -> Option<usize> {
        self.find(&on_server(path, encoding).ok()?)
    }

    /// Takes out the failures of the scan.
    pub(super) fn take_failures(&mut self) -> Vec<Refused> {
        core::mem::take(&mut self.tree.failed)
    }

    /// Takes out the paths of files of which an earlier download has left a part, in their order.
    pub(super) fn take_leftovers(&mut self) -> Vec<Box<[u8]>> {
        let mut leftovers = core::mem::take(&mut self.tree.leftovers);
        leftovers.sort_unstable();
        leftovers
    }

    /// Returns the path of the local directory itself.
    pub(super) fn root_path(&self) -> &[u8] {
        &self.tree.root
    }

    pub(super) fn len(&self) -> usize {
        self.tree.entries.len()
    }

    pub(super) fn entry(&self, at: usize) -> Option<LocalEntry> {
        self.tree.entries.get(at).copied()
    }

    pub(super) fn kind(&self, at: usize) -> LocalKind {
        self.entry(at)
            .map_or(LocalKind::Special, |entry| entry.kind)
    }

    /// Returns the local path of an entry.
    pub(super) fn path(&self, at: usize) -> &[u8] {
        match self.tree.entries.get(at) {
            Some(entry) => self.tree.path(entry),
            None => b"",
        }
    }

    /// Returns the path of an entry on the server.
    pub(super) fn remote(&self, at: usize) -> &[u8] {
        match &self.remotes {
            Some(remotes) => remotes.get(at).map_or(b"", |remote| remote),
            None => self.path(at),
        }
    }

    fn key_of(&self, at: usize) -> &[u8] {
        match &self.keys {
            Some(keys) => keys.get(at).map_or(b"", |key| key),
            None => self.remote(at),
        }
    }

    /// Returns the path by which an entry is found.
    pub(super) fn key<'a>(&self, path: &'a [u8]) -> Cow<'a, [u8]> {
        match self.letter_case {
            LetterCase::Matters => Cow::Borrowed(path),
            LetterCase::Ignored => Cow::Owned(folded(path)),
        }
    }

    /// Finds an entry as [`find`](Self::find) does. It is fast if the entries are asked for in their
    /// order, as many servers list them.
    pub(super) fn find_next(&mut self, path: &[u8]) -> Option<usize> {
        let is_next = self.next < self.len() && *self.key_of(self.next) == *self.key(path);
        let found = match is_next {
            true => Some(self.next),
            false => self.find(path),
        };
        if let Some(at) = found {
            self.next = at.saturating_add(1);
        }
        found
    }

    /// Finds the entry with this path: for a download the local path, and for an upload the path on
    /// the server.
    pub(super) fn find(&self, path: &[u8]) -> Option<usize> {
        let key = self.key(path);
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low.midpoint(high);
            match by_path(self.key_of(middle), &key).is_lt() {
                true => low = middle.saturating_add(1),
                false => high = middle,
            }
        }
        (low < self.len() && self.key_of(low) == &*key).then_some(low)
    }

    pub(super) fn marks(&self, at: Option<usize>) -> Marks {
        match at {
            Some(at) => self.marks.get(at).copied().unwrap_or_default(),
            None => self.root,
        }
    }

    pub(super) fn mark(&mut self, at: usize) -> &mut Marks {
        match self.marks.get_mut(at) {
            Some(marks) => marks,
            None => &mut self.root,
        }
    }

    /// Returns the marks of the root.
    pub(super) fn root(&mut self) -> &mut Marks {
        &mut self.root
    }

    /// Returns the positions of all that is below a directory.
    pub(super) fn below(&self, at: usize) -> core::ops::Range<usize> {
        let directory = self.key_of(at);
        let first = at.saturating_add(1);
        let mut end = first;
        while end < self.len() && is_below(self.key_of(end), directory) {
            end = end.saturating_add(1);
        }
        first..end
    }

    /// Notes that an entry and all below it are done with.
    pub(super) fn close(&mut self, at: usize) {
        let marks = self.mark(at);
        if marks.is_closed {
            return;
        }
        (marks.is_met, marks.is_closed) = (true, true);
        for at in self.below(at) {
            self.mark(at).is_met = true;
        }
    }
}

/// Keeps the items that stay.
fn retain<T>(items: &mut Vec<T>, stays: &[bool]) {
    let mut stays = stays.iter();
    items.retain(|_| stays.next().is_none_or(|stays| *stays));
}

/// Leaves out what links lead to. In a target, a link is never more than a link.
fn leave_out_linked(tree: &mut LocalTree) {
    let mut entries = core::mem::take(&mut tree.entries);
    let mut link: Option<Box<[u8]>> = None;
    let mut links: BTreeSet<Box<[u8]>> = BTreeSet::new();
    entries.retain_mut(|entry| {
        let path = tree.path(entry);
        if link.as_ref().is_some_and(|link| is_below(path, link)) {
            return false;
        }
        if entry.kind == LocalKind::LinkToDirectory {
            link = Some(path.into());
            links.insert(path.into());
        }
        if matches!(
            entry.kind,
            LocalKind::LinkToDirectory | LocalKind::LinkToFile
        ) {
            entry.kind = LocalKind::Link;
        }
        true
    });
    tree.entries = entries;
    // What a scan could not read there changes nothing.
    let is_linked =
        |path: &[u8]| links.contains(path) || paths::above(path).any(|it| links.contains(it));
    tree.failed.retain(|(path, _)| !is_linked(path));
    tree.holders.retain(|path| !is_linked(path));
}

/// Whether this is the partial file of an unfinished transfer.
fn is_partial_file(path: &[u8], kind: LocalKind) -> bool {
    kind == LocalKind::File && partial::final_name(crate::tree::file_name(path)).is_some()
}

/// Returns the path on the server of this local path. Each name that is UTF-8 is encoded, and other
/// names are sent as they are.
fn on_server<'a>(path: &'a [u8], encoding: &Encoding) -> Result<Cow<'a, [u8]>, Error> {
    let name = crate::tree::file_name(path);
    if !is_safe_name(name) {
        return Err(unsendable());
    }
    if matches!(encoding, Encoding::Utf8) {
        return Ok(Cow::Borrowed(path));
    }
    let mut remote = Vec::with_capacity(path.len());
    for name in path.split(|byte| *byte == b'/') {
        if !remote.is_empty() {
            remote.push(b'/');
        }
        match core::str::from_utf8(name) {
            Ok(text) => {
                let encoded = encoding.encode(text)?;
                if !is_safe_name(&encoded) {
                    return Err(unsendable());
                }
                remote.extend_from_slice(&encoded);
            }
            Err(_) => remote.extend_from_slice(name),
        }
    }
    RemotePath::new(&*remote)?;
    Ok(Cow::Owned(remote))
}

fn unsendable() -> Error {
    Error::new(ErrorKind::InvalidArgument)
        .with_source("this name cannot be sent as the name of a file on the server")
}

/// The error of a name that differs from an earlier one in the case of letters only.
pub(super) fn twin() -> Error {
    Error::new(ErrorKind::InvalidArgument)
        .with_source("another name here differs from it in the case of letters only")
}
