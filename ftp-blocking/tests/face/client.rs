//! The client that the shared tests call: the client of this adapter, which blocks anyway.

pub(crate) use ftp_blocking::*;
