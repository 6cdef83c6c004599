//! TLS without I/O, on rustls' unbuffered interface (feature `rustls`).
//!
//! Three values, from the outside in:
//!
//! * [`TlsConfig`] says whom to trust; it is made once and shared.
//! * [`TlsLogin`] belongs to one control connection. All data connections of that login resume
//!   its sessions, and no other login's, because the session store is its own.
//! * [`TlsChannel`] is one connection: feed it what comes from the socket, send what stands in
//!   its [`outgoing`](TlsChannel::outgoing), read and write plain text in between. Under it lies
//!   the [`Pump`], which works on the caller's buffers, for those who keep their own.

mod channel;
mod config;
mod pump;
mod records;

pub use channel::{PlainRead, TlsChannel};
pub use config::{TlsConfig, TlsLogin};
pub use pump::Pump;

/// The version of rustls that this crate is built with.
pub use rustls;
