//! The calls on sockets that Windows does in another way.

use std::io;
use std::net::SocketAddr;

use rustix::io::Errno;
use socket2::Socket;

/// Returns the address itself: IPv6 sockets reach `::ffff:192.0.2.1` too.
pub(in crate::sys) fn reachable(address: SocketAddr) -> SocketAddr {
    address
}

/// Returns whether a non-blocking connect says by this error that it goes on.
pub(in crate::sys) fn is_connecting(error: &io::Error) -> bool {
    error.raw_os_error() == Some(Errno::INPROGRESS.raw_os_error())
}

/// Lets a listener use a port that an earlier transfer has left in TIME_WAIT, by SO_REUSEADDR.
pub(in crate::sys) fn reuse_port(listener: &Socket) -> io::Result<()> {
    listener.set_reuse_address(true)
}
