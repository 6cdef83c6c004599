//! An FTP and FTPS client on blocking sockets.

mod channel;
mod client;
mod data;
mod data_connection;
mod drive;
mod lines;
#[cfg(feature = "simulator")]
mod memory;
mod net;
pub mod transport;

pub use client::Client;
pub use data::{Download, Upload};
pub use ftp_proto::flows::{self, Credentials};
pub use ftp_proto::tls::{self, TlsConfig};
pub use ftp_proto::{
    Aborted, Completion, Config, Error, ErrorKind, Features, ListingLimits, Misuse, Observed,
    Options, Protection, RemotePath, Reply, Resumption, Session, Timeouts, TransferOptions,
    TransferType, Wait, wire,
};
pub use lines::Lines;
#[cfg(feature = "simulator")]
pub use memory::Memory;
pub use net::Tcp;
