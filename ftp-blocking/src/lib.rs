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
//! # TLS
//!
//! With a private CA:
//!
//! ```no_run
//! use ftp_blocking::{Client, Options, TlsConfig};
//!
//! let tls = TlsConfig::with_roots_pem(std::fs::read("company-ca.pem")?)?;
//! let mut client = Client::connect(Options::new("ftp.example.org").with_tls(tls))?;
//! client.login("ada", "secret")?;
//! client.store("report.csv", std::fs::read("report.csv")?)?;
//! client.quit()?;
//! # Ok::<(), ftp_blocking::Error>(())
//! ```
//!
//! | wanted | how |
//! |---|---|
//! | implicit TLS | [`Options::with_implicit_tls`] |
//! | a certificate of the client's | `TlsConfig::with_client_certificate` |
//! | one version alone | `TlsConfig::with_only_version` |
//! | a pinned key | `TlsConfig::with_pinned_keys` |
//! | any certificate at all | `TlsConfig::dangerous_accept_any_certificate` |
//! | a configuration of your own | `TlsConfig::from(rustls::ClientConfig)`, of [`tls::rustls`] |
//! | resumption or nothing | [`Options::with_resumption`] |
//! | what TLS came to | [`Client::tls_info`], [`Client::data_tls_info`], [`Download::tls_info`], [`Upload::tls_info`] |
//! | why it failed, in words | `Display` of [`Error`]; for programs [`Error::tls_reason`] |
//! | data in clear text, on purpose | [`Config::with_protection`] |
//! | the control connection in clear text again (CCC) | [`Client::clear_control`] |
//! | a server that sends no close_notify | [`Config::with_missing_close_notify`] |
//! | another connection for one that is lost | [`Client::reconnect`] |
//!
//! # Features
//!
//! | feature | adds |
//! |---|---|
//! | `client` (default) | all that is described here; the other features bring it along |
//! | `ring` (default), `aws-lc-rs` | a provider for rustls; without one, bring a `ClientConfig` |
//! | `platform-verifier` (default), `webpki-roots` | whom [`TlsConfig`] can trust |
//! | `simulator` | `Memory`, a network with a simulated server |

#![warn(clippy::too_many_lines)]

#[cfg(feature = "client")]
mod bulk;
#[cfg(feature = "client")]
mod channel;
#[cfg(feature = "client")]
mod client;
#[cfg(feature = "client")]
mod connect;
#[cfg(feature = "client")]
mod copy;
#[cfg(feature = "client")]
mod data;
#[cfg(feature = "client")]
mod data_connection;
#[cfg(feature = "client")]
mod drive;
#[cfg(feature = "client")]
mod lines;
#[cfg(feature = "simulator")]
mod memory;
#[cfg(feature = "client")]
mod net;
#[cfg(feature = "client")]
mod operations;
#[doc(hidden)]
pub mod sys;
#[cfg(feature = "client")]
mod transfers;
#[cfg(feature = "client")]
pub mod transport;

#[cfg(feature = "client")]
pub use client::Client;
#[cfg(feature = "client")]
pub use data::{Download, Upload};
#[cfg(feature = "client")]
pub use ftp_proto::data::Entry;
#[cfg(feature = "client")]
pub use ftp_proto::flows::{self, Credentials};
#[cfg(feature = "client")]
pub use ftp_proto::reply::Timestamp;
#[cfg(feature = "client")]
pub use ftp_proto::tls::{self, TlsConfig};
#[cfg(feature = "client")]
pub use ftp_proto::{
    AbortSignal, Aborted, ActivePeer, Auth, Codec, Completion, Config, Copied, DataCommand,
    DataMode, Encoding, Error, ErrorKind, FTP_PORT, Features, FileStructure, Format, HERE,
    IMPLICIT_PORT, InvalidPath, LineEnds, ListingLimits, MissingCloseNotify, Misuse, Name,
    Observed, Observer, Options, PassiveAddress, PassiveCommand, ProtectWhen, Protection,
    RemotePath, Reply, ReplyCodes, Resumption, Security, ServerCopy, Session, SizeCheck, Standing,
    Timeouts, TransferOptions, TransferType, TransmissionMode, Utf8Names, Wait, reply, wire,
};
#[cfg(feature = "client")]
pub use lines::Lines;
#[cfg(feature = "simulator")]
pub use memory::Memory;
#[cfg(feature = "client")]
pub use net::Tcp;
