//! TCP sockets as a [`Network`].

use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::fd::{AsFd as _, BorrowedFd};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use smol::io::{AsyncRead, AsyncWrite};
use smol::{Async, Timer};
use socket2::SockRef;

use crate::transport::{BoxFuture, Listener, Network, Stream, Target};

/// TCP on smol's reactor: all addresses of a name are tried in order.
///
/// The time allowed for a connection covers all of its addresses, name resolution included.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Tcp {}

impl Tcp {
    /// With the system's defaults.
    pub fn new() -> Self {
        Self::default()
    }
}

impl Network for Tcp {
    fn dial(&mut self, target: &Target<'_>) -> BoxFuture<io::Result<Box<dyn Stream>>> {
        match *target {
            Target::Server { host, port } => {
                let host = host.to_owned();
                Box::pin(async move {
                    let mut failure =
                        io::Error::new(io::ErrorKind::NotFound, "the name has no address");
                    for address in smol::net::resolve((host, port)).await? {
                        match connect(address).await {
                            Ok(stream) => return Ok(stream),
                            Err(error) => failure = error,
                        }
                    }
                    Err(failure)
                })
            }
            Target::ControlPeer {
                address: Some(mut address),
                port,
                ..
            } => {
                address.set_port(port);
                Box::pin(connect(address))
            }
            Target::ControlPeer { address: None, .. } => {
                Box::pin(async { Err(io::ErrorKind::AddrNotAvailable.into()) })
            }
            Target::Address(address) => Box::pin(connect(address)),
        }
    }

    fn listen(&mut self, control: &dyn Stream) -> io::Result<Box<dyn Listener>> {
        let local = control
            .local_address()
            .ok_or(io::ErrorKind::AddrNotAvailable)?;
        let listener = Async::<TcpListener>::bind((local.ip(), 0))?;
        // An IPv4 address in its IPv6 clothes is still an IPv4 address to FTP.
        let port = listener.get_ref().local_addr()?.port();
        let address = SocketAddr::new(local.ip().to_canonical(), port);
        Ok(Box::new(Listening { listener, address }))
    }

    fn sleep_until(&self, deadline: Instant) -> BoxFuture<()> {
        Box::pin(async move {
            Timer::at(deadline).await;
        })
    }
}

async fn connect(address: SocketAddr) -> io::Result<Box<dyn Stream>> {
    let stream = Async::<TcpStream>::connect(address).await?;
    let socket = SockRef::from(stream.get_ref());
    // Commands are single small writes, and data is written in large ones: Nagle's algorithm can
    // only wait for an acknowledgement that the peer delays.
    let _ = socket.set_tcp_nodelay(true);
    let _ = socket.set_keepalive(true);
    Ok(Box::new(stream))
}

struct Listening {
    listener: Async<TcpListener>,
    address: SocketAddr,
}

impl Listener for Listening {
    fn address(&self) -> SocketAddr {
        self.address
    }

    fn poll_accept(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Box<dyn Stream>>> {
        loop {
            match self.listener.get_ref().accept() {
                Ok((stream, _)) => return Poll::Ready(Ok(Box::new(Async::new(stream)?))),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    ready!(self.listener.poll_readable(cx))?;
                }
                // One that was given up before it was accepted is not the one that we wait for.
                Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
    }
}

impl Stream for Async<TcpStream> {
    fn poll_read(&mut self, cx: &mut Context<'_>, buffer: &mut [u8]) -> Poll<io::Result<usize>> {
        AsyncRead::poll_read(Pin::new(self), cx, buffer)
    }

    fn poll_write(&mut self, cx: &mut Context<'_>, buffer: &[u8]) -> Poll<io::Result<usize>> {
        AsyncWrite::poll_write(Pin::new(self), cx, buffer)
    }

    fn poll_write_urgent(&mut self, cx: &mut Context<'_>, byte: u8) -> Poll<io::Result<()>> {
        loop {
            match SockRef::from(self.get_ref()).send_out_of_band(&[byte]) {
                Ok(_) => return Poll::Ready(Ok(())),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    ready!(self.poll_writable(cx))?;
                }
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
    }

    fn shutdown(&mut self) -> io::Result<()> {
        // What the peer has still to say is small: its last segments wait for our
        // acknowledgement, which would wait for data of ours that never comes.
        #[cfg(any(target_os = "linux", target_os = "android"))]
        let _ = SockRef::from(self.get_ref()).set_tcp_quickack(true);
        self.get_ref().shutdown(std::net::Shutdown::Write)
    }

    fn reset_on_close(&mut self, reset: bool) {
        let _ = SockRef::from(self.get_ref()).set_linger(reset.then_some(Duration::ZERO));
    }

    fn peer_address(&self) -> Option<SocketAddr> {
        self.get_ref().peer_addr().ok()
    }

    fn local_address(&self) -> Option<SocketAddr> {
        self.get_ref().local_addr().ok()
    }

    fn plain_socket(&self) -> Option<&Self> {
        Some(self)
    }

    fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        Some(self.get_ref().as_fd())
    }
}
