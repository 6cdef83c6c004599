//! Sockets on the reactor of tokio.

use std::io;
use std::net::{SocketAddr, TcpStream};
use std::task::{Context, Poll, ready};
use std::time::Instant;

use ftp_blocking::sys::listening::Listening;
use ftp_blocking::sys::socket::{self, AsFd as _, BorrowedFd, SockRef, SocketOptions};
use tokio::io::Interest;
use tokio::net::{self, lookup_host};
use tokio::time;

use crate::reactor::{Reactor, Watched};
use crate::socket::Socket;
use crate::transport::{BoxFuture, Listener, Stream};

/// The reactor of the tokio runtime in which a future is polled.
pub(crate) struct Tokio;

impl Reactor for Tokio {
    type Socket = net::TcpStream;

    fn listen(listening: Listening) -> io::Result<Box<dyn Listener>> {
        let (listener, address, options) = listening.into_parts();
        Ok(Box::new(Accepting {
            listener: net::TcpListener::from_std(listener)?,
            address,
            options,
        }))
    }

    fn resolve(host: String, port: u16) -> BoxFuture<io::Result<Vec<SocketAddr>>> {
        Box::pin(async move { Ok(lookup_host((host, port)).await?.collect()) })
    }

    fn sleep_until(at: Instant) -> BoxFuture<()> {
        Box::pin(time::sleep_until(at.into()))
    }
}

impl Watched for net::TcpStream {
    const REPORTS_TWICE: bool = false;

    fn watch(socket: TcpStream) -> io::Result<Self> {
        Self::from_std(socket)
    }

    fn get(&self) -> SockRef<'_> {
        self.into()
    }

    fn descriptor(&self) -> BorrowedFd<'_> {
        self.as_fd()
    }

    fn poll_readable(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        loop {
            ready!(self.poll_read_ready(cx))?;
            if let Some(ready) = check(self, Interest::READABLE, socket::is_readable) {
                return Poll::Ready(ready);
            }
        }
    }

    fn poll_writable(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        loop {
            ready!(self.poll_write_ready(cx))?;
            if let Some(ready) = check(self, Interest::WRITABLE, socket::is_writable) {
                return Poll::Ready(ready);
            }
        }
    }
}

/// Asks the system whether the socket is ready. tokio keeps what it knows until it is told that this
/// was wrong. `None` if it was.
fn check(
    stream: &net::TcpStream,
    interest: Interest,
    is_ready: fn(&net::TcpStream) -> io::Result<bool>,
) -> Option<io::Result<()>> {
    let checked = stream.try_io(interest, || match is_ready(stream)? {
        true => Ok(()),
        false => Err(io::ErrorKind::WouldBlock.into()),
    });
    match checked {
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => None,
        checked => Some(checked),
    }
}

/// A listener for one data connection.
struct Accepting {
    listener: net::TcpListener,
    address: SocketAddr,
    options: SocketOptions,
}

impl Listener for Accepting {
    fn address(&self) -> SocketAddr {
        self.address
    }

    fn poll_accept(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Box<dyn Stream>>> {
        loop {
            match ready!(self.listener.poll_accept(cx)) {
                Ok((stream, _)) => {
                    self.options.accepted(&stream);
                    return Poll::Ready(Ok(Box::new(Socket::watched(stream))));
                }
                // The peer has closed this connection before it was accepted.
                Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
    }
}
