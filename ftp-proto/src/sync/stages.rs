//! The order in which the actions of a plan are carried out.

use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use super::action::{Action, Change, Reason};
use super::paths;
use crate::session::transfer::Direction;

/// The actions of a plan as stages. The actions of one stage may be carried out at the same time,
/// and each stage begins after the one before has ended:
///
/// 1. What has another kind in the target is deleted: files, and then directories, the deepest
///    first.
/// 2. Directories are made, the one above first.
/// 3. Files are transferred.
/// 4. What the source does not have is deleted: files, and then directories, the deepest first.
#[derive(Debug)]
pub(super) struct Stages {
    /// The numbers of the actions, in their order.
    order: Vec<u32>,
    /// Where the stages end in `order`, in reverse: the last element is the end of this stage.
    ends: Vec<usize>,
    /// How many actions have begun.
    next: usize,
}

impl Stages {
    pub(super) fn new(actions: &[Action], direction: Direction) -> Self {
        let replaced = replaced(actions, direction);
        let key = |number: &u32| {
            let action = usize::try_from(*number).ok().and_then(|at| actions.get(at));
            action.and_then(|action| stage(action, direction, &replaced))
        };
        let count = u32::try_from(actions.len()).unwrap_or(u32::MAX);
        let mut order: Vec<u32> = (0..count).collect();
        order.retain(|number| key(number).is_some());
        order.sort_by_cached_key(key);
        let mut ends = Vec::new();
        let mut position = order.len();
        for same in order.chunk_by(|a, b| key(a) == key(b)).rev() {
            ends.push(position);
            position = position.saturating_sub(same.len());
        }
        let next = 0;
        Self { order, ends, next }
    }

    /// Returns the next action of this stage. `None` if all of them have begun.
    pub(super) fn peek(&self) -> Option<usize> {
        let end = self.ends.last()?;
        let number = self.order.get(self.next).filter(|_| self.next < *end)?;
        usize::try_from(*number).ok()
    }

    /// Notes that the action of [`peek`](Self::peek) has begun.
    pub(super) fn advance(&mut self) {
        self.next = self.next.saturating_add(1);
    }

    /// Goes on with the next stage, after all actions of this one have ended. Returns whether there
    /// is one.
    pub(super) fn next_stage(&mut self) -> bool {
        self.ends.pop();
        !self.ends.is_empty()
    }

    /// Returns how many actions the stages have.
    pub(super) fn len(&self) -> usize {
        self.order.len()
    }
}

/// Returns the paths in the target that have another kind than in the source.
fn replaced(actions: &[Action], direction: Direction) -> BTreeSet<&[u8]> {
    let other = actions.iter().filter(|action| {
        action.reason == Reason::OtherKind
            && matches!(action.change, Change::Delete | Change::RemoveDirectory)
    });
    other.map(|action| action.target(direction)).collect()
}

/// Returns the number of an action's stage, and its place within this kind of stage. `None` if
/// nothing is to be done.
fn stage(action: &Action, direction: Direction, replaced: &BTreeSet<&[u8]>) -> Option<(u8, usize)> {
    let path = action.target(direction);
    let is_replaced = || {
        let mut above = paths::above(path);
        !replaced.is_empty()
            && (replaced.contains(path) || above.any(|above| replaced.contains(above)))
    };
    let depth = paths::depth(path);
    let deepest_first = usize::MAX.saturating_sub(depth);
    Some(match action.change {
        Change::Delete if is_replaced() => (0, 0),
        Change::RemoveDirectory if is_replaced() => (1, deepest_first),
        Change::MakeDirectory => (2, depth),
        Change::Create | Change::Update => (3, 0),
        Change::Delete => (4, 0),
        Change::RemoveDirectory => (5, deepest_first),
        Change::Skip => return None,
    })
}
