//! A point in time to wait for.

use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use crate::transport::{BoxFuture, Network};

/// Ten years, which every clock can count.
const NEVER: Duration = Duration::from_secs(10 * 365 * 24 * 60 * 60);

/// A point in time, and the timer once somebody waits for it.
pub(crate) struct Deadline {
    pub(crate) at: Instant,
    timer: Option<BoxFuture<()>>,
}

impl Deadline {
    /// Far enough away stands for never.
    pub(crate) fn after(now: Instant, limit: Duration) -> Self {
        let at = now.checked_add(limit.min(NEVER)).unwrap_or(now);
        Self { at, timer: None }
    }

    pub(crate) fn poll(&mut self, network: &dyn Network, cx: &mut Context<'_>) -> Poll<()> {
        if network.now() >= self.at {
            return Poll::Ready(());
        }
        let timer = self
            .timer
            .get_or_insert_with(|| network.sleep_until(self.at));
        timer.as_mut().poll(cx)
    }
}
