//! The attempts of one operation: whether another follows, and when.

use core::mem;
use core::time::Duration;

use super::policy::RetryPolicy;
use crate::error::{Cause, Error, ErrorKind};

/// The attempts of one operation. It decides after each failure whether another attempt follows,
/// and after which pause. It has no clock and no source of randomness: you give it both.
///
/// ```
/// use std::time::Duration;
/// use ftp_proto::retry::{Again, Attempts, RetryPolicy, Trying};
/// use ftp_proto::wire::Reply;
/// use ftp_proto::Error;
///
/// let policy = RetryPolicy::new().with_jitter(0);
/// let mut attempts = Attempts::new(&policy, 7);
/// let busy = Error::from_reply(Reply::parse(b"450 Busy.\r\n").unwrap());
/// let second = Duration::from_secs(1);
/// assert_eq!(attempts.failed(&busy, Trying::Operation, second), Again::After(second));
/// assert_eq!(attempts.failed(&busy, Trying::Operation, 3 * second), Again::After(2 * second));
/// let refused = Error::from_reply(Reply::parse(b"550 No.\r\n").unwrap());
/// assert_eq!(attempts.failed(&refused, Trying::Operation, 6 * second), Again::Never);
/// ```
#[derive(Clone, Debug)]
pub struct Attempts {
    policy: RetryPolicy,
    failures: u32,
    /// Whether the attempt under way has got further than all before it.
    has_progressed: bool,
    random: u64,
}

/// What was tried and has failed.
///
/// ```
/// use std::time::Duration;
///
/// use ftp_proto::Error;
/// use ftp_proto::retry::{Again, Attempts, RetryPolicy, Trying};
/// use ftp_proto::wire::Reply;
///
/// let reply = Reply::parse(b"530 Too many users.\r\n")?;
/// let refused = Error::from_reply(reply).with_command("PASS");
/// let mut attempts = Attempts::new(&RetryPolicy::new(), 7);
/// let again = attempts.failed(&refused, Trying::Reconnect, Duration::ZERO);
/// assert!(matches!(again, Again::After(_)));
/// let again = attempts.failed(&refused, Trying::Operation, Duration::ZERO);
/// assert_eq!(again, Again::Never);
/// # Ok::<(), ftp_proto::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Trying {
    /// The operation itself.
    Operation,
    /// A new connection with a login that has worked before. A refusal of the login then means that
    /// the server has too many sessions, and may pass.
    Reconnect,
}

/// What follows a failure.
///
/// ```
/// use std::time::Duration;
///
/// use ftp_proto::retry::{Again, Attempts, RetryPolicy, Trying};
/// use ftp_proto::{Error, ErrorKind};
///
/// let mut attempts = Attempts::new(&RetryPolicy::new().with_jitter(0), 7);
/// let lost = Error::new(ErrorKind::Closed);
/// match attempts.failed(&lost, Trying::Operation, Duration::ZERO) {
///     Again::After(pause) => assert_eq!(pause, Duration::from_secs(1)),
///     Again::Never => panic!("{lost}"),
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[must_use]
pub enum Again {
    /// No other attempt: it would fail for the same reason, or the policy allows no more.
    Never,
    /// Another attempt after this pause. If the session
    /// [needs it](crate::Session::needs_reconnect), connect again first.
    After(Duration),
}

impl Attempts {
    /// Begins. `seed` is any number that differs from client to client; the random part of the
    /// pauses comes from it.
    #[must_use]
    pub const fn new(policy: &RetryPolicy, seed: u64) -> Self {
        Self {
            policy: *policy,
            failures: 0,
            has_progressed: false,
            random: seed,
        }
    }

    /// Decides what follows a failure. `elapsed` is the time since the first attempt began.
    pub fn failed(&mut self, error: &Error, trying: Trying, elapsed: Duration) -> Again {
        // A whole file that proves wrong may be wrong each time, as one that grows all the time is.
        if mem::take(&mut self.has_progressed) && error.kind() != ErrorKind::Unconfirmed {
            self.failures = 0;
        }
        self.failures = self.failures.saturating_add(1);
        let may_pass = error.is_temporary()
            || error.is_about_resumption()
            || (trying == Trying::Reconnect && error.cause() == Cause::LoginRefused);
        if !may_pass || self.failures >= self.policy.attempts {
            return Again::Never;
        }
        // The new login has new tickets, so there is nothing to wait for, unless that did not help.
        let pause = match error.is_about_resumption() && self.failures == 1 {
            true => Duration::ZERO,
            false => self.pause(),
        };
        let is_late = |total| elapsed.saturating_add(pause) > total;
        match self.policy.total_time.is_some_and(is_late) {
            true => Again::Never,
            false => Again::After(pause),
        }
    }

    /// Counts afresh, because the operation has got further than ever before. A transfer that is
    /// resumed after each of many interruptions then does not run out of attempts. A failure with
    /// [`ErrorKind::Unconfirmed`] counts all the same.
    pub fn progressed(&mut self) {
        self.has_progressed = true;
    }

    /// Returns how many attempts have failed since the last progress.
    #[must_use]
    pub const fn failures(&self) -> u32 {
        match self.has_progressed {
            true => 0,
            false => self.failures,
        }
    }

    fn pause(&mut self) -> Duration {
        let doublings = self.failures.saturating_sub(1).min(31);
        let full = self.policy.first_pause.saturating_mul(1 << doublings);
        let full = full.min(self.policy.longest_pause);
        let jitter = u32::from(self.policy.jitter.min(100));
        let product = full.saturating_mul(jitter).saturating_mul(self.percent());
        full.saturating_sub(product.checked_div(10_000).unwrap_or_default())
    }

    /// Returns a random number from 0 to 100 (SplitMix64).
    fn percent(&mut self) -> u32 {
        self.random = self.random.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.random;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        u32::try_from((mixed ^ (mixed >> 31)) % 101).unwrap_or(0)
    }
}
