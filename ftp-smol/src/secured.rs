//! TLS over a stream: moves encrypted bytes between rustls and the stream.

use std::io;
use std::task::{Context, Poll, ready};

use ftp_proto::Error;
use ftp_proto::tls::{Next, PlainRead, TlsChannel};

use crate::transport::Stream;

pub(crate) struct Secured {
    pub(crate) tls: TlsChannel,
    /// How many encrypted bytes one read takes at most. It grows after a read that was full, so that
    /// a small file needs no large buffer.
    room: usize,
    /// Whether the peer's answer was not there yet.
    awaits_answer: bool,
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
            awaits_answer: false,
        }
    }

    /// Runs `operation`, for example a handshake, and moves bytes between TLS and the stream until
    /// the operation is done.
    pub(crate) fn poll_drive<T>(
        &mut self,
        cx: &mut Context<'_>,
        stream: &mut dyn Stream,
        peer: Peer,
        mut operation: impl FnMut(&mut TlsChannel) -> Result<Next<T>, Error>,
    ) -> Poll<Result<T, Error>> {
        loop {
            let next = operation(&mut self.tls);
            self.awaits_answer |= peer == Peer::Answers && !self.tls.outgoing().is_empty();
            if matches!(next, Ok(Next::Read(_)) | Err(_)) {
                let _ = self.poll_send(cx, stream);
            }
            match next? {
                Next::Done(value) => return Poll::Ready(Ok(value)),
                Next::Write => ready!(self.poll_send(cx, stream))?,
                Next::Read(room) => {
                    if self.awaits_answer && peer == Peer::Answers {
                        ready!(stream.poll_readable(cx))?;
                        self.awaits_answer = false;
                    }
                    match ready!(self.poll_read(cx, stream, room))? {
                        0 => self.tls.receive_eof(),
                        count => self.tls.filled(count),
                    }
                }
                Next::Yield => {
                    cx.waker().wake_by_ref();
                    return Poll::Pending;
                }
            }
        }
    }

    /// Reads what has already arrived. `None` if that is not a whole record.
    pub(crate) fn look(
        &mut self,
        stream: &mut dyn Stream,
        buffer: &mut [u8],
    ) -> Result<Option<PlainRead>, Error> {
        loop {
            match self.tls.read(buffer)? {
                Next::Done(read) => return Ok(Some(read)),
                Next::Read(wanted) => {
                    let space = self.tls.space(wanted.min(self.room));
                    match unless_blocked(stream.look(space))? {
                        None => return Ok(None),
                        Some(0) => self.tls.receive_eof(),
                        Some(count) => self.tls.filled(count),
                    }
                }
                // The session writes before it waits.
                Next::Write | Next::Yield => return Ok(None),
            }
        }
    }

    fn poll_read(
        &mut self,
        cx: &mut Context<'_>,
        stream: &mut dyn Stream,
        wanted: usize,
    ) -> Poll<io::Result<usize>> {
        let space = self.tls.space(wanted.min(self.room));
        let count = ready!(stream.poll_read(cx, space))?;
        if count == space.len() {
            self.room = MOST_ROOM.min(self.room.saturating_mul(4));
        }
        Poll::Ready(Ok(count))
    }

    /// Sends the records that TLS has queued.
    fn poll_send(
        &mut self,
        cx: &mut Context<'_>,
        stream: &mut dyn Stream,
    ) -> Poll<Result<(), Error>> {
        while !self.tls.outgoing().is_empty() {
            let count = ready!(stream.poll_write(cx, self.tls.outgoing()))?;
            self.tls.advance(count);
        }
        Poll::Ready(Ok(()))
    }
}

/// Turns the error that nothing has arrived into `None`.
pub(crate) fn unless_blocked(result: io::Result<usize>) -> io::Result<Option<usize>> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(None),
        result => result.map(Some),
    }
}
