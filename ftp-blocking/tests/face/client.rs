//! The client that the shared tests call. With this adapter it is `ftp_blocking::Client`, whose
//! calls block.

pub(crate) use ftp_blocking::*;
