//! Names that differ in the case of letters only.

use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use super::action::{Action, Reason};
use super::paths;
use crate::error::Error;

/// Returns a path without the case of its letters. Each name is taken by itself, so what is in a
/// directory stays in it.
pub(super) fn folded(path: &[u8]) -> Vec<u8> {
    let mut folded = Vec::with_capacity(path.len());
    for (at, name) in path.split(|byte| *byte == b'/').enumerate() {
        if at > 0 {
            folded.push(b'/');
        }
        match core::str::from_utf8(name) {
            Ok(text) => folded.extend_from_slice(text.to_lowercase().as_bytes()),
            Err(_) => folded.extend_from_slice(&name.to_ascii_lowercase()),
        }
    }
    folded
}

/// Drops the deletion of each name that differs from a new one in the case of letters only, and
/// returns it. If the target ignores the case all the same, it would delete the new file.
pub(super) fn keep_same(actions: &mut Vec<Action>) -> Vec<Action> {
    let extras = actions.iter().filter(|action| is_extra(action));
    let mut extras: BTreeSet<Vec<u8>> = extras.map(|action| folded(&action.local)).collect();
    let new = actions.iter().filter(|action| is_new(action));
    let same: BTreeSet<Vec<u8>> = new
        .filter_map(|action| extras.take(&folded(&action.local)))
        .collect();
    if same.is_empty() {
        return Vec::new();
    }
    let is_same = |action: &&Action| is_extra(action) && same.contains(&folded(&action.local));
    let kept: Vec<Action> = actions.iter().filter(is_same).cloned().collect();
    // What holds one of them cannot be removed.
    let paths = kept.iter().map(|action| &*action.local);
    let stays: BTreeSet<&[u8]> = paths
        .flat_map(|path| paths::above(path).chain([path]))
        .collect();
    actions.retain(|action| !is_extra(action) || !stays.contains(&*action.local));
    kept
}

fn is_extra(action: &Action) -> bool {
    action.removes() && action.reason == Reason::Extra
}

/// Whether the target may not have this name yet. If it lists two names, it tells them apart.
fn is_new(action: &Action) -> bool {
    matches!(
        action.reason,
        Reason::Missing | Reason::Link | Reason::Special
    )
}

/// The error for something that is not deleted.
pub(super) fn same_in_target() -> Error {
    Error::option(
        "it stays: a new name differs from it in the case of letters only, so the target may take \
         the two for the same one",
    )
}
