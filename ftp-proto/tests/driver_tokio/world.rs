//! A simulated world as the network of the example. Where it would wait, simulated time passes.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::time::Instant;

use ftp_proto::embedding::{Network, Stream};
use ftp_proto::simulator::{End, Port, World};
use ftp_proto::{Error, Options};

/// If `LOOKS`, each read asks the world. Otherwise a read answers from a cache of readiness, as
/// `try_read` of tokio does: it says `WouldBlock` until the [reactor has run](Wire::react).
pub(crate) struct Simulated<const LOOKS: bool>(pub(crate) World);

pub(crate) struct Wire<const LOOKS: bool> {
    end: End,
    /// Whether the cache says that there is nothing to read.
    seen_empty: bool,
}

impl<const LOOKS: bool> Wire<LOOKS> {
    /// The reactor runs: it sees what has come.
    pub(crate) fn react(&mut self) {
        self.seen_empty = false;
    }
}

impl<const LOOKS: bool> From<End> for Wire<LOOKS> {
    fn from(end: End) -> Self {
        let seen_empty = false;
        Self { end, seen_empty }
    }
}

impl<const LOOKS: bool> Network for Simulated<LOOKS> {
    type Stream = Wire<LOOKS>;
    type Listener = Port;

    fn connect(&mut self, to: SocketAddr) -> io::Result<Wire<LOOKS>> {
        Ok(self.0.connect(to.port())?.into())
    }

    fn listen(&mut self, beside: &Wire<LOOKS>) -> io::Result<(Port, SocketAddr)> {
        Network::listen(&mut self.0, &beside.end)
    }

    fn accept(&mut self, port: &mut Port) -> io::Result<Wire<LOOKS>> {
        Ok(port.accept()?.into())
    }

    fn now(&self) -> Instant {
        self.0.now()
    }

    fn configure(&mut self, options: &Options) -> Result<(), Error> {
        self.0.configure(options)
    }
}

impl<const LOOKS: bool> Stream for Wire<LOOKS> {
    fn is_connected(&mut self) -> io::Result<bool> {
        self.end.is_connected()
    }

    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if !LOOKS && self.seen_empty {
            return Err(ErrorKind::WouldBlock.into());
        }
        let read = self.end.read(buffer);
        // tokio takes a read that does not fill the buffer for the last one before the next event.
        self.seen_empty = read.as_ref().map_or(true, |count| *count < buffer.len());
        read
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.end.write(bytes)
    }

    fn write_urgent(&mut self, byte: u8) -> io::Result<()> {
        self.end.write_urgent(byte)
    }

    fn shutdown(&mut self) -> io::Result<()> {
        Stream::shutdown(&mut self.end)
    }

    fn reset_on_close(&mut self, reset: bool) {
        self.end.reset_on_close(reset);
    }

    fn unacknowledged(&self) -> Option<usize> {
        Some(self.end.unacknowledged())
    }

    fn peer(&self) -> Option<SocketAddr> {
        self.end.peer()
    }
}
