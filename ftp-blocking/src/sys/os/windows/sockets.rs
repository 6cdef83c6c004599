//! The calls on sockets that Unix does in another way.

use std::io;
use std::net::SocketAddr;

use socket2::Socket;

/// Returns an IPv4 address in IPv6 form, such as `::ffff:192.0.2.1`, as a plain IPv4 address: IPv6
/// sockets do not reach it.
pub(in crate::sys) fn reachable(address: SocketAddr) -> SocketAddr {
    match address.ip().to_canonical() {
        ip if ip.is_ipv4() => SocketAddr::new(ip, address.port()),
        _ => address,
    }
}

/// Returns whether a non-blocking connect says by this error that it goes on: WSAEWOULDBLOCK.
pub(in crate::sys) fn is_connecting(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::WouldBlock
}

/// Does nothing. A listener may use a port in TIME_WAIT, and by SO_REUSEADDR it could take the port
/// of another program.
#[allow(clippy::unnecessary_wraps, reason = "it can fail on Unix")]
pub(in crate::sys) fn reuse_port(_: &Socket) -> io::Result<()> {
    Ok(())
}
