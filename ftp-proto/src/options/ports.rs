//! The usual ports of the control connection.

/// The port of the control connection (RFC 959 section 5.2).
///
/// ```
/// use ftp_proto::{FTP_PORT, Options};
///
/// assert_eq!(Options::new("ftp.example.org").port, FTP_PORT);
/// ```
pub const FTP_PORT: u16 = 21;

/// The usual port of the control connection under implicit TLS. No RFC defines it.
///
/// ```
/// use ftp_proto::{IMPLICIT_PORT, Options};
///
/// let options = Options::new("ftp.example.org").with_port(IMPLICIT_PORT);
/// assert_eq!(options.port, 990);
/// ```
pub const IMPLICIT_PORT: u16 = 990;
