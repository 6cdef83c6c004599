//! An FTP server for tests, without sockets, threads or clocks.
//!
//! A [`Simulator`] is a pure state machine. The client's side of every connection is a [`Link`],
//! which the test reads and writes; the server reacts within these calls. Files are kept in memory.
//! With the feature `rustls`, the server speaks explicit TLS. A [`Setup`] scripts what goes wrong,
//! by [`Fault`]s. When the client can only wait, [`Simulator::release_held`] releases one thing
//! that a fault holds back, or says that only a time-out is left.
//!
//! Files have lines that end with LF. TYPE A turns LF into CRLF and back; the formats of TYPE A
//! change nothing. Every file was modified on 1 January 2024, unless MFMT has changed that.
//!
//! Some things are simplified. TYPE E is accepted, but moves bytes as they are. PORT and EPRT lead
//! to a port of the client, and ignore the address; if two servers are [`couple`]d, they may also
//! lead to a port of the other server. [`Simulator::announced`] returns the address.
//!
//! # Example
//!
//! ```
//! use ftp_proto::simulator::{Connected, Read, Setup, Simulator, Write};
//!
//! let mut server = Simulator::new(Setup::new().directory("/pub"));
//! let Connected::Open(control) = server.connect(21) else {
//!     panic!("refused")
//! };
//!
//! let mut buffer = [0; 80];
//! let mut expect = |server: &mut Simulator, reply: &[u8]| {
//!     let Read::Bytes(n) = server.read(control, &mut buffer) else {
//!         panic!("no reply")
//!     };
//!     assert_eq!(&buffer[..n], reply);
//! };
//! expect(&mut server, b"220 simulator ready\r\n");
//!
//! for (command, reply) in [
//!     (&b"USER user\r\n"[..], &b"331 Please specify the password.\r\n"[..]),
//!     (b"PASS secret\r\n", b"230 Login successful.\r\n"),
//!     (b"PWD\r\n", b"257 \"/\" is the current directory\r\n"),
//! ] {
//!     assert_eq!(server.write(control, command), Write::Bytes(command.len()));
//!     expect(&mut server, reply);
//! }
//! assert!(server.logged_in());
//! server.close(control);
//! assert_eq!(server.open_links(), 0);
//! ```

#![allow(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "support for tests, where a broken assumption should be loud"
)]

mod by_flows;
mod commands;
pub mod contract;
mod couple;
mod data_phase;
mod extensions;
mod facts;
mod fault;
mod files;
mod lines;
mod link;
#[cfg(feature = "rustls")]
mod network;
mod outbox;
mod ports;
mod server;
mod session;
mod settings;
mod setup;
mod state;
mod store;
mod table;
mod tls;
#[cfg(any(feature = "ring", feature = "aws-lc-rs"))]
mod tls_ends;
mod transfer;
mod verbs;
mod world;

#[cfg(test)]
mod tests;

pub use by_flows::{ByFlows, RunsFlows};
pub use couple::couple;
pub use fault::{Action, Fault, Then};
pub use link::{Connected, Link, Read, Write};
pub use server::Simulator;
pub use setup::{DuringTransfer, Setup};
pub use state::TransferRecord;
pub use table::cases;
#[cfg(any(feature = "ring", feature = "aws-lc-rs"))]
pub use tls_ends::tls_ends;
pub use world::{End, Port, World};
