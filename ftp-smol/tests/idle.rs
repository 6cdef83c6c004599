//! What an idle session holds: see `alone/idle.rs` of `ftp-blocking`.

mod face;
#[path = "../../ftp-blocking/tests/support/mod.rs"]
mod support;

#[path = "../../ftp-blocking/tests/alone/idle.rs"]
mod alone;

/// How many bytes of each session may stay when it is gone. The reactor's tables keep the room for
/// the most sockets that there ever were. Nothing else stays or piles up.
const LEFT_BEHIND: usize = 128;

/// In how many rounds that is measured, of which the best counts: the reactor's thread is late with
/// timers that are gone, now more and now less.
const ROUNDS: usize = 4;
