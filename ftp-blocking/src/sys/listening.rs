//! Listeners for the data connections of active mode.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::ops::RangeInclusive;
use std::os::fd::{AsFd, BorrowedFd};

use crate::sys::socket::{create, tune};

/// How many connections may wait: the server's, after the strangers that came before it.
const BACKLOG: i32 = 128;

/// A listener for one server, in non-blocking mode.
#[derive(Debug)]
pub struct Listening {
    listener: TcpListener,
    address: SocketAddr,
}

impl Listening {
    /// Listens at this address of ours, whatever its port, on one of these ports if they are given.
    ///
    /// # Errors
    /// What the socket says; if no port of the range can be had, why the last one could not.
    pub fn beside(local: SocketAddr, ports: Option<&RangeInclusive<u16>>) -> io::Result<Self> {
        let listener = match ports {
            None => listen(local, 0)?,
            Some(ports) => listen_within(local, ports)?,
        };
        // An IPv4 address that is mapped to IPv6 is still an IPv4 address to FTP.
        let port = listener.local_addr()?.port();
        let address = SocketAddr::new(local.ip().to_canonical(), port);
        Ok(Self { listener, address })
    }

    /// The address to be told to the server.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The next connection, in non-blocking mode and ready for use.
    ///
    /// # Errors
    /// [`WouldBlock`](io::ErrorKind::WouldBlock) where there is none yet, or what the socket says.
    pub fn accept(&self) -> io::Result<TcpStream> {
        match self.listener.accept() {
            Ok((socket, _)) => {
                socket.set_nonblocking(true)?;
                tune(&socket);
                Ok(socket)
            }
            // One that was given up before it was accepted is not the one that we wait for.
            Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {
                Err(io::ErrorKind::WouldBlock.into())
            }
            Err(error) => Err(error),
        }
    }
}

impl AsFd for Listening {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.listener.as_fd()
    }
}

/// Clients that share a range do not all try the same ports: each begins somewhere else in it.
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
    let socket = create(address)?;
    // The port of an earlier transfer may be in TIME_WAIT, and is free all the same.
    socket.set_reuse_address(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}
