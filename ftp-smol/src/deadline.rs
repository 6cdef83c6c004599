//! A deadline, and the timer that waits for it.

use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use crate::transport::{BoxFuture, Network};

/// Ten years. Every clock can count that far.
const NEVER: Duration = Duration::from_secs(10 * 365 * 24 * 60 * 60);

/// A point in time. Its timer is created when a task first waits for it.
pub(crate) struct Deadline {
    pub(crate) at: Instant,
    timer: Option<Timer>,
}

/// A running timer. It may end before the deadline, since each read of a transfer moves the
/// deadline: a new timer for each read would cost too much.
struct Timer {
    until: Instant,
    sleep: BoxFuture<()>,
}

impl Deadline {
    /// Sets a deadline after `limit`. A limit above ten years counts as never.
    pub(crate) fn after(now: Instant, limit: Duration) -> Self {
        let at = now.checked_add(limit.min(NEVER)).unwrap_or(now);
        Self { at, timer: None }
    }

    /// Moves the deadline. Keeps the timer if it ends before the new deadline.
    pub(crate) fn restart(&mut self, now: Instant, limit: Duration) {
        let timer = self.timer.take();
        *self = Self::after(now, limit);
        self.timer = timer.filter(|timer| timer.until <= self.at);
    }

    pub(crate) fn poll(&mut self, network: &dyn Network, cx: &mut Context<'_>) -> Poll<()> {
        if network.now() >= self.at {
            return Poll::Ready(());
        }
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
