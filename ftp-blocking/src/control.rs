//! Reads from the control connection, and writes to it.

use std::time::Instant;

use ftp_proto::tls::PlainRead;
use ftp_proto::{Error, ErrorKind, Wait};
use rustix::event::PollFlags;

use crate::client::Client;
use crate::sys::poll::wait;

/// The most bytes that one read takes from the control connection.
const CONTROL_READ: usize = 2048;

/// What the client knows about its connections without a system call.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Seen {
    /// A command was sent after the last read, so that its reply has hardly come yet.
    pub(crate) sent: bool,
    /// More may be in the buffers of TLS, where `poll` does not see it: the last read has filled its
    /// buffer, or was one of the handshake.
    pub(crate) more: bool,
    /// `poll` has just found nothing to read. It is as good as a read that finds nothing.
    pub(crate) nothing: bool,
    /// `poll` has just found the control connection ready, and not the data connection.
    pub(crate) control_only: bool,
}

impl Seen {
    /// The greeting of a new connection has hardly come yet.
    pub(crate) fn of_new_connection() -> Self {
        Self {
            sent: true,
            ..Self::default()
        }
    }
}

impl Client {
    /// Reads from the control connection, until the time limit of this wait. Returns `None` if no
    /// bytes have come.
    pub(crate) fn receive_for(&mut self, wait: Wait) -> Result<Option<()>, Error> {
        match wait {
            Wait::Arrived => self.receive(self.deadline),
            _ => self.sliced(self.deadline, Self::await_bytes),
        }
    }

    /// Waits for bytes on the control connection, and gives them to the session. Returns `None` at
    /// the deadline.
    fn await_bytes(&mut self, deadline: Instant) -> Result<Option<()>, Error> {
        let poll_first = std::mem::take(&mut self.seen.sent) && !self.seen.more;
        let descriptor = self.control.stream().descriptor();
        if let Some(control) = descriptor.filter(|_| poll_first) {
            if !wait(&[(control, PollFlags::IN)], deadline)? {
                return Ok(None);
            }
        }
        self.receive(deadline)
    }

    /// Reads from the control connection, and gives the session the bytes or the end. Returns
    /// `None` at the deadline.
    pub(crate) fn receive(&mut self, deadline: Instant) -> Result<Option<()>, Error> {
        let mut buffer = [0; CONTROL_READ];
        let read = self.control.read(&mut buffer, deadline)?;
        self.seen.more = read == Some(PlainRead::Bytes(CONTROL_READ));
        Ok(read.map(|read| {
            self.seen.sent = false;
            match read {
                PlainRead::Bytes(count) => self.session.receive(&buffer[..count]),
                PlainRead::Closed | PlainRead::Cut => self.session.receive_eof(),
            }
        }))
    }

    /// Gives the session the bytes that have already arrived on the control connection, without
    /// waiting.
    pub(crate) fn look_at_control(&mut self) {
        if !self.session.is_dead() {
            if let Err(error) = self.receive(self.network.now()) {
                self.session.kill(error);
            }
        }
    }

    pub(crate) fn flush(&mut self) -> Result<(), Error> {
        let deadline = self.after(Wait::Send);
        let late = || Error::new(ErrorKind::Timeout(Wait::Send));
        while !self.session.outgoing().is_empty() {
            let written = self.sliced(deadline, Self::write)?;
            self.session.advance(written.ok_or_else(late)?);
            self.seen.sent = true;
        }
        let flushed = self.sliced(deadline, |client, until| client.control.flush(until))?;
        flushed.ok_or_else(late)
    }

    /// Writes bytes of commands. Returns `None` at the deadline.
    fn write(&mut self, deadline: Instant) -> Result<Option<usize>, Error> {
        let urgent = self.session.urgent();
        let bytes = self.session.outgoing();
        let bytes = &bytes[..urgent.unwrap_or(bytes.len())];
        match (bytes, self.session.outgoing().first()) {
            ([], Some(byte)) => self.control.write_urgent(*byte, deadline),
            _ => self.control.write(bytes, deadline),
        }
    }
}
