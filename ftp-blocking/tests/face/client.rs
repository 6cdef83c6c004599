//! The client that the shared tests call: this adapter's own, which blocks by nature.

pub(crate) use ftp_blocking::*;
