//! The FTP and FTPS client protocol without I/O.
#![cfg_attr(not(any(feature = "std", test)), no_std)]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![warn(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::std_instead_of_core,
    clippy::alloc_instead_of_core
)]

extern crate alloc;

mod attribution;
mod config;
pub mod data;
mod error;
mod flow;
pub mod flows;
mod ledger;
mod options;
mod path;
pub mod reply;
mod session;
mod settle;
#[cfg(feature = "simulator")]
pub mod simulator;
#[cfg(feature = "rustls")]
pub mod tls;
mod transfer;
pub mod wire;

pub use config::{
    AbortSignal, Config, DataCommand, DataMode, PassiveAddress, Protection, Security,
};
pub use error::{Error, ErrorKind, Misuse};
pub use flow::{
    Accept, Adopts, Answer, ClearControl, Clock, CloseData, Closing, Connect, Endpoint, Flow,
    Listen, Receive, SecureControl, SecureData, Step, Wait, Want,
};
pub use options::{FTP_PORT, ListingLimits, Options, Resumption, Timeouts, TransferOptions};
pub use path::{InvalidPath, RemotePath};
pub use reply::Features;
pub use session::{Observed, Running, Session};
pub use transfer::{
    Aborted, Completion, DataEnd, Direction, Transfer, TransferId, TransferType, Verdict,
};
pub use wire::{Command, Reply};
