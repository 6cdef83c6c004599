//! Runs the test in `alone/idle.rs` of `ftp-blocking`, which measures the memory of an idle
//! session.

mod face;
#[path = "../../ftp-blocking/tests/support/mod.rs"]
mod support;

#[path = "../../ftp-blocking/tests/alone/idle.rs"]
mod alone;

/// The number of bytes that may stay in memory for each session that is gone. The reactor keeps
/// tables for the largest number of sockets that were open at a time. Nothing else stays.
const LEFT_BEHIND: usize = 128;

/// The number of measurements. The lowest value counts, since the reactor's thread frees old timers
/// late, and not always equally late.
const ROUNDS: usize = 4;
