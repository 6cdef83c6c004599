//! The address to which an adapter connects.

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
    /// The server of the control connection, by the host that you gave.
    Server {
        /// The host that you gave when you connected: a name or an IP address.
        host: &'a str,
        /// The port.
        port: u16,
    },
    /// The server of the control connection, now for a data connection: its address on the control
    /// connection, with another port.
    ControlPeer {
        /// The host that you gave when you connected: a name or an IP address.
        host: &'a str,
        /// The server's address on the control connection. `None` if the network has no addresses.
        address: Option<SocketAddr>,
        /// The port that the server named for the data connection.
        port: u16,
    },
    /// An address that the server named for a data connection. It is used only if you have chosen
    /// to trust such addresses.
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

    /// Returns the IP address and the port. `None` for a [`Server`](Self::Server), whose name is
    /// not resolved yet, and for a `ControlPeer` without an address.
    #[must_use]
    pub fn address(&self) -> Option<SocketAddr> {
        match self {
            Self::Server { .. } => None,
            Self::ControlPeer { address, port, .. } => address.map(|mut address| {
                // `set_port` keeps the scope ID of an IPv6 address, for example `%eth0`.
                address.set_port(*port);
                address
            }),
            Self::Address(address) => Some(*address),
        }
    }
}
