//! One connection of a [`Driver`](super::Driver), in clear text or under TLS. Nothing here waits:
//! `None` means that the stream would block.

use alloc::boxed::Box;
use alloc::vec::Vec;
use std::io::{self, ErrorKind};

use super::network::Stream;
use crate::error::Error;
use crate::tls::{Next, PlainRead, TlsChannel, TlsLogin};

pub(super) struct Link<S> {
    pub(super) stream: S,
    tls: Option<Box<TlsChannel>>,
    /// Whether the last `None` means that much has come, and not that the stream would block. The
    /// driver then checks the time limit, and goes on.
    yielded: bool,
}

/// After this many reads of 4 KiB, the driver checks the time limit.
const READS: usize = 256;

impl<S: Stream> Link<S> {
    pub(super) fn new(stream: S) -> Self {
        Self {
            stream,
            tls: None,
            yielded: false,
        }
    }

    pub(super) fn tls(&self) -> Option<&TlsChannel> {
        self.tls.as_deref()
    }

    pub(super) fn start_tls(&mut self, login: &TlsLogin) -> Result<(), Error> {
        self.tls = Some(Box::new(login.connection()?));
        Ok(())
    }

    /// Ends TLS, and goes on in clear text.
    pub(super) fn clear(&mut self) -> Result<Option<()>, Error> {
        let cleared = self.secure(TlsChannel::clear)?;
        if cleared.is_some() {
            self.tls = None;
        }
        Ok(cleared)
    }

    /// Returns whether the driver must go on without waiting, and forgets it.
    pub(super) fn take_yield(&mut self) -> bool {
        core::mem::take(&mut self.yielded)
    }

    /// Reads some bytes, or the end.
    pub(super) fn read(&mut self, buffer: &mut [u8]) -> Result<Option<PlainRead>, Error> {
        if self.tls.is_some() {
            return self.under_tls(|tls| tls.read(buffer));
        }
        let read = unless_blocked(self.stream.read(buffer))?;
        Ok(read.map(|count| match count {
            0 => PlainRead::Closed,
            count => PlainRead::Bytes(count),
        }))
    }

    /// Reads to the end, and throws away what comes.
    pub(super) fn read_end(&mut self) -> Result<Option<PlainRead>, Error> {
        if self.tls.is_some() {
            return self.under_tls(TlsChannel::await_end);
        }
        for _ in 0..READS {
            match self.read(&mut [0; 4096])? {
                Some(PlainRead::Bytes(_)) => {}
                end => return Ok(end),
            }
        }
        self.yielded = true;
        Ok(None)
    }

    /// Takes some of these bytes. The last of them leave only by a [`flush`](Self::flush).
    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<Option<usize>, Error> {
        match self.tls {
            Some(_) => self.under_tls(|tls| tls.write(bytes)),
            None => unless_blocked(self.stream.write(bytes)),
        }
    }

    /// Takes some bytes from the start of this buffer, and removes them.
    pub(super) fn write_owned(&mut self, buffer: &mut Vec<u8>) -> Result<Option<()>, Error> {
        if self.tls.is_none() {
            return unless_blocked(self.stream.write_owned(buffer));
        }
        let written = self.under_tls(|tls| tls.write(buffer))?;
        Ok(written.map(|count| drop(buffer.drain(..count.min(buffer.len())))))
    }

    /// Sends a byte as urgent data. Under TLS there is none, so it is an ordinary byte.
    pub(super) fn write_urgent(&mut self, byte: u8) -> Result<Option<()>, Error> {
        match self.tls {
            Some(_) => Ok(self.write(&[byte])?.map(drop)),
            None => unless_blocked(self.stream.write_urgent(byte)),
        }
    }

    /// Sends all that was taken.
    pub(super) fn flush(&mut self) -> Result<Option<()>, Error> {
        match self.secure(TlsChannel::flush)? {
            Some(()) => unless_blocked(self.stream.flush()),
            None => Ok(None),
        }
    }

    /// Does the handshake, and sends all of it.
    pub(super) fn handshake(&mut self) -> Result<Option<()>, Error> {
        match self.secure(TlsChannel::handshake)? {
            Some(()) => self.flush(),
            None => Ok(None),
        }
    }

    /// Sends all that was taken, and close_notify.
    pub(super) fn close(&mut self) -> Result<Option<()>, Error> {
        match self.secure(TlsChannel::close)? {
            Some(()) => self.flush(),
            None => Ok(None),
        }
    }

    /// Does this operation of TLS. In clear text, there is nothing to do.
    pub(super) fn secure(
        &mut self,
        operation: impl FnMut(&mut TlsChannel) -> Result<Next<()>, Error>,
    ) -> Result<Option<()>, Error> {
        match self.tls {
            Some(_) => self.under_tls(operation),
            None => Ok(Some(())),
        }
    }

    /// Moves encrypted bytes until the operation is done.
    fn under_tls<T>(
        &mut self,
        mut operation: impl FnMut(&mut TlsChannel) -> Result<Next<T>, Error>,
    ) -> Result<Option<T>, Error> {
        let Some(tls) = &mut self.tls else {
            return Err(io::Error::from(ErrorKind::NotConnected).into());
        };
        loop {
            let next = operation(tls);
            while !tls.outgoing().is_empty() {
                match unless_blocked(self.stream.write(tls.outgoing())) {
                    Ok(Some(count)) => tls.advance(count),
                    Ok(None) if matches!(next, Ok(Next::Write)) => return Ok(None),
                    Err(error) if next.is_ok() => return Err(error),
                    // The rest can wait, or it is an alert that need not arrive.
                    _ => break,
                }
            }
            match next? {
                Next::Done(result) => return Ok(Some(result)),
                Next::Write => {}
                Next::Yield => {
                    self.yielded = true;
                    return Ok(None);
                }
                Next::Read(room) => match unless_blocked(self.stream.read(tls.space(room)))? {
                    Some(0) => tls.receive_eof(),
                    Some(count) => tls.filled(count),
                    None => return Ok(None),
                },
            }
        }
    }
}

pub(super) fn unless_blocked<T>(result: io::Result<T>) -> Result<Option<T>, Error> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(None),
        Err(error) => Err(error.into()),
    }
}
