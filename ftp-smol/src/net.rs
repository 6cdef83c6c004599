//! TCP sockets as a [`Network`].

use std::io;
use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::task::{Context, Poll, ready};
use std::time::Instant;

use ftp_blocking::sys::listening::Listening;
use ftp_blocking::sys::socket::SocketOptions;
use ftp_proto::{Error, Options};
use smol::{Async, Timer};

use crate::connect::{connect, race, resolve};
use crate::socket::Socket;
use crate::transport::{BoxFuture, Listener, Network, Stream, Target};
#[cfg(feature = "proxy")]
use crate::tunnel::Route;

/// A network of TCP sockets on smol's reactor. If a host has several addresses, they are tried in
/// turn: the next attempt begins after a quarter of a second at the latest, and the first
/// connection is used (RFC 8305).
///
/// The time limit for a connection covers the name resolution and all addresses of the host.
///
/// [`Options`] sets the local address that connections come from, the ports on which active mode
/// listens, keep-alive, and the sizes of buffers. With the feature `proxy`, it also sets a proxy
/// through which all connections go.
///
/// ```no_run
/// # fn main() -> Result<(), ftp_smol::Error> {
/// # smol::block_on(async {
/// use ftp_smol::{Client, Options, Tcp};
///
/// let mut client = Client::connect_over(Tcp::new(), Options::new("ftp.example.org")).await?;
/// # Ok(())
/// # })
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
}

impl Tcp {
    /// Creates a network with the operating system's defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// Starts to connect to `target` for a data connection. The connection comes from the source
    /// address of the options, if there is one, but from any port.
    fn attempt(&self, target: &Target<'_>) -> BoxFuture<io::Result<Box<dyn Stream>>> {
        let address = target.address().ok_or(io::ErrorKind::AddrNotAvailable);
        let options = self.sockets.of_data();
        Box::pin(async move { connect(address?, options).await })
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
        Ok(())
    }

    fn dial(&mut self, target: &Target<'_>) -> BoxFuture<io::Result<Box<dyn Stream>>> {
        #[cfg(feature = "proxy")]
        if let Some(route) = &mut self.route {
            return route.dial(target, self.sockets);
        }
        match *target {
            Target::Server { host, port } => {
                let host = host.to_owned();
                let options = self.sockets.of_control();
                Box::pin(async move {
                    let addresses = resolve(&host, port).await?;
                    race(addresses, options).await
                })
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
        Ok(Box::new(Async::new_nonblocking(listening)?))
    }

    fn sleep_until(&self, deadline: Instant) -> BoxFuture<()> {
        Box::pin(async move {
            Timer::at(deadline).await;
        })
    }
}

impl Listener for Async<Listening> {
    fn address(&self) -> SocketAddr {
        self.get_ref().address()
    }

    fn poll_accept(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Box<dyn Stream>>> {
        loop {
            match self.get_ref().accept() {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    ready!(self.poll_readable(cx))?;
                }
                Ok(socket) => return Poll::Ready(Ok(Box::new(Socket::from(socket)))),
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
    }
}

#[cfg(test)]
mod tests;
