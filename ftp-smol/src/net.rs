//! TCP sockets as a [`Network`].

use std::io;
use std::net::{SocketAddr, TcpStream};
use std::ops::RangeInclusive;
use std::task::{Context, Poll, ready};
use std::time::Instant;

use ftp_blocking::sys::addresses::unresolved;
use ftp_blocking::sys::listening::Listening;
use ftp_blocking::sys::socket::SocketOptions;
use ftp_proto::{Error, Options};
use smol::Async;

use crate::connect::{connect, race, resolve};
#[cfg(feature = "tokio")]
use crate::on_tokio::Tokio;
use crate::reactor::{Reactor, Smol};
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
pub struct Tcp(Sockets);

/// A network of TCP sockets on the reactor of tokio, which does what [`Tcp`] does on smol's. All
/// futures of the client must then be polled in a tokio runtime with its I/O and time drivers.
/// Nothing of smol's reactor runs. A [`Pool`](crate::Pool) is the exception: its timers are smol's.
///
/// ```no_run
/// use ftp_smol::{Client, Error, Options, TokioTcp};
///
/// #[tokio::main(flavor = "current_thread")]
/// async fn main() -> Result<(), Error> {
///     let options = Options::new("ftp.example.org");
///     let mut client = Client::connect_over(TokioTcp::new(), options).await?;
///     client.login("anonymous", "guest@").await?;
///     println!("{}", client.pwd().await?);
///     client.quit().await?;
///     Ok(())
/// }
/// ```
#[cfg(feature = "tokio")]
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct TokioTcp(Sockets);

/// The settings of sockets, and how to make them, on any reactor.
#[derive(Clone, Debug, Default)]
struct Sockets {
    options: SocketOptions,
    active_ports: Option<RangeInclusive<u16>>,
    /// The proxy through which all connections go. `None`: they go straight to the server.
    #[cfg(feature = "proxy")]
    route: Option<Route>,
}

/// Makes a network of a reactor.
macro_rules! network {
    ($(#[$attribute:meta])* $name:ident on $reactor:ident) => {
        $(#[$attribute])*
        impl $name {
            /// Creates a network with the operating system's defaults.
            pub fn new() -> Self {
                Self::default()
            }
        }

        $(#[$attribute])*
        impl Network for $name {
            fn configure(&mut self, options: &Options) -> Result<(), Error> {
                self.0.configure(options)
            }

            fn dial(&mut self, target: &Target<'_>) -> BoxFuture<io::Result<Box<dyn Stream>>> {
                self.0.dial::<$reactor>(target)
            }

            fn listen(&mut self, control: &dyn Stream) -> io::Result<Box<dyn Listener>> {
                self.0.listen::<$reactor>(control)
            }

            fn sleep_until(&self, deadline: Instant) -> BoxFuture<()> {
                $reactor::sleep_until(deadline)
            }
        }
    };
}

network! { Tcp on Smol }
network! { #[cfg(feature = "tokio")] TokioTcp on Tokio }

impl Sockets {
    fn configure(&mut self, options: &Options) -> Result<(), Error> {
        options.check_host()?;
        self.options = SocketOptions {
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

    fn dial<R: Reactor>(&mut self, target: &Target<'_>) -> BoxFuture<io::Result<Box<dyn Stream>>> {
        #[cfg(feature = "proxy")]
        if let Some(route) = &mut self.route {
            return route.dial::<R>(target, self.options);
        }
        match *target {
            Target::Server { host, port } => {
                let host = host.to_owned();
                let options = self.options.of_control();
                Box::pin(async move {
                    let addresses = resolve::<R>(&host, port).await.map_err(unresolved)?;
                    race::<R>(addresses, options).await
                })
            }
            Target::ControlPeer { .. } | Target::Address(_) => self.attempt::<R>(target),
        }
    }

    /// Starts to connect to `target` for a data connection. The connection comes from the source
    /// address of the options, if there is one, but from any port.
    fn attempt<R: Reactor>(&self, target: &Target<'_>) -> BoxFuture<io::Result<Box<dyn Stream>>> {
        let address = target.address().ok_or(io::ErrorKind::AddrNotAvailable);
        let options = self.options.of_data();
        Box::pin(async move { connect::<R>(address?, options).await })
    }

    fn listen<R: Reactor>(&mut self, control: &dyn Stream) -> io::Result<Box<dyn Listener>> {
        #[cfg(feature = "proxy")]
        if let Some(route) = &self.route {
            return Err(route.no_active_mode());
        }
        let local = control
            .local_address()
            .ok_or(io::ErrorKind::AddrNotAvailable)?;
        R::listen(Listening::beside(
            local,
            self.active_ports.as_ref(),
            self.options,
        )?)
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
                accepted => {
                    let socket = accepted.map(Socket::<Async<TcpStream>>::from);
                    return Poll::Ready(socket.map(|socket| Box::new(socket) as _));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
