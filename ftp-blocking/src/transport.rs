//! What carries bytes: implement these two traits, and FTP runs over it.
//!
//! [`Tcp`](crate::Tcp) is the implementation on sockets; with the feature `simulator` there is one
//! in memory. Control and data connections both come from the same [`Network`].
//!
//! Without a [descriptor](Stream::descriptor) there is no readiness wait: the driver then looks at
//! the control connection and at the data connection in turn, in slices of 20 ms. A refusal that
//! comes while data is stuck is so noticed up to 20 ms later, and a waiting client wakes up fifty
//! times a second.

use std::io;
use std::net::SocketAddr;
use std::os::fd::BorrowedFd;
use std::time::Instant;

pub use ftp_proto::Target;
use ftp_proto::{Error, Options};

/// A connected byte stream.
pub trait Stream: Send {
    /// Reads at least one byte, or the end (0). A deadline that has passed means: do not block.
    ///
    /// # Errors
    /// [`io::ErrorKind::WouldBlock`] at the deadline, with nothing lost; anything else ends the
    /// stream, [`TimedOut`](io::ErrorKind::TimedOut) included.
    fn read(&mut self, buffer: &mut [u8], deadline: Instant) -> io::Result<usize>;

    /// Writes at least one byte of a buffer that is not empty.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    fn write(&mut self, buffer: &[u8], deadline: Instant) -> io::Result<usize>;

    /// Writes one byte with TCP's urgent mark; without one where there is no such thing.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    fn write_urgent(&mut self, byte: u8, deadline: Instant) -> io::Result<()> {
        self.write(&[byte], deadline).map(|_| ())
    }

    /// Half-closes: the peer reads the end, and we may go on reading.
    ///
    /// # Errors
    /// What the socket says.
    fn shutdown(&mut self) -> io::Result<()>;

    /// Makes closing from now on a reset, so that the peer cannot take it for an end; or not.
    fn reset_on_close(&mut self, reset: bool) {
        let _ = reset;
    }

    /// Lets small writes wait for one another from now on (Nagle's algorithm), as suits bulk data
    /// in clear: twice the CPU went into segments of 8 KiB without it.
    fn gather_writes(&mut self) {}

    /// How many bytes that were written the system still holds, because the peer has not
    /// acknowledged them, where it can tell. While they become fewer, an upload is given time.
    fn unsent(&self) -> Option<usize> {
        None
    }

    /// Whom it is connected to, where that has an address.
    fn peer_address(&self) -> Option<SocketAddr> {
        None
    }

    /// Our own address, where there is one.
    fn local_address(&self) -> Option<SocketAddr> {
        None
    }

    /// The socket itself, in non-blocking mode, where this stream is nothing but it: the kernel
    /// may then move bytes between it and a file, past [`read`](Self::read) and
    /// [`write`](Self::write). `None` for anything that wraps, counts or holds back bytes.
    fn plain_socket(&self) -> Option<BorrowedFd<'_>> {
        None
    }

    /// The descriptor, for `poll`; `None` where readiness cannot be waited for.
    fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        None
    }
}

/// Where connections come from.
pub trait Network: Send {
    /// Takes what the options say of sockets, ahead of the first connection. A network over another
    /// one passes them on.
    ///
    /// # Errors
    /// [`Misuse::Option`](ftp_proto::Misuse) for what it cannot do: by default, all of it.
    fn configure(&mut self, options: &Options) -> Result<(), Error> {
        options.check_without_sockets()
    }

    /// Connects; may take until the deadline, or return an attempt that goes on.
    ///
    /// # Errors
    /// Why no connection could be made.
    fn dial(&mut self, target: &Target<'_>, deadline: Instant) -> io::Result<Dialled>;

    /// Listens for one data connection, beside this control connection.
    ///
    /// # Errors
    /// [`io::ErrorKind::Unsupported`] where active mode cannot be had.
    fn listen(&mut self, control: &dyn Stream) -> io::Result<Box<dyn Listener>> {
        let _ = control;
        Err(io::ErrorKind::Unsupported.into())
    }

    /// The time, for deadlines.
    fn now(&self) -> Instant {
        Instant::now()
    }
}

/// What [`Network::dial`] gives.
pub enum Dialled {
    /// The connection.
    Connected(Box<dyn Stream>),
    /// An attempt under way, which leaves the driver free to watch the control connection.
    Pending(Box<dyn Dialling>),
}

/// A connection attempt under way. Dropping it gives it up.
pub trait Dialling: Send {
    /// The connection, or `None` at the deadline; the attempt then goes on.
    ///
    /// # Errors
    /// Why no connection could be made.
    fn finish(&mut self, deadline: Instant) -> io::Result<Option<Box<dyn Stream>>>;

    /// The descriptor that becomes writable when it is made.
    fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        None
    }
}

/// A listener for one data connection.
pub trait Listener: Send {
    /// The address to be told to the server.
    fn address(&self) -> SocketAddr;

    /// The next connection, or `None` at the deadline.
    ///
    /// # Errors
    /// What the socket says.
    fn accept(&mut self, deadline: Instant) -> io::Result<Option<Box<dyn Stream>>>;

    /// The descriptor that becomes readable when there is one.
    fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        None
    }
}
