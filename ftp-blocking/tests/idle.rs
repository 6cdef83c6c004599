//! Runs the test in `alone/idle.rs`, which measures the memory of an idle session.

mod face;
mod support;

#[path = "alone/idle.rs"]
mod alone;

/// The bytes that a reactor holds for the sockets of a session: this adapter has none.
const OF_REACTOR: usize = 0;

/// After a session has ended, fewer bytes than this may be left in memory for it: with 1, no byte
/// may be left.
const LEFT_BEHIND: usize = 1;

/// How many times the test measures. One is enough, since this adapter frees all memory at once.
const ROUNDS: usize = 1;
