//! TLS without I/O, on rustls' unbuffered interface (feature `rustls`).
//!
//! There are three types:
//!
//! * `TlsConfig` says which servers to trust, and holds the client's own certificate. You make it
//!   once and share it.
//! * `TlsLogin` belongs to one control connection. The data connections of a login resume only the
//!   sessions of this login, because each login has its own session store.
//! * `TlsChannel` is one connection. It has no socket and never waits: each operation says by
//!   `Next` whether it is done, or what it needs from the socket.
//!
//! [`Reason`] says why TLS failed and what you can do. It does not need the feature.
//!
//! # For those who move the bytes
//!
//! One loop serves all operations. This example works on arrays, with a rustls server as the peer.
//!
//! ```
//! # #[cfg(feature = "ring")] {
//! use ftp_proto::Error;
//! use ftp_proto::tls::{Next, PlainRead, TlsChannel, TlsConfig, rustls};
//! # use std::io::{Read as _, Write as _};
//! # let made = rcgen::generate_simple_self_signed(["ftp.example.org".to_owned()])?;
//! # let pem = made.cert.pem();
//! # let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
//! # let key = made.signing_key.serialize_der();
//! # let key = rustls::pki_types::PrivateKeyDer::try_from(key).unwrap();
//! # let config = rustls::ServerConfig::builder_with_provider(provider)
//! #     .with_safe_default_protocol_versions()?
//! #     .with_no_client_auth()
//! #     .with_single_cert(vec![made.cert.der().clone()], key)?;
//! # let server = rustls::ServerConnection::new(std::sync::Arc::new(config))?;
//! # struct Socket(rustls::ServerConnection);
//! # impl Socket {
//! #     fn write(&mut self, mut bytes: &[u8]) -> usize {
//! #         let sent = bytes.len();
//! #         while !bytes.is_empty() {
//! #             self.0.read_tls(&mut bytes).unwrap();
//! #             self.0.process_new_packets().unwrap();
//! #         }
//! #         sent
//! #     }
//! #     fn read(&mut self, mut space: &mut [u8]) -> usize {
//! #         self.0.write_tls(&mut space).unwrap()
//! #     }
//! # }
//! # let mut socket = Socket(server);
//!
//! /// Runs one operation, and moves bytes until it is done.
//! fn drive<T>(
//!     tls: &mut TlsChannel,
//!     socket: &mut Socket,
//!     mut operation: impl FnMut(&mut TlsChannel) -> Result<Next<T>, Error>,
//! ) -> Result<T, Error> {
//!     loop {
//!         let next = operation(tls);
//!         // For `Write`, wait for room. Before a read, and after an error, write only what
//!         // there is room for now.
//!         let sent = socket.write(tls.outgoing());
//!         tls.advance(sent);
//!         match next? {
//!             Next::Done(value) => return Ok(value),
//!             Next::Write | Next::Yield => {}
//!             Next::Read(room) => match socket.read(tls.space(room)) {
//!                 0 => tls.receive_eof(),
//!                 count => tls.filled(count),
//!             },
//!         }
//!     }
//! }
//!
//! let login = TlsConfig::with_roots_pem(pem)?.login("ftp.example.org")?;
//! let mut tls = login.connection()?;
//! drive(&mut tls, &mut socket, TlsChannel::handshake)?;
//! let info = tls.info().expect("the handshake is done");
//! println!("{}, {}, resumed: {}", info.version, info.cipher_suite, info.resumed);
//!
//! assert_eq!(drive(&mut tls, &mut socket, |tls| tls.write(b"NOOP\r\n"))?, 6);
//! drive(&mut tls, &mut socket, TlsChannel::flush)?;
//! # let mut heard = [0; 6];
//! # socket.0.reader().read_exact(&mut heard)?;
//! # assert_eq!(&heard, b"NOOP\r\n");
//! # socket.0.writer().write_all(b"200 Yes.\r\n")?;
//! # socket.0.send_close_notify();
//! let mut plain = [0; 64];
//! let read = drive(&mut tls, &mut socket, |tls| tls.read(&mut plain))?;
//! assert_eq!(read, PlainRead::Bytes(10));
//! assert_eq!(&plain[..10], b"200 Yes.\r\n");
//! let end = drive(&mut tls, &mut socket, |tls| tls.read(&mut plain))?;
//! assert_eq!(end, PlainRead::Closed); // an authentic end
//! drive(&mut tls, &mut socket, TlsChannel::close)?;
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | [want](crate::Want) | operation |
//! |---|---|
//! | `SecureControl` | `login.connection()`, then `handshake` |
//! | `SecureData` | answer `kept_last_ticket` if `login.must_keep_last_ticket(want.tickets())`; else `login.connection()` of the same login, then `handshake`; answer by `want.secured_with(tls.info().as_ref(), options.resumption)`, which refuses a full handshake if [`Resumption::Required`](crate::Resumption::Required) is set |
//! | `CloseData`, `SendEnd` | `close`, then half-close the socket |
//! | `CloseData`, `AwaitEnd` | `await_end` |
//! | `CloseData`, `Acknowledge` | `close` |
//! | `CloseData`, `Harvest` | `harvest` |
//! | `ClearControl` | `clear`, then drop the channel and go on in clear text |
//!
//! Sessions are resumed by tickets. In TLS 1.3 a ticket is good for one connection, and the server
//! may send it at any time after the handshake. A login keeps the two newest. If you drop a data
//! connection before you have read to its end, you lose its tickets. If you always do that, a
//! server that demands resumption refuses the third transfer.
//!
//! In builds with debug assertions, rustls 0.23 panics if a server sends garbage after the client's
//! close_notify. This crate catches the panic and returns an error, as in builds without
//! assertions, but a message appears on standard error. A program that is built with `panic =
//! "abort"` would end. If yours is, switch the assertions off for rustls alone:
//!
//! ```toml
//! [profile.dev.package.rustls]
//! debug-assertions = false
//! ```
//!
//! # What is spoken
//!
//! TLS 1.2 and 1.3, without renegotiation, which rustls does not support, and without early data,
//! which can be replayed. Servers that speak nothing newer than 1.1 are refused
//! ([`Reason::NoCommonVersion`]).

