//! TLS over a stream: moves encrypted bytes between rustls and the stream.

use std::io;
use std::time::Instant;

use ftp_proto::Error;
use ftp_proto::tls::{Next, TlsChannel};
use rustix::event::PollFlags;

use crate::net::{is_past, is_timeout};
use crate::sys::poll::wait;
use crate::transport::Stream;

pub(crate) struct Secured {
    pub(crate) tls: TlsChannel,
    /// How many encrypted bytes one read takes at most. It grows after a read that was full, so that
    /// a small file needs no large buffer.
    room: usize,
}

/// The first value of [`Secured::room`], in bytes: a little more than the largest record of TLS.
const FIRST_ROOM: usize = 18 * 1024;

/// The largest value of [`Secured::room`], in bytes.
const MOST_ROOM: usize = 1024 * 1024;

/// What the peer does after an operation of TLS has sent something.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Peer {
    /// It answers, so that there is hardly anything to read yet.
    Answers,
    /// It sends when it wants.
    Sends,
}

impl Secured {
    pub(crate) fn new(tls: TlsChannel) -> Self {
        Self {
            tls,
            room: FIRST_ROOM,
        }
    }

    /// Runs an operation of TLS, and moves bytes between TLS and the stream until the operation is
    /// done. Returns `None` at the deadline.
    pub(crate) fn drive<T>(
        &mut self,
        stream: &mut dyn Stream,
        peer: Peer,
        deadline: Instant,
        mut operation: impl FnMut(&mut TlsChannel) -> Result<Next<T>, Error>,
    ) -> Result<Option<T>, Error> {
        let mut has_sent = false;
        loop {
            let next = operation(&mut self.tls);
            has_sent |= !self.tls.outgoing().is_empty();
            if matches!(next, Ok(Next::Read(_)) | Err(_)) {
                let _ = self.send(stream, Instant::now());
            }
            match next? {
                Next::Done(value) => return Ok(Some(value)),
                Next::Write => {
                    if !self.send(stream, deadline)? {
                        return Ok(None);
                    }
                }
                Next::Read(_)
                    if peer == Peer::Answers
                        && std::mem::take(&mut has_sent)
                        && !has_come(stream, deadline)? =>
                {
                    return Ok(None);
                }
                Next::Read(room) => match self.read(stream, room, deadline)? {
                    None => return Ok(None),
                    Some(0) => self.tls.receive_eof(),
                    Some(count) => self.tls.filled(count),
                },
                Next::Yield if Instant::now() >= deadline => return Ok(None),
                Next::Yield => {}
            }
        }
    }

    fn read(
        &mut self,
        stream: &mut dyn Stream,
        wanted: usize,
        deadline: Instant,
    ) -> Result<Option<usize>, Error> {
        let space = self.tls.space(wanted.min(self.room));
        let count = unless_late(stream.read(space, deadline))?;
        if count == Some(space.len()) {
            self.room = MOST_ROOM.min(self.room.saturating_mul(4));
        }
        Ok(count)
    }

    /// Sends the records that TLS has queued. Returns `false` at the deadline.
    fn send(&mut self, stream: &mut dyn Stream, deadline: Instant) -> Result<bool, Error> {
        while !self.tls.outgoing().is_empty() {
            let sent = unless_late(stream.write(self.tls.outgoing(), deadline))?;
            let Some(count) = sent else {
                return Ok(false);
            };
            self.tls.advance(count);
        }
        Ok(true)
    }
}

/// Waits until the answer of the peer has come. Returns `false` at the deadline. If that is in the
/// past, does not ask at all: the caller calls again when `poll` has found the answer.
fn has_come(stream: &dyn Stream, deadline: Instant) -> io::Result<bool> {
    match stream.descriptor() {
        _ if is_past(deadline) => Ok(false),
        Some(descriptor) => wait(&[(descriptor, PollFlags::IN)], deadline),
        None => Ok(true),
    }
}

/// Turns the error at the deadline into `None`.
pub(crate) fn unless_late(result: io::Result<usize>) -> Result<Option<usize>, Error> {
    match result {
        Ok(count) => Ok(Some(count)),
        Err(error) if is_timeout(&error) => Ok(None),
        Err(error) => Err(error.into()),
    }
}
