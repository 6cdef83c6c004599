//! An FTP and FTPS client on blocking sockets.
//!
//! ```no_run
//! use ftp_blocking::{Client, Options, TlsConfig};
//! use std::io::Read as _;
//!
//! let options = Options::new("ftp.example.org").with_tls(TlsConfig::platform()?);
//! let mut client = Client::connect(options)?;
//! client.login("ada", "secret")?;
//! let mut report = String::new();
//! client.download("report.txt")?.read_to_string(&mut report)?;
//! client.quit()?;
//! # Ok::<(), ftp_blocking::Error>(())
//! ```
//!
//! [`Client`] has one method for each operation; [`Download`] and [`Upload`] are plain `Read` and
//! `Write`. Whatever is dropped or forgotten, the next operation pays what it left owing (it
//! flushes, aborts, reads what is still to come), or says that the session is dead. Every wait has
//! a limit by its class ([`Timeouts`]).
//!
//! The protocol itself is in `ftp-proto`, and its flows can be run with [`Client::run`]. The same
//! client for async programs is `ftp-smol`: same names, same files. Transports of your own
//! implement [`transport::Network`].
//!
//! | feature | adds |
//! |---|---|
//! | `ring` (default), `aws-lc-rs` | a provider for rustls; without one, bring a `ClientConfig` |
//! | `platform-verifier` (default), `webpki-roots` | whom [`TlsConfig`] can trust |
//! | `simulator` | `Memory`, a network with a simulated server |

mod ahead;
mod bulk;
mod channel;
mod client;
mod connect;
mod copy;
mod data;
mod data_connection;
mod drive;
mod kernel;
mod lines;
mod listen;
#[cfg(feature = "simulator")]
mod memory;
mod net;
mod operations;
mod transfers;
pub mod transport;

pub use client::Client;
pub use data::{Download, Upload};
pub use ftp_proto::data::Entry;
pub use ftp_proto::flows::{self, Credentials};
pub use ftp_proto::reply::Timestamp;
pub use ftp_proto::tls::{self, TlsConfig};
pub use ftp_proto::{
    AbortSignal, Aborted, Auth, Codec, Completion, Config, Copied, DataCommand, DataMode, Encoding,
    Error, ErrorKind, FTP_PORT, Features, FileStructure, Format, HERE, IMPLICIT_PORT, InvalidPath,
    LineEnds, ListingLimits, MissingCloseNotify, Misuse, Name, Observed, Options, PassiveAddress,
    ProtectWhen, Protection, RemotePath, Reply, Resumption, Security, ServerCopy, Session,
    Standing, Timeouts, TransferOptions, TransferType, TransmissionMode, Wait, reply, wire,
};
pub use lines::Lines;
#[cfg(feature = "simulator")]
pub use memory::Memory;
pub use net::Tcp;
