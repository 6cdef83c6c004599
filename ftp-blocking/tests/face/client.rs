//! The client that the shared tests call: this adapter's own.

pub(crate) use ftp_blocking::*;
