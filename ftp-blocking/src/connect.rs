//! Connects to one address, or to the first of several addresses that answers.

use std::io;
use std::net::{SocketAddr, TcpStream, ToSocketAddrs as _};
use std::time::{Duration, Instant};

use ftp_proto::AbortHandle;
use rustix::event::PollFlags;

use crate::sys::addresses;
use crate::sys::poll::{wait, wait_for_both};
use crate::sys::race::Race;
use crate::sys::socket::{self, AsFd as _, BorrowedFd, SocketOptions};
use crate::transport::{Dialling, Stream};

/// How long a race that can be stopped waits before it looks at its handle again.
const SLICE: Duration = Duration::from_millis(100);

/// Returns the addresses of a host, each with this port.
pub(crate) fn resolve(host: &str, port: u16) -> io::Result<std::vec::IntoIter<SocketAddr>> {
    match addresses::with_zone(host, port) {
        Some(address) => Ok(vec![address?].into_iter()),
        None => (host, port).to_socket_addrs(),
    }
}

/// Connects to several addresses, and returns the first connection. Several attempts may run at the
/// same time, and one `poll` waits for all of them. `abort` is the handle that stops the race.
///
/// # Errors
/// [`TimedOut`](io::ErrorKind::TimedOut) at the deadline, or if the race was stopped. If all attempts
/// fail before the deadline, the error that [`Race`] chooses.
pub(crate) fn race(
    addresses: impl IntoIterator<Item = SocketAddr>,
    options: SocketOptions,
    deadline: Instant,
    abort: Option<&AbortHandle>,
) -> io::Result<Box<dyn Stream>> {
    let mut race = Race::new(addresses, options.source);
    let mut now = Instant::now();
    loop {
        race.begin(now, |address| Attempt::start(address, &options))?;
        let attempts = race.attempts().iter();
        let writable: Vec<_> = attempts
            .filter_map(|attempt| Some((attempt.descriptor()?, PollFlags::OUT)))
            .collect();
        let until = race.next().map_or(deadline, |next| next.min(deadline));
        wait(&writable, abort.map_or(until, |_| until.min(now + SLICE)))?;
        now = Instant::now();
        if let Some(stream) = race.check(|attempt| attempt.finish(now)) {
            return Ok(stream);
        }
        let aborted = abort.is_some_and(AbortHandle::is_aborted);
        if (aborted || now >= deadline) && !race.attempts().is_empty() {
            return Err(io::ErrorKind::TimedOut.into());
        }
    }
}

/// A connection attempt.
pub(crate) struct Attempt {
    /// `None` after the attempt has succeeded.
    socket: Option<TcpStream>,
    options: SocketOptions,
}

impl Attempt {
    /// Begins to connect to `address`.
    pub(crate) fn start(address: SocketAddr, options: &SocketOptions) -> io::Result<Self> {
        Ok(Self {
            socket: Some(socket::connect(address, options)?),
            options: *options,
        })
    }
}

impl Dialling for Attempt {
    fn finish(&mut self, deadline: Instant) -> io::Result<Option<Box<dyn Stream>>> {
        let socket = self.socket.as_ref().ok_or(io::ErrorKind::NotConnected)?;
        let found = wait_for_both((socket.as_fd(), PollFlags::OUT), None, deadline)?;
        if !found.data {
            return Ok(None);
        }
        if !found.data_works {
            socket::check_connected(socket)?;
        }
        self.finish_writable()
    }

    fn finish_writable(&mut self) -> io::Result<Option<Box<dyn Stream>>> {
        let socket = self.socket.take().ok_or(io::ErrorKind::NotConnected)?;
        socket::prepare(&socket, &self.options);
        Ok(Some(Box::new(socket)))
    }

    fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        self.socket.as_ref().map(|socket| socket.as_fd())
    }
}

#[cfg(test)]
mod tests;
