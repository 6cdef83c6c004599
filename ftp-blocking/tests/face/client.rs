//! The client that the shared tests call. Here it is the adapter's own client, whose calls block.

pub(crate) use ftp_blocking::*;
