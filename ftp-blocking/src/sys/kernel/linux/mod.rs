//! Fast paths of the kernel on Linux and Android: splice for downloads, sendfile for uploads.

pub(super) mod sendfile;
pub(super) mod splice;

use std::io;

use rustix::io::Errno;

use super::KernelCopy;

/// The least size, in bytes, of a pipe or a file for the kernel's fast paths. With a smaller pipe,
/// splice takes more system calls than reading and writing. For a smaller file, sendfile saves less
/// CPU than it costs to check whether sendfile can be used.
const LEAST: usize = 64 * 1024;

fn kernel_copy(result: Result<usize, Errno>) -> io::Result<KernelCopy> {
    match result {
        Ok(count) => Ok(KernelCopy::Bytes(count)),
        Err(error) if is_refusal(error) => Ok(KernelCopy::Refused),
        Err(error) => Err(error.into()),
    }
}

/// Returns whether the kernel refuses the call, because it does not know the call, because it does
/// not support this kind of file, or because a sandbox forbids the call.
fn is_refusal(error: Errno) -> bool {
    matches!(
        error,
        Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP | Errno::PERM
    )
}
