//! A [`Network`] over TCP sockets.

use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::ops::RangeInclusive;
use std::time::Instant;

use ftp_proto::{AbortHandle, Error, Options};
use rustix::event::PollFlags;

use crate::connect::{Attempt, race, resolve};
use crate::sys::addresses::unresolved;
use crate::sys::listening::Listening;
use crate::sys::poll::wait;
use crate::sys::socket::{self, AsFd as _, BorrowedFd, SocketOptions};
use crate::transport::{Dialled, Listener, Network, Stream, Target};
#[cfg(feature = "proxy")]
use crate::tunnel::Route;

/// A network of TCP sockets of the operating system. If a host has several addresses, they are
/// tried in turn: the next attempt begins after a quarter of a second at the latest, and the first
/// connection is used (RFC 8305).
///
/// The time limit for a connection covers all addresses of the host. It does not cover name
/// resolution, because the standard library has no limit for that.
///
/// [`Options`] sets the local address that connections come from, the ports on which active mode
/// listens, keep-alive, and the sizes of buffers. With the feature `proxy`, it also sets a proxy
/// through which all connections go.
///
/// ```no_run
/// # fn main() -> Result<(), ftp_blocking::Error> {
/// use ftp_blocking::{Client, Options, Tcp};
///
/// let mut client = Client::connect_over(Tcp::new(), Options::new("ftp.example.org"))?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Tcp {
    sockets: SocketOptions,
    active_ports: Option<RangeInclusive<u16>>,
    /// The proxy through which all connections go. `None`: they go straight to the server.
    #[cfg(feature = "proxy")]
    route: Option<Route>,
    abort: Option<AbortHandle>,
}

impl Tcp {
    /// Creates a network with the operating system's defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// Starts an attempt to make a data connection. The connection comes from the source address of
    /// the options, but from any port.
    fn attempt(&self, target: &Target<'_>) -> io::Result<Dialled> {
        let address = target.address().ok_or(io::ErrorKind::AddrNotAvailable)?;
        let options = self.sockets.of_data();
        Ok(Dialled::Pending(Box::new(Attempt::start(
            address, &options,
        )?)))
    }
}

impl Network for Tcp {
    fn configure(&mut self, options: &Options) -> Result<(), Error> {
        options.check_host()?;
        self.sockets = SocketOptions {
            source: options.source_address,
            keep_alive: options.keep_alive,
            send_buffer: options.send_buffer,
            receive_buffer: options.receive_buffer,
            for_control: false,
        };
        self.active_ports.clone_from(&options.active_ports);
        #[cfg(feature = "proxy")]
        {
            self.route = options.proxy.clone().map(Route::new);
        }
        self.abort.clone_from(&options.abort_handle);
        Ok(())
    }

    fn dial(&mut self, target: &Target<'_>, deadline: Instant) -> io::Result<Dialled> {
        #[cfg(feature = "proxy")]
        if let Some(route) = &mut self.route {
            return route.dial(target, self.sockets, self.abort.as_ref(), deadline);
        }
        match *target {
            Target::Server { host, port } => {
                let addresses = resolve(host, port).map_err(unresolved)?;
                let (options, abort) = (self.sockets.of_control(), self.abort.as_ref());
                race(addresses, options, deadline, abort).map(Dialled::Connected)
            }
            Target::ControlPeer { .. } | Target::Address(_) => self.attempt(target),
        }
    }

    fn listen(&mut self, control: &dyn Stream) -> io::Result<Box<dyn Listener>> {
        #[cfg(feature = "proxy")]
        if let Some(route) = &self.route {
            return Err(route.no_active_mode());
        }
        let local = control
            .local_address()
            .ok_or(io::ErrorKind::AddrNotAvailable)?;
        let listening = Listening::beside(local, self.active_ports.as_ref(), self.sockets)?;
        Ok(Box::new(listening))
    }
}

/// The socket must be in non-blocking mode: these methods wait by `poll`.
impl Stream for TcpStream {
    fn read(&mut self, buffer: &mut [u8], deadline: Instant) -> io::Result<usize> {
        retry(self.as_fd(), PollFlags::IN, deadline, || {
            (&*self).read(buffer)
        })
    }

    fn write(&mut self, buffer: &[u8], deadline: Instant) -> io::Result<usize> {
        retry(self.as_fd(), PollFlags::OUT, deadline, || {
            (&*self).write(buffer)
        })
    }

    fn write_urgent(&mut self, byte: u8, deadline: Instant) -> io::Result<()> {
        wait(&[(self.as_fd(), PollFlags::OUT)], deadline)?;
        socket::write_urgent(&*self, byte)
    }

    fn shutdown(&mut self) -> io::Result<()> {
        socket::half_close(&*self)
    }

    fn reset_on_close(&mut self, reset: bool) {
        socket::reset_on_close(&*self, reset);
    }

    fn send_at_once(&mut self) {
        socket::send_at_once(&*self);
    }

    fn unsent(&self) -> Option<usize> {
        socket::unsent(self)
    }

    fn peer_address(&self) -> Option<SocketAddr> {
        self.peer_addr().ok()
    }

    fn local_address(&self) -> Option<SocketAddr> {
        self.local_addr().ok()
    }

    fn plain_socket(&self) -> Option<BorrowedFd<'_>> {
        Some(self.as_fd())
    }

    fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        Some(self.as_fd())
    }
}

impl Listener for Listening {
    fn address(&self) -> SocketAddr {
        self.address()
    }

    fn accept(&mut self, deadline: Instant) -> io::Result<Option<Box<dyn Stream>>> {
        let accept = || Self::accept(self);
        match retry(self.as_fd(), PollFlags::IN, deadline, accept) {
            Ok(socket) => Ok(Some(Box::new(socket))),
            Err(error) if is_timeout(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        Some(self.as_fd())
    }
}

/// Repeats a call on a non-blocking socket until it does not block. Fails with
/// [`io::ErrorKind::WouldBlock`] at the deadline.
fn retry<T>(
    socket: BorrowedFd<'_>,
    flags: PollFlags,
    deadline: Instant,
    mut call: impl FnMut() -> io::Result<T>,
) -> io::Result<T> {
    loop {
        match call() {
            Err(error) if is_timeout(&error) => {
                if is_past(deadline) || !wait(&[(socket, flags)], deadline)? {
                    return Err(error);
                }
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

/// Returns whether the deadline has passed. The caller has just found that the socket is not ready.
/// After the deadline, it returns at once and does not call `poll`.
pub(crate) fn is_past(deadline: Instant) -> bool {
    deadline <= Instant::now()
}

pub(crate) fn is_timeout(error: &io::Error) -> bool {
    // `TimedOut` is not the error of a deadline. The kernel returns `TimedOut` when it has given up
    // the connection, and returns it only once. So the caller must not ignore it.
    error.kind() == io::ErrorKind::WouldBlock
}

#[cfg(test)]
mod tests;
