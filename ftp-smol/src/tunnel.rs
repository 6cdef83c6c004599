//! Connections through a proxy: writes and reads what the core's [`Handshake`] says.

use std::future::poll_fn;
use std::io;
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};

use ftp_blocking::sys::addresses::unresolved;
use ftp_blocking::sys::socket::{BorrowedFd, SocketOptions};
use ftp_proto::proxy::{Handshake, Proxy};
use ftp_proto::{Error, ErrorKind, ProxyFailure};
use smol::Async;

use crate::connect::{connect, race, resolve};
use crate::reactor::Reactor;
use crate::transport::{BoxFuture, Stream, Target};

/// The most bytes that one read takes from the proxy. SOCKS answers have at most 262 bytes, and an
/// HTTP answer is read in small pieces.
const LARGEST_READ: usize = 512;

/// A proxy, and the address at which the control connection has reached it.
#[derive(Clone, Debug)]
pub(crate) struct Route {
    proxy: Proxy,
    address: Arc<OnceLock<SocketAddr>>,
}

impl Route {
    pub(crate) fn new(proxy: Proxy) -> Self {
        Self {
            proxy,
            address: Arc::default(),
        }
    }

    /// Connects to the proxy, and makes a tunnel to `target`. A data connection goes to the proxy's
    /// address on the control connection.
    pub(crate) fn dial<R: Reactor>(
        &mut self,
        target: &Target<'_>,
        sockets: SocketOptions,
    ) -> BoxFuture<io::Result<Box<dyn Stream>>> {
        if matches!(target, Target::Server { .. }) {
            self.address = Arc::default();
        }
        let name = self.proxy.name_to_resolve(target);
        let name = name.map(|(name, port)| (name.to_owned(), port));
        let handshake = match &name {
            Some(_) => None,
            None => Some(self.proxy.handshake(target)),
        };
        let route = self.clone();
        Box::pin(async move {
            let handshake = match (handshake, name) {
                (Some(handshake), _) => handshake?,
                (None, Some((name, port))) => route.resolved::<R>(&name, port).await?,
                (None, None) => return Err(io::ErrorKind::AddrNotAvailable.into()),
            };
            let stream = route.connect::<R>(sockets).await?;
            talk(handshake, stream).await
        })
    }

    /// Returns the error for active mode.
    pub(crate) fn no_active_mode(&self) -> io::Error {
        self.proxy.no_active_mode().into()
    }

    /// Resolves the server's name on this machine, and begins the dialogue.
    async fn resolved<R: Reactor>(&self, name: &str, port: u16) -> io::Result<Handshake> {
        let addresses = resolve::<R>(name, port).await.map_err(unresolved)?;
        let address = self.proxy.choose(addresses)?;
        Ok(self.proxy.handshake(&Target::Address(address))?)
    }

    /// Connects to the proxy.
    async fn connect<R: Reactor>(&self, sockets: SocketOptions) -> io::Result<Box<dyn Stream>> {
        if let Some(address) = self.address.get() {
            let stream = connect::<R>(*address, sockets.of_data()).await;
            return stream.map_err(no_connection);
        }
        let addresses = resolve::<R>(self.proxy.host(), self.proxy.port()).await;
        let addresses = addresses.map_err(no_address)?;
        let stream = race::<R>(addresses, sockets.of_control()).await;
        let stream = stream.map_err(no_connection)?;
        if let Some(address) = stream.peer_address() {
            self.address.get_or_init(|| address);
        }
        Ok(stream)
    }
}

/// Runs the dialogue to its end. Returns the tunnel.
async fn talk(
    mut handshake: Handshake,
    mut stream: Box<dyn Stream>,
) -> io::Result<Box<dyn Stream>> {
    while !handshake.is_done() {
        if handshake.wanted() == 0 {
            let written = poll_fn(|cx| stream.poll_write(cx, handshake.outgoing())).await;
            handshake.advance(written.map_err(lost)?);
            continue;
        }
        let mut buffer = [0; LARGEST_READ];
        let wanted = handshake.wanted().min(LARGEST_READ);
        let read = poll_fn(|cx| stream.poll_read(cx, &mut buffer[..wanted])).await;
        match read.map_err(lost)? {
            0 => return Err(handshake.closed().into()),
            count => handshake.receive(&buffer[..count])?,
        }
    }
    let server = handshake.address();
    Ok(Box::new(Tunnel { stream, server }))
}

/// Makes the error for a proxy whose name cannot be resolved.
fn no_address(error: io::Error) -> io::Error {
    because(ProxyFailure::Unresolved, error)
}

/// Makes the error for a proxy that cannot be reached. A time-out stays one.
fn no_connection(error: io::Error) -> io::Error {
    because(ProxyFailure::NoConnection, error)
}

/// Makes the error for a connection to the proxy that has failed.
fn lost(error: io::Error) -> io::Error {
    because(ProxyFailure::Closed, error)
}

fn because(failure: ProxyFailure, error: io::Error) -> io::Error {
    match error.kind() {
        io::ErrorKind::TimedOut => error,
        _ => Error::new(ErrorKind::Proxy(failure))
            .with_source(error)
            .into(),
    }
}

/// A connection through a proxy. It does what the connection to the proxy does, but has another
/// peer.
struct Tunnel {
    stream: Box<dyn Stream>,
    /// The server's address. `None` if only the proxy knows it.
    server: Option<SocketAddr>,
}

impl Stream for Tunnel {
    fn poll_read(&mut self, cx: &mut Context<'_>, buffer: &mut [u8]) -> Poll<io::Result<usize>> {
        self.stream.poll_read(cx, buffer)
    }

    fn look(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.stream.look(buffer)
    }

    fn poll_readable(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream.poll_readable(cx)
    }

    fn poll_write(&mut self, cx: &mut Context<'_>, buffer: &[u8]) -> Poll<io::Result<usize>> {
        self.stream.poll_write(cx, buffer)
    }

    fn poll_write_urgent(&mut self, cx: &mut Context<'_>, byte: u8) -> Poll<io::Result<()>> {
        self.stream.poll_write_urgent(cx, byte)
    }

    fn shutdown(&mut self) -> io::Result<()> {
        self.stream.shutdown()
    }

    fn can_half_close(&self) -> bool {
        false
    }

    fn reset_on_close(&mut self, reset: bool) {
        self.stream.reset_on_close(reset);
    }

    fn send_at_once(&mut self) {
        self.stream.send_at_once();
    }

    fn unsent(&self) -> Option<usize> {
        self.stream.unsent()
    }

    fn peer_address(&self) -> Option<SocketAddr> {
        self.server
    }

    fn local_address(&self) -> Option<SocketAddr> {
        self.stream.local_address()
    }

    fn plain_socket(&mut self) -> Option<&Async<TcpStream>> {
        self.stream.plain_socket()
    }

    fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        self.stream.descriptor()
    }
}
