//! What giving up means in this adapter: a call to the transport that ends without a result at its
//! deadline.

use std::io;

use crate::support::failing_calls::FailingCalls;

/// Does something, of which this call to the transport ends without a result.
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
