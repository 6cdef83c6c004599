//! TCP sockets as a [`Network`].

use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream, ToSocketAddrs as _};
use std::ops::RangeInclusive;
use std::os::fd::{AsFd as _, BorrowedFd};
use std::time::{Duration, Instant};

use ftp_proto::{Error, Options};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use socket2::SockRef;

use crate::connect::{Attempt, race};
use crate::listen::Listening;
use crate::transport::{Dialled, Listener, Network, Stream, Target};

/// TCP, as the operating system offers it: all addresses of a name are tried, each a quarter of a
/// second behind the one before it at the latest (RFC 8305), and the first connection is taken.
///
/// The time allowed for a connection covers all of its addresses. Name resolution is the
/// operating system's and takes as long as it likes: the standard library has no limit for it.
///
/// Which address of this machine connections come from, and on which ports active mode listens,
/// are [`Options`].
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Tcp {
    source: Option<SocketAddr>,
    active_ports: Option<RangeInclusive<u16>>,
}

impl Tcp {
    /// With the system's defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// Data connections come from the same address, but not from the same port.
    fn attempt(&self, address: SocketAddr) -> io::Result<Dialled> {
        let mut source = self.source;
        if let Some(source) = &mut source {
            source.set_port(0);
        }
        Ok(Dialled::Pending(Box::new(Attempt::start(address, source)?)))
    }
}

impl Network for Tcp {
    fn configure(&mut self, options: &Options) -> Result<(), Error> {
        self.source = options.source_address;
        self.active_ports.clone_from(&options.active_ports);
        Ok(())
    }

    fn dial(&mut self, target: &Target<'_>, deadline: Instant) -> io::Result<Dialled> {
        match *target {
            Target::Server { host, port } => {
                let addresses = (host, port).to_socket_addrs()?;
                race(addresses, self.source, deadline).map(Dialled::Connected)
            }
            Target::ControlPeer {
                address: Some(mut address),
                port,
                ..
            } => {
                address.set_port(port);
                self.attempt(address)
            }
            Target::ControlPeer { address: None, .. } => {
                Err(io::ErrorKind::AddrNotAvailable.into())
            }
            Target::Address(address) => self.attempt(address),
        }
    }

    fn listen(&mut self, control: &dyn Stream) -> io::Result<Box<dyn Listener>> {
        let local = control
            .local_address()
            .ok_or(io::ErrorKind::AddrNotAvailable)?;
        let listening = Listening::beside(local, self.active_ports.as_ref())?;
        Ok(Box::new(listening))
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

    fn gather_writes(&mut self) {
        let _ = self.set_nodelay(false);
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
