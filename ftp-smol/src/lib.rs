//! An FTP and FTPS client on smol.
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
//! [`Client`] has a method for each common operation.
//!
//! On tokio, enable the feature `tokio` and replace `Client::connect(options)` by
//! `Client::connect_over(TokioTcp::new(), options)`. The [cookbook](cookbook::tokio) has more.
//!
//! [`Download`] implements `AsyncRead`. It reports the end of file only after all bytes have come
//! and the server has confirmed the transfer. If you then need the server's reply, call
//! [`Download::finish`]. [`Upload`] implements `AsyncWrite`. After the last byte, call
//! [`Upload::finish`], which returns after the server has confirmed that it has the file. Without
//! this call, the upload counts as unfinished and is aborted.
//!
//! You may drop any future or transfer at any point. A command whose future you dropped may or may
//! not have been done. The next operation first cleans up: it aborts an unfinished transfer, if
//! there is one, and reads the replies that are still to come. If that fails, the session has
//! ended, and every operation returns an error that says so: call [`Client::reconnect`]. A dropped
//! upload may leave a partial file on the server.
//!
//! Every wait has a time limit. [`Timeouts`] holds the limits; to change them, pass it to
//! [`Options::with_timeouts`]. A [`Config`] holds the settings of the protocol, such as passive or
//! active mode, and TLS on data connections. It also says whether the client accepts reply codes
//! that the RFCs do not list for a command. To change it, call [`Options::with_config`].
//!
//! For programs without async there is `ftp-blocking`, whose types and methods have the same names.
//! Both use the crate `ftp-proto`, which holds the protocol. In `ftp-proto` each operation is a
//! state machine, called a flow. [`Client::run`] runs any flow, even one that has no method here.
//! To connect in another way than directly by TCP, for example through a tunnel of your own,
//! implement [`transport::Network`].
//!
//! # Tasks
//!
//! The [`cookbook`] has a whole program for each task.
//!
//! | you want to | recipe | types and methods |
//! |---|---|---|
//! | download a file, with progress | [files](cookbook::files#download-a-file-and-show-the-progress) | [`Client::get_file`], [`get`], [`Progress`] |
//! | upload a file | [files](cookbook::files#upload-a-file) | [`Client::put_file`], [`put`] |
//! | go on with an interrupted file, compare hashes | [files](cookbook::files#go-on-with-an-interrupted-transfer) | [`FileOptions`], [`resume`] |
//! | upload or download a tree | [trees](cookbook::trees#upload-a-tree) | [`Client::upload_tree`], [`Client::download_tree`], [`put_tree`], [`get_tree`], [`SyncReport`] |
//! | sync, see a plan first, mirror | [trees](cookbook::trees#sync-newer-files-down) | [`Client::plan_download`], [`Client::plan_upload`], [`Client::sync`], [`SyncOptions`], [`SyncPlan`] |
//! | mirror every hour, mail what failed | [trees](cookbook::trees#mirror-a-directory-every-hour-and-mail-what-failed) | [`Client::connect_retrying`], [`Client::download_tree_with`], [`SyncReport::is_complete`] |
//! | try again, with back-off | [retry](cookbook::retry) | [`Client::retrying`], [`RetryPolicy`] |
//! | move many files at once | [parallel](cookbook::parallel) | [`Pool`] |
//! | read or write a stream, or a file in memory | [files](cookbook::files#read-and-write-while-the-bytes-move) | [`Download`], [`Upload`], [`Client::fetch`], [`Client::store`] |
//! | list with kinds and dates | [listings](cookbook::listings#list-a-directory-with-kinds-sizes-and-dates) | [`Client::read_dir`], [`Entry`], [`list`] |
//! | find files, ask whether one is there | [listings](cookbook::listings#find-files-by-a-pattern-at-any-depth) | [`Client::glob`], [`Client::walk`], [`Client::exists`], [`Client::metadata`] |
//! | FTPS: explicit or implicit | [tls](cookbook::tls) | [`Options::with_tls`], [`Options::with_implicit_tls`] |
//! | a private CA, a pinned key, a client certificate | [tls](cookbook::tls#a-private-ca-or-the-servers-own-certificate) | [`TlsConfig`] |
//! | TLS session resumption | [tls](cookbook::tls#session-resumption) | [`Options::with_resumption`], [`Client::data_tls_info`] |
//! | know why TLS fails | [tls](cookbook::tls#why-does-tls-fail) | [`Error::tls_reason`], [`Client::tls_info`] |
//! | active mode | [connections](cookbook::connections#active-mode) | [`Options::with_active_mode`] |
//! | a proxy, a network of your own | [connections](cookbook::connections#a-socks-or-http-proxy) | `Options::with_proxy` (feature `proxy`), [`Options::with_ftp_proxy`], [`transport::Network`] |
//! | names in other encodings, safe local names | [names](cookbook::names) | [`Encoding`], [`LocalName`] |
//! | know what an error means | [errors](cookbook::errors) | [`Error::cause`], [`Error::is_temporary`] |
//! | cancel, limit times and speeds | [stopping](cookbook::stopping) | [`AbortHandle`], [`Timeouts`], [`TransferLimits`], [`Options::with_total_time`] |
//! | use tokio | [tokio](cookbook::tokio) | `TokioTcp` (feature `tokio`), [`Client`] (its futures are `Send`) |
//! | credentials from a URL or `.netrc` | [connections](cookbook::connections#the-password-from-netrc-or-the-environment) | [`Url`], [`Netrc`] |
//! | see what is sent | [logs](cookbook::logs) | [`Options::with_observer`], [`DebugLevel`], feature `tracing` |
//! | read and write objects, for DataFusion and others | `store` | `store::FtpStore` (feature `object-store`) |
//! | test your program without a server | [testing](cookbook::testing) | `Memory` (feature `simulator`) |
//! | come from another client | [suppaftp](cookbook::from_suppaftp), [ftplib](cookbook::from_ftplib), [curl](cookbook::from_curl) | |
//! | send any other command | | [`Client::raw`], [`Client::run`] |
//!
//! # Features
//!
//! | feature | adds |
//! |---|---|
//! | `ring` (default), `aws-lc-rs` | a cryptography provider for rustls; without either, pass your own `ClientConfig` |
//! | `platform-verifier` (default), `webpki-roots` | the certificate authorities that [`TlsConfig`] can trust: the operating system's, or Mozilla's list |
//! | `encoding_rs` | `Encoding::for_label`: file names in GBK, Shift-JIS, windows-1251 and other encodings |
//! | `jiff`, `chrono` | conversions between [`Timestamp`] and the times of these crates |
//! | `serde` | `Serialize` and `Deserialize` for [`Capabilities`] (what the server can do) and [`Timestamp`] (a text such as `20260102030405`) |
//! | `hashes` | SHA-512, SHA-1, MD5 and CRC-32 of local files, besides SHA-256, to compare them with the server's hashes: see [`files::Verify`] |
//! | `tracing` | a span for each operation, and events: see [Logs](#logs) |
//! | `proxy` | `Options::with_proxy`: SOCKS4, SOCKS5 and HTTP proxies (CONNECT) |
//! | `tokio` | `TokioTcp`: sockets on the reactor of tokio |
//! | `object-store` | `store::FtpStore`: files on a server as objects of the crate `object_store` 0.13, for DataFusion and others |
//! | `simulator` | `Memory`, a network in memory with a simulated server, for tests |
//!
//! # Logs
//!
//! With the feature `tracing`, each operation of a client has a span `ftp.operation`, for any
//! subscriber of the crate [tracing](https://docs.rs/tracing). These are the targets of the events:
//!
//! | target | INFO and above | DEBUG |
//! |---|---|---|
//! | `ftp_proto::session` | errors, and connections that replace a lost one | connections |
//! | `ftp_proto::control` | second tries by another command, and replies that belong to no command | each command and reply, with secrets masked |
//! | `ftp_proto::data` | confirmed transfers | what happens to each data connection |
//! | `ftp_proto::tls` | version, cipher suite and resumption of each handshake | when it begins and ends |
//!
//! The crate `log` gets the events too, if your program depends on `tracing` with its feature `log`
//! and sets no subscriber. [`ftp_proto`](ftp_proto#logs) lists all events and their fields.

