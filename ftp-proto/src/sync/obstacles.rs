//! What cannot be done in a sync because something before it has failed.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::format;

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

    /// Returns the earlier error that makes this action impossible. `None` if it may succeed.
    pub(super) fn of(&self, action: &Action, direction: Direction) -> Option<&Error> {
        let path = action.target(direction);
        match action.change {
            Change::RemoveDirectory => self.occupied.get(path),
            Change::Delete | Change::Skip => None,
            _ if self.blocked.is_empty() => None,
            _ => self
                .blocked
                .get(path)
                .or_else(|| paths::above(path).find_map(|above| self.blocked.get(above))),
        }
    }
}