#[cfg(any(feature = "ring", feature = "aws-lc-rs"))]
mod certificate;
#[cfg(feature = "rustls")]
mod channel;
#[cfg(feature = "rustls")]
mod clear_text;
#[cfg(feature = "rustls")]
mod config;
#[cfg(feature = "rustls")]
mod errors;
#[cfg(any(feature = "ring", feature = "aws-lc-rs"))]
mod explaining_verifier;
#[cfg(feature = "rustls")]
mod info;
#[cfg(any(feature = "ring", feature = "aws-lc-rs"))]
mod key_verifier;
#[cfg(feature = "rustls")]
mod login_notes;
#[cfg(feature = "rustls")]
mod outgoing;
mod pin;
mod pin_text;
#[cfg(feature = "rustls")]
mod pump;
mod reason;
#[cfg(feature = "rustls")]
mod records;
#[cfg(feature = "rustls")]
#[cfg_attr(
    not(any(feature = "ring", feature = "aws-lc-rs")),
    allow(dead_code, reason = "only the library's own verifiers make a refusal")
)]
mod refusal;
#[cfg(feature = "rustls")]
mod resumption;
#[cfg(feature = "rustls")]
mod session_store;
mod tickets;
#[cfg(any(feature = "ring", feature = "aws-lc-rs"))]
mod weak_rsa;

#[cfg(feature = "rustls")]
pub use channel::{Next, PlainRead, TlsChannel};
#[cfg(all(
    any(feature = "ring", feature = "aws-lc-rs"),
    any(feature = "simulator", not(feature = "hashes"))
))]
pub(crate) use config::provider;
#[cfg(feature = "rustls")]
pub use config::{TlsConfig, TlsLogin};
#[cfg(feature = "rustls")]
pub use info::{TlsInfo, TlsVersion};
pub use pin::KeyPin;
pub use reason::Reason;
pub use tickets::Tickets;

/// The version of rustls that this crate is built with.
#[cfg(feature = "rustls")]
pub use rustls;
