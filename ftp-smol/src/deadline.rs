//! A deadline, and the timer that wakes the task at the deadline.

use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use crate::transport::{BoxFuture, Network};

/// The longest limit: ten years, which in practice means "never". Every clock can add ten years
/// without an overflow.
const NEVER: Duration = Duration::from_secs(10 * 365 * 24 * 60 * 60);

/// A point in time. The timer is created when a task first waits for the deadline.
pub(crate) struct Deadline {
    pub(crate) at: Instant,
    timer: Option<Timer>,
}

/// A running timer, which may end before the deadline. Each read of a transfer moves the deadline
/// on, but keeps the timer, because a new timer for each read would cost too much.
struct Timer {
    until: Instant,
    sleep: BoxFuture<()>,
}

impl Deadline {
    /// Creates a deadline that is `limit` after `now`. A limit above ten years is cut to ten years.
    pub(crate) fn after(now: Instant, limit: Duration) -> Self {
        let at = now.checked_add(limit.min(NEVER)).unwrap_or(now);
        Self { at, timer: None }
    }

    /// Moves the deadline to `limit` after `now`. Keeps the timer: if it ends before the new
    /// deadline, `poll` then starts another one for the rest of the time. If it ends after the new
    /// deadline, `poll` replaces it, but only if it has to wait: a look is over at once.
    pub(crate) fn restart(&mut self, now: Instant, limit: Duration) {
        self.at = Self::after(now, limit).at;
    }

    pub(crate) fn poll(&mut self, network: &dyn Network, cx: &mut Context<'_>) -> Poll<()> {
        if network.now() >= self.at {
            return Poll::Ready(());
        }
        self.timer.take_if(|timer| timer.until > self.at);
        loop {
            let timer = self.timer.get_or_insert_with(|| Timer {
                until: self.at,
                sleep: network.sleep_until(self.at),
            });
            ready!(timer.sleep.as_mut().poll(cx));
            let until = timer.until;
            self.timer = None;
            if until >= self.at {
                return Poll::Ready(());
            }
        }
    }
}

#[cfg(test)]
mod tests;
