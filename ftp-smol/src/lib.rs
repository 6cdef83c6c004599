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
//! [`Client`] has one method for each operation; [`Download`] and [`Upload`] are `AsyncRead` and
//! `AsyncWrite`. Wherever a future is dropped, nothing is lost but the wait: the next operation
//! pays what the dropped one left owing (it flushes, aborts, reads what is still to come), or says
//! that the session is dead. Every wait has a limit by its class ([`Timeouts`]).
//!
//! The protocol itself is in `ftp-proto`, and its flows can be run with [`Client::run`]. The same
//! client on blocking sockets is `ftp-blocking`: same names, same files. Transports of your own
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
//! | `ring` (default), `aws-lc-rs` | a provider for rustls; without one, bring a `ClientConfig` |
//! | `platform-verifier` (default), `webpki-roots` | whom [`TlsConfig`] can trust |
//! | `simulator` | `Memory`, a network with a simulated server |

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
    AbortSignal, Aborted, ActivePeer, Auth, Codec, Completion, Config, Copied, DataCommand,
    DataMode, Encoding, Error, ErrorKind, FTP_PORT, Features, FileStructure, Format, HERE,
    IMPLICIT_PORT, InvalidPath, LineEnds, ListingLimits, MissingCloseNotify, Misuse, Name,
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
