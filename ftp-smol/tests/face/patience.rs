//! How the shared tests wait for a future. `wait` polls the future to its end, or drops it after a
//! number of polls.

use std::cell::Cell;
use std::future::Future;
use std::io;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use smol::block_on;

use crate::support::failing_calls::FailingCalls;

thread_local! {
    /// The number of polls that are left before a future is dropped; `None` means no limit.
    static POLLS: Cell<Option<usize>> = const { Cell::new(None) };
}

/// Runs an action, and drops the action's future after `points` polls. Works only over `Memory`,
/// where a pending future can be polled again at once.
pub(crate) fn impatient<T>(
    failing_calls: &FailingCalls,
    points: usize,
    action: impl FnOnce() -> T,
) -> T {
    POLLS.set(Some(points));
    let result = action();
    failing_calls.count(points - POLLS.take().unwrap_or_default());
    result
}

/// Waits for a future and returns its result. Inside `impatient`, drops the future if no polls are
/// left, and returns an error.
pub(super) fn wait<T, E: From<io::Error>>(
    future: impl Future<Output = Result<T, E>>,
) -> Result<T, E> {
    let Some(mut polls) = POLLS.get() else {
        return block_on(future);
    };
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    while polls > 0 {
        polls -= 1;
        POLLS.set(Some(polls));
        if let Poll::Ready(result) = future.as_mut().poll(&mut context) {
            return result;
        }
    }
    // `impatient` drops only one future. The futures after it run to their end.
    POLLS.set(None);
    Err(io::Error::other("the future was dropped").into())
}
