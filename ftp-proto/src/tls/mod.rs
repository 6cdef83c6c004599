//! TLS without I/O, on rustls' unbuffered interface (feature `rustls`).
//!
//! Three values, from the outside in:
//!
//! * `TlsConfig` says whom to trust, and who we are; it is made once and shared.
//! * `TlsLogin` belongs to one control connection. All data connections of that login resume its
//!   sessions, and no other login's, because the session store is its own.
//! * `TlsChannel` is one connection: feed it what comes from the socket, send what stands in its
//!   `outgoing`, read and write plain text in between. Under it lies the `Pump`, which works on the
//!   caller's buffers, for those who keep their own.
//!
//! [`Reason`] says why TLS failed, and what can be done; it is there without the feature, too.
//!
//! # For whoever moves the bytes
//!
//! A channel has no socket and never waits. Whenever it was called, by whatever function, what
//! stands in `outgoing` is to be sent, after an error too: it is then the alert that tells the
//! peer. There is something to be sent in answer to mere reading, such as the reply to a key
//! update. Ciphertext may be fed in any pieces and at any time, before it is needed, too.
//!
//! | [want](crate::Want) | what to do |
//! |---|---|
//! | `SecureControl` | `login.connection()`, then `handshake` until it is `true` |
//! | `SecureData` | the same, with the same login; answer `resumed` if `TlsChannel::resumed` says so |
//! | reading | `read`: `Closed` is the end of file, `Cut` is none; `Blocked` wants more ciphertext |
//! | writing | `write` until all is taken, sending in between: it takes 64 KiB at a time |
//! | `CloseData`, our end | `close`, send all, half-close the socket, and read on to the peer's end, where the next session tickets are |
//! | `ClearControl` | `close`, send, read to `Closed`, and then `into_rest` must be empty |
//!
//! Sessions are resumed by tickets, which under TLS 1.3 are good for one connection each and come
//! at any time behind the handshake; a login keeps the four newest. Whoever drops a data connection
//! unread, loses those that it would have brought; whoever never reads any has a server that demands
//! resumption refuse the third or fourth transfer.
//!
//! In builds with debug assertions, rustls 0.23 panics where a server sends garbage behind our
//! close_notify. The panic is caught, though it says so on standard error, and is an error as it is
//! without assertions; but a program that is built with `panic = "abort"` would end. Such a program
//! turns them off, for rustls alone:
//!
//! ```toml
//! [profile.dev.package.rustls]
//! debug-assertions = false
//! ```
//!
//! A dialogue on arrays, with a server of rustls' own at the other end:
//!
//! ```
//! # #[cfg(feature = "ring")] {
//! use ftp_proto::tls::{PlainRead, TlsChannel, TlsConfig, rustls};
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
//! # let mut server = rustls::ServerConnection::new(std::sync::Arc::new(config))?;
//!
//! /// The network: what the channel has to say goes out, and what comes back is fed.
//! fn exchange(channel: &mut TlsChannel, server: &mut rustls::ServerConnection) {
//!     let mut bytes = channel.outgoing().to_vec();
//!     channel.advance(bytes.len());
//!     server.read_tls(&mut bytes.as_slice()).unwrap();
//!     server.process_new_packets().unwrap();
//!     bytes.clear();
//!     while server.wants_write() {
//!         server.write_tls(&mut bytes).unwrap();
//!     }
//!     channel.space(bytes.len())[..bytes.len()].copy_from_slice(&bytes);
//!     channel.filled(bytes.len());
//! }
//!
//! let login = TlsConfig::with_roots_pem(pem)?.login("ftp.example.org")?;
//! let mut channel = login.connection()?;
//! while !channel.handshake()? {
//!     exchange(&mut channel, &mut server);
//! }
//! let info = channel.info().expect("the handshake is done");
//! println!("{}, {}, resumed: {}", info.version, info.cipher_suite, info.resumed);
//!
//! assert_eq!(channel.write(b"NOOP\r\n")?, 6);
//! # exchange(&mut channel, &mut server);
//! # let mut heard = [0; 6];
//! # server.reader().read_exact(&mut heard)?;
//! # assert_eq!(&heard, b"NOOP\r\n");
//! # server.writer().write_all(b"200 Yes.\r\n")?;
//! # server.send_close_notify();
//! exchange(&mut channel, &mut server); // The server answers, and says that this is all.
//! let mut plain = [0; 64];
//! assert_eq!(channel.read(&mut plain)?, PlainRead::Bytes(10));
//! assert_eq!(&plain[..10], b"200 Yes.\r\n");
//! assert_eq!(channel.read(&mut plain)?, PlainRead::Closed);
//! channel.close()?;
//! exchange(&mut channel, &mut server);
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What is spoken
//!
//! TLS 1.2 and 1.3, without renegotiation, which rustls does not know, and without early data,
//! which can be replayed. Servers that speak nothing newer than 1.1 are refused, in words
//! ([`Reason::NoCommonVersion`]).

#[cfg(feature = "rustls")]
mod asked;
#[cfg(feature = "rustls")]
mod channel;
#[cfg(feature = "rustls")]
mod config;
#[cfg(feature = "rustls")]
mod info;
#[cfg(feature = "rustls")]
mod naming;
mod pin;
#[cfg(feature = "rustls")]
mod pump;
mod reason;
#[cfg(feature = "rustls")]
mod records;
#[cfg(feature = "rustls")]
mod store;
#[cfg(any(feature = "ring", feature = "aws-lc-rs"))]
mod verify;

#[cfg(feature = "rustls")]
pub use channel::{PlainRead, TlsChannel};
#[cfg(feature = "rustls")]
pub use config::{TlsConfig, TlsLogin};
#[cfg(feature = "rustls")]
pub use info::{TlsInfo, TlsVersion};
pub use pin::KeyPin;
#[cfg(feature = "rustls")]
pub use pump::Pump;
pub use reason::Reason;

/// The version of rustls that this crate is built with.
#[cfg(feature = "rustls")]
pub use rustls;
