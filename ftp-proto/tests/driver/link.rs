//! One connection to a simulated world, in clear text or under TLS. Nothing here waits.

use std::io::{self, ErrorKind};

use ftp_proto::Error;
use ftp_proto::simulator::End;
use ftp_proto::tls::{Next, PlainRead, TlsChannel, TlsLogin};

pub(crate) struct Link {
    pub(crate) end: End,
    tls: Option<TlsChannel>,
}

impl Link {
    pub(crate) fn new(end: End) -> Self {
        Self { end, tls: None }
    }

    pub(crate) fn begin_tls(&mut self, login: &TlsLogin) -> Result<(), Error> {
        self.tls = Some(login.connection()?);
        Ok(())
    }

    pub(crate) fn tls(&self) -> Option<&TlsChannel> {
        self.tls.as_ref()
    }

    /// Reads bytes, or the end. `None` if nothing has come.
    pub(crate) fn read(&mut self, buffer: &mut [u8]) -> Result<Option<PlainRead>, Error> {
        match self.tls {
            Some(_) => self.under_tls(|tls| tls.read(buffer)),
            None => Ok(
                unless_blocked(self.end.read(buffer))?.map(|count| match count {
                    0 => PlainRead::Closed,
                    count => PlainRead::Bytes(count),
                }),
            ),
        }
    }

    /// Writes some of these bytes. `None` if there is no room.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<Option<usize>, Error> {
        match self.tls {
            Some(_) => self.under_tls(|tls| tls.write(bytes)),
            None => unless_blocked(self.end.write(bytes)),
        }
    }

    /// Sends a byte as urgent data. `None` if there is no room.
    pub(crate) fn write_urgent(&mut self, byte: u8) -> Result<Option<()>, Error> {
        unless_blocked(self.end.write_urgent(byte))
    }

    /// Sends what TLS has encrypted.
    pub(crate) fn flush(&mut self) -> Result<Option<()>, Error> {
        self.secure(TlsChannel::flush)
    }

    pub(crate) fn handshake(&mut self) -> Result<Option<()>, Error> {
        self.secure(TlsChannel::handshake)
    }

    pub(crate) fn close_notify(&mut self) -> Result<Option<()>, Error> {
        self.secure(TlsChannel::close)
    }

    pub(crate) fn harvest(&mut self) -> Result<Option<()>, Error> {
        self.secure(TlsChannel::harvest)
    }

    /// Goes on in clear text.
    pub(crate) fn clear(&mut self) -> Result<Option<()>, Error> {
        let cleared = self.secure(TlsChannel::clear)?;
        if cleared.is_some() {
            self.tls = None;
        }
        Ok(cleared)
    }

    /// Reads to the end, and throws away what comes.
    pub(crate) fn await_end(&mut self) -> Result<Option<PlainRead>, Error> {
        if self.tls.is_some() {
            return self.under_tls(TlsChannel::await_end);
        }
        loop {
            match self.read(&mut [0; 512])? {
                Some(PlainRead::Bytes(_)) => {}
                end => return Ok(end),
            }
        }
    }

    /// Drives an operation of TLS that returns nothing. In clear text, it is done at once.
    fn secure(
        &mut self,
        operation: impl FnMut(&mut TlsChannel) -> Result<Next<()>, Error>,
    ) -> Result<Option<()>, Error> {
        match self.tls {
            Some(_) => self.under_tls(operation),
            None => Ok(Some(())),
        }
    }

    /// Drives an operation of TLS as far as the connection lets it. `None` if it has to wait.
    fn under_tls<T>(
        &mut self,
        mut operation: impl FnMut(&mut TlsChannel) -> Result<Next<T>, Error>,
    ) -> Result<Option<T>, Error> {
        let Some(tls) = &mut self.tls else {
            return Ok(None);
        };
        loop {
            let next = operation(tls);
            let failed = next.is_err();
            while !tls.outgoing().is_empty() {
                match unless_blocked(self.end.write(tls.outgoing())) {
                    Ok(Some(count)) => tls.advance(count),
                    // The alert for the server need not arrive.
                    _ if failed => break,
                    Ok(None) if matches!(next, Ok(Next::Write)) => return Ok(None),
                    Ok(None) => break,
                    Err(error) => return Err(error),
                }
            }
            match next? {
                Next::Done(result) => return Ok(Some(result)),
                Next::Write | Next::Yield => {}
                Next::Read(wanted) => match unless_blocked(self.end.read(tls.space(wanted)))? {
                    Some(0) => tls.receive_eof(),
                    Some(count) => tls.filled(count),
                    None => return Ok(None),
                },
            }
        }
    }
}

fn unless_blocked<T>(result: io::Result<T>) -> Result<Option<T>, Error> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(None),
        Err(error) => Err(error.into()),
    }
}
