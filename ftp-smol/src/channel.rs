//! One connection, in clear or under TLS: where plain text meets the transport.

use std::net::{SocketAddr, TcpStream};
use std::task::{Context, Poll, ready};

use ftp_proto::Error;
use ftp_proto::tls::{PlainRead, TlsChannel, TlsInfo, TlsLogin};
use smol::Async;

use crate::transport::Stream;

pub(crate) struct Channel {
    stream: Box<dyn Stream>,
    tls: Option<Box<TlsChannel>>,
}

/// After how many bytes without an outcome others get their turn: a server that never stops
/// sending must not keep time from being over.
const FLOOD: usize = 1024 * 1024;

/// What reading found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Got {
    Bytes(usize),
    End,
    /// The end, under TLS, without close_notify.
    Cut,
}

impl Channel {
    pub(crate) fn new(stream: Box<dyn Stream>) -> Self {
        Self { stream, tls: None }
    }

    /// A data connection: closing it is a reset until its end is sent, or until it is known to be
    /// a download, so that a server cannot take the half of an upload for all, however we vanish.
    pub(crate) fn data(mut stream: Box<dyn Stream>) -> Self {
        stream.reset_on_close(true);
        Self::new(stream)
    }

    /// Begins TLS; [`handshake`](Self::poll_handshake) does the rest.
    pub(crate) fn start_tls(&mut self, login: &TlsLogin) -> Result<(), Error> {
        self.tls = Some(Box::new(login.connection()?));
        Ok(())
    }

    pub(crate) fn is_tls(&self) -> bool {
        self.tls.is_some()
    }

    /// Whether a ticket for the next connection may still come, and none has.
    pub(crate) fn awaits_ticket(&self) -> bool {
        self.tls.as_ref().is_some_and(|tls| tls.awaits_ticket())
    }

    pub(crate) fn tls_info(&self) -> Option<TlsInfo> {
        self.tls.as_ref().and_then(|tls| tls.info())
    }

    pub(crate) fn poll_read(
        &mut self,
        cx: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<Result<Got, Error>> {
        let Some(tls) = &mut self.tls else {
            let count = ready!(self.stream.poll_read(cx, buffer))?;
            return Poll::Ready(Ok(match count {
                0 => Got::End,
                count => Got::Bytes(count),
            }));
        };
        let mut came = 0;
        while came < FLOOD {
            let read = tls.read(buffer);
            // Key updates and alerts; what does not fit now goes out with the next write.
            let _ = poll_flush(cx, tls, &mut *self.stream);
            match read? {
                PlainRead::Bytes(count) => return Poll::Ready(Ok(Got::Bytes(count))),
                PlainRead::Closed => return Poll::Ready(Ok(Got::End)),
                PlainRead::Cut => return Poll::Ready(Ok(Got::Cut)),
                PlainRead::Blocked => {}
            }
            let count = ready!(self.stream.poll_read(cx, tls.space(buffer.len())))?;
            match count {
                0 => tls.ended(),
                count => tls.filled(count),
            }
            came += count;
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    /// Takes at least one byte.
    pub(crate) fn poll_write(
        &mut self,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<Result<usize, Error>> {
        let Some(tls) = &mut self.tls else {
            return self.stream.poll_write(cx, bytes).map_err(Error::from);
        };
        ready!(poll_flush(cx, tls, &mut *self.stream))?;
        let taken = tls.write(bytes)?;
        match poll_flush(cx, tls, &mut *self.stream) {
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            _ => Poll::Ready(Ok(taken)),
        }
    }

    pub(crate) fn poll_write_urgent(
        &mut self,
        cx: &mut Context<'_>,
        byte: u8,
    ) -> Poll<Result<(), Error>> {
        self.stream.poll_write_urgent(cx, byte).map_err(Error::from)
    }

    /// Sends what TLS has queued.
    pub(crate) fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        match &mut self.tls {
            Some(tls) => poll_flush(cx, tls, &mut *self.stream),
            None => Poll::Ready(Ok(())),
        }
    }

    pub(crate) fn poll_handshake(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        let Some(tls) = &mut self.tls else {
            return Poll::Ready(Ok(()));
        };
        loop {
            let done = tls.handshake();
            let flushed = poll_flush(cx, tls, &mut *self.stream);
            if done? {
                return flushed;
            }
            ready!(flushed)?;
            match ready!(self.stream.poll_read(cx, tls.space(0)))? {
                0 => tls.ended(),
                count => tls.filled(count),
            }
        }
    }

    /// Says that we are done: close_notify under TLS.
    pub(crate) fn poll_close_notify(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        if let Some(tls) = &mut self.tls {
            tls.close()?;
        }
        self.poll_flush(cx)
    }

    /// close_notify, everything flushed, and a half-close.
    pub(crate) fn poll_send_end(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        ready!(self.poll_close_notify(cx))?;
        self.stream.reset_on_close(false);
        self.stream.shutdown()?;
        Poll::Ready(Ok(()))
    }

    /// Everything read up to the peer's end, which is returned.
    pub(crate) fn poll_await_end(&mut self, cx: &mut Context<'_>) -> Poll<Result<Got, Error>> {
        let mut scratch = [0; 512];
        let mut came = 0;
        while came < FLOOD {
            match ready!(self.poll_read(cx, &mut scratch))? {
                Got::Bytes(count) => came += count,
                end => return Poll::Ready(Ok(end)),
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    /// Takes TLS off once close_notify went both ways.
    pub(crate) fn poll_clear(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        ready!(self.poll_close_notify(cx))?;
        let injection = || Poll::Ready(Err(Error::new(ftp_proto::ErrorKind::Injection)));
        match ready!(self.poll_read(cx, &mut [0]))? {
            Got::End => match self.tls.take().map(|tls| tls.into_rest()) {
                Some(rest) if !rest.is_empty() => injection(),
                _ => Poll::Ready(Ok(())),
            },
            _ => injection(),
        }
    }

    /// What is written from now on is bulk. Not under TLS, whose last record must not wait.
    pub(crate) fn expect_bulk(&mut self) {
        if self.tls.is_none() {
            self.stream.gather_writes();
        }
    }

    /// Whether closing from now on is a reset.
    pub(crate) fn reset_on_close(&mut self, reset: bool) {
        self.stream.reset_on_close(reset);
    }

    /// Gives back buffers that are not in use.
    pub(crate) fn shrink(&mut self) {
        if let Some(tls) = &mut self.tls {
            tls.shrink();
        }
    }

    pub(crate) fn stream(&self) -> &dyn Stream {
        &*self.stream
    }

    /// The socket itself, where plain text travels on it as it is.
    pub(crate) fn plain_socket(&self) -> Option<&Async<TcpStream>> {
        match self.tls {
            Some(_) => None,
            None => self.stream.plain_socket(),
        }
    }

    pub(crate) fn peer_address(&self) -> Option<SocketAddr> {
        self.stream.peer_address()
    }
}

fn poll_flush(
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
