//! An FTP and FTPS client on smol, whose futures may be dropped at any point.
//!
//! ```no_run
//! # smol::block_on(async {
//! use ftp_smol::{Client, Options, TlsConfig};
//! use smol::io::AsyncReadExt as _;
//!
//! let options = Options::new("ftp.example.org").with_tls(TlsConfig::platform()?);
//! let mut client = Client::connect(options).await?;
//! client.login("ada", "secret").await?;
//! let mut report = String::new();
//! client.download("report.txt").await?.read_to_string(&mut report).await?;
//! client.quit().await?;
//! # Ok::<(), ftp_smol::Error>(())
//! # })?;
//! # Ok::<(), ftp_smol::Error>(())
//! ```
//!
//! [`Client`] has one method for each operation. [`Download`] implements `AsyncRead`, and
//! [`Upload`] implements `AsyncWrite`.
//!
//! You may drop any future, and drop or forget a transfer, at any point. The next operation then
//! cleans up first: it flushes, aborts the transfer, and reads the replies that are still to come.
//! If that fails, the operation returns an error that says that the session is dead. Every wait has
//! a time limit; [`Timeouts`] lists them.
//!
//! The protocol itself is in the crate `ftp-proto`, which has a value for each operation, called a
//! flow. [`Client::run`] runs any of them. For programs without async there is `ftp-blocking`, the
//! same client with the same names. To use another transport than TCP, such as a proxy or a tunnel,
//! implement [`transport::Network`].
//!
//! # TLS
//!
//! With a private CA:
//!
//! ```no_run
//! # smol::block_on(async {
//! use ftp_smol::{Client, Options, TlsConfig};
//!
//! let tls = TlsConfig::with_roots_pem(std::fs::read("company-ca.pem")?)?;
//! let mut client = Client::connect(Options::new("ftp.example.org").with_tls(tls)).await?;
//! client.login("ada", "secret").await?;
//! client.store("report.csv", std::fs::read("report.csv")?).await?;
//! client.quit().await?;
//! # Ok::<(), ftp_smol::Error>(())
//! # })?;
//! # Ok::<(), ftp_smol::Error>(())
//! ```
//!
//! | you want | use |
//! |---|---|
//! | implicit TLS | [`Options::with_implicit_tls`] |
//! | a client certificate | `TlsConfig::with_client_certificate` |
//! | only one TLS version | `TlsConfig::with_only_version` |
//! | to pin the server's key | `TlsConfig::with_pinned_keys` |
//! | to accept any certificate, which is insecure | `TlsConfig::dangerous_accept_any_certificate` |
//! | the keys of TLS connections in a file for Wireshark | `TlsConfig::with_key_log_file` |
//! | your own rustls configuration | `TlsConfig::from(rustls::ClientConfig)`; [`tls::rustls`] has the type |
//! | to refuse data connections that do not resume the login's TLS session | [`Options::with_resumption`] |
//! | the TLS version, the cipher suite and the certificates in use | [`Client::tls_info`], [`Client::data_tls_info`], [`Download::tls_info`], [`Upload::tls_info`] |
//! | the reason why TLS failed | print the [`Error`]; in a program, match [`Error::tls_reason`] |
//! | data connections in clear text, on purpose | [`Config::with_protection`] |
//! | the control connection in clear text after the login (CCC) | [`Client::clear_control`] |
//! | to work with a server that sends no close_notify | [`Config::with_missing_close_notify`] |
//! | a new connection after the first one was lost | [`Client::reconnect`] |
//!
//! # Features
//!
//! | feature | adds |
//! |---|---|
//! | `ring` (default), `aws-lc-rs` | a cryptography provider for rustls; without either, pass your own `ClientConfig` |
//! | `platform-verifier` (default), `webpki-roots` | the certificate authorities that [`TlsConfig`] can trust: the operating system's, or Mozilla's list |
//! | `simulator` | `Memory`, a network in memory with a simulated server, for tests |

#![warn(clippy::too_many_lines)]

mod bulk;
mod channel;
mod client;
mod connect;
mod copy;
mod data;
mod data_connection;
mod deadline;
mod drive;
mod lines;
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
    AbortClose, AbortSignal, Aborted, ActivePeer, Auth, Codec, Completion, Config, Copied,
    DataCommand, DataMode, Encoding, Error, ErrorKind, FTP_PORT, Features, FileStructure, Format,
    HERE, IMPLICIT_PORT, InvalidPath, LineEnds, ListingLimits, MissingCloseNotify, Misuse, Name,
    Observed, Observer, Options, PassiveAddress, PassiveCommand, ProtectWhen, Protection,
    RemotePath, Reply, ReplyCodes, Resumption, Security, ServerCopy, Session, SizeCheck, Standing,
    Timeouts, TransferOptions, TransferType, TransmissionMode, Utf8Names, Wait, reply, wire,
};
pub use lines::Lines;
#[cfg(feature = "simulator")]
pub use memory::Memory;
pub use net::Tcp;

/// The README's examples compile.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
