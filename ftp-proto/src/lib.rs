//! The FTP and FTPS client protocol without I/O: no sockets, no clock, no std.
//!
//! This crate decides what to send and what each reply means. Your program, or one of the adapters,
//! owns the sockets. Such an owner is called a *driver*. It feeds in the bytes that the server
//! sent, and writes the bytes that the session hands out. Each operation is a *flow*, which says
//! what it wants next:
//!
//! ```text
//!                     your driver: sockets, pipes, io_uring, arrays
//!        receive(bytes)  |   ^ outgoing()          ^ Want      | Answer
//!                        v   |                     |           v
//!   session    lines > replies > ledger      flow (one operation: Login, Open, Abort ...)
//!              what must survive a dropped   what is forgotten when the operation
//!              operation                     is dropped
//! ```
//!
//! * A [`Session`] is one control connection. It knows what was negotiated and which replies are
//!   still to come.
//! * A [`Flow`] is one operation as a plain value. All sequences of commands are in [`flows`].
//! * A [`Want`] is what the driver must do next. Each want carries the ticket for its one
//!   [`Answer`].
//! * [`DataPhase`](data::DataPhase) is a transfer while the driver moves its bytes.
//! * [`wire`] and [`reply`] are the lower layer: commands, replies and their grammars. You can use
//!   them alone.
//!
//! The crates `ftp-blocking` and `ftp-smol` are drivers for sockets. If you write a driver of your
//! own, [`embedding`] says what it must do.
//!
//! # A whole dialogue on arrays
//!
//! ```
//! use ftp_proto::flows::{Credentials, Finish, Greeting, Login, Open};
//! use ftp_proto::{
//!     Config, DataEnd, Error, Flow, Session, Step, Verdict, Wait, Want,
//! };
//!
//! /// What the server says, in this order: one entry each time that we wait for a reply.
//! let mut server = [
//!     &b"220 Welcome\r\n"[..],
//!     b"331 Password?\r\n",
//!     b"230 Hello\r\n",
//!     b"200 Binary\r\n",
//!     b"229 Extended passive (|||2020|)\r\n",
//!     b"150 Here it comes (5 bytes)\r\n",
//!     b"226 Done\r\n",
//! ]
//! .into_iter();
//! let mut sent = Vec::new();
//!
//! /// The driver: one loop, one `match`.
//! fn drive<F: Flow>(
//!     session: &mut Session,
//!     flow: F,
//!     server: &mut impl Iterator<Item = &'static [u8]>,
//!     sent: &mut Vec<u8>,
//! ) -> Result<F::Output, Error> {
//!     let (mut running, mut answer) = session.start(flow);
//!     loop {
//!         let want = match session.step(&mut running, answer)? {
//!             Step::Done(output) => return Ok(output),
//!             Step::Want(want) => want,
//!         };
//!         // Before a want is served, the session's bytes go out.
//!         sent.extend_from_slice(session.outgoing());
//!         session.advance(session.outgoing().len());
//!         answer = match want {
//!             // "Read what has already arrived." Here nothing has.
//!             Want::Receive(want) if want.wait() == Wait::Arrived => want.timed_out(),
//!             Want::Receive(want) => {
//!                 match server.next() {
//!                     Some(bytes) => session.receive(bytes),
//!                     None => session.receive_eof(),
//!                 }
//!                 want.received()
//!             }
//!             Want::Connect(want) => want.connected(),
//!             Want::CloseData(want) => want.closed(DataEnd::Clean),
//!             Want::Listen(want) => want.timed_out(), // no active mode in this example,
//!             Want::Accept(want) => want.timed_out(),
//!             Want::SecureControl(want) => want.timed_out(), // and no TLS
//!             Want::ClearControl(want) => want.timed_out(),
//!             Want::SecureData(want) => want.timed_out(),
//!         };
//!     }
//! }
//!
//! let mut session = Session::new(Config::default());
//! let ada = Credentials::new("ada", "secret")?;
//! drive(&mut session, Greeting::new(), &mut server, &mut sent)?;
//! drive(&mut session, Login::new(ada), &mut server, &mut sent)?;
//! let transfer = drive(&mut session, Open::retrieve("hello")?, &mut server, &mut sent)?;
//!
//! // The driver owns the data connection: its bytes do not pass through the core.
//! assert_eq!(transfer.size_hint(), Some(5));
//! assert_eq!(session.verdict(&transfer), Verdict::Open);
//! let data = b"hello";
//!
//! let finish = Finish::new(transfer, data.len() as u64, DataEnd::Clean);
//! let completion = drive(&mut session, finish, &mut server, &mut sent)?;
//! assert_eq!(completion.bytes, 5);
//! assert_eq!(
//!     sent,
//!     b"USER ada\r\nPASS secret\r\nTYPE I\r\nEPSV\r\nRETR hello\r\n",
//! );
//! # Ok::<(), Error>(())
//! ```
//!
//! # Features
//!
//! No feature is on by default. The crate then needs only `alloc`, nom and memchr.
//!
//! | feature | adds |
//! |---|---|
//! | `std` | conversions from and to `std::io::Error`, and between `Timestamp` and `SystemTime` |
//! | `rustls` | [`tls`](https://docs.rs/ftp-proto/latest/ftp_proto/tls/): TLS without I/O, and [`embedding::Driver`](https://docs.rs/ftp-proto/latest/ftp_proto/embedding/struct.Driver.html): a driver for streams that never wait |
//! | `ring`, `aws-lc-rs` | a provider of cryptography for `rustls` |
//! | `platform-verifier`, `webpki-roots` | trust roots: those of the operating system, or Mozilla's list |
//! | `encoding_rs` | `Encoding::for_label`: file names in GBK, Shift-JIS, windows-1251 and other encodings |
//! | `jiff`, `chrono` | conversions between [`Timestamp`](reply::Timestamp) and the times of these crates |
//! | `serde` | saving of [`Capabilities`], [entries](listing::Entry) as JSON and the like, and [`Timestamp`](reply::Timestamp) as text of RFC 3659 |
//! | `hashes` | SHA-512, SHA-1, MD5 and CRC-32 for [`files::Hasher`]; SHA-256 comes with `ring` and `aws-lc-rs` |
//! | `tracing` | a span for each operation, and events: see [Logs](#logs) |
//! | `proxy` | [`proxy`](https://docs.rs/ftp-proto/latest/ftp_proto/proxy/): SOCKS4, SOCKS5 and HTTP CONNECT |
//! | `simulator` | an FTP server without I/O for tests, and the contract table for drivers |
//!
//! On processors without atomic compare-and-swap (`thumbv6m`, `riscv32imc`), the crate also needs
//! `portable-atomic`, and its `Arc` is the one of `portable-atomic-util`. Your program then enables
//! the feature `critical-section` or `unsafe-assume-single-core` of `portable-atomic`.
//!
//! # Logs
//!
//! With the feature `tracing`, each operation has a span, for any subscriber of the crate
//! [tracing](https://docs.rs/tracing). The span is `ftp.operation`, with the level INFO. Its field
//! `operation` is the flow's [name](Flow::name), such as `Login`, and `host` is the host of the
//! options. If you drop an operation, its span ends when the next one begins. These are the events:
//!
//! | target | level | event |
//! |---|---|---|
//! | `ftp_proto::session` | DEBUG | the control connection is made (`host`, `peer`) |
//! | | INFO | a new control connection replaces the old one (`host`) |
//! | | INFO | the operation has failed because the server refused it (`kind`, `dead`, `error`) |
//! | | DEBUG | it has failed by an argument, a call or a limit of your program |
//! | | WARN | it has failed for another reason, such as a time-out or a lost connection |
//! | | ERROR | it has failed because clear text came where TLS begins or ends |
//! | `ftp_proto::control` | DEBUG | each `command` and each `reply`, with secrets masked as for an [observer](Observed) |
//! | | INFO | a command does not work here, so another one takes its place (`capability`), such as PASV for EPSV |
//! | | WARN | a reply belongs to no command (`code`), or replies and commands may not match any more |
//! | `ftp_proto::data` | DEBUG | the data connection: to connect, to listen, to accept and to close, and what came of it |
//! | | DEBUG | the data of a transfer begins (`verb`, `size_hint`, `protected`, `resumed`) and ends (`bytes`, `end`) |
//! | | INFO | the server has confirmed a transfer (`verb`, `bytes`) |
//! | | WARN | a stranger has connected in active mode, and was turned away (`from`) |
//! | `ftp_proto::tls` | DEBUG | a handshake begins, and what came of it |
//! | | INFO | what it has negotiated (`connection`, `version`, `cipher_suite`, `resumed`) |
//!
//! Targets, levels and fields stay as they are within a version 0.x; the messages may change. No
//! event holds a password, an account or file data. File names are in the commands.
//!
//! The crate `log` gets the events too, if your program depends on `tracing` with its feature `log`
//! and sets no subscriber:
//!
//! ```toml
//! tracing = { version = "0.1", features = ["log"] }
//! ```
//!
//! A driver of yours calls [`Session::set_peer`] and, after each handshake, `Session::note_tls`.
#![cfg_attr(not(any(feature = "std", test)), no_std)]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![warn(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::too_many_lines,
    clippy::arithmetic_side_effects,
    clippy::std_instead_of_core,
    clippy::alloc_instead_of_core
)]

