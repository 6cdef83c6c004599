//! How a shared test stops an operation halfway. With this adapter, one call to the transport ends
//! at its deadline without a result.

use std::io;

use crate::support::failing_calls::FailingCalls;

/// Runs an action. After `calls` calls to the transport, one call ends without a result.
pub(crate) fn impatient<T>(
    failing_calls: &FailingCalls,
    calls: usize,
    action: impl FnOnce() -> T,
) -> T {
    failing_calls.fail_after(calls, io::ErrorKind::WouldBlock);
    let result = action();
    failing_calls.stop_failing();
    result
}
