//! A TCP socket as a [`Stream`]. The reactor knows it only after it had to wait.

use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::task::{Context, Poll, ready};

use ftp_blocking::sys::socket::{self, AsFd as _, BorrowedFd, SockRef};
use smol::Async;

use crate::reactor::Watched;
use crate::transport::Stream;

/// A connected socket in non-blocking mode. It is registered with the reactor when a read or write
/// has to wait for the first time: a small file often comes without a wait, and registering costs
/// two system calls. At most one of the fields is `None`, or both after the reactor has refused the
/// socket.
pub(crate) struct Socket<W> {
    idle: Option<TcpStream>,
    registered: Option<W>,
    /// Whether the reactor was asked to wait for something to read.
    awaits_data: bool,
}

impl<W> From<TcpStream> for Socket<W> {
    fn from(socket: TcpStream) -> Self {
        Self {
            idle: Some(socket),
            registered: None,
            awaits_data: false,
        }
    }
}

impl<W: Watched> Socket<W> {
    /// A socket that the reactor knows already.
    pub(crate) fn watched(socket: W) -> Self {
        Self {
            idle: None,
            registered: Some(socket),
            awaits_data: false,
        }
    }

    fn get(&self) -> io::Result<SockRef<'_>> {
        let idle = self.idle.as_ref().map(SockRef::from);
        let socket = idle.or_else(|| self.registered.as_ref().map(W::get));
        socket.ok_or_else(|| io::ErrorKind::NotConnected.into())
    }

    fn registered(&mut self) -> io::Result<&W> {
        if let Some(socket) = self.idle.take() {
            self.registered = Some(W::watch(socket)?);
        }
        let registered = self.registered.as_ref();
        registered.ok_or_else(|| io::ErrorKind::NotConnected.into())
    }

    /// Repeats a call until it does not block.
    fn poll_io<T>(
        &mut self,
        cx: &mut Context<'_>,
        poll_ready: fn(&W, &mut Context<'_>) -> Poll<io::Result<()>>,
        mut call: impl FnMut(SockRef<'_>) -> io::Result<T>,
    ) -> Poll<io::Result<T>> {
        loop {
            match call(self.get()?) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    ready!(poll_ready(self.registered()?, cx))?;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                result => return Poll::Ready(result),
            }
        }
    }
}

impl<W: Watched> Stream for Socket<W> {
    fn poll_read(&mut self, cx: &mut Context<'_>, buffer: &mut [u8]) -> Poll<io::Result<usize>> {
        let read = self.poll_io(cx, W::poll_readable, |socket| (&*socket).read(buffer));
        match read.is_pending() {
            true => self.awaits_data = true,
            // The reactor would otherwise report this data after a later read that finds none.
            false if self.awaits_data && W::REPORTS_TWICE => {
                self.awaits_data = self.poll_readable(cx).is_pending()
            }
            false => {}
        }
        read
    }

    fn look(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match (&*self.get()?).read(buffer) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                result => return result,
            }
        }
    }

    fn poll_readable(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let readable = self.registered()?.poll_readable(cx);
        self.awaits_data = readable.is_pending();
        readable
    }

    fn poll_write(&mut self, cx: &mut Context<'_>, buffer: &[u8]) -> Poll<io::Result<usize>> {
        self.poll_io(cx, W::poll_writable, |socket| (&*socket).write(buffer))
    }

    fn poll_write_urgent(&mut self, cx: &mut Context<'_>, byte: u8) -> Poll<io::Result<()>> {
        let write = |socket: SockRef<'_>| socket::write_urgent(socket, byte);
        self.poll_io(cx, W::poll_writable, write)
    }

    fn shutdown(&mut self) -> io::Result<()> {
        socket::half_close(self.get()?)
    }

    fn reset_on_close(&mut self, reset: bool) {
        if let Ok(socket) = self.get() {
            socket::reset_on_close(socket, reset);
        }
    }

    fn send_at_once(&mut self) {
        if let Ok(socket) = self.get() {
            socket::send_at_once(socket);
        }
    }

    fn unsent(&self) -> Option<usize> {
        self.get().ok().and_then(socket::unsent)
    }

    fn peer_address(&self) -> Option<SocketAddr> {
        socket::peer_address(self.get().ok()?)
    }

    fn local_address(&self) -> Option<SocketAddr> {
        socket::local_address(self.get().ok()?)
    }

    fn plain_socket(&mut self) -> Option<&Async<TcpStream>> {
        self.registered().ok()?.of_smol()
    }

    fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        let idle = self.idle.as_ref().map(|socket| socket.as_fd());
        idle.or_else(|| self.registered.as_ref().map(W::descriptor))
    }
}

#[cfg(test)]
mod tests;
