//! The transport interface: implement [`Network`] and [`Stream`] to run FTP over something other
//! than TCP.
//!
//! [`Tcp`](crate::Tcp) implements it with sockets. The feature `simulator` adds an implementation
//! in memory. Control and data connections come from the same [`Network`].
//!
//! If a stream has no [descriptor](Stream::descriptor) to wait on, the driver tries the control
//! connection and the data connection in turn, 20 ms each. It then notices a refusal during a
//! stalled transfer up to 20 ms later, and wakes up fifty times a second while it waits.

use std::io;
use std::net::SocketAddr;
use std::time::Instant;

pub use ftp_proto::Target;
use ftp_proto::{Error, Options};

use crate::sys::socket::BorrowedFd;

/// A connected byte stream.
pub trait Stream: Send {
    /// Reads at least one byte, or returns 0 if the peer has ended the stream. If the deadline is
    /// in the past, `read` must not block.
    ///
    /// # Errors
    /// [`io::ErrorKind::WouldBlock`] at the deadline, without losing data. The client treats any
    /// other error as the end of the stream, even [`TimedOut`](io::ErrorKind::TimedOut).
    fn read(&mut self, buffer: &mut [u8], deadline: Instant) -> io::Result<usize>;

    /// Writes at least one byte of `buffer`, which is not empty. Returns the number of bytes
    /// written.
    ///
    /// # Errors
    /// The errors of [`read`](Self::read).
    fn write(&mut self, buffer: &[u8], deadline: Instant) -> io::Result<usize>;

    /// Writes one byte with TCP's urgent mark, or without it if the transport has no such mark.
    ///
    /// # Errors
    /// The errors of [`read`](Self::read).
    fn write_urgent(&mut self, byte: u8, deadline: Instant) -> io::Result<()> {
        self.write(&[byte], deadline).map(|_| ())
    }

    /// Half-closes the stream: the peer reads the end, and this side can still read.
    ///
    /// # Errors
    /// The socket's error.
    fn shutdown(&mut self) -> io::Result<()>;

    /// If `reset` is `true`, closing the stream resets the connection from now on, so that the peer
    /// cannot take the close for the end of the data. If `reset` is `false`, closing sends an
    /// ordinary end (FIN) again.
    fn reset_on_close(&mut self, reset: bool) {
        let _ = reset;
    }

    /// Turns Nagle's algorithm off, so that no write waits for the acknowledgement of an earlier
    /// one. The client calls it before an upload under TLS. For bulk data in clear text the
    /// algorithm should stay on: without it, writes of 8 KiB took twice the CPU.
    fn send_at_once(&mut self) {}

    /// Returns how many written bytes the system still holds because the peer has not acknowledged
    /// them. `None` if the number is unknown. As long as the number falls, the client waits longer
    /// for the server to end the connection after an upload.
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

    /// Returns the peer's address. `None` if the transport has no addresses.
    fn peer_address(&self) -> Option<SocketAddr> {
        None
    }

    /// Returns the local address. `None` if the transport has no addresses.
    fn local_address(&self) -> Option<SocketAddr> {
        None
    }

    /// Returns the socket, in non-blocking mode, if this stream does nothing but pass bytes to it.
    /// The kernel may then move bytes between the socket and a file without [`read`](Self::read)
    /// and [`write`](Self::write). Return `None` from a stream that wraps, counts or buffers bytes.
    /// On Windows the type is `std::os::windows::io::BorrowedSocket`.
    fn plain_socket(&self) -> Option<BorrowedFd<'_>> {
        None
    }

    /// Returns the descriptor that the driver waits on by `poll`. `None` if the stream has no such
    /// descriptor. On Windows it is a socket (`std::os::windows::io::BorrowedSocket`).
    fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        None
    }
}

/// Opens the control connection and the data connections.
///
/// ```no_run
/// use std::io;
/// use std::net::IpAddr;
/// use std::time::Instant;
///
/// use ftp_blocking::transport::{Dialled, Network, Target};
/// use ftp_blocking::{Client, Error, Options, Tcp};
///
/// /// Resolves every name to one address.
/// struct Resolved(Tcp, IpAddr);
///
/// impl Network for Resolved {
///     fn configure(&mut self, options: &Options) -> Result<(), Error> {
///         self.0.configure(options)
///     }
///
///     fn dial(&mut self, target: &Target<'_>, deadline: Instant) -> io::Result<Dialled> {
///         let Self(tcp, address) = self;
///         match *target {
///             Target::Server { port, .. } => {
///                 tcp.dial(&Target::Address((*address, port).into()), deadline)
///             }
///             target => tcp.dial(&target, deadline),
///         }
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let network = Resolved(Tcp::new(), [192, 0, 2, 7].into());
/// let client = Client::connect_over(network, Options::new("ftp.example.org"))?;
/// # let _ = client;
/// # Ok(())
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

    /// Connects to a target. The method may block until it is connected or the deadline has come,
    /// or return an attempt that the driver continues.
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

    /// Returns the current time, from which the client calculates its deadlines.
    fn now(&self) -> Instant {
        Instant::now()
    }

    /// Blocks until this time, between two attempts of an operation. If your network has a clock of
    /// its own ([`now`](Self::now)), this method must go by it.
    fn sleep_until(&self, until: Instant) {
        std::thread::sleep(until.saturating_duration_since(self.now()));
    }
}

/// The result of [`Network::dial`]: a connection, or an attempt that goes on.
pub enum Dialled {
    /// The connection.
    Connected(Box<dyn Stream>),
    /// An attempt that has begun. While the attempt goes on, the driver watches the control
    /// connection.
    Pending(Box<dyn Dialling>),
}

/// A connection attempt that has begun. Dropping it cancels it.
pub trait Dialling: Send {
    /// Returns the connection. `None` at the deadline: the attempt then goes on, and the driver
    /// calls `finish` again.
    ///
    /// # Errors
    /// The reason why there is no connection.
    fn finish(&mut self, deadline: Instant) -> io::Result<Option<Box<dyn Stream>>>;

    /// Does the same as [`finish`](Self::finish), after the driver has found that the descriptor is
    /// writable and has no error. It must not block.
    ///
    /// # Errors
    /// The errors of [`finish`](Self::finish).
    fn finish_writable(&mut self) -> io::Result<Option<Box<dyn Stream>>> {
        self.finish(Instant::now())
    }

    /// Returns the descriptor that becomes writable when the attempt is over. `None` if there is no
    /// such descriptor.
    fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        None
    }
}

/// A listener for one data connection.
pub trait Listener: Send {
    /// Returns the address at which the listener waits, and which the client sends to the server.
    fn address(&self) -> SocketAddr;

    /// Accepts the next connection. Returns `None` at the deadline.
    ///
    /// # Errors
    /// The socket's error.
    fn accept(&mut self, deadline: Instant) -> io::Result<Option<Box<dyn Stream>>>;

    /// Returns the descriptor that becomes readable when there is a connection. `None` if there is
    /// no such descriptor.
    fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        None
    }
}
