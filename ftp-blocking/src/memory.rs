//! A network in memory that connects a client to the simulated server of `ftp-proto`. It lets you
//! test programs that use this crate without sockets and without waiting.

use std::io;
use std::net::SocketAddr;
use std::ops::DerefMut;
use std::time::Instant;

use ftp_proto::simulator::{End, Port, Simulator, World};

use crate::net::is_timeout;
use crate::transport::{Dialled, Dialling, Listener, Network, Stream, Target};

/// A [`Network`] with one server, a [`Simulator`].
///
/// Time is simulated too. When a client would wait, the server first releases what a simulated
/// fault holds back. Then the clock jumps to the deadline.
///
/// ```
/// use ftp_blocking::{Client, Memory, Options};
/// use ftp_proto::simulator::{Setup, Simulator};
///
/// let server = Simulator::new(Setup::new().file("/greeting", "hello"));
/// let memory = Memory::new(server);
/// let mut client = Client::connect_over(memory.clone(), Options::new("localhost"))?;
/// client.login("user", "secret")?;
/// assert_eq!(client.size("/greeting")?, Some(5));
/// assert_eq!(memory.server().commands().last().unwrap(), b"SIZE /greeting");
/// # Ok::<(), ftp_blocking::Error>(())
/// ```
#[derive(Clone)]
pub struct Memory(World);

impl Memory {
    /// Creates a network in memory, on which the client reaches this server.
    pub fn new(server: Simulator) -> Self {
        Self(World::new(server))
    }

    /// Returns the server, to inspect or change it. Drop the guard before you use the client again.
    pub fn server(&self) -> impl DerefMut<Target = Simulator> {
        self.0.server()
    }

    /// Connects the servers of two networks, so that a file can be copied between them. Use both
    /// clients on one thread.
    pub fn couple(&self, other: &Self) {
        self.0.couple(&other.0);
    }
}

impl Network for Memory {
    fn dial(&mut self, target: &Target<'_>, _: Instant) -> io::Result<Dialled> {
        let mut end = self.0.connect(target.port())?;
        Ok(if end.poll_accepted() {
            Dialled::Connected(Box::new(end))
        } else {
            Dialled::Pending(Box::new(Attempt(Some(end))))
        })
    }

    fn listen(&mut self, _: &dyn Stream) -> io::Result<Box<dyn Listener>> {
        Ok(Box::new(self.0.listen()))
    }

    fn now(&self) -> Instant {
        self.0.now()
    }

    fn sleep_until(&self, until: Instant) {
        while self.0.advance_clock(until) {}
    }
}

struct Attempt(Option<End>);

impl Dialling for Attempt {
    fn finish(&mut self, deadline: Instant) -> io::Result<Option<Box<dyn Stream>>> {
        let end = self.0.as_mut().ok_or(io::ErrorKind::NotConnected)?;
        while !end.poll_accepted() {
            if !end.world().advance_clock(deadline) {
                return Ok(None);
            }
        }
        Ok(self.0.take().map(|end| Box::new(end) as Box<dyn Stream>))
    }
}

impl Listener for Port {
    fn address(&self) -> SocketAddr {
        self.address()
    }

    fn accept(&mut self, deadline: Instant) -> io::Result<Option<Box<dyn Stream>>> {
        match retry(self.world(), deadline, || Self::accept(self)) {
            Ok(end) => Ok(Some(Box::new(end))),
            Err(error) if is_timeout(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

impl Stream for End {
    fn read(&mut self, buffer: &mut [u8], deadline: Instant) -> io::Result<usize> {
        retry(self.world(), deadline, || Self::read(self, buffer))
    }

    fn write(&mut self, buffer: &[u8], deadline: Instant) -> io::Result<usize> {
        retry(self.world(), deadline, || Self::write(self, buffer))
    }

    fn write_urgent(&mut self, byte: u8, deadline: Instant) -> io::Result<()> {
        retry(self.world(), deadline, || Self::write_urgent(self, byte))
    }

    fn shutdown(&mut self) -> io::Result<()> {
        Self::shutdown(self);
        Ok(())
    }

    fn reset_on_close(&mut self, reset: bool) {
        Self::reset_on_close(self, reset);
    }

    fn unsent(&self) -> Option<usize> {
        Some(self.unacknowledged())
    }

    fn peer_address(&self) -> Option<SocketAddr> {
        Some(self.address())
    }

    fn local_address(&self) -> Option<SocketAddr> {
        Some(self.address())
    }
}

/// Repeats an attempt until it succeeds, and lets the simulated time pass. Fails with
/// [`WouldBlock`](io::ErrorKind::WouldBlock) at the deadline.
fn retry<T>(
    world: &World,
    deadline: Instant,
    mut attempt: impl FnMut() -> io::Result<T>,
) -> io::Result<T> {
    loop {
        match attempt() {
            Err(error) if is_timeout(&error) && world.advance_clock(deadline) => {}
            result => return result,
        }
    }
}
