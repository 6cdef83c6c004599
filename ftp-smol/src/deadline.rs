//! A point in time to wait for.

use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use crate::transport::{BoxFuture, Network};

/// Ten years, which every clock can count.
const NEVER: Duration = Duration::from_secs(10 * 365 * 24 * 60 * 60);

/// A point in time, and the timer once somebody waits for it.
pub(crate) struct Deadline {
    pub(crate) at: Instant,
    timer: Option<Timer>,
}

/// It may end ahead of its deadline: one that is moved on with every read, as that of a transfer
/// is, would otherwise cost the reactor a new timer for each.
struct Timer {
    until: Instant,
    sleep: BoxFuture<()>,
}

impl Deadline {
    /// Far enough away stands for never.
    pub(crate) fn after(now: Instant, limit: Duration) -> Self {
        let at = now.checked_add(limit.min(NEVER)).unwrap_or(now);
        Self { at, timer: None }
    }

    /// Starts anew.
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
