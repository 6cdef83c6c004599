//! Connections through a proxy: writes and reads what the core's [`Handshake`] says.

use std::io;
use std::net::SocketAddr;
use std::time::Instant;

use ftp_proto::proxy::{Handshake, Proxy};
use ftp_proto::{AbortHandle, Error, ErrorKind, ProxyFailure};

use crate::connect::{Attempt, race, resolve};
use crate::net::is_timeout;
use crate::sys::addresses::unresolved;
use crate::sys::socket::{BorrowedFd, SocketOptions};
use crate::transport::{Dialled, Dialling, Stream, Target};

/// The most bytes that one read takes from the proxy. SOCKS answers have at most 262 bytes, and an
/// HTTP answer is read in small pieces.
const LARGEST_READ: usize = 512;

/// A proxy, and the address at which the control connection has reached it.
#[derive(Clone, Debug)]
pub(crate) struct Route {
    proxy: Proxy,
    address: Option<SocketAddr>,
}

impl Route {
    pub(crate) fn new(proxy: Proxy) -> Self {
        Self {
            proxy,
            address: None,
        }
    }

    /// Connects to the proxy, and begins the dialogue for a tunnel to `target`. A data connection
    /// goes to the proxy's address on the control connection, so that it needs no name resolution,
    /// and the driver can watch the control connection meanwhile.
    pub(crate) fn dial(
        &mut self,
        target: &Target<'_>,
        sockets: SocketOptions,
        abort: Option<&AbortHandle>,
        deadline: Instant,
    ) -> io::Result<Dialled> {
        let handshake = self.handshake(target)?;
        let is_of_data = !matches!(target, Target::Server { .. });
        let stage = match self.address.filter(|_| is_of_data) {
            Some(address) => {
                let attempt = Attempt::start(address, &sockets.of_data());
                Stage::Connecting(attempt.map_err(no_connection)?)
            }
            None => {
                let addresses = resolve(self.proxy.host(), self.proxy.port());
                let addresses = addresses.map_err(no_address)?;
                let stream = race(addresses, sockets.of_control(), deadline, abort);
                let stream = stream.map_err(no_connection)?;
                self.address = stream.peer_address();
                Stage::Asking(stream)
            }
        };
        Ok(Dialled::Pending(Box::new(Tunnelling { stage, handshake })))
    }

    /// Returns the error for active mode.
    pub(crate) fn no_active_mode(&self) -> io::Error {
        self.proxy.no_active_mode().into()
    }

    fn handshake(&self, target: &Target<'_>) -> io::Result<Handshake> {
        let Some((name, port)) = self.proxy.name_to_resolve(target) else {
            return Ok(self.proxy.handshake(target)?);
        };
        let addresses = resolve(name, port).map_err(unresolved)?;
        let address = self.proxy.choose(addresses)?;
        Ok(self.proxy.handshake(&Target::Address(address))?)
    }
}

/// A tunnel that is not made yet. At each deadline `finish` returns `None`, and the next call
/// continues.
struct Tunnelling {
    stage: Stage,
    handshake: Handshake,
}

enum Stage {
    Connecting(Attempt),
    Asking(Box<dyn Stream>),
    Over,
}

impl Dialling for Tunnelling {
    fn finish(&mut self, deadline: Instant) -> io::Result<Option<Box<dyn Stream>>> {
        if let Stage::Connecting(attempt) = &mut self.stage {
            match attempt.finish(deadline).map_err(no_connection)? {
                Some(stream) => self.stage = Stage::Asking(stream),
                None => return Ok(None),
            }
        }
        if let Stage::Asking(stream) = &mut self.stage {
            match talk(&mut self.handshake, &mut **stream, deadline) {
                Err(error) if is_timeout(&error) => return Ok(None),
                done => done?,
            }
        }
        match std::mem::replace(&mut self.stage, Stage::Over) {
            Stage::Asking(stream) => Ok(Some(Box::new(Tunnel {
                stream,
                server: self.handshake.address(),
            }))),
            _ => Err(io::ErrorKind::NotConnected.into()),
        }
    }

    fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        match &self.stage {
            Stage::Connecting(attempt) => attempt.descriptor(),
            // The driver waits until the descriptor is writable. The socket is writable long before
            // the proxy has answered.
            Stage::Asking(_) | Stage::Over => None,
        }
    }
}

/// Runs the dialogue to its end. Fails with [`io::ErrorKind::WouldBlock`] at the deadline, and the
/// next call continues.
fn talk(handshake: &mut Handshake, stream: &mut dyn Stream, deadline: Instant) -> io::Result<()> {
    while !handshake.is_done() {
        if handshake.wanted() == 0 {
            let written = stream.write(handshake.outgoing(), deadline);
            handshake.advance(written.map_err(lost)?);
            continue;
        }
        let mut buffer = [0; LARGEST_READ];
        let wanted = handshake.wanted().min(LARGEST_READ);
        match stream.read(&mut buffer[..wanted], deadline).map_err(lost)? {
            0 => return Err(handshake.closed().into()),
            count => handshake.receive(&buffer[..count])?,
        }
    }
    Ok(())
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
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => error,
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
    fn read(&mut self, buffer: &mut [u8], deadline: Instant) -> io::Result<usize> {
        self.stream.read(buffer, deadline)
    }

    fn write(&mut self, buffer: &[u8], deadline: Instant) -> io::Result<usize> {
        self.stream.write(buffer, deadline)
    }

    fn write_urgent(&mut self, byte: u8, deadline: Instant) -> io::Result<()> {
        self.stream.write_urgent(byte, deadline)
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

    fn plain_socket(&self) -> Option<BorrowedFd<'_>> {
        self.stream.plain_socket()
    }

    fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        self.stream.descriptor()
    }
}
