//! The usual ports of the control connection.

/// The port of the control connection (RFC 959 section 5.2).
pub const FTP_PORT: u16 = 21;

/// The usual port of the control connection under implicit TLS. No RFC defines it.
pub const IMPLICIT_PORT: u16 = 990;
