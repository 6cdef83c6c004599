//! The transport interface: implement [`Network`] and [`Stream`] to run FTP over something other
//! than TCP.
//!
//! [`Tcp`](crate::Tcp) implements it with sockets. The feature `simulator` adds an implementation
//! in memory. Control and data connections come from the same [`Network`].
//!
//! A stream may have no [descriptor](Stream::descriptor) to wait on. The driver then tries the
//! control connection and the data connection in turn, 20 ms each. It notices a refusal during a
//! stalled transfer up to 20 ms later, and wakes up fifty times a second while it waits.

use std::io;
use std::net::SocketAddr;
use std::os::fd::BorrowedFd;
use std::time::Instant;

pub use ftp_proto::Target;
use ftp_proto::{Error, Options};

/// A connected byte stream.
pub trait Stream: Send {
    /// Reads at least one byte, or returns 0 at the end. A deadline in the past means: do not
    /// block.
    ///
    /// # Errors
    /// [`io::ErrorKind::WouldBlock`] at the deadline, without losing data. Any other error ends the
    /// stream, [`TimedOut`](io::ErrorKind::TimedOut) too.
    fn read(&mut self, buffer: &mut [u8], deadline: Instant) -> io::Result<usize>;

    /// Writes at least one byte of a buffer that is not empty.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    fn write(&mut self, buffer: &[u8], deadline: Instant) -> io::Result<usize>;

    /// Writes one byte with TCP's urgent mark, or without it if the transport has no such mark.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    fn write_urgent(&mut self, byte: u8, deadline: Instant) -> io::Result<()> {
        self.write(&[byte], deadline).map(|_| ())
    }

    /// Half-closes: the peer reads the end, and this side can still read.
    ///
    /// # Errors
    /// The socket's error.
    fn shutdown(&mut self) -> io::Result<()>;

    /// With `true`, makes closing a reset from now on, so that the peer cannot take it for a clean
    /// end. With `false`, makes closing clean again.
    fn reset_on_close(&mut self, reset: bool) {
        let _ = reset;
    }

    /// Turns Nagle's algorithm on from now on, which joins small writes. This suits bulk data in
    /// clear text: without it, segments of 8 KiB took twice the CPU.
    fn gather_writes(&mut self) {}

    /// Returns how many written bytes the system still holds because the peer has not acknowledged
    /// them; `None` if unknown. While the number falls, an upload gets more time.
    fn unsent(&self) -> Option<usize> {
        None
    }

    /// Returns the peer's address, or `None` if it has none.
    fn peer_address(&self) -> Option<SocketAddr> {
        None
    }

    /// Returns the local address, or `None` if there is none.
    fn local_address(&self) -> Option<SocketAddr> {
        None
    }

    /// Returns the socket, in non-blocking mode, if this stream does nothing but pass bytes to it.
    /// The kernel may then move bytes between the socket and a file without [`read`](Self::read)
    /// and [`write`](Self::write). Return `None` from a stream that wraps, counts or buffers bytes.
    fn plain_socket(&self) -> Option<BorrowedFd<'_>> {
        None
    }

    /// Returns the descriptor for `poll`; `None` if the stream has none to wait on.
    fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        None
    }
}

/// Opens the control connection and the data connections.
pub trait Network: Send {
    /// Takes the socket options out of [`Options`], before the first connection. A network on top
    /// of another network passes them on.
    ///
    /// # Errors
    /// [`Misuse::Option`](ftp_proto::Misuse) for socket options that the network does not support.
    /// The default supports none.
    fn configure(&mut self, options: &Options) -> Result<(), Error> {
        options.check_without_sockets()
    }

    /// Connects. May block until the deadline, or return an attempt that the driver continues.
    ///
    /// # Errors
    /// The reason why there is no connection.
    fn dial(&mut self, target: &Target<'_>, deadline: Instant) -> io::Result<Dialled>;

    /// Listens for one data connection, at the local address of this control connection.
    ///
    /// # Errors
    /// [`io::ErrorKind::Unsupported`] if the network does not support active mode.
    fn listen(&mut self, control: &dyn Stream) -> io::Result<Box<dyn Listener>> {
        let _ = control;
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Returns the current time, from which deadlines are counted.
    fn now(&self) -> Instant {
        Instant::now()
    }
}

/// The result of [`Network::dial`].
pub enum Dialled {
    /// The connection.
    Connected(Box<dyn Stream>),
    /// An attempt that has begun. Meanwhile the driver can watch the control connection.
    Pending(Box<dyn Dialling>),
}

/// A connection attempt that has begun. Dropping it cancels it.
pub trait Dialling: Send {
    /// Returns the connection, or `None` at the deadline. In the second case the attempt goes on.
    ///
    /// # Errors
    /// The reason why there is no connection.
    fn finish(&mut self, deadline: Instant) -> io::Result<Option<Box<dyn Stream>>>;

    /// Returns the descriptor that becomes writable when the attempt is over; `None` if there is
    /// none.
    fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        None
    }
}

/// A listener for one data connection.
pub trait Listener: Send {
    /// Returns the address to send to the server.
    fn address(&self) -> SocketAddr;

    /// Accepts the next connection; `None` at the deadline.
    ///
    /// # Errors
    /// The socket's error.
    fn accept(&mut self, deadline: Instant) -> io::Result<Option<Box<dyn Stream>>>;

    /// Returns the descriptor that becomes readable when there is a connection; `None` if there is
    /// none.
    fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        None
    }
}
