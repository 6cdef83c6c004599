//! The kernel moves bytes between a socket and a file, where it can.

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

/// What came of a call that did not fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KernelCopy {
    /// So many bytes were moved; none at the end.
    Bytes(usize),
    /// The kernel does not do it for these two: reading and writing may do.
    Refused,
}
