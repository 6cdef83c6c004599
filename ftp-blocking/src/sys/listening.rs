//! Listeners for the data connections of active mode.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::ops::RangeInclusive;

use crate::sys::os::sockets;
use crate::sys::socket::{SocketOptions, create};

/// How many connections the kernel may queue before they are accepted. Strangers may connect before
/// the server does, and their connections must leave room for the server's.
const BACKLOG: i32 = 128;

/// A non-blocking listener for the data connection of one transfer.
#[derive(Debug)]
pub struct Listening {
    listener: TcpListener,
    address: SocketAddr,
    options: SocketOptions,
}

impl Listening {
    /// Listens at this local address, on one of these ports if a range is given. The port of
    /// `local` is not used.
    ///
    /// # Errors
    /// The socket's error. If no port of the range is free, the error of the last port that was
    /// tried.
    pub fn beside(
        local: SocketAddr,
        ports: Option<&RangeInclusive<u16>>,
        options: SocketOptions,
    ) -> io::Result<Self> {
        let listener = match ports {
            None => listen(local, 0, &options)?,
            Some(ports) => listen_within(local, ports, &options)?,
        };
        // An IPv4 address in IPv6 form, such as `::ffff:192.0.2.1`, becomes a plain IPv4 address,
        // because EPRT and PORT must name it as IPv4.
        let port = listener.local_addr()?.port();
        let address = SocketAddr::new(local.ip().to_canonical(), port);
        Ok(Self {
            listener,
            address,
            options,
        })
    }

    /// Returns the listener itself, for a reactor that has listeners of its own. Call
    /// [`accepted`](SocketOptions::accepted) for what it accepts.
    pub fn into_parts(self) -> (TcpListener, SocketAddr, SocketOptions) {
        (self.listener, self.address, self.options)
    }

    /// Returns the address at which the listener waits, and which the client sends to the server.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Accepts the next connection, which is non-blocking and ready for use.
    ///
    /// # Errors
    /// [`WouldBlock`](io::ErrorKind::WouldBlock) if no connection has come yet; the socket's error.
    pub fn accept(&self) -> io::Result<TcpStream> {
        match self.listener.accept() {
            Ok((socket, _)) => {
                socket.set_nonblocking(true)?;
                self.options.accepted(&socket);
                Ok(socket)
            }
            // The peer has closed this connection before it was accepted. Another connection may
            // still come.
            Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {
                Err(io::ErrorKind::WouldBlock.into())
            }
            Err(error) => Err(error),
        }
    }
}

impl AsRef<TcpListener> for Listening {
    fn as_ref(&self) -> &TcpListener {
        &self.listener
    }
}

/// Listens on a free port of the range. The first port to try is random, so that several clients
/// with the same range rarely try the same port.
fn listen_within(
    local: SocketAddr,
    ports: &RangeInclusive<u16>,
    options: &SocketOptions,
) -> io::Result<TcpListener> {
    let count = usize::from(ports.end().saturating_sub(*ports.start())) + 1;
    let anywhere = RandomState::new().build_hasher().finish() as usize % count;
    let mut failure = io::Error::from(io::ErrorKind::AddrInUse);
    for port in ports.clone().cycle().skip(anywhere).take(count) {
        match listen(local, port, options) {
            Err(error) if is_of_the_port(&error) => failure = error,
            result => return result,
        }
    }
    let why = format!("no port of {ports:?} can be listened on: {failure}");
    Err(io::Error::new(failure.kind(), why))
}

/// Returns whether the error concerns only this port (for example, it is in use), so that another
/// port may work.
fn is_of_the_port(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::AddrInUse | io::ErrorKind::PermissionDenied
    )
}

fn listen(mut address: SocketAddr, port: u16, options: &SocketOptions) -> io::Result<TcpListener> {
    address.set_port(port);
    let socket = create(address)?;
    options.set_on(&socket)?;
    sockets::reuse_port(&socket)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}
