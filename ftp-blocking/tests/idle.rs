//! Measures what an idle session holds: see `alone/idle.rs`.

mod face;
mod support;

#[path = "alone/idle.rs"]
mod alone;

/// The number of bytes per session that may stay after the session is gone: less than one.
const LEFT_BEHIND: usize = 1;

/// The number of rounds. One is enough, since this adapter frees nothing late.
const ROUNDS: usize = 1;
