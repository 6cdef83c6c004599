//! Standard input and standard output as files, which transfers can read and write without a copy,
//! and words on standard error.

use std::fmt;
use std::fs::File;
use std::io::{self, Write as _};
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

/// Writes to standard error. If that fails, as after the end of a terminal, nobody reads the words,
/// and the program does what is left to do. `eprint!` would panic.
pub(crate) fn tell(words: impl fmt::Display) {
    let _ = write!(io::stderr(), "{words}");
}

#[cfg(unix)]
fn file_of(stream: impl AsFd) -> io::Result<File> {
    Ok(stream.as_fd().try_clone_to_owned()?.into())
}

#[cfg(windows)]
fn file_of(stream: impl AsHandle) -> io::Result<File> {
    Ok(stream.as_handle().try_clone_to_owned()?.into())
}
