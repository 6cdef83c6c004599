//! What an adapter's network is asked to connect to.

use core::net::SocketAddr;

/// What an adapter's network is asked to connect to. The host is given by name, so that a proxy can
/// resolve it.
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
        /// The host as you gave it.
        host: &'a str,
        /// The port.
        port: u16,
    },
    /// The server that the control connection goes to, for a data connection.
    ControlPeer {
        /// The host as you gave it.
        host: &'a str,
        /// The address of the control connection's peer. `None` if the network has no addresses.
        address: Option<SocketAddr>,
        /// The port that the server named.
        port: u16,
    },
    /// An address that the server named and that you trust explicitly.
    Address(SocketAddr),
}

impl Target<'_> {
    /// Returns the port.
    #[must_use]
    pub const fn port(&self) -> u16 {
        match self {
            Self::Server { port, .. } | Self::ControlPeer { port, .. } => *port,
            Self::Address(address) => address.port(),
        }
    }

    /// Returns the address and the port. `None` if they are not known: the name of a
    /// [`Server`](Self::Server) is not resolved yet.
    #[must_use]
    pub fn address(&self) -> Option<SocketAddr> {
        match self {
            Self::Server { .. } => None,
            Self::ControlPeer { address, port, .. } => address.map(|mut address| {
                // set_port keeps the scope of an IPv6 address.
                address.set_port(*port);
                address
            }),
            Self::Address(address) => Some(*address),
        }
    }
}
