//! What went wrong at a proxy.

use core::fmt;

/// What went wrong at a proxy, in an [`ErrorKind::Proxy`](super::ErrorKind::Proxy).
/// [`Error::inner`](super::Error::inner) shows the proxy's answer.
///
/// | failure | SOCKS4 | SOCKS5 (RFC 1928, RFC 1929) | HTTP (RFC 9110) | FTP proxy |
/// |---|---|---|---|---|
/// | `Login` | 92, 93 | no acceptable method, or the login is refused | 407 | a refusal of its USER, PASS or ACCT |
/// | `NotAllowed` | | 2 | 401, 403, 405, 451 | |
/// | `Unreachable` | | 3, 4, 6 | 404, 502, 503, 504 | |
/// | `Refused` | | 5 | | |
/// | `Unsupported` | an IPv6 address | 7, 8 | 501, 505 | |
/// | `Failed` | 91 | 1, and others | others | a refusal of SITE or OPEN |
///
/// ```
/// use ftp_proto::{Error, ErrorKind, ProxyFailure};
///
/// let error = Error::new(ErrorKind::Proxy(ProxyFailure::Login));
/// let advice = match error.kind() {
///     ErrorKind::Proxy(ProxyFailure::Login) => "check the proxy's password",
///     ErrorKind::Proxy(ProxyFailure::NoConnection) => "check the proxy's address",
///     ErrorKind::Proxy(_) => "ask the people who run the proxy",
///     _ => "look elsewhere",
/// };
/// assert_eq!(advice, "check the proxy's password");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ProxyFailure {
    /// The client could not connect to the proxy itself. The error underneath says why.
    NoConnection,
    /// The proxy's own name could not be resolved. The error underneath says why.
    Unresolved,
    /// The proxy refused its login, or demands one. The FTP server's login is another one: its
    /// refusal has [`Cause::LoginRefused`](crate::Cause::LoginRefused).
    Login,
    /// The proxy's rules do not allow this connection.
    NotAllowed,
    /// The proxy cannot reach the server, or does not know its name.
    Unreachable,
    /// The server refused the proxy's connection.
    Refused,
    /// The proxy cannot make such a connection.
    Unsupported,
    /// The proxy made no connection, and does not say why.
    Failed,
    /// The proxy's answer breaks the rules of its protocol. Perhaps it is a proxy of another kind.
    Protocol,
    /// The proxy closed the connection before it had answered.
    Closed,
}

#[cfg(feature = "std")]
impl ProxyFailure {
    /// The kind of `std::io::Error` that fits. `None`: the kind of the error underneath.
    pub(super) const fn io_kind(self) -> Option<std::io::ErrorKind> {
        use std::io::ErrorKind as Io;
        Some(match self {
            Self::NoConnection | Self::Unresolved => return None,
            Self::Login | Self::NotAllowed => Io::PermissionDenied,
            Self::Unreachable => Io::HostUnreachable,
            Self::Refused => Io::ConnectionRefused,
            Self::Unsupported => Io::Unsupported,
            Self::Failed => Io::Other,
            Self::Protocol => Io::InvalidData,
            Self::Closed => Io::ConnectionAborted,
        })
    }
}

impl fmt::Display for ProxyFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoConnection => "there is no connection to the proxy",
            Self::Unresolved => "the proxy's name cannot be resolved",
            Self::Login => "the proxy refused the login",
            Self::NotAllowed => "the proxy does not allow this connection",
            Self::Unreachable => "the proxy cannot reach the server",
            Self::Refused => "the server refused the proxy's connection",
            Self::Unsupported => "the proxy cannot make this connection",
            Self::Failed => "the proxy made no connection",
            Self::Protocol => "this is not the answer of such a proxy",
            Self::Closed => "the proxy closed the connection",
        })
    }
}
