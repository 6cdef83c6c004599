//! How often something is tried again, and how long the pauses are.

use core::time::Duration;

use crate::options::setters::setters;

/// How often something is tried again, and how long the pauses are.
///
/// The pause after the first failure is [`first_pause`](Self::first_pause). It doubles with each
/// failure, up to [`longest_pause`](Self::longest_pause). A random part of each pause is left out,
/// so that many clients do not come back at the same moment.
///
/// ```
/// use std::time::Duration;
/// use ftp_proto::retry::RetryPolicy;
///
/// let patient = RetryPolicy::new().with_attempts(10).with_longest_pause(Duration::from_secs(300));
/// let never = RetryPolicy::never();
/// # let _ = (patient, never);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RetryPolicy {
    /// How many times something is tried at most, the first time included. The default is 5. With 0
    /// or 1 nothing is repeated.
    pub attempts: u32,
    /// The pause after the first failure. The default is a second.
    pub first_pause: Duration,
    /// The longest pause. The default is a minute.
    pub longest_pause: Duration,
    /// How much of a pause is random, in percent. The default is 50: the pause then has between 50
    /// and 100 percent of its full length. More than 100 counts as 100.
    pub jitter: u8,
    /// How long after the first attempt another may begin. `None`, the default: the attempts alone
    /// are the limit.
    pub total_time: Option<Duration>,
}

setters! { RetryPolicy
    /// Sets how many times something is tried at most.
    with_attempts => attempts: u32;
    /// Sets the pause after the first failure.
    with_first_pause => first_pause: Duration;
    /// Sets the longest pause.
    with_longest_pause => longest_pause: Duration;
    /// Sets how much of a pause is random, in percent.
    with_jitter => jitter: u8;
    /// Sets how long after the first attempt another may begin.
    with_total_time => total_time: Option<Duration>;
}

impl RetryPolicy {
    /// Makes a policy of 5 attempts, with pauses of 1, 2, 4 and 8 seconds at most.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            attempts: 5,
            first_pause: Duration::from_secs(1),
            longest_pause: Duration::from_secs(60),
            jitter: 50,
            total_time: None,
        }
    }

    /// Makes a policy that repeats nothing.
    #[must_use]
    pub const fn never() -> Self {
        let mut policy = Self::new();
        policy.attempts = 1;
        policy
    }
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self::new()
    }
}
