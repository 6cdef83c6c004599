//! A simulated [`World`] as the network of a [`Driver`](crate::embedding::Driver).

use core::net::SocketAddr;
use std::io;
use std::time::Instant;

use crate::embedding::{Network, Stream};
use crate::error::Error;
use crate::options::Options;
use crate::simulator::world::{End, Port, World};

/// Where the driver would wait, call [`World::advance_clock`] with its
/// [deadline](crate::embedding::Driver::deadline), and go on.
impl Network for World {
    type Stream = End;
    type Listener = Port;

    fn connect(&mut self, to: SocketAddr) -> io::Result<End> {
        Self::connect(self, to.port())
    }

    fn listen(&mut self, _: &End) -> io::Result<(Port, SocketAddr)> {
        let port = Self::listen(self);
        let address = port.address();
        Ok((port, address))
    }

    fn accept(&mut self, port: &mut Port) -> io::Result<End> {
        Port::accept(port)
    }

    fn now(&self) -> Instant {
        Self::now(self)
    }

    /// Urgent data is all that it can do.
    fn configure(&mut self, options: &Options) -> Result<(), Error> {
        options.check_without_sockets()
    }
}

impl Stream for End {
    fn is_connected(&mut self) -> io::Result<bool> {
        Ok(self.poll_accepted())
    }

    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        Self::read(self, buffer)
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Self::write(self, bytes)
    }

    fn write_urgent(&mut self, byte: u8) -> io::Result<()> {
        Self::write_urgent(self, byte)
    }

    fn shutdown(&mut self) -> io::Result<()> {
        Self::shutdown(self);
        Ok(())
    }

    fn reset_on_close(&mut self, reset: bool) {
        Self::reset_on_close(self, reset);
    }

    fn unacknowledged(&self) -> Option<usize> {
        Some(Self::unacknowledged(self))
    }

    fn peer(&self) -> Option<SocketAddr> {
        Some(self.address())
    }
}
