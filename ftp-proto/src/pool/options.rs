//! The options of a pool.

use core::time::Duration;

use crate::options::setters::setters;

/// How many sessions a pool has, and how long it keeps them.
///
/// ```
/// use std::time::Duration;
/// use ftp_proto::pool::PoolOptions;
///
/// let options = PoolOptions::new(4).with_close_after(Duration::from_secs(20));
/// assert_eq!(options.sessions, 4);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PoolOptions {
    /// How many sessions there are at most. 0 counts as 1.
    pub sessions: usize,
    /// After how long without work a session is checked by NOOP before it is used again. The default
    /// is 10 seconds. The server has at most 5 seconds for its reply.
    pub check_after: Duration,
    /// After how long without work a session is closed. The pool has no thread or task of its own:
    /// it closes such sessions when it is used the next time. The default is 60 seconds.
    pub close_after: Duration,
    /// How long `get` waits for a session at most. The default is 5 minutes.
    pub patience: Duration,
    /// After how long the pool tries to open one session more, if the server has said that there
    /// are too many. The default is 60 seconds.
    pub grow_after: Duration,
}

setters! { PoolOptions
    /// Sets how many sessions there are at most.
    with_sessions => sessions: usize;
    /// Sets after how long without work a session is checked.
    with_check_after => check_after: Duration;
    /// Sets after how long without work a session is closed.
    with_close_after => close_after: Duration;
    /// Sets how long `get` waits for a session.
    with_patience => patience: Duration;
    /// Sets after how long the pool tries one session more.
    with_grow_after => grow_after: Duration;
}

impl PoolOptions {
    /// Makes options for a pool of this many sessions at most.
    #[must_use]
    pub const fn new(sessions: usize) -> Self {
        Self {
            sessions,
            check_after: Duration::from_secs(10),
            close_after: Duration::from_secs(60),
            patience: Duration::from_secs(5 * 60),
            grow_after: Duration::from_secs(60),
        }
    }
}
