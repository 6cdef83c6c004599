//! Reads from the control connection, and writes to it.

use std::task::{Context, Poll, ready};

use ftp_proto::tls::PlainRead;
use ftp_proto::{Error, ErrorKind, Wait};

use crate::client::Client;

/// How many bytes one read from the control connection brings at most.
const CONTROL_READ: usize = 2048;

/// What is known about the control connection without a read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum ControlSeen {
    #[default]
    Unknown,
    /// There was nothing to read, or a command was sent whose reply has hardly come yet.
    Empty,
    /// More may be in the buffers of TLS, which the reactor does not see: the last read has filled
    /// its buffer, or was one of the handshake.
    More,
}

impl Client {
    /// Does the same as [`poll_receive`](Self::poll_receive), for an operation that waits. If there
    /// is hardly anything to read, asks the reactor before it reads.
    pub(crate) fn poll_await_bytes(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        if self.control_seen == ControlSeen::Empty {
            ready!(self.control.poll_readable(cx))?;
        }
        self.poll_receive(cx)
    }

    /// Reads from the control connection. Gives the session the bytes, or reports the end.
    fn poll_receive(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        let mut buffer = [0; CONTROL_READ];
        self.control_seen = ControlSeen::Empty;
        let read = ready!(self.control.poll_read(cx, &mut buffer))?;
        self.feed(read, &buffer);
        Poll::Ready(Ok(()))
    }

    /// Gives the session what has already arrived on the control connection. Returns whether there
    /// was something.
    pub(crate) fn look(&mut self) -> Result<bool, Error> {
        let mut buffer = [0; CONTROL_READ];
        self.control_seen = ControlSeen::Empty;
        let read = self.control.look(&mut buffer)?;
        if let Some(read) = read {
            self.feed(read, &buffer);
        }
        Ok(read.is_some())
    }

    /// Looks as [`look`](Self::look) does. If that fails, the session is dead.
    pub(crate) fn look_at_control(&mut self) {
        if !self.session.is_dead() {
            if let Err(error) = self.look() {
                self.session.kill(error);
            }
        }
    }

    fn feed(&mut self, read: PlainRead, buffer: &[u8; CONTROL_READ]) {
        self.control_seen = match read {
            PlainRead::Bytes(CONTROL_READ) => ControlSeen::More,
            _ => ControlSeen::Unknown,
        };
        match read {
            PlainRead::Bytes(count) => self.session.receive(&buffer[..count]),
            PlainRead::Closed | PlainRead::Cut => self.session.receive_eof(),
        }
    }

    pub(crate) fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        let result = self.poll_flush_all(cx);
        if result.is_pending() && self.poll_sending(cx).is_ready() {
            return Poll::Ready(Err(Error::new(ErrorKind::Timeout(Wait::Send))));
        }
        result
    }

    fn poll_flush_all(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        while !self.session.outgoing().is_empty() {
            let urgent = self.session.urgent();
            let bytes = self.session.outgoing();
            let bytes = &bytes[..urgent.unwrap_or(bytes.len())];
            let written = match (bytes, self.session.outgoing().first()) {
                ([], Some(byte)) => self.control.poll_write_urgent(cx, *byte),
                _ => self.control.poll_write(cx, bytes),
            };
            self.session.advance(ready!(written)?);
            if self.control_seen == ControlSeen::Unknown {
                self.control_seen = ControlSeen::Empty;
            }
        }
        self.control.poll_flush(cx)
    }
}
