//! One connection, in clear text or under TLS.

use std::net::TcpStream;
use std::task::{Context, Poll, ready};

use ftp_proto::data::Backlog;
use ftp_proto::tls::{Next, PlainRead, TlsChannel, TlsInfo, TlsLogin};
use ftp_proto::{Error, Wait};
use smol::Async;

use crate::secured::{Peer, Secured, unless_blocked};
use crate::transport::Stream;

pub(crate) struct Channel {
    stream: Box<dyn Stream>,
    tls: Option<Box<Secured>>,
    backlog: Backlog,
    /// Whether closing the connection resets it.
    resets: bool,
}

/// After this many reads, [`Channel::poll_await_end`] lets other tasks run.
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

    /// Prepares TLS. [`poll_handshake`](Self::poll_handshake) then does the handshake.
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

    pub(crate) fn poll_read(
        &mut self,
        cx: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<Result<PlainRead, Error>> {
        if let Some(secured) = &mut self.tls {
            let read = |tls: &mut TlsChannel| tls.read(buffer);
            return secured.poll_drive(cx, &mut *self.stream, Peer::Sends, read);
        }
        let count = ready!(self.stream.poll_read(cx, buffer))?;
        Poll::Ready(Ok(match count {
            0 => PlainRead::Closed,
            count => PlainRead::Bytes(count),
        }))
    }

    /// Reads what has already arrived. `None` if nothing has.
    pub(crate) fn look(&mut self, buffer: &mut [u8]) -> Result<Option<PlainRead>, Error> {
        if let Some(secured) = &mut self.tls {
            return secured.look(&mut *self.stream, buffer);
        }
        Ok(
            unless_blocked(self.stream.look(buffer))?.map(|count| match count {
                0 => PlainRead::Closed,
                count => PlainRead::Bytes(count),
            }),
        )
    }

    /// Waits until there may be something to read.
    pub(crate) fn poll_readable(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.stream.poll_readable(cx).map_err(Error::from)
    }

    /// Writes at least one of the bytes, and returns how many bytes were written.
    pub(crate) fn poll_write(
        &mut self,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<Result<usize, Error>> {
        let Some(secured) = &mut self.tls else {
            return self.stream.poll_write(cx, bytes).map_err(Error::from);
        };
        let write = |tls: &mut TlsChannel| tls.write(bytes);
        let taken = ready!(secured.poll_drive(cx, &mut *self.stream, Peer::Sends, write))?;
        match self.poll_flush(cx) {
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            _ => Poll::Ready(Ok(taken)),
        }
    }

    pub(crate) fn poll_write_urgent(
        &mut self,
        cx: &mut Context<'_>,
        byte: u8,
    ) -> Poll<Result<usize, Error>> {
        let written = self.stream.poll_write_urgent(cx, byte);
        written.map_ok(|()| 1).map_err(Error::from)
    }

    /// Sends the records that TLS has queued.
    pub(crate) fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.poll_under_tls(cx, Peer::Sends, TlsChannel::flush)
    }

    pub(crate) fn poll_handshake(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.poll_under_tls(cx, Peer::Answers, TlsChannel::handshake)
    }

    /// Sends close_notify, if the connection is under TLS.
    pub(crate) fn poll_close_notify(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.poll_under_tls(cx, Peer::Sends, TlsChannel::close)
    }

    /// Reads until a session ticket for the next connection has arrived.
    pub(crate) fn poll_harvest(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.poll_under_tls(cx, Peer::Sends, TlsChannel::harvest)
    }

    /// Whether the end of an upload is a half-close. Under TLS, close_notify is enough.
    fn half_closes(&self) -> bool {
        !self.is_tls() || self.stream.can_half_close()
    }

    /// Sends all queued records and close_notify, and then half-closes the connection.
    pub(crate) fn poll_send_end(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        ready!(self.poll_close_notify(cx))?;
        self.reset_on_close(false);
        if self.half_closes() {
            self.stream.shutdown()?;
        }
        Poll::Ready(Ok(()))
    }

    /// Reads until the peer has ended the connection, throws the data away, and returns how the
    /// connection ended.
    pub(crate) fn poll_await_end(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Result<PlainRead, Error>> {
        if let Some(secured) = &mut self.tls {
            let stream = &mut *self.stream;
            return secured.poll_drive(cx, stream, Peer::Sends, TlsChannel::await_end);
        }
        for _ in 0..READS {
            match ready!(self.poll_read(cx, &mut [0; 512]))? {
                PlainRead::Bytes(_) => {}
                end => return Poll::Ready(Ok(end)),
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    /// Returns how much longer to wait until the peer closes the connection. More time is given
    /// while the operating system is still sending the data. `None` if the wait is over.
    pub(crate) fn more_time(&mut self) -> Option<Wait> {
        self.backlog.more_time(self.stream.unsent())
    }

    /// Exchanges close_notify with the peer. After that, the connection is in clear text.
    pub(crate) fn poll_clear(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        ready!(self.poll_under_tls(cx, Peer::Sends, TlsChannel::clear))?;
        self.tls = None;
        Poll::Ready(Ok(()))
    }

    /// Runs `operation`, for example a handshake, if the connection is under TLS. In clear text
    /// this function does nothing and succeeds.
    fn poll_under_tls(
        &mut self,
        cx: &mut Context<'_>,
        peer: Peer,
        operation: impl FnMut(&mut TlsChannel) -> Result<Next<()>, Error>,
    ) -> Poll<Result<(), Error>> {
        match &mut self.tls {
            Some(secured) => secured.poll_drive(cx, &mut *self.stream, peer, operation),
            None => Poll::Ready(Ok(())),
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

    pub(crate) fn stream(&self) -> &dyn Stream {
        &*self.stream
    }

    /// Returns the socket for direct use by the kernel. `None` if the bytes on the socket are not
    /// the plain data, for example under TLS.
    pub(crate) fn plain_socket(&mut self) -> Option<&Async<TcpStream>> {
        match self.tls {
            Some(_) => None,
            None => self.stream.plain_socket(),
        }
    }
}
