//! Moves bytes between a socket and a file in the kernel, on systems that can.

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

/// The result of a call that did not fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KernelCopy {
    /// The number of bytes moved; 0 at the end.
    Bytes(usize),
    /// The kernel cannot do it for these two descriptors. The caller reads and writes instead.
    Refused,
}
