//! Linux and Android: splice for downloads, sendfile for uploads.

pub(super) mod sendfile;
pub(super) mod splice;

use std::io;

use rustix::io::Errno;

use super::KernelCopy;

/// Less room in a pipe than this makes more system calls than reading and writing do, and for a
/// smaller file it is not worth it to look whether [`send`](sendfile::send) may be used.
const LEAST: usize = 64 * 1024;

fn kernel_copy(result: Result<usize, Errno>) -> io::Result<KernelCopy> {
    match result {
        Ok(count) => Ok(KernelCopy::Bytes(count)),
        Err(error) if is_refusal(error) => Ok(KernelCopy::Refused),
        Err(error) => Err(error.into()),
    }
}

/// Not for this kind of file, or not on this kernel, or not in this sandbox.
fn is_refusal(error: Errno) -> bool {
    matches!(
        error,
        Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP | Errno::PERM
    )
}
