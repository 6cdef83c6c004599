//! TCP sockets as a [`Network`].

use std::io::{self, Read as _, Write as _};
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream, ToSocketAddrs as _};
use std::os::fd::{AsFd as _, BorrowedFd};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use socket2::{Domain, Protocol, SockRef, Socket, Type};

use crate::transport::{Dialled, Dialling, Listener, Network, Stream, Target};

/// TCP, as the operating system offers it: all addresses of a name are tried in order.
///
/// The time allowed for a connection covers all of its addresses. Name resolution is the
/// operating system's and takes as long as it likes: the standard library has no limit for it.
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
    fn dial(&mut self, target: &Target<'_>, deadline: Instant) -> io::Result<Dialled> {
        match *target {
            Target::Server { host, port } => {
                let mut failure =
                    io::Error::new(io::ErrorKind::NotFound, "the name has no address");
                for address in (host, port).to_socket_addrs()? {
                    match Attempt::start(address).and_then(|mut attempt| attempt.finish(deadline)) {
                        Ok(Some(stream)) => {
                            return Ok(Dialled::Connected(stream));
                        }
                        Ok(None) => failure = io::ErrorKind::TimedOut.into(),
                        Err(error) => failure = error,
                    }
                }
                Err(failure)
            }
            Target::ControlPeer {
                address: Some(address),
                port,
                ..
            } => {
                let mut address = address;
                address.set_port(port);
                Ok(Dialled::Pending(Box::new(Attempt::start(address)?)))
            }
            Target::ControlPeer { address: None, .. } => {
                Err(io::ErrorKind::AddrNotAvailable.into())
            }
            Target::Address(address) => Ok(Dialled::Pending(Box::new(Attempt::start(address)?))),
        }
    }

    fn listen(&mut self, control: &dyn Stream) -> io::Result<Box<dyn Listener>> {
        let local = control
            .local_address()
            .ok_or(io::ErrorKind::AddrNotAvailable)?;
        let listener = TcpListener::bind((local.ip(), 0))?;
        listener.set_nonblocking(true)?;
        let address = SocketAddr::new(canonical(local.ip()), listener.local_addr()?.port());
        Ok(Box::new(Listening { listener, address }))
    }
}

/// An IPv4 address in its IPv6 clothes is still an IPv4 address to FTP.
fn canonical(address: IpAddr) -> IpAddr {
    address.to_canonical()
}

struct Attempt(Option<Socket>);

impl Attempt {
    fn start(address: SocketAddr) -> io::Result<Self> {
        let socket = Socket::new(
            Domain::for_address(address),
            Type::STREAM,
            Some(Protocol::TCP),
        )?;
        socket.set_nonblocking(true)?;
        match socket.connect(&address.into()) {
            Ok(()) => {}
            Err(error)
                if error.raw_os_error() == Some(rustix::io::Errno::INPROGRESS.raw_os_error()) => {}
            Err(error) => return Err(error),
        }
        Ok(Self(Some(socket)))
    }
}

impl Dialling for Attempt {
    fn finish(&mut self, deadline: Instant) -> io::Result<Option<Box<dyn Stream>>> {
        let Some(socket) = &self.0 else {
            return Err(io::ErrorKind::NotConnected.into());
        };
        if !wait(&[(socket.as_fd(), PollFlags::OUT)], deadline)? {
            return Ok(None);
        }
        if let Some(error) = socket.take_error()? {
            return Err(error);
        }
        Ok(self.0.take().map(|socket| {
            // Commands are single small writes, and data is written in large ones: Nagle's
            // algorithm can only wait for an acknowledgement that the peer delays.
            let _ = socket.set_tcp_nodelay(true);
            let _ = socket.set_keepalive(true);
            Box::new(TcpStream::from(socket)) as Box<dyn Stream>
        }))
    }

    fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        self.0.as_ref().map(|socket| socket.as_fd())
    }
}

struct Listening {
    listener: TcpListener,
    address: SocketAddr,
}

impl Listener for Listening {
    fn address(&self) -> SocketAddr {
        self.address
    }

    fn accept(&mut self, deadline: Instant) -> io::Result<Option<Box<dyn Stream>>> {
        if !wait(&[(self.listener.as_fd(), PollFlags::IN)], deadline)? {
            return Ok(None);
        }
        match self.listener.accept() {
            Ok((stream, _)) => {
                stream.set_nonblocking(true)?;
                Ok(Some(Box::new(stream)))
            }
            // One that was given up before it was accepted is not the one that we wait for.
            Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => Ok(None),
            Err(error) if is_timeout(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        Some(self.listener.as_fd())
    }
}

/// A socket in non-blocking mode.
impl Stream for TcpStream {
    fn read(&mut self, buffer: &mut [u8], deadline: Instant) -> io::Result<usize> {
        loop {
            match (&*self).read(buffer) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    if is_past(deadline) || !wait(&[(self.as_fd(), PollFlags::IN)], deadline)? {
                        return Err(error);
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                result => return result,
            }
        }
    }

    fn write(&mut self, buffer: &[u8], deadline: Instant) -> io::Result<usize> {
        loop {
            match (&*self).write(buffer) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    if is_past(deadline) || !wait(&[(self.as_fd(), PollFlags::OUT)], deadline)? {
                        return Err(error);
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                result => return result,
            }
        }
    }

    fn write_urgent(&mut self, byte: u8, deadline: Instant) -> io::Result<()> {
        wait(&[(self.as_fd(), PollFlags::OUT)], deadline)?;
        SockRef::from(&*self).send_out_of_band(&[byte]).map(|_| ())
    }

    fn shutdown(&mut self) -> io::Result<()> {
        // What the peer has still to say is small: its last segments wait for our
        // acknowledgement, which would wait for data of ours that never comes.
        #[cfg(any(target_os = "linux", target_os = "android"))]
        let _ = SockRef::from(&*self).set_tcp_quickack(true);
        Self::shutdown(self, std::net::Shutdown::Write)
    }

    fn reset_on_close(&mut self, reset: bool) {
        let _ = SockRef::from(&*self).set_linger(reset.then_some(Duration::ZERO));
    }

    fn peer_address(&self) -> Option<SocketAddr> {
        self.peer_addr().ok()
    }

    fn local_address(&self) -> Option<SocketAddr> {
        self.local_addr().ok()
    }

    fn plain_socket(&self) -> Option<BorrowedFd<'_>> {
        Some(self.as_fd())
    }

    fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        Some(self.as_fd())
    }
}

/// Waits until one of the descriptors is ready; `false` at the deadline.
pub(crate) fn wait(
    descriptors: &[(BorrowedFd<'_>, PollFlags)],
    deadline: Instant,
) -> io::Result<bool> {
    let mut polled: Vec<PollFd<'_>> = descriptors
        .iter()
        .map(|(descriptor, flags)| PollFd::from_borrowed_fd(*descriptor, *flags))
        .collect();
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        let timeout = Timespec {
            tv_sec: left.as_secs().try_into().unwrap_or(i64::MAX),
            tv_nsec: left.subsec_nanos().into(),
        };
        match poll(&mut polled, Some(&timeout)) {
            Ok(ready) => return Ok(ready > 0),
            Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// Whether it is no use to wait: the call before has just said that nothing is ready.
pub(crate) fn is_past(deadline: Instant) -> bool {
    deadline <= Instant::now()
}

pub(crate) fn is_timeout(error: &io::Error) -> bool {
    // Not `TimedOut`: that is the kernel giving the connection up, which it says only once.
    error.kind() == io::ErrorKind::WouldBlock
}
