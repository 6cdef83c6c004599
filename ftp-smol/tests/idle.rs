//! Measures what an idle session holds: see `alone/idle.rs` of `ftp-blocking`.

mod face;
#[path = "../../ftp-blocking/tests/support/mod.rs"]
mod support;

#[path = "../../ftp-blocking/tests/alone/idle.rs"]
mod alone;

/// The number of bytes per session that may stay after the session is gone. The reactor keeps
/// tables for the largest number of sockets that there ever was. Nothing else stays or grows.
const LEFT_BEHIND: usize = 128;

/// The number of rounds. The best one counts, since the reactor's thread frees old timers late,
/// sometimes more and sometimes less.
const ROUNDS: usize = 4;
