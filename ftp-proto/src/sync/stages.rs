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
///
/// Some servers (pyftpdlib) list a link to a directory as a directory, and what is in it then lies
/// somewhere else. So 1 and 4 begin with [`Step::Unlink`] for each directory, the one above first.
#[derive(Debug)]
pub(super) struct Stages {
    /// The numbers of the actions, in their order.
    order: Vec<(u32, Step)>,
    /// Where the stages end in `order`, in reverse: the last element is the end of this stage.
    ends: Vec<usize>,
    /// How many steps have begun.
    next: usize,
    /// How many actions there are.
    count: usize,
}

/// What is done for an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// DELE of something that the server shows as a directory. It removes a link, and is refused for
    /// a directory.
    Unlink,
    /// The action itself.
    Act,
    /// Questions about the files of several actions, before they are downloaded.
    Look,
}

impl Stages {
    pub(super) fn new(actions: &[Action], direction: Direction) -> Self {
        let replaced = replaced(actions, direction);
        let key = |(number, step): &(u32, Step)| {
            let action = usize::try_from(*number).ok().and_then(|at| actions.get(at));
            action.and_then(|action| stage(action, *step, direction, &replaced))
        };
        let numbers = || 0..u32::try_from(actions.len()).unwrap_or(u32::MAX);
        let mut order: Vec<(u32, Step)> = numbers().map(|number| (number, Step::Act)).collect();
        order.retain(|step| key(step).is_some());
        let count = order.len();
        if direction == Direction::Upload {
            let unlinks = numbers().map(|number| (number, Step::Unlink));
            order.extend(unlinks.filter(|step| key(step).is_some()));
        }
        order.sort_by_cached_key(key);
        let mut ends = Vec::new();
        let mut position = order.len();
        for same in order.chunk_by(|a, b| key(a) == key(b)).rev() {
            ends.push(position);
            position = position.saturating_sub(same.len());
        }
        Self {
            order,
            ends,
            next: 0,
            count,
        }
    }

    /// Returns the number of the next action of this stage, and what is done for it. `None` if all
    /// of them have begun.
    pub(super) fn peek(&self) -> Option<(usize, Step)> {
        let end = self.ends.last()?;
        let (number, step) = self.order.get(self.next).filter(|_| self.next < *end)?;
        Some((usize::try_from(*number).ok()?, *step))
    }

    /// Returns the steps of this stage that have not begun.
    pub(super) fn next_of_stage(&self) -> impl Iterator<Item = (usize, Step)> {
        let steps = self.order.iter().skip(self.next).take(self.left());
        steps.map_while(|(number, step)| Some((usize::try_from(*number).ok()?, *step)))
    }

    /// Notes that the step of [`peek`](Self::peek) has begun.
    pub(super) fn advance(&mut self) {
        self.next = self.next.saturating_add(1);
    }

    /// Returns how many steps of this stage have not begun.
    pub(super) fn left(&self) -> usize {
        let end = self.ends.last().copied().unwrap_or_default();
        end.saturating_sub(self.next)
    }

    /// Goes on with the next stage, after all actions of this one have ended. Returns whether there
    /// is one.
    pub(super) fn next_stage(&mut self) -> bool {
        self.ends.pop();
        !self.ends.is_empty()
    }

    /// Returns how many actions the stages have.
    pub(super) fn len(&self) -> usize {
        self.count
    }
}

/// Returns the paths in the target that have another kind than in the source.
fn replaced(actions: &[Action], direction: Direction) -> BTreeSet<&[u8]> {
    let other = actions
        .iter()
        .filter(|action| action.reason == Reason::OtherKind && action.removes());
    other.map(|action| action.target(direction)).collect()
}

/// Returns the number of a step's stage, and its place within this kind of stage. `None` if nothing
/// is to be done.
fn stage(
    action: &Action,
    step: Step,
    direction: Direction,
    replaced: &BTreeSet<&[u8]>,
) -> Option<(u8, usize)> {
    let path = action.target(direction);
    let is_replaced = || {
        let mut above = paths::above(path);
        !replaced.is_empty()
            && (replaced.contains(path) || above.any(|above| replaced.contains(above)))
    };
    let depth = paths::depth(path);
    let deepest_first = usize::MAX.saturating_sub(depth);
    Some(match (action.change, step) {
        (Change::RemoveDirectory, Step::Unlink) if is_replaced() => (0, depth),
        (Change::RemoveDirectory, Step::Unlink) => (5, depth),
        (_, Step::Unlink) | (Change::Skip, _) => return None,
        (Change::Delete, _) if is_replaced() => (1, 0),
        (Change::RemoveDirectory, _) if is_replaced() => (2, deepest_first),
        (Change::MakeDirectory, _) => (3, depth),
        (Change::Create | Change::Update, _) => (4, 0),
        (Change::Delete, _) => (6, 0),
        (Change::RemoveDirectory, _) => (7, deepest_first),
    })
}
