//! Listeners for active mode.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::ops::RangeInclusive;
use std::task::{Context, Poll, ready};

use smol::Async;
use socket2::{Domain, Protocol, SockRef, Socket, Type};

use crate::connect::tune;
use crate::transport::{Listener, Stream};

/// How many connections may wait: the server's, behind the strangers that came before it.
const BACKLOG: i32 = 128;

/// A listener for one server.
pub(crate) struct Listening {
    listener: Async<TcpListener>,
    address: SocketAddr,
}

impl Listening {
    /// Listens at this address of ours, whatever its port, on one of these ports if they are given.
    pub(crate) fn beside(
        local: SocketAddr,
        ports: Option<&RangeInclusive<u16>>,
    ) -> io::Result<Self> {
        let listener = match ports {
            None => listen(local, 0)?,
            Some(ports) => listen_within(local, ports)?,
        };
        // An IPv4 address in its IPv6 clothes is still an IPv4 address to FTP.
        let port = listener.local_addr()?.port();
        let address = SocketAddr::new(local.ip().to_canonical(), port);
        let listener = Async::new_nonblocking(listener)?;
        Ok(Self { listener, address })
    }
}

impl Listener for Listening {
    fn address(&self) -> SocketAddr {
        self.address
    }

    fn poll_accept(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Box<dyn Stream>>> {
        loop {
            match self.listener.get_ref().accept() {
                Ok((stream, _)) => {
                    tune(SockRef::from(&stream));
                    return Poll::Ready(Ok(Box::new(Async::new(stream)?)));
                }
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

/// On the first free port from somewhere in the range on, so that clients that share it do not all
/// try the same ones.
fn listen_within(local: SocketAddr, ports: &RangeInclusive<u16>) -> io::Result<TcpListener> {
    let count = usize::from(ports.end().saturating_sub(*ports.start())) + 1;
    let anywhere = RandomState::new().build_hasher().finish() as usize % count;
    let mut failure = io::Error::from(io::ErrorKind::AddrInUse);
    for port in ports.clone().cycle().skip(anywhere).take(count) {
        match listen(local, port) {
            Err(error) if is_of_the_port(&error) => failure = error,
            result => return result,
        }
    }
    let why = format!("no port of {ports:?} can be listened on: {failure}");
    Err(io::Error::new(failure.kind(), why))
}

/// Another port may do better.
fn is_of_the_port(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::AddrInUse | io::ErrorKind::PermissionDenied
    )
}

fn listen(mut address: SocketAddr, port: u16) -> io::Result<TcpListener> {
    address.set_port(port);
    let domain = Domain::for_address(address);
    let socket = Socket::new(domain, Type::STREAM, Some(Protocol::TCP))?;
    socket.set_nonblocking(true)?;
    // The port of an earlier transfer lingers in TIME_WAIT, and is free all the same.
    socket.set_reuse_address(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}