extern crate alloc;

#[cfg(feature = "std")]
mod abort;
mod atomics;
mod capabilities;
mod counted;
pub mod data;
mod debug_level;
pub mod embedding;
mod error;
pub mod files;
mod flow;
pub mod flows;
pub mod listing;
mod local_name;
mod observer;
mod options;
mod path;
pub mod pool;
#[cfg(feature = "proxy")]
pub mod proxy;
mod remedy;
pub mod reply;
mod representation;
pub mod retry;
#[cfg(feature = "serde")]
mod saved_bytes;
mod session;
#[cfg(feature = "simulator")]
pub mod simulator;
pub mod sync;
mod target;
pub mod tls;
mod trace;
pub mod tree;
mod wait;
pub mod wire;

#[cfg(feature = "std")]
pub use abort::{AbortHandle, Stop};
pub use capabilities::{Capabilities, Capability, Support};
pub use debug_level::DebugLevel;
pub use error::{Cause, Error, ErrorKind, Misuse, ProxyFailure};
pub use flow::{
    Accept, Adopts, Answer, ClearControl, CloseData, Closing, Connect, Endpoint, Flow, Listen,
    Receive, SecureControl, SecureData, Step, Want,
};
pub use flows::copy::{Copied, CopyStep, ServerCopy, Side};
pub use local_name::{LocalName, UnsafeName, UnsafeRule};
pub use observer::{Observed, Observer};
pub use options::config::{
    AbortClose, AbortSignal, ActivePeer, Auth, Config, DataCommand, DataMode, MissingCloseNotify,
    PassiveAddress, PassiveCommand, ProtectWhen, Protection, ReplyCodes, Security, Utf8Names,
};
pub use options::encoding::{Codec, Encoding, Name, Unencodable};
pub use options::ftp_proxy::{FtpProxy, FtpProxyKind};
pub use options::limits::{LowSpeed, TransferLimits};
pub use options::netrc::{InvalidNetrc, Netrc, NetrcFault};
pub use options::optional_name::OptionalName;
pub use options::pipelining::{Pipelining, When};
pub use options::transfer::{LineEnds, SizeCheck, TransferOptions};
pub use options::url::{InvalidUrl, Url, UrlType};
pub use options::{FTP_PORT, IMPLICIT_PORT, ListingLimits, Options, Resumption};
pub use path::{HERE, InvalidPath, RemotePath};
pub use remedy::Remedy;
pub use reply::Features;
pub use representation::{FileStructure, Format, TransferType, TransmissionMode};
pub use session::Session;
pub use session::operation::Running;
pub use session::standing::Standing;
pub use session::transfer::{Aborted, Completion, DataEnd, Direction, Transfer, Verdict};
pub use target::Target;
pub use wait::{Clock, Timeouts, Wait};
pub use wire::{Command, Reply};
