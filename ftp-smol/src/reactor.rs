//! What this adapter needs of a reactor, so that it runs on smol's or on tokio's.

use std::io;
use std::net::{SocketAddr, TcpStream};
use std::task::{Context, Poll};
use std::time::Instant;

use ftp_blocking::sys::listening::Listening;
use ftp_blocking::sys::socket::{AsFd as _, BorrowedFd, SockRef};
use smol::{Async, Timer};

use crate::transport::{BoxFuture, Listener};

/// A reactor: it wakes tasks when a socket is ready or a time has come.
pub(crate) trait Reactor: Send + Sync + 'static {
    type Socket: Watched;

    fn listen(listening: Listening) -> io::Result<Box<dyn Listener>>;

    /// Returns the addresses of a host, each with this port.
    fn resolve(host: String, port: u16) -> BoxFuture<io::Result<Vec<SocketAddr>>>;

    fn sleep_until(at: Instant) -> BoxFuture<()>;
}

/// A socket that a reactor watches. The two methods that wait come after a call that would have
/// blocked.
pub(crate) trait Watched: Send + Sync + Sized + 'static {
    /// Whether the reactor reports an event again although its data was read.
    const REPORTS_TWICE: bool;

    fn watch(socket: TcpStream) -> io::Result<Self>;

    fn get(&self) -> SockRef<'_>;

    fn descriptor(&self) -> BorrowedFd<'_>;

    fn poll_readable(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>>;

    fn poll_writable(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>>;

    /// The socket, if the reactor is smol's.
    fn of_smol(&self) -> Option<&Async<TcpStream>> {
        None
    }
}

/// The reactor of smol, which runs in a thread of its own.
pub(crate) struct Smol;

impl Reactor for Smol {
    type Socket = Async<TcpStream>;

    fn listen(listening: Listening) -> io::Result<Box<dyn Listener>> {
        Ok(Box::new(Async::new_nonblocking(listening)?))
    }

    fn resolve(host: String, port: u16) -> BoxFuture<io::Result<Vec<SocketAddr>>> {
        Box::pin(smol::net::resolve((host, port)))
    }

    fn sleep_until(at: Instant) -> BoxFuture<()> {
        Box::pin(async move {
            Timer::at(at).await;
        })
    }
}

impl Watched for Async<TcpStream> {
    const REPORTS_TWICE: bool = true;

    fn watch(socket: TcpStream) -> io::Result<Self> {
        Self::new_nonblocking(socket)
    }

    fn get(&self) -> SockRef<'_> {
        self.get_ref().into()
    }

    fn descriptor(&self) -> BorrowedFd<'_> {
        self.as_fd()
    }

    fn poll_readable(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Self::poll_readable(self, cx)
    }

    fn poll_writable(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Self::poll_writable(self, cx)
    }

    fn of_smol(&self) -> Option<&Async<TcpStream>> {
        Some(self)
    }
}
