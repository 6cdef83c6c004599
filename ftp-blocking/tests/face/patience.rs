//! How a shared test stops an operation halfway. With this adapter, one call to the transport
//! reports that its deadline has come.

use std::io;

use crate::support::failing_calls::FailingCalls;

/// Runs an action in which `calls` calls to the transport work. The next call fails with
/// `WouldBlock`, as at its deadline.
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
