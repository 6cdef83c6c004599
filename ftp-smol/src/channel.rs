//! One connection, in clear text or under TLS: moves bytes between the transport and rustls.

use std::net::TcpStream;
use std::task::{Context, Poll, ready};

use ftp_proto::data::Backlog;
use ftp_proto::tls::{Next, PlainRead, TlsChannel, TlsInfo, TlsLogin};
use ftp_proto::{Error, Wait};
use smol::Async;

use crate::transport::Stream;

pub(crate) struct Channel {
    stream: Box<dyn Stream>,
    tls: Option<Box<TlsChannel>>,
    backlog: Backlog,
}

/// After this many reads, [`Channel::poll_await_end`] lets other tasks run.
const READS: usize = 1024;

impl Channel {
    pub(crate) fn new(stream: Box<dyn Stream>) -> Self {
        Self {
            stream,
            tls: None,
            backlog: Backlog::default(),
        }
    }

    /// Makes the channel of a data connection, which is reset if it is closed too early. If this
    /// process dies during an upload, the server thus sees an error, and cannot take half a file
    /// for the whole. For downloads, [`reset_on_close`](Self::reset_on_close) switches the reset
    /// off.
    pub(crate) fn data(mut stream: Box<dyn Stream>) -> Self {
        stream.reset_on_close(true);
        Self::new(stream)
    }

    /// Prepares TLS. [`poll_handshake`](Self::poll_handshake) then does the handshake.
    pub(crate) fn start_tls(&mut self, login: &TlsLogin) -> Result<(), Error> {
        self.tls = Some(Box::new(login.connection()?));
        Ok(())
    }

    pub(crate) fn is_tls(&self) -> bool {
        self.tls.is_some()
    }

    pub(crate) fn tls_info(&self) -> Option<TlsInfo> {
        self.tls.as_ref().and_then(|tls| tls.info())
    }

    pub(crate) fn poll_read(
        &mut self,
        cx: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<Result<PlainRead, Error>> {
        if let Some(tls) = &mut self.tls {
            return poll_drive(cx, tls, &mut *self.stream, |tls| tls.read(buffer));
        }
        let count = ready!(self.stream.poll_read(cx, buffer))?;
        Poll::Ready(Ok(match count {
            0 => PlainRead::Closed,
            count => PlainRead::Bytes(count),
        }))
    }

    /// Writes at least one of the bytes, and returns how many bytes were written.
    pub(crate) fn poll_write(
        &mut self,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<Result<usize, Error>> {
        let Some(tls) = &mut self.tls else {
            return self.stream.poll_write(cx, bytes).map_err(Error::from);
        };
        let taken = ready!(poll_drive(cx, tls, &mut *self.stream, |tls| tls.write(bytes)))?;
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
        self.poll_under_tls(cx, TlsChannel::flush)
    }

    pub(crate) fn poll_handshake(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.poll_under_tls(cx, TlsChannel::handshake)
    }

    /// Sends close_notify, if the connection is under TLS.
    pub(crate) fn poll_close_notify(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.poll_under_tls(cx, TlsChannel::close)
    }

    /// Reads until a session ticket for the next connection has arrived.
    pub(crate) fn poll_harvest(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.poll_under_tls(cx, TlsChannel::harvest)
    }

    /// Whether the end of an upload is a half-close. Under TLS, close_notify is enough.
    fn half_closes(&self) -> bool {
        !self.is_tls() || self.stream.can_half_close()
    }

    /// Sends all queued records and close_notify, and then half-closes the connection.
    pub(crate) fn poll_send_end(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        ready!(self.poll_close_notify(cx))?;
        self.stream.reset_on_close(false);
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
        if let Some(tls) = &mut self.tls {
            return poll_drive(cx, tls, &mut *self.stream, TlsChannel::await_end);
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
        ready!(self.poll_under_tls(cx, TlsChannel::clear))?;
        self.tls = None;
        Poll::Ready(Ok(()))
    }

    /// Runs `operation`, for example a handshake, if the connection is under TLS. In clear text
    /// this function does nothing and succeeds.
    fn poll_under_tls(
        &mut self,
        cx: &mut Context<'_>,
        operation: impl FnMut(&mut TlsChannel) -> Result<Next<()>, Error>,
    ) -> Poll<Result<(), Error>> {
        match &mut self.tls {
            Some(tls) => poll_drive(cx, tls, &mut *self.stream, operation),
            None => Poll::Ready(Ok(())),
        }
    }

    /// Prepares the connection for an upload. In clear text, turns on Nagle's algorithm, which
    /// joins small writes. Under TLS Nagle's algorithm stays off, because it would delay the last
    /// record.
    pub(crate) fn expect_bulk(&mut self) {
        if self.tls.is_none() {
            self.stream.gather_writes();
        }
    }

    /// Sets whether the connection is closed with a reset (RST).
    pub(crate) fn reset_on_close(&mut self, reset: bool) {
        self.stream.reset_on_close(reset);
    }

    /// Frees buffers that are not in use.
    pub(crate) fn shrink(&mut self) {
        if let Some(tls) = &mut self.tls {
            tls.shrink();
        }
    }

    pub(crate) fn stream(&self) -> &dyn Stream {
        &*self.stream
    }

    /// Returns the socket for direct use by the kernel. `None` if the bytes on the socket are not
    /// the plain data, for example under TLS.
    pub(crate) fn plain_socket(&self) -> Option<&Async<TcpStream>> {
        match self.tls {
            Some(_) => None,
            None => self.stream.plain_socket(),
        }
    }
}

/// Runs `operation`, for example a handshake, and moves bytes between TLS and the stream until the
/// operation is done.
fn poll_drive<T>(
    cx: &mut Context<'_>,
    tls: &mut TlsChannel,
    stream: &mut dyn Stream,
    mut operation: impl FnMut(&mut TlsChannel) -> Result<Next<T>, Error>,
) -> Poll<Result<T, Error>> {
    loop {
        let next = operation(tls);
        if matches!(next, Ok(Next::Read(_)) | Err(_)) {
            let _ = poll_send(cx, tls, stream);
        }
        match next? {
            Next::Done(value) => return Poll::Ready(Ok(value)),
            Next::Write => ready!(poll_send(cx, tls, stream))?,
            Next::Read(room) => match ready!(stream.poll_read(cx, tls.space(room)))? {
                0 => tls.receive_eof(),
                count => tls.filled(count),
            },
            Next::Yield => {
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
        }
    }
}

/// Sends the records that TLS has queued.
fn poll_send(
    cx: &mut Context<'_>,
    tls: &mut TlsChannel,
    stream: &mut dyn Stream,
) -> Poll<Result<(), Error>> {
    while !tls.outgoing().is_empty() {
        let count = ready!(stream.poll_write(cx, tls.outgoing()))?;
        tls.advance(count);
    }
    Poll::Ready(Ok(()))
}
