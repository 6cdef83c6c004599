//! What a transfer can read from or write to on this machine.

use std::os::fd::AsFd;

/// A local file that a transfer reads or writes: an [`std::fs::File`], a pipe, a device, or a
/// reference to one.
///
/// On Unix, every type that has a file descriptor ([`AsFd`]) implements this trait. You cannot
/// implement the trait yourself. So on other systems, it can later stand for their types of files.
pub trait LocalFile: sealed::Descriptor {}

impl<T: AsFd> LocalFile for T {}

mod sealed {
    use std::os::fd::AsFd;

    #[allow(unnameable_types, reason = "nobody else may implement it")]
    pub trait Descriptor: AsFd {}

    impl<T: AsFd> Descriptor for T {}
}
