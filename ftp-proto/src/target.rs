//! What a network is asked to connect to.

use core::net::SocketAddr;

/// What to connect to: by name, so that a proxy can serve it.
///
/// ```
/// use ftp_proto::Target;
///
/// let peer = "192.0.2.1:21".parse().ok();
/// let data = Target::ControlPeer { host: "ftp.example.org", address: peer, port: 50_001 };
/// assert_eq!(data.port(), 50_001);
/// assert_eq!(data.address(), "192.0.2.1:50001".parse().ok());
/// let server = Target::Server { host: "ftp.example.org", port: 21 };
/// assert_eq!(server.address(), None);
/// ```
#[derive(Clone, Copy, Debug)]
pub enum Target<'a> {
    /// The server, for the control connection.
    Server {
        /// The host as the user gave it.
        host: &'a str,
        /// The port.
        port: u16,
    },
    /// The same machine, for a data connection.
    ControlPeer {
        /// The host as the user gave it.
        host: &'a str,
        /// The address at the far end of the control connection, where it has one.
        address: Option<SocketAddr>,
        /// The port that the server named.
        port: u16,
    },
    /// An address that the server named and the caller explicitly trusts.
    Address(SocketAddr),
}

impl Target<'_> {
    /// The port.
    #[must_use]
    pub const fn port(&self) -> u16 {
        match self {
            Self::Server { port, .. } | Self::ControlPeer { port, .. } => *port,
            Self::Address(address) => address.port(),
        }
    }

    /// The address and the port, where they are known: the name of a [`Server`](Self::Server) is
    /// still to be resolved.
    #[must_use]
    pub fn address(&self) -> Option<SocketAddr> {
        match self {
            Self::Server { .. } => None,
            Self::ControlPeer { address, port, .. } => address.map(|mut address| {
                // The scope of an IPv6 address stays.
                address.set_port(*port);
                address
            }),
            Self::Address(address) => Some(*address),
        }
    }
}