#![warn(clippy::too_many_lines)]

mod batch;
mod bulk;
mod by_url;
mod channel;
mod client;
mod connect;
mod control;
pub mod cookbook;
mod copy;
mod data;
mod data_connection;
mod deadline;
mod drive;
mod lines;
#[cfg(feature = "simulator")]
mod memory;
mod metadata;
mod net;
#[cfg(feature = "tokio")]
mod on_tokio;
mod operations;
mod owned;
mod parallel;
mod pool;
mod reactor;
mod read_dir;
mod retrying;
mod secured;
mod shared_run;
mod socket;
mod stop;
#[cfg(feature = "object-store")]
pub mod store;
mod transfers;
pub mod transport;
mod trees;
#[cfg(feature = "proxy")]
mod tunnel;
mod walk;
mod whole_files;
mod whole_trees;

pub use batch::{Downloads, Uploads};
pub use by_url::{get, get_tree, list, put, put_tree, resume};
pub use client::Client;
pub use data::{Download, Upload};
pub use ftp_blocking::sys::local_file::LocalFile;
pub use ftp_proto::data::{Progress, ProgressFlow, Returned};
pub use ftp_proto::files::{self, FileOptions, FileReport};
pub use ftp_proto::flows::{self, Credentials};
pub use ftp_proto::listing::{self, Entry};
pub use ftp_proto::pool::PoolOptions;
#[cfg(feature = "proxy")]
pub use ftp_proto::proxy::{self, Proxy};
pub use ftp_proto::reply::Timestamp;
pub use ftp_proto::retry::{self, RetryPolicy};
pub use ftp_proto::sync::{
    self, Compare, Extra, Filter, SyncOptions, SyncPlan, SyncProgress, SyncReport,
};
pub use ftp_proto::tls::{self, TlsConfig};
pub use ftp_proto::tree::{
    self, DeleteOptions, Existence, Metadata, Pattern, TreeSize, WalkEntry, WalkError, WalkOptions,
};
pub use ftp_proto::{
    AbortClose, AbortHandle, AbortSignal, Aborted, ActivePeer, Auth, Capabilities, Capability,
    Cause, Codec, Completion, Config, Copied, DataCommand, DataMode, DebugLevel, Encoding, Error,
    ErrorKind, FTP_PORT, Features, FileStructure, Format, FtpProxy, FtpProxyKind, HERE,
    IMPLICIT_PORT, InvalidPath, LineEnds, ListingLimits, LocalName, LowSpeed, MissingCloseNotify,
    Misuse, Name, Observed, Observer, OptionalName, Options, PassiveAddress, PassiveCommand,
    Pipelining, ProtectWhen, Protection, ProxyFailure, Remedy, RemotePath, Reply, ReplyCodes,
    Resumption, Security, ServerCopy, Session, SizeCheck, Standing, Support, Timeouts,
    TransferLimits, TransferOptions, TransferType, TransmissionMode, UnsafeName, UnsafeRule,
    Utf8Names, Wait, When, reply, wire,
};
pub use ftp_proto::{InvalidNetrc, InvalidUrl, Netrc, NetrcFault, Url, UrlType};
pub use lines::Lines;
#[cfg(feature = "simulator")]
pub use memory::Memory;
pub use net::Tcp;
#[cfg(feature = "tokio")]
pub use net::TokioTcp;
pub use owned::{OwnedDownload, OwnedUpload};
pub use pool::{Pool, PooledClient};
pub use read_dir::ReadDir;
pub use retrying::Retrying;
pub use walk::Walk;

/// Compiles the examples in the README as tests.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
