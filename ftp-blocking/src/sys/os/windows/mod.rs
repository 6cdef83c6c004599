//! Windows: a file is a handle, and a socket is another kind of handle.

pub(in crate::sys) mod files;
mod listener;
pub mod open_file;
pub(in crate::sys) mod sockets;
