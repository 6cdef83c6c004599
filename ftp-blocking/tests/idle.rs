//! Runs the test in `alone/idle.rs`, which measures the memory of an idle session.

mod face;
mod support;

#[path = "alone/idle.rs"]
mod alone;

/// After a session is gone, fewer bytes than this may stay in memory for it. With 1, nothing may
/// stay.
const LEFT_BEHIND: usize = 1;

/// The number of measurements. One is enough, since this adapter frees nothing late.
const ROUNDS: usize = 1;
