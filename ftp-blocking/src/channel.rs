//! One connection, in clear or under TLS: where plain text meets the transport.

use std::io;
use std::net::SocketAddr;
use std::os::fd::BorrowedFd;
use std::time::Instant;

use ftp_proto::Error;
use ftp_proto::tls::{PlainRead, TlsChannel, TlsInfo, TlsLogin};

use crate::net::is_timeout;
use crate::transport::Stream;

pub(crate) struct Channel {
    stream: Box<dyn Stream>,
    tls: Option<Box<TlsChannel>>,
}

/// After how many bytes without an outcome the clock is looked at: a server that never stops
/// sending must not keep time from being over.
const FLOOD: usize = 1024 * 1024;

/// What reading found; nothing at all is `None`.
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

    /// Begins TLS; [`handshake`](Self::handshake) does the rest.
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

    /// `None` at the deadline; a deadline that has passed means: do not block.
    pub(crate) fn read(
        &mut self,
        buffer: &mut [u8],
        deadline: Instant,
    ) -> Result<Option<Got>, Error> {
        let Some(tls) = &mut self.tls else {
            return Ok(
                unless_late(self.stream.read(buffer, deadline))?.map(|count| match count {
                    0 => Got::End,
                    count => Got::Bytes(count),
                }),
            );
        };
        let mut came = 0;
        while came < FLOOD || Instant::now() < deadline {
            let read = tls.read(buffer);
            // Key updates and alerts; what does not fit now goes out with the next write.
            let flushed = flush(tls, &mut *self.stream, Instant::now());
            match read? {
                PlainRead::Bytes(count) => return Ok(Some(Got::Bytes(count))),
                PlainRead::Closed => return Ok(Some(Got::End)),
                PlainRead::Cut => return Ok(Some(Got::Cut)),
                PlainRead::Blocked => drop(flushed),
            }
            let Some(count) = unless_late(self.stream.read(tls.space(buffer.len()), deadline))?
            else {
                return Ok(None);
            };
            match count {
                0 => tls.ended(),
                count => tls.filled(count),
            }
            came += count;
        }
        Ok(None)
    }

    /// Takes at least one byte, or `None` at the deadline.
    pub(crate) fn write(
        &mut self,
        bytes: &[u8],
        deadline: Instant,
    ) -> Result<Option<usize>, Error> {
        let Some(tls) = &mut self.tls else {
            return unless_late(self.stream.write(bytes, deadline));
        };
        if !flush(tls, &mut *self.stream, deadline)? {
            return Ok(None);
        }
        let taken = tls.write(bytes)?;
        flush(tls, &mut *self.stream, deadline)?;
        Ok(Some(taken))
    }

    /// `false` at the deadline.
    pub(crate) fn write_urgent(&mut self, byte: u8, deadline: Instant) -> Result<bool, Error> {
        let written = self.stream.write_urgent(byte, deadline).map(|()| 1);
        Ok(unless_late(written)?.is_some())
    }

    /// Sends what TLS has queued; `false` at the deadline.
    pub(crate) fn flush(&mut self, deadline: Instant) -> Result<bool, Error> {
        match &mut self.tls {
            Some(tls) => flush(tls, &mut *self.stream, deadline),
            None => Ok(true),
        }
    }

    /// `false` at the deadline.
    pub(crate) fn handshake(&mut self, deadline: Instant) -> Result<bool, Error> {
        let Some(tls) = &mut self.tls else {
            return Ok(true);
        };
        loop {
            let done = tls.handshake();
            let flushed = flush(tls, &mut *self.stream, deadline);
            if done? {
                return flushed;
            }
            if !flushed? {
                return Ok(false);
            }
            match unless_late(self.stream.read(tls.space(0), deadline))? {
                None => return Ok(false),
                Some(0) => tls.ended(),
                Some(count) => tls.filled(count),
            }
        }
    }

    /// Says that we are done: close_notify under TLS. `false` at the deadline.
    pub(crate) fn close_notify(&mut self, deadline: Instant) -> Result<bool, Error> {
        if let Some(tls) = &mut self.tls {
            tls.close()?;
        }
        self.flush(deadline)
    }

    /// close_notify, everything flushed, and a half-close; `false` at the deadline. May be called
    /// again to go on.
    pub(crate) fn send_end(&mut self, deadline: Instant) -> Result<bool, Error> {
        if !self.close_notify(deadline)? {
            return Ok(false);
        }
        self.stream.reset_on_close(false);
        self.stream.shutdown()?;
        Ok(true)
    }

    /// Everything read up to the peer's end, which is returned; `None` at the deadline.
    pub(crate) fn await_end(&mut self, deadline: Instant) -> Result<Option<Got>, Error> {
        let mut scratch = [0; 512];
        let mut came = 0;
        while came < FLOOD || Instant::now() < deadline {
            match self.read(&mut scratch, deadline)? {
                Some(Got::Bytes(count)) => came += count,
                end => return Ok(end),
            }
        }
        Ok(None)
    }

    /// Takes TLS off once close_notify went both ways; `false` at the deadline.
    pub(crate) fn clear(&mut self, deadline: Instant) -> Result<bool, Error> {
        if !self.close_notify(deadline)? {
            return Ok(false);
        }
        match self.read(&mut [0], deadline)? {
            None => Ok(false),
            Some(Got::End) => match self.tls.take().map(|tls| tls.into_rest()) {
                Some(rest) if !rest.is_empty() => Err(Error::new(ftp_proto::ErrorKind::Injection)),
                _ => Ok(true),
            },
            Some(_) => Err(Error::new(ftp_proto::ErrorKind::Injection)),
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

    pub(crate) fn has_unsent(&self) -> bool {
        self.tls
            .as_ref()
            .is_some_and(|tls| !tls.outgoing().is_empty())
    }

    pub(crate) fn stream(&self) -> &dyn Stream {
        &*self.stream
    }

    /// The socket itself, where plain text travels on it as it is.
    pub(crate) fn plain_socket(&self) -> Option<BorrowedFd<'_>> {
        match self.tls {
            Some(_) => None,
            None => self.stream.plain_socket(),
        }
    }

    pub(crate) fn peer_address(&self) -> Option<SocketAddr> {
        self.stream.peer_address()
    }

    pub(crate) fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        self.stream.descriptor()
    }
}

fn flush(tls: &mut TlsChannel, stream: &mut dyn Stream, deadline: Instant) -> Result<bool, Error> {
    while !tls.outgoing().is_empty() {
        let Some(count) = unless_late(stream.write(tls.outgoing(), deadline))? else {
            return Ok(false);
        };
        tls.advance(count);
    }
    Ok(true)
}

fn unless_late(result: io::Result<usize>) -> Result<Option<usize>, Error> {
    match result {
        Ok(count) => Ok(Some(count)),
        Err(error) if is_timeout(&error) => Ok(None),
        Err(error) => Err(error.into()),
    }
}
