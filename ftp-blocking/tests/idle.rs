//! What an idle session holds: see `alone/idle.rs`.

mod face;
mod support;

#[path = "alone/idle.rs"]
mod alone;

/// How many bytes of each session may stay when it is gone: less than one.
const LEFT_BEHIND: usize = 1;

/// In how many rounds that is measured: nothing is late.
const ROUNDS: usize = 1;
