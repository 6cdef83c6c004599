//! Standard input and standard output as files, which transfers can read and write without a copy.

use std::fs::File;
use std::io;
#[cfg(unix)]
use std::os::fd::AsFd;
#[cfg(windows)]
use std::os::windows::io::AsHandle;

/// Returns standard input. It has no buffer, so nothing else may read from it meanwhile.
pub(crate) fn input() -> io::Result<File> {
    file_of(io::stdin())
}

/// Returns standard output. It has no buffer.
pub(crate) fn output() -> io::Result<File> {
    file_of(io::stdout())
}

#[cfg(unix)]
fn file_of(stream: impl AsFd) -> io::Result<File> {
    Ok(stream.as_fd().try_clone_to_owned()?.into())
}

#[cfg(windows)]
fn file_of(stream: impl AsHandle) -> io::Result<File> {
    Ok(stream.as_handle().try_clone_to_owned()?.into())
}
