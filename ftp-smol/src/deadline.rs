//! A point in time to wait for.

use std::task::{Context, Poll};
use std::time::Instant;

use crate::transport::{BoxFuture, Network};

/// A point in time, and the timer once somebody waits for it.
pub(crate) struct Deadline {
    pub(crate) at: Instant,
    timer: Option<BoxFuture<()>>,
}

impl Deadline {
    pub(crate) fn new(at: Instant) -> Self {
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
