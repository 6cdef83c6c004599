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

#[cfg(feature = "rustls")]
mod channel;
#[cfg(feature = "rustls")]
mod config;
#[cfg(feature = "rustls")]
mod info;
#[cfg(feature = "rustls")]
mod naming;
#[cfg(feature = "rustls")]
mod pump;
mod reason;
#[cfg(feature = "rustls")]
mod records;
#[cfg(any(feature = "ring", feature = "aws-lc-rs"))]
mod verify;

#[cfg(feature = "rustls")]
pub use channel::{PlainRead, TlsChannel};
#[cfg(feature = "rustls")]
pub use config::{TlsConfig, TlsLogin};
#[cfg(feature = "rustls")]
pub use info::{TlsInfo, TlsVersion};
#[cfg(feature = "rustls")]
pub use pump::Pump;
pub use reason::Reason;

/// The version of rustls that this crate is built with.
#[cfg(feature = "rustls")]
pub use rustls;
