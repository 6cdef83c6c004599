//! One connection, in clear text or under TLS.

use std::time::Instant;

use ftp_proto::data::Backlog;
use ftp_proto::tls::{Next, PlainRead, TlsChannel, TlsInfo, TlsLogin};
use ftp_proto::{Error, Wait};

use crate::secured::{Peer, Secured, unless_late};
use crate::sys::socket::BorrowedFd;
use crate::transport::Stream;

pub(crate) struct Channel {
    stream: Box<dyn Stream>,
    tls: Option<Box<Secured>>,
    backlog: Backlog,
    /// Whether closing the connection resets it.
    resets: bool,
}

/// How many reads [`Channel::await_end`] makes before the driver checks the clock and the control
/// connection again.
const READS: usize = 1024;

impl Channel {
    pub(crate) fn new(stream: Box<dyn Stream>) -> Self {
        Self {
            stream,
            tls: None,
            backlog: Backlog::default(),
            resets: false,
        }
    }

    /// Prepares TLS, but sends nothing. [`handshake`](Self::handshake) then does the handshake.
    pub(crate) fn start_tls(&mut self, login: &TlsLogin) -> Result<(), Error> {
        self.tls = Some(Box::new(Secured::new(login.connection()?)));
        Ok(())
    }

    pub(crate) fn is_tls(&self) -> bool {
        self.tls.is_some()
    }

    pub(crate) fn tls_info(&self) -> Option<TlsInfo> {
        self.tls.as_ref().and_then(|it| it.tls.info())
    }

    /// Reads bytes, or finds that the peer has ended the connection. Returns `None` at the
    /// deadline. If the deadline is in the past, `read` does not block.
    pub(crate) fn read(
        &mut self,
        buffer: &mut [u8],
        deadline: Instant,
    ) -> Result<Option<PlainRead>, Error> {
        if let Some(secured) = &mut self.tls {
            let read = |tls: &mut TlsChannel| tls.read(buffer);
            return secured.drive(&mut *self.stream, Peer::Sends, deadline, read);
        }
        let count = unless_late(self.stream.read(buffer, deadline))?;
        Ok(count.map(|count| match count {
            0 => PlainRead::Closed,
            count => PlainRead::Bytes(count),
        }))
    }

    /// Writes at least one byte. Returns `None` at the deadline.
    pub(crate) fn write(
        &mut self,
        bytes: &[u8],
        deadline: Instant,
    ) -> Result<Option<usize>, Error> {
        let Some(secured) = &mut self.tls else {
            return unless_late(self.stream.write(bytes, deadline));
        };
        let write = |tls: &mut TlsChannel| tls.write(bytes);
        let taken = secured.drive(&mut *self.stream, Peer::Sends, deadline, write)?;
        if taken.is_some() {
            self.flush(deadline)?;
        }
        Ok(taken)
    }

    /// Writes a byte with TCP's urgent mark. Returns `None` at the deadline.
    pub(crate) fn write_urgent(
        &mut self,
        byte: u8,
        deadline: Instant,
    ) -> Result<Option<usize>, Error> {
        unless_late(self.stream.write_urgent(byte, deadline).map(|()| 1))
    }

    /// Sends the records that TLS has queued. Returns `None` at the deadline.
    pub(crate) fn flush(&mut self, deadline: Instant) -> Result<Option<()>, Error> {
        self.under_tls(Peer::Sends, deadline, TlsChannel::flush)
    }

    /// Begins or continues the TLS handshake. Returns `None` at the deadline.
    pub(crate) fn handshake(&mut self, deadline: Instant) -> Result<Option<()>, Error> {
        self.under_tls(Peer::Answers, deadline, TlsChannel::handshake)
    }

    /// Sends close_notify, if the connection is under TLS. Returns `None` at the deadline.
    pub(crate) fn close_notify(&mut self, deadline: Instant) -> Result<Option<()>, Error> {
        self.under_tls(Peer::Sends, deadline, TlsChannel::close)
    }

