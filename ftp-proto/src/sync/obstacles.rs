//! What cannot be done in a sync because something before it has failed.

use alloc::boxed::Box;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use core::iter;

use super::action::{Action, Change};
use super::paths;
use crate::error::Error;
use crate::session::transfer::Direction;
use crate::wire::Escaped;

/// The paths in the target where something has failed, so that other actions need not be tried.
#[derive(Debug, Default)]
pub(super) struct Obstacles {
    /// Paths at which, and below which, nothing can be made.
    blocked: BTreeMap<Box<[u8]>, Error>,
    /// Directories that cannot be removed, because something in them is still there.
    occupied: BTreeMap<Box<[u8]>, Error>,
    /// Directories that may be links, because the server has not answered. Nothing in them is
    /// deleted.
    uncertain: BTreeMap<Box<[u8]>, Error>,
    /// Links that the server showed as directories, and that are deleted.
    unlinked: BTreeSet<Box<[u8]>>,
}

impl Obstacles {
    /// Notes that an action has failed.
    pub(super) fn note(&mut self, action: &Action, direction: Direction, error: &Error) {
        let path = action.target(direction);
        let what = match action.change {
            Change::MakeDirectory => "making the directory",
            Change::Delete | Change::RemoveDirectory => "deleting",
            Change::Create | Change::Update | Change::Skip => return,
        };
        let shown = if path.is_empty() { b"." } else { path };
        let subject = format!("{what} {}", Escaped::new(shown));
        let error = error.clone().with_subject(subject);
        if action.change != Change::MakeDirectory {
            for above in paths::above(path) {
                let occupied = self.occupied.entry(above.into());
                occupied.or_insert_with(|| error.clone());
            }
        }
        self.blocked.insert(path.into(), error);
    }

    /// Notes that this error leaves open whether a directory is a link.
    pub(super) fn note_uncertain(&mut self, action: &Action, direction: Direction, error: &Error) {
        let path = action.target(direction);
        let subject = format!("finding out whether {} is a link", Escaped::new(path));
        let error = error.clone().with_subject(subject);
        self.uncertain.insert(path.into(), error);
    }

    /// Notes that a directory was a link, and is deleted.
    pub(super) fn note_unlinked(&mut self, action: &Action, direction: Direction) {
        let path = action.target(direction);
        self.unlinked.insert(path.into());
    }

    /// Whether this action deletes a link that is deleted already, or something that the server
    /// showed in such a link.
    pub(super) fn is_unlinked(&self, action: &Action, direction: Direction) -> bool {
        let path = action.target(direction);
        let mut at_or_above = iter::once(path).chain(paths::above(path));
        action.removes()
            && !self.unlinked.is_empty()
            && at_or_above.any(|it| self.unlinked.contains(it))
    }

    /// Returns the earlier error that makes this action impossible. `None` if it may succeed.
    pub(super) fn of(&self, action: &Action, direction: Direction) -> Option<&Error> {
        let path = action.target(direction);
        match action.change {
            Change::Skip => None,
            Change::Delete => find(&self.uncertain, path),
            Change::RemoveDirectory => {
                find(&self.uncertain, path).or_else(|| self.occupied.get(path))
            }
            _ => find(&self.blocked, path),
        }
    }
}

/// Returns the error of this path, or of the nearest path above it that has one.
fn find<'a>(errors: &'a BTreeMap<Box<[u8]>, Error>, path: &[u8]) -> Option<&'a Error> {
    if errors.is_empty() {
        return None;
    }
    let mut at_or_above = iter::once(path).chain(paths::above(path));
    at_or_above.find_map(|path| errors.get(path))
}
