//! Linux and Android: splice for downloads, sendfile for uploads.

pub(super) mod sendfile;
pub(super) mod splice;

use std::io;

use rustix::io::Errno;

use super::KernelCopy;

/// The least size, in bytes, for the kernel's paths. A smaller pipe takes more system calls than
/// reading and writing. For a smaller file it is not worth checking whether
/// [`send`](sendfile::send) works.
const LEAST: usize = 64 * 1024;

fn kernel_copy(result: Result<usize, Errno>) -> io::Result<KernelCopy> {
    match result {
        Ok(count) => Ok(KernelCopy::Bytes(count)),
        Err(error) if is_refusal(error) => Ok(KernelCopy::Refused),
        Err(error) => Err(error.into()),
    }
}

/// Returns whether the kernel does not support this kind of file, or the call, or a sandbox forbids
/// it.
fn is_refusal(error: Errno) -> bool {
    matches!(
        error,
        Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP | Errno::PERM
    )
}