    /// Reads until a session ticket for the next connection has arrived. Returns `None` at the
    /// deadline.
    pub(crate) fn harvest(&mut self, deadline: Instant) -> Result<Option<()>, Error> {
        self.under_tls(Peer::Sends, deadline, TlsChannel::harvest)
    }

    /// Whether the end of an upload is a half-close. Under TLS, close_notify is enough.
    fn half_closes(&self) -> bool {
        !self.is_tls() || self.stream.can_half_close()
    }

    /// Sends close_notify and all queued records, and half-closes the connection. Returns `None` at
    /// the deadline: call `send_end` again to continue.
    pub(crate) fn send_end(&mut self, deadline: Instant) -> Result<Option<()>, Error> {
        let sent = self.close_notify(deadline)?;
        if sent.is_some() {
            self.reset_on_close(false);
            if self.half_closes() {
                self.stream.shutdown()?;
            }
        }
        Ok(sent)
    }

    /// Reads until the peer has ended the connection, throws the data away, and returns how the
    /// connection ended. Returns `None` at the deadline, or after [`READS`] reads without an end.
    pub(crate) fn await_end(&mut self, deadline: Instant) -> Result<Option<PlainRead>, Error> {
        if let Some(secured) = &mut self.tls {
            let stream = &mut *self.stream;
            return secured.drive(stream, Peer::Sends, deadline, TlsChannel::await_end);
        }
        for _ in 0..READS {
            match self.read(&mut [0; 512], deadline)? {
                Some(PlainRead::Bytes(_)) => {}
                end => return Ok(end),
            }
        }
        Ok(None)
    }

    /// Returns how much longer to wait for the peer to close the connection. The system may still
    /// be sending written bytes, and the peer cannot close before it has them. `None` means to stop
    /// waiting.
    pub(crate) fn more_time(&mut self) -> Option<Wait> {
        self.backlog.more_time(self.stream.unsent())
    }

    /// Exchanges close_notify with the peer, after which the connection continues in clear text.
    /// Returns `None` at the deadline.
    pub(crate) fn clear(&mut self, deadline: Instant) -> Result<Option<()>, Error> {
        let cleared = self.under_tls(Peer::Sends, deadline, TlsChannel::clear)?;
        if cleared.is_some() {
            self.tls = None;
        }
        Ok(cleared)
    }

    /// Runs an operation of TLS. Returns `None` at the deadline. In clear text, it runs nothing and
    /// returns `Some`.
    fn under_tls(
        &mut self,
        peer: Peer,
        deadline: Instant,
        operation: impl FnMut(&mut TlsChannel) -> Result<Next<()>, Error>,
    ) -> Result<Option<()>, Error> {
        match &mut self.tls {
            Some(secured) => secured.drive(&mut *self.stream, peer, deadline, operation),
            None => Ok(Some(())),
        }
    }

    /// Prepares the connection for an upload. In clear text, Nagle's algorithm stays on, so that
    /// the system joins small writes. Under TLS it would delay the last record.
    pub(crate) fn expect_upload(&mut self) {
        if self.is_tls() {
            self.stream.send_at_once();
        }
    }

    /// Sets whether closing the connection resets it, even if this process dies.
    pub(crate) fn reset_on_close(&mut self, reset: bool) {
        if std::mem::replace(&mut self.resets, reset) != reset {
            self.stream.reset_on_close(reset);
        }
    }

    /// Frees buffers that are not in use.
    pub(crate) fn shrink(&mut self) {
        if let Some(secured) = &mut self.tls {
            secured.tls.shrink();
        }
    }

    pub(crate) fn has_unsent(&self) -> bool {
        self.tls
            .as_ref()
            .is_some_and(|it| !it.tls.outgoing().is_empty())
    }

    pub(crate) fn stream(&self) -> &dyn Stream {
        &*self.stream
    }

    /// Returns the socket if the stream passes bytes to it unchanged and in clear text. Otherwise
    /// returns `None`.
    pub(crate) fn plain_socket(&self) -> Option<BorrowedFd<'_>> {
        match self.tls {
            Some(_) => None,
            None => self.stream.plain_socket(),
        }
    }
}
