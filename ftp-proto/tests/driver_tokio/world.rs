//! A simulated world as the network of the example drivers. Where they would wait, simulated time
//! passes.

use std::cell::Cell;
use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Instant;

use ftp_proto::simulator::{End, Port, World};

use crate::driver::{Network, Stream};

/// If `LOOKS`, each read asks the world. Otherwise a read answers from a cache of readiness, as
/// `try_read` of tokio does: it says `WouldBlock` until the [reactor has run](Wire::react).
pub(crate) struct Simulated<const LOOKS: bool> {
    world: World,
    reluctant: Reluctant,
}

/// Each write, and each attempt to connect, would block once. This says whether one just has.
type Reluctant = Rc<Cell<bool>>;

pub(crate) struct Wire<const LOOKS: bool> {
    end: End,
    reluctant: Reluctant,
    has_blocked: bool,
    /// Whether the cache says that there is nothing to read.
    seen_empty: bool,
}

impl<const LOOKS: bool> Simulated<LOOKS> {
    pub(crate) fn new(world: World) -> Self {
        let reluctant = Reluctant::default();
        Self { world, reluctant }
    }

    /// Lets time pass, for a driver that waits. Returns `false` if it need not wait.
    pub(crate) fn wait(&self, deadline: Instant) -> bool {
        !self.reluctant.take() && self.world.advance_clock(deadline)
    }

    fn wire(&self, end: End) -> Wire<LOOKS> {
        Wire {
            end,
            reluctant: self.reluctant.clone(),
            has_blocked: false,
            seen_empty: false,
        }
    }
}

impl<const LOOKS: bool> Wire<LOOKS> {
    /// The reactor runs: it sees what has come.
    pub(crate) fn react(&mut self) {
        self.seen_empty = false;
    }

    /// Returns whether this attempt must block, as every second one does.
    fn is_reluctant(&mut self) -> bool {
        self.has_blocked = !self.has_blocked;
        if self.has_blocked {
            self.reluctant.set(true);
        }
        self.has_blocked
    }
}

impl<const LOOKS: bool> Network for Simulated<LOOKS> {
    type Stream = Wire<LOOKS>;
    type Listener = Port;

    fn connect(&mut self, to: SocketAddr) -> io::Result<Wire<LOOKS>> {
        Ok(self.wire(self.world.connect(to.port())?))
    }

    fn listen(&mut self, _: &Wire<LOOKS>) -> io::Result<(Port, SocketAddr)> {
        let port = self.world.listen();
        let address = port.address();
        Ok((port, address))
    }

    fn accept(&mut self, port: &mut Port) -> io::Result<Wire<LOOKS>> {
        Ok(self.wire(port.accept()?))
    }

    fn now(&self) -> Instant {
        self.world.now()
    }
}

impl<const LOOKS: bool> Stream for Wire<LOOKS> {
    fn is_connected(&mut self) -> io::Result<bool> {
        Ok(self.end.poll_accepted() && !self.is_reluctant())
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
        match self.is_reluctant() {
            true => Err(ErrorKind::WouldBlock.into()),
            false => self.end.write(bytes),
        }
    }

    fn shutdown(&mut self) -> io::Result<()> {
        self.end.shutdown();
        Ok(())
    }

    fn reset_on_close(&mut self, reset: bool) {
        self.end.reset_on_close(reset);
    }

    fn peer(&self) -> Option<SocketAddr> {
        Some(self.end.address())
    }
}
