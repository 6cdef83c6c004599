//! Connection attempts: one, and a race of several (Happy Eyeballs, RFC 8305).

use std::collections::VecDeque;
use std::io;
use std::net::{SocketAddr, TcpStream};
use std::os::fd::{AsFd as _, BorrowedFd};
use std::time::{Duration, Instant};

use rustix::event::PollFlags;
use rustix::io::Errno;
use socket2::{Domain, Protocol, SockRef, Socket, Type};

use crate::net::wait;
use crate::transport::{Dialling, Stream};

/// How long an attempt is alone before the next address is tried beside it (RFC 8305 section 5).
const STAGGER: Duration = Duration::from_millis(250);

/// Connects to whichever of these addresses answers first, from this one if it is given: the next
/// is tried when one fails, and beside it when it takes long, so that one that swallows everything
/// costs a moment instead of all the time there is. The others are given up.
///
/// # Errors
/// [`TimedOut`](io::ErrorKind::TimedOut) at the deadline; if all have failed, the most telling
/// failure, the first of several.
pub(crate) fn race(
    addresses: impl IntoIterator<Item = SocketAddr>,
    source: Option<SocketAddr>,
    deadline: Instant,
) -> io::Result<Box<dyn Stream>> {
    let mut waiting = in_turn(addresses, source).into_iter();
    let mut attempts: Vec<Attempt> = Vec::new();
    let mut failure = None;
    let mut next = Instant::now();
    loop {
        if attempts.is_empty() || Instant::now() >= next {
            match waiting.next() {
                Some(address) => match Attempt::start(address, source) {
                    Ok(attempt) => {
                        attempts.push(attempt);
                        next = Instant::now() + STAGGER;
                    }
                    Err(error) => {
                        failure = Some(more_telling(failure, error));
                        next = Instant::now();
                        continue;
                    }
                },
                None if attempts.is_empty() => {
                    return Err(failure.unwrap_or_else(|| nowhere(source)));
                }
                None => next = deadline,
            }
        }
        let writable: Vec<_> = attempts
            .iter()
            .filter_map(|attempt| Some((attempt.descriptor()?, PollFlags::OUT)))
            .collect();
        wait(&writable, next.min(deadline))?;
        let now = Instant::now();
        let mut index = 0;
        while let Some(attempt) = attempts.get_mut(index) {
            match attempt.finish(now) {
                Ok(Some(stream)) => return Ok(stream),
                Ok(None) => index += 1,
                Err(error) => {
                    failure = Some(more_telling(failure, error));
                    attempts.remove(index);
                    next = now;
                }
            }
        }
        if now >= deadline && !attempts.is_empty() {
            return Err(io::ErrorKind::TimedOut.into());
        }
    }
}

/// In the resolver's order (RFC 6724), but the two families take turns (RFC 8305 section 4), and
/// without those that cannot be reached from this address.
fn in_turn(
    addresses: impl IntoIterator<Item = SocketAddr>,
    source: Option<SocketAddr>,
) -> Vec<SocketAddr> {
    let mut turns = [VecDeque::new(), VecDeque::new()];
    let mut first = None;
    for address in addresses {
        if source.is_none_or(|source| source.is_ipv4() == address.is_ipv4()) {
            let first = *first.get_or_insert(address.is_ipv4());
            turns[usize::from(address.is_ipv4() != first)].push_back(address);
        }
    }
    let [mut ours, mut others] = turns;
    let mut ordered = Vec::with_capacity(ours.len() + others.len());
    while !ours.is_empty() || !others.is_empty() {
        ordered.extend(ours.pop_front());
        ordered.extend(others.pop_front());
    }
    ordered
}

/// That this machine has no way to an address says less than what is heard from the far end.
fn more_telling(first: Option<io::Error>, second: io::Error) -> io::Error {
    let has_no_way = |error: &io::Error| {
        matches!(
            error.kind(),
            io::ErrorKind::NetworkUnreachable
                | io::ErrorKind::HostUnreachable
                | io::ErrorKind::AddrNotAvailable
        ) || error.raw_os_error() == Some(Errno::AFNOSUPPORT.raw_os_error())
    };
    match first {
        Some(first) if !has_no_way(&first) || has_no_way(&second) => first,
        _ => second,
    }
}

fn nowhere(source: Option<SocketAddr>) -> io::Error {
    match source {
        None => io::Error::new(io::ErrorKind::NotFound, "the name has no address"),
        Some(_) => other_family("the name has no address of the source address's family"),
    }
}

fn other_family(why: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::AddrNotAvailable, why)
}

/// One connection under way.
pub(crate) struct Attempt(Option<Socket>);

impl Attempt {
    /// Begins to connect, from this address if it is given.
    pub(crate) fn start(address: SocketAddr, source: Option<SocketAddr>) -> io::Result<Self> {
        begin(address, source).map(|socket| Self(Some(socket)))
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
            tune(SockRef::from(&socket));
            Box::new(TcpStream::from(socket)) as Box<dyn Stream>
        }))
    }

    fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        self.0.as_ref().map(|socket| socket.as_fd())
    }
}

/// A socket in non-blocking mode that becomes writable once it is connected, or cannot be.
fn begin(address: SocketAddr, source: Option<SocketAddr>) -> io::Result<Socket> {
    let domain = Domain::for_address(address);
    let socket = Socket::new(domain, Type::STREAM, Some(Protocol::TCP))?;
    socket.set_nonblocking(true)?;
    if let Some(source) = source {
        if source.is_ipv4() != address.is_ipv4() {
            return Err(other_family("the source address is of the other family"));
        }
        // A chosen port may be in TIME_WAIT since the last session, or in use by another attempt.
        socket.set_reuse_address(source.port() != 0)?;
        socket.bind(&source.into())?;
    }
    match socket.connect(&address.into()) {
        Err(error) if error.raw_os_error() != Some(Errno::INPROGRESS.raw_os_error()) => Err(error),
        _ => Ok(socket),
    }
}

/// What all connections have, made or accepted.
pub(crate) fn tune(socket: SockRef<'_>) {
    // Commands are single small writes, and data is written in large ones: Nagle's algorithm can
    // only wait for an acknowledgement that the peer delays.
    let _ = socket.set_tcp_nodelay(true);
    let _ = socket.set_keepalive(true);
}

#[cfg(test)]
mod tests;
