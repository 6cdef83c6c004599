//! What a transfer can read from or write to on this machine.

use super::os::open_file::HasFile;

/// A local file that a transfer reads or writes: an [`std::fs::File`], a pipe, a device, or a
/// reference to one.
///
/// On Unix, every type that has a file descriptor (`std::os::fd::AsFd`) implements this trait. On
/// Windows, every type that has a handle (`std::os::windows::io::AsHandle`) implements it. You
/// cannot implement the trait yourself.
pub trait LocalFile: sealed::Descriptor {}

impl<T: HasFile> LocalFile for T {}

mod sealed {
    use crate::sys::os::open_file::HasFile;

    #[allow(unnameable_types, reason = "nobody else may implement it")]
    pub trait Descriptor: HasFile {}

    impl<T: HasFile> Descriptor for T {}
}
