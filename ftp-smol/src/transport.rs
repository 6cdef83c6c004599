//! What carries bytes: implement these two traits, and FTP runs over it.
//!
//! [`Tcp`](crate::Tcp) is the implementation on sockets; with the feature `simulator` there is one
//! in memory. Control and data connections both come from the same [`Network`].
//!
//! Everything is polled, and nothing is lost by not polling again: whoever drops a future of this
//! crate drops at most a wait.

use std::future::Future;
use std::io;
use std::net::{SocketAddr, TcpStream};
use std::os::fd::BorrowedFd;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Instant;

pub use ftp_proto::Target;
use ftp_proto::{Error, Options};
use smol::Async;

/// A future of whatever kind.
pub type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// A connected byte stream.
pub trait Stream: Send {
    /// Reads at least one byte, or the end (0).
    ///
    /// # Errors
    /// What ends the stream.
    fn poll_read(&mut self, cx: &mut Context<'_>, buffer: &mut [u8]) -> Poll<io::Result<usize>>;

    /// Writes at least one byte of a buffer that is not empty.
    ///
    /// # Errors
    /// What ends the stream.
    fn poll_write(&mut self, cx: &mut Context<'_>, buffer: &[u8]) -> Poll<io::Result<usize>>;

    /// Writes one byte with TCP's urgent mark; without one where there is no such thing.
    ///
    /// # Errors
    /// What ends the stream.
    fn poll_write_urgent(&mut self, cx: &mut Context<'_>, byte: u8) -> Poll<io::Result<()>> {
        self.poll_write(cx, &[byte]).map_ok(|_| ())
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

    /// The socket itself, where this stream is nothing but it: the kernel may then move bytes
    /// between it and a file, past [`poll_read`](Self::poll_read) and
    /// [`poll_write`](Self::poll_write). `None` for anything that wraps, counts or holds back
    /// bytes.
    fn plain_socket(&self) -> Option<&Async<TcpStream>> {
        None
    }

    /// The descriptor, where there is one.
    fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        None
    }
}

/// Where connections come from, and the clock.
pub trait Network: Send {
    /// Takes what the options say of sockets, ahead of the first connection. A network over another
    /// one passes them on.
    ///
    /// # Errors
    /// [`Misuse::Option`](ftp_proto::Misuse) for what it cannot do: by default, all of it.
    fn configure(&mut self, options: &Options) -> Result<(), Error> {
        options.check_without_sockets()
    }

    /// Connects. Dropping the future gives the attempt up.
    ///
    /// # Errors
    /// Why no connection could be made.
    fn dial(&mut self, target: &Target<'_>) -> BoxFuture<io::Result<Box<dyn Stream>>>;

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

    /// Ends at this time.
    fn sleep_until(&self, deadline: Instant) -> BoxFuture<()>;
}

/// A listener for one data connection.
pub trait Listener: Send {
    /// The address to be told to the server.
    fn address(&self) -> SocketAddr;

    /// The next connection.
    ///
    /// # Errors
    /// What the socket says.
    fn poll_accept(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Box<dyn Stream>>>;
}
