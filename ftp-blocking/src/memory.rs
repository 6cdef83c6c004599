//! A network in memory with the simulated server of `ftp-proto` at its far end: for tests of
//! programs that use this crate, without sockets and without waiting.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use ftp_proto::simulator::{Connected, Link, Read, Simulator, Write, couple};

use crate::transport::{Dialled, Dialling, Listener, Network, Stream, Target};

/// A [`Network`] whose one server is a [`Simulator`].
///
/// Time is simulated too: whoever would wait lets the server release what a fault holds back, and
/// then goes straight to the deadline.
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
pub struct Memory(Arc<Mutex<Shared>>);

struct Shared {
    server: Simulator,
    now: Instant,
    /// Another one, whose server this one's can reach.
    other: Weak<Mutex<Self>>,
}

/// What letting the server release one held thing takes: as long as the driver looks at one of
/// two streams that it cannot wait for together.
const TICK: Duration = Duration::from_millis(20);

impl Memory {
    /// With this server.
    pub fn new(server: Simulator) -> Self {
        Self(Arc::new(Mutex::new(Shared {
            server,
            now: Instant::now(),
            other: Weak::new(),
        })))
    }

    /// The server, to look at and to change. Let it go before the client is used again.
    pub fn server(&self) -> impl std::ops::DerefMut<Target = Simulator> {
        Server(self.lock())
    }

    /// Lets the servers of two networks reach each other, for copies between them. Their clients
    /// are then to be used on one thread.
    pub fn couple(&self, other: &Self) {
        couple(&mut self.lock().server, &mut other.lock().server);
        self.lock().other = Arc::downgrade(&other.0);
        other.lock().other = Arc::downgrade(&self.0);
    }

    fn lock(&self) -> MutexGuard<'_, Shared> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn stream(&self, link: Link, port: u16) -> Box<dyn Stream> {
        Box::new(End {
            memory: self.clone(),
            link,
            port,
            reset: false,
        })
    }
}

struct Server<'a>(MutexGuard<'a, Shared>);

impl std::ops::Deref for Server<'_> {
    type Target = Simulator;

    fn deref(&self) -> &Simulator {
        &self.0.server
    }
}

impl std::ops::DerefMut for Server<'_> {
    fn deref_mut(&mut self) -> &mut Simulator {
        &mut self.0.server
    }
}

impl Shared {
    /// Lets the server release one thing that it holds back, or move something to the other one.
    fn release(&mut self) -> bool {
        let moved = self.other.upgrade().is_some_and(|other| {
            let mut other = other.lock().unwrap_or_else(PoisonError::into_inner);
            couple(&mut self.server, &mut other.server)
        });
        moved || self.server.idle()
    }

    /// Lets time pass; `false` once the deadline is reached.
    fn pass(&mut self, deadline: Instant) -> bool {
        if self.now >= deadline {
            return false;
        }
        self.now = if self.release() {
            self.now + TICK
        } else {
            deadline
        };
        true
    }
}

fn local(port: u16) -> SocketAddr {
    ([127, 0, 0, 1], port).into()
}

impl Network for Memory {
    fn dial(&mut self, target: &Target<'_>, _: Instant) -> io::Result<Dialled> {
        let port = match *target {
            Target::Server { port, .. } | Target::ControlPeer { port, .. } => port,
            Target::Address(address) => address.port(),
        };
        let connected = self.lock().server.connect(port);
        match connected {
            Connected::Open(link) => Ok(Dialled::Connected(self.stream(link, port))),
            Connected::Pending(link) => Ok(Dialled::Pending(Box::new(Attempt(
                Some(self.stream(link, port)),
                link,
                self.clone(),
            )))),
            Connected::Refused => Err(io::ErrorKind::ConnectionRefused.into()),
        }
    }

    fn listen(&mut self, _: &dyn Stream) -> io::Result<Box<dyn Listener>> {
        let port = self.lock().server.listen();
        Ok(Box::new(Listening {
            memory: self.clone(),
            port,
        }))
    }

    fn now(&self) -> Instant {
        self.lock().now
    }
}

struct Attempt(Option<Box<dyn Stream>>, Link, Memory);

impl Dialling for Attempt {
    fn finish(&mut self, deadline: Instant) -> io::Result<Option<Box<dyn Stream>>> {
        let mut shared = self.2.lock();
        while !shared.server.is_open(self.1) {
            if !shared.pass(deadline) {
                return Ok(None);
            }
        }
        Ok(self.0.take())
    }
}

struct Listening {
    memory: Memory,
    port: u16,
}

impl Listener for Listening {
    fn address(&self) -> SocketAddr {
        local(self.port)
    }

    fn accept(&mut self, deadline: Instant) -> io::Result<Option<Box<dyn Stream>>> {
        let mut shared = self.memory.lock();
        loop {
            if let Some(link) = shared.server.accept(self.port) {
                drop(shared);
                return Ok(Some(self.memory.stream(link, self.port)));
            }
            if !shared.pass(deadline) {
                return Ok(None);
            }
        }
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.memory.lock().server.close_listener(self.port);
    }
}

/// Our end of a connection.
struct End {
    memory: Memory,
    link: Link,
    port: u16,
    reset: bool,
}

impl Stream for End {
    fn read(&mut self, buffer: &mut [u8], deadline: Instant) -> io::Result<usize> {
        let mut shared = self.memory.lock();
        loop {
            match shared.server.read(self.link, buffer) {
                Read::Bytes(count) => return Ok(count),
                Read::Eof => return Ok(0),
                Read::Reset => return Err(io::ErrorKind::ConnectionReset.into()),
                Read::Empty if shared.pass(deadline) => {}
                Read::Empty => return Err(io::ErrorKind::WouldBlock.into()),
            }
        }
    }

    fn write(&mut self, buffer: &[u8], deadline: Instant) -> io::Result<usize> {
        let mut shared = self.memory.lock();
        loop {
            match shared.server.write(self.link, buffer) {
                Write::Bytes(count) => return Ok(count),
                Write::Broken => return Err(io::ErrorKind::BrokenPipe.into()),
                Write::Full if shared.pass(deadline) => {}
                Write::Full => return Err(io::ErrorKind::WouldBlock.into()),
            }
        }
    }

    fn shutdown(&mut self) -> io::Result<()> {
        self.memory.lock().server.shutdown(self.link);
        Ok(())
    }

    fn reset_on_close(&mut self, reset: bool) {
        self.reset = reset;
    }

    fn peer_address(&self) -> Option<SocketAddr> {
        Some(local(self.port))
    }

    fn local_address(&self) -> Option<SocketAddr> {
        Some(local(self.port))
    }
}

impl Drop for End {
    fn drop(&mut self) {
        let mut shared = self.memory.lock();
        if self.reset {
            shared.server.reset(self.link);
        } else {
            shared.server.close(self.link);
        }
    }
}
