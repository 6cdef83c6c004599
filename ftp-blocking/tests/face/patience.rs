//! What giving up means in this adapter: a call to the transport that ends without a result at its
//! deadline.

use std::io;

use crate::support::fuse::Fuse;

/// Does something, of which this call to the transport ends without a result.
pub(crate) fn impatient<T>(fuse: &Fuse, calls: usize, action: impl FnOnce() -> T) -> T {
    fuse.light(calls, io::ErrorKind::WouldBlock);
    let result = action();
    fuse.put_out();
    result
}
