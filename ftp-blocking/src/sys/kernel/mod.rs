//! Moves bytes between a socket and a file in the kernel, on systems whose kernel can do this.

#[cfg(any(target_os = "linux", target_os = "android"))]
mod linux;
#[cfg(not(any(target_os = "linux", target_os = "android")))]
mod unsupported;

#[cfg(any(target_os = "linux", target_os = "android"))]
pub use linux::sendfile::{send, worth_sending};
#[cfg(any(target_os = "linux", target_os = "android"))]
pub use linux::splice::Pipe;
#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub use unsupported::{Pipe, send, worth_sending};

/// The result of a splice or sendfile that did not fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KernelCopy {
    /// The number of bytes that were moved. 0 means that the data has ended.
    Bytes(usize),
    /// The kernel cannot move bytes between these two descriptors. The caller must read and write
    /// instead.
    Refused,
}
