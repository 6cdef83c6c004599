//! Decides when each connection attempt to a host begins (Happy Eyeballs, RFC 8305). The adapter
//! does the waiting.

use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use rustix::io::Errno;

use crate::sys::addresses::in_turn;

/// How long one attempt may run before the attempt to the next address begins (RFC 8305 section 5).
/// The earlier attempt goes on meanwhile.
const STAGGER: Duration = Duration::from_millis(250);

/// The connection attempts to the addresses of one host. The next address is tried when an attempt
/// fails, or beside an attempt that takes long: an address that never answers then costs only a
/// moment. The first connection wins.
///
/// The adapter does the waiting. It calls [`begin`](Self::begin), waits for one of the
/// [`attempts`](Self::attempts), at most until [`next`](Self::next), calls [`check`](Self::check),
/// and begins again. Dropping the race cancels all attempts.
///
/// ```
/// use ftp_blocking::sys::race::Race;
/// use std::time::{Duration, Instant};
///
/// let addresses = ["[2001:db8::1]:21".parse().unwrap(), "192.0.2.1:21".parse().unwrap()];
/// let start = Instant::now();
/// let mut race = Race::new(addresses, None);
/// assert!(race.begin(start, Ok)?);
/// assert_eq!(race.attempts(), &addresses[..1]);
/// // A quarter of a second later the first address has not answered. The second one is tried.
/// let later = start + Duration::from_millis(250);
/// assert_eq!(race.next(), Some(later));
/// assert!(race.begin(later, Ok)?);
/// let connected = race.check(|attempt| Ok(attempt.is_ipv4().then_some(*attempt)));
/// assert_eq!(connected, Some(addresses[1]));
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct Race<A> {
    source: Option<SocketAddr>,
    waiting: std::vec::IntoIter<SocketAddr>,
    attempts: Vec<A>,
    /// The time at which the next attempt begins. `None` means that it begins at once.
    due: Option<Instant>,
    failure: Option<io::Error>,
}

impl<A> Race<A> {
    /// Creates a race that has not begun. `source` is the local address to connect from. `None`
    /// lets the system choose that address.
    pub fn new(
        addresses: impl IntoIterator<Item = SocketAddr>,
        source: Option<SocketAddr>,
    ) -> Self {
        Self {
            source,
            waiting: in_turn(addresses, source).into_iter(),
            attempts: Vec::new(),
            due: None,
            failure: None,
        }
    }

    /// Begins the next attempt if it is due. Returns whether an attempt has begun.
    ///
    /// # Errors
    /// If all attempts have failed: the first error that a peer caused, such as "connection
    /// refused". If there is none, the first error of this machine, such as "no route".
    pub fn begin(
        &mut self,
        now: Instant,
        mut begin: impl FnMut(SocketAddr) -> io::Result<A>,
    ) -> io::Result<bool> {
        while self.attempts.is_empty() || self.due.is_none_or(|due| now >= due) {
            let Some(address) = self.waiting.next() else {
                break;
            };
            match begin(address) {
                Ok(attempt) => {
                    self.attempts.push(attempt);
                    self.due = Some(now + STAGGER);
                    return Ok(true);
                }
                Err(error) => self.fail(error),
            }
        }
        if self.attempts.is_empty() {
            let failure = self.failure.take();
            return Err(failure.unwrap_or_else(|| nowhere(self.source)));
        }
        Ok(false)
    }

    /// Returns the attempts that have begun and have no result yet.
    pub fn attempts(&self) -> &[A] {
        &self.attempts
    }

    /// Returns when the next attempt is due, after a call of [`begin`](Self::begin). `None` if no
    /// address is left.
    pub fn next(&self) -> Option<Instant> {
        self.due.filter(|_| !self.waiting.as_slice().is_empty())
    }

    /// Calls `check` for each attempt. `check` returns the attempt's connection, or `None` if the
    /// attempt has no result yet. Returns the first connection that `check` has returned, or
    /// `None`.
    pub fn check<T>(
        &mut self,
        mut check: impl FnMut(&mut A) -> io::Result<Option<T>>,
    ) -> Option<T> {
        let mut index = 0;
        while let Some(attempt) = self.attempts.get_mut(index) {
            match check(attempt) {
                Ok(None) => index += 1,
                Ok(connection) => return connection,
                Err(error) => {
                    self.attempts.remove(index);
                    self.fail(error);
                }
            }
        }
        None
    }

    fn fail(&mut self, error: io::Error) {
        self.failure = Some(more_telling(self.failure.take(), error));
        self.due = None;
    }
}

/// Chooses which of two errors to report. An error of this machine, such as "no route", says less
/// than an answer of a peer, such as "connection refused".
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

/// Returns the error for a host name that has no usable address.
fn nowhere(source: Option<SocketAddr>) -> io::Error {
    let (kind, why) = match source {
        None => (io::ErrorKind::NotFound, "the name has no address"),
        Some(_) => (
            io::ErrorKind::AddrNotAvailable,
            "the name has no address of the source address's family",
        ),
    };
    io::Error::new(kind, why)
}

#[cfg(test)]
mod tests;
