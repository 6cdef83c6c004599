//! Unix: a file and a socket are both a file descriptor.

pub(in crate::sys) mod files;
mod listener;
pub mod open_file;
pub(in crate::sys) mod sockets;
