//! What differs between Unix and Windows. Both folders have the same files and the same names, so
//! that the rest of the crate does not ask which system it runs on.
//!
//! | file | what it does |
//! |---|---|
//! | `open_file.rs` | reads and writes a file of the program |
//! | `files.rs` | opens, locks and tells apart files of the disk; turns paths into bytes and back |
//! | `sockets.rs` | the few calls on sockets that differ |
//! | `listener.rs` | the descriptor or handle of a listener, for a reactor |

mod locked;
#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
pub use unix::*;
#[cfg(windows)]
pub use windows::*;
