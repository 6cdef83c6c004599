//! The transport interface: implement [`Network`] and [`Stream`] to run FTP over something other
//! than TCP.
//!
//! [`Tcp`](crate::Tcp) implements it with sockets. The feature `simulator` adds an implementation
//! in memory. Control and data connections come from the same [`Network`].
//!
//! The futures of this crate poll all these methods, and such a future may be dropped at any point.
//! So a method that returned `Pending` must not have lost data, even if it is never polled again.

use std::future::Future;
use std::io;
use std::net::{SocketAddr, TcpStream};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Instant;

use ftp_blocking::sys::socket::BorrowedFd;
pub use ftp_proto::Target;
use ftp_proto::{Error, Options};
use smol::Async;

/// A future in a box.
pub type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// A connected byte stream.
pub trait Stream: Send {
    /// Reads at least one byte, or returns 0 at the end.
    ///
    /// # Errors
    /// An error that ends the stream.
    fn poll_read(&mut self, cx: &mut Context<'_>, buffer: &mut [u8]) -> Poll<io::Result<usize>>;

    /// Reads what has already arrived, without waiting. Returns 0 at the end.
    ///
    /// The client looks in this way before it sends a command, so that it finds a reply that came
    /// unasked. So this method must ask the system. It must not answer from a readiness that an
    /// earlier event has left, as `try_read` of tokio does: a stray reply would then be taken for the
    /// reply to the next command.
    ///
    /// # Errors
    /// [`WouldBlock`](io::ErrorKind::WouldBlock) if nothing has arrived, or an error that ends the
    /// stream.
    fn look(&mut self, buffer: &mut [u8]) -> io::Result<usize>;

    /// Waits until there may be something to read. The client calls it before a read that would
    /// hardly find anything. It may be ready at any time, and by default always is.
    ///
    /// # Errors
    /// An error that ends the stream.
    fn poll_readable(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let _ = cx;
        Poll::Ready(Ok(()))
    }

    /// Writes at least one byte of a buffer that is not empty.
    ///
    /// # Errors
    /// An error that ends the stream.
    fn poll_write(&mut self, cx: &mut Context<'_>, buffer: &[u8]) -> Poll<io::Result<usize>>;

    /// Writes one byte with TCP's urgent mark, or without it if the transport has no such mark.
    ///
    /// # Errors
    /// An error that ends the stream.
    fn poll_write_urgent(&mut self, cx: &mut Context<'_>, byte: u8) -> Poll<io::Result<()>> {
        self.poll_write(cx, &[byte]).map_ok(|_| ())
    }

    /// Half-closes the stream: the peer reads the end, and this side can still read.
    ///
    /// # Errors
    /// The socket's error.
    fn shutdown(&mut self) -> io::Result<()>;

    /// If `reset` is `true`, closing the stream resets the connection from now on: the peer then
    /// sees an error and not a clean end. If `reset` is `false`, closing is clean again.
    fn reset_on_close(&mut self, reset: bool) {
        let _ = reset;
    }

    /// Turns Nagle's algorithm off, so that no write waits for the acknowledgement of an earlier
    /// one. The client calls it before an upload under TLS. For bulk data in clear text the
    /// algorithm should stay on: without it, segments of 8 KiB took twice the CPU.
    fn send_at_once(&mut self) {}

    /// Returns how many written bytes the system still holds because the peer has not acknowledged
    /// them. `None` if the number is unknown. As long as the number falls, the client waits longer
    /// for the server to confirm an upload.
    fn unsent(&self) -> Option<usize> {
        None
    }

    /// Returns whether a [half-close](Self::shutdown) is safe while bytes of the peer are on their
    /// way. If not, an upload under TLS ends by close_notify alone, and the client closes the
    /// connection after the server has ended it. In clear text the client half-closes in any case,
    /// because nothing else ends an upload.
    ///
    /// Some proxies close both connections after a half-close. If they have not read all bytes of
    /// the server, such as session tickets, the system resets their connection to the server, and
    /// the end of the upload is lost.
    fn can_half_close(&self) -> bool {
        true
    }

    /// Returns the peer's address, or `None` if it has none.
    fn peer_address(&self) -> Option<SocketAddr> {
        None
    }

    /// Returns the local address, or `None` if there is none.
    fn local_address(&self) -> Option<SocketAddr> {
        None
    }

    /// Returns the socket, if this stream does nothing but pass bytes to it. The kernel may then
    /// move bytes between the socket and a file without [`poll_read`](Self::poll_read) and
    /// [`poll_write`](Self::poll_write). Return `None` from a stream that wraps, counts or buffers
    /// bytes.
    fn plain_socket(&mut self) -> Option<&Async<TcpStream>> {
        None
    }

    /// Returns the stream's descriptor. `None` if it has none. On Windows it is a socket
    /// (`std::os::windows::io::BorrowedSocket`).
    fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        None
    }
}

/// Opens the control connection and the data connections, and tells the time.
///
/// ```no_run
/// use std::io;
/// use std::net::IpAddr;
/// use std::time::Instant;
///
/// use ftp_smol::transport::{BoxFuture, Network, Stream, Target};
/// use ftp_smol::{Client, Error, Options, Tcp};
///
/// /// Resolves every name to one address.
/// struct Resolved(Tcp, IpAddr);
///
/// impl Network for Resolved {
///     fn configure(&mut self, options: &Options) -> Result<(), Error> {
///         self.0.configure(options)
///     }
///
///     fn dial(&mut self, target: &Target<'_>) -> BoxFuture<io::Result<Box<dyn Stream>>> {
///         let Self(tcp, address) = self;
///         match *target {
///             Target::Server { port, .. } => tcp.dial(&Target::Address((*address, port).into())),
///             target => tcp.dial(&target),
///         }
///     }
///
///     fn sleep_until(&self, deadline: Instant) -> BoxFuture<()> {
///         self.0.sleep_until(deadline)
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// # smol::block_on(async {
/// let network = Resolved(Tcp::new(), [192, 0, 2, 7].into());
/// let client = Client::connect_over(network, Options::new("ftp.example.org")).await?;
/// # let _ = client;
/// # Ok(())
/// # })
/// # }
/// ```
pub trait Network: Send {
    /// Reads the socket options from [`Options`]. The client calls it before the first connection.
    /// If your network uses another network, pass the options on to it.
    ///
    /// # Errors
    /// [`Misuse::Option`](ftp_proto::Misuse) for socket options that the network does not support.
    /// The default implementation supports none.
    fn configure(&mut self, options: &Options) -> Result<(), Error> {
        options.check_without_sockets()
    }

    /// Connects to `target`. Dropping the future cancels the attempt.
    ///
    /// # Errors
    /// The reason why there is no connection.
    fn dial(&mut self, target: &Target<'_>) -> BoxFuture<io::Result<Box<dyn Stream>>>;

    /// Listens for one data connection, at the local address of the connection `control`.
    ///
    /// # Errors
    /// [`io::ErrorKind::Unsupported`] if the network does not support active mode.
    fn listen(&mut self, control: &dyn Stream) -> io::Result<Box<dyn Listener>> {
        let _ = control;
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Returns the current time. The client computes its deadlines from this time.
    fn now(&self) -> Instant {
        Instant::now()
    }

    /// Returns a future that is ready at the time `deadline`.
    fn sleep_until(&self, deadline: Instant) -> BoxFuture<()>;
}

/// A listener for one data connection.
pub trait Listener: Send {
    /// Returns the address at which the listener waits, and which the client sends to the server.
    fn address(&self) -> SocketAddr;

    /// Accepts the next connection.
    ///
    /// # Errors
    /// The socket's error.
    fn poll_accept(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Box<dyn Stream>>>;
}
