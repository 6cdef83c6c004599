//! One connection, in clear text or under TLS. Nothing here waits: `None` means that the stream
//! would block.

use std::io::{self, ErrorKind};

use ftp_proto::Error;
use ftp_proto::tls::{Next, PlainRead, TlsChannel, TlsLogin};

use crate::driver::Stream;

pub(crate) struct Link<S> {
    pub(crate) stream: S,
    tls: Option<Box<TlsChannel>>,
}

/// After this many reads of 4 KiB, a server that sends without end is given up.
const MOST_READS: usize = 256;

impl<S: Stream> Link<S> {
    pub(crate) fn new(stream: S) -> Self {
        Self { stream, tls: None }
    }

    pub(crate) fn tls(&self) -> Option<&TlsChannel> {
        self.tls.as_deref()
    }

    pub(crate) fn start_tls(&mut self, login: &TlsLogin) -> Result<(), Error> {
        self.tls = Some(Box::new(login.connection()?));
        Ok(())
    }

    /// Ends TLS, and goes on in clear text.
    pub(crate) fn clear(&mut self) -> Result<Option<()>, Error> {
        let cleared = self.secure(TlsChannel::clear)?;
        if cleared.is_some() {
            self.tls = None;
        }
        Ok(cleared)
    }

    /// Reads some bytes, or the end.
    pub(crate) fn read(&mut self, buffer: &mut [u8]) -> Result<Option<PlainRead>, Error> {
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
    pub(crate) fn read_end(&mut self) -> Result<Option<PlainRead>, Error> {
        if self.tls.is_some() {
            return self.under_tls(TlsChannel::await_end);
        }
        for _ in 0..MOST_READS {
            match self.read(&mut [0; 4096])? {
                Some(PlainRead::Bytes(_)) => {}
                end => return Ok(end),
            }
        }
        Err(flooded())
    }

    /// Writes some of these bytes. Under TLS, the last of them leave only by a flush.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<Option<usize>, Error> {
        match self.tls {
            Some(_) => self.under_tls(|tls| tls.write(bytes)),
            None => unless_blocked(self.stream.write(bytes)),
        }
    }

    /// Does this operation of TLS. In clear text, there is nothing to do.
    pub(crate) fn secure(
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
                Next::Yield => return Err(flooded()),
                Next::Read(room) => match unless_blocked(self.stream.read(tls.space(room)))? {
                    Some(0) => tls.receive_eof(),
                    Some(count) => tls.filled(count),
                    None => return Ok(None),
                },
            }
        }
    }
}

pub(crate) fn unless_blocked<T>(result: io::Result<T>) -> Result<Option<T>, Error> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn flooded() -> Error {
    io::Error::other("1 MiB has come, and none of it was data").into()
}
