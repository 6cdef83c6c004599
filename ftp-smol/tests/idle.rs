//! Runs the test in `alone/idle.rs` of `ftp-blocking`, which measures the memory of an idle
//! session.

mod face;
#[path = "../../ftp-blocking/tests/support/mod.rs"]
mod support;

#[path = "../../ftp-blocking/tests/alone/idle.rs"]
mod alone;

/// The bytes that the reactor holds for the sockets of a session. On Windows it keeps a record of
/// each socket for the kernel to write to.
const OF_REACTOR: usize = if cfg!(windows) { 256 } else { 0 };

/// How many bytes may stay in memory for each session that has ended. The reactor's tables keep
/// these bytes, because the tables grow with the number of open sockets and never shrink. Nothing
/// else may stay in memory. Windows has more tables, and frees the record of a socket only when the
/// kernel has ended its last wait.
const LEFT_BEHIND: usize = if cfg!(windows) { 512 } else { 128 };

/// The number of measurements. The test uses the lowest result. The reactor's thread frees old
/// timers late, and after a varying time, so some measurements are too high.
const ROUNDS: usize = 4;
