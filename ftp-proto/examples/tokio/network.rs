//! The sockets of tokio, as the driver needs them.

use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use ftp_proto::embedding::{Network, Stream};
use ftp_proto::{Error, Options};
use rustix::io::Errno;
use socket2::{Domain, SockRef, Type};
use tokio::io::Interest;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::time::{Sleep, sleep_until};

use crate::client::{Ready, Sleeps};

/// The network of the system, and one timer.
pub(crate) struct Tcp {
    timer: Pin<Box<Sleep>>,
}

pub(crate) struct Socket {
    stream: TcpStream,
    /// Whether the last read, and the last write, would have blocked.
    unread: bool,
    unwritten: bool,
}

/// A listener, and what it has accepted.
pub(crate) struct Listener(TcpListener, Option<io::Result<TcpStream>>);

impl Tcp {
    pub(crate) fn new() -> Self {
        Self {
            timer: Box::pin(sleep_until(tokio::time::Instant::now())),
        }
    }
}

impl Sleeps for Tcp {
    fn poll_sleep(&mut self, deadline: Instant, cx: &mut Context<'_>) -> Poll<()> {
        if self.timer.deadline() != deadline.into() {
            self.timer.as_mut().reset(deadline.into());
        }
        self.timer.as_mut().poll(cx)
    }
}

impl Network for Tcp {
    type Stream = Socket;
    type Listener = Listener;

    fn connect(&mut self, to: SocketAddr) -> io::Result<Socket> {
        let socket = socket2::Socket::new(Domain::for_address(to), Type::STREAM, None)?;
        socket.set_nonblocking(true)?;
        socket.set_tcp_nodelay(true)?;
        match socket.connect(&to.into()) {
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(error) if Errno::from_io_error(&error) == Some(Errno::INPROGRESS) => {}
            begun => begun?,
        }
        Ok(TcpStream::from_std(socket.into())?.into())
    }

    fn listen(&mut self, beside: &Socket) -> io::Result<(Listener, SocketAddr)> {
        let mut local = beside.stream.local_addr()?;
        local.set_port(0);
        let socket = match local {
            SocketAddr::V4(_) => TcpSocket::new_v4()?,
            SocketAddr::V6(_) => TcpSocket::new_v6()?,
        };
        socket.bind(local)?;
        let listener = socket.listen(1)?;
        let address = listener.local_addr()?;
        Ok((Listener(listener, None), address))
    }

    fn accept(&mut self, listener: &mut Listener) -> io::Result<Socket> {
        let accepted = listener.1.take().ok_or(ErrorKind::WouldBlock)?;
        accepted.map(Socket::from)
    }

    fn now(&self) -> Instant {
        Instant::now()
    }

    /// Urgent data is all that it can do.
    fn configure(&mut self, options: &Options) -> Result<(), Error> {
        options.check_without_sockets()
    }
}

impl Ready for Listener {
    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if self.1.is_some() {
            return Poll::Pending;
        }
        let accepted = ready!(self.0.poll_accept(cx));
        self.1 = Some(accepted.map(|(stream, _)| stream));
        Poll::Ready(())
    }
}

impl From<TcpStream> for Socket {
    fn from(stream: TcpStream) -> Self {
        Self {
            stream,
            unread: false,
            unwritten: false,
        }
    }
}

impl Socket {
    /// Calls the kernel. If it would block, tokio learns that the socket is not ready.
    ///
    /// `TcpStream::try_read` would be wrong here. It says `WouldBlock` without asking the kernel, as
    /// long as tokio has not seen the event. `try_io` does the same, so this asks again.
    fn call<T>(
        &self,
        interest: Interest,
        mut call: impl FnMut(&mut &socket2::Socket) -> io::Result<T>,
    ) -> io::Result<T> {
        let socket = SockRef::from(&self.stream);
        let mut has_asked = false;
        let called = self.stream.try_io(interest, || {
            has_asked = true;
            call(&mut &*socket)
        });
        match has_asked {
            true => called,
            false => call(&mut &*socket),
        }
    }
}

impl Ready for Socket {
    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        // Both are asked, so that both can wake the task. Each wakes it once: what is asked next may
        // be about the other direction, or another stream.
        let read = self.unread && self.stream.poll_read_ready(cx).is_ready();
        let written = self.unwritten && self.stream.poll_write_ready(cx).is_ready();
        self.unread &= !read;
        self.unwritten &= !written;
        match read || written {
            true => Poll::Ready(()),
            false => Poll::Pending,
        }
    }
}

impl Stream for Socket {
    fn is_connected(&mut self) -> io::Result<bool> {
        let connected = self.call(Interest::WRITABLE, |socket| {
            if let Some(error) = socket.take_error()? {
                return Err(error);
            }
            match socket.peer_addr() {
                Err(error) if error.kind() == ErrorKind::NotConnected => {
                    Err(ErrorKind::WouldBlock.into())
                }
                address => address.map(drop),
            }
        });
        self.unwritten = would_block(&connected);
        match connected {
            Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(false),
            connected => connected.map(|()| true),
        }
    }

    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.call(Interest::READABLE, |socket| socket.read(buffer));
        self.unread = would_block(&read);
        read
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.call(Interest::WRITABLE, |socket| socket.write(bytes));
        self.unwritten = would_block(&written);
        written
    }

    fn write_urgent(&mut self, byte: u8) -> io::Result<()> {
        let sent = self.call(Interest::WRITABLE, |socket| {
            socket.send_out_of_band(&[byte])
        });
        self.unwritten = would_block(&sent);
        sent.map(drop)
    }

    fn shutdown(&mut self) -> io::Result<()> {
        SockRef::from(&self.stream).shutdown(Shutdown::Write)
    }

    fn reset_on_close(&mut self, reset: bool) {
        let linger = reset.then_some(Duration::ZERO);
        // If this fails, the connection is gone already.
        let _ = SockRef::from(&self.stream).set_linger(linger);
    }

    fn peer(&self) -> Option<SocketAddr> {
        self.stream.peer_addr().ok()
    }
}

fn would_block<T>(result: &io::Result<T>) -> bool {
    matches!(result, Err(error) if error.kind() == ErrorKind::WouldBlock)
}
