//! A server, a clock, and the client's ends of connections, for a network in memory.

use core::net::SocketAddr;
use core::ops::{Deref, DerefMut};
use core::time::Duration;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Instant;

use crate::simulator::couple::couple;
use crate::simulator::link::{Connected, Link, Read, Write};
use crate::simulator::server::Simulator;

/// How much time passes while the server releases one thing that it holds back: as long as a
/// driver looks at one of two streams that it cannot wait for together.
const TICK: Duration = Duration::from_millis(20);

/// A [`Simulator`] that all connections to it share, with simulated time.
///
/// Nothing here waits: an adapter that would wait calls [`pass`](Self::pass), and tries again.
/// Clones are the same world.
///
/// ```
/// use ftp_proto::simulator::{Setup, Simulator, World};
/// use std::io::ErrorKind::WouldBlock;
/// use std::time::Duration;
///
/// let world = World::new(Simulator::new(Setup::new()));
/// let control = world.connect(21)?;
/// let mut buffer = [0; 80];
/// let count = control.read(&mut buffer)?;
/// assert_eq!(&buffer[..count], b"220 simulator ready\r\n");
/// // Nothing more comes, and the server holds nothing back: only the deadline ends the wait.
/// assert!(control.read(&mut buffer).is_err_and(|error| error.kind() == WouldBlock));
/// let deadline = world.now() + Duration::from_secs(30);
/// assert!(world.pass(deadline));
/// assert_eq!(world.now(), deadline);
/// assert!(!world.pass(deadline));
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct World(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    server: Simulator,
    now: Instant,
    /// Another one, whose server this one's can reach.
    other: Weak<Mutex<Self>>,
}

impl World {
    /// With this server.
    #[must_use]
    pub fn new(server: Simulator) -> Self {
        Self(Arc::new(Mutex::new(State {
            server,
            now: Instant::now(),
            other: Weak::new(),
        })))
    }

    /// The server, to look at and to change. Drop it before anything else is done here.
    pub fn server(&self) -> impl DerefMut<Target = Simulator> {
        Server(lock(&self.0))
    }

    /// Lets the servers of two worlds reach each other, for copies between them. Both are then to
    /// be used on one thread.
    pub fn couple(&self, other: &Self) {
        couple(&mut self.server(), &mut other.server());
        lock(&self.0).other = Arc::downgrade(&other.0);
        lock(&other.0).other = Arc::downgrade(&self.0);
    }

    /// The simulated time.
    #[must_use]
    pub fn now(&self) -> Instant {
        lock(&self.0).now
    }

    /// Lets time pass for somebody who waits: the server releases one thing that it holds back, or
    /// moves something to the coupled one; if there is neither, the deadline is reached. `false`
    /// if it was reached before.
    pub fn pass(&self, deadline: Instant) -> bool {
        let mut state = lock(&self.0);
        if state.now >= deadline {
            return false;
        }
        state.now = if state.release() {
            state.now + TICK
        } else {
            deadline
        };
        true
    }

    /// Connects to a port of the server, as [`Simulator::connect`] does.
    ///
    /// # Errors
    /// [`ConnectionRefused`](io::ErrorKind::ConnectionRefused).
    pub fn connect(&self, port: u16) -> io::Result<End> {
        let connected = self.server().connect(port);
        match connected {
            Connected::Open(link) => Ok(self.end(link, port, true)),
            Connected::Pending(link) => Ok(self.end(link, port, false)),
            Connected::Refused => Err(io::ErrorKind::ConnectionRefused.into()),
        }
    }

    /// Opens a port of the client for active mode.
    #[must_use]
    pub fn listen(&self) -> Port {
        Port {
            port: self.server().listen(),
            world: self.clone(),
        }
    }

    fn end(&self, link: Link, port: u16, accepted: bool) -> End {
        End {
            world: self.clone(),
            link,
            port,
            accepted,
            reset: false,
        }
    }
}

impl State {
    fn release(&mut self) -> bool {
        let moved = self
            .other
            .upgrade()
            .is_some_and(|other| couple(&mut self.server, &mut lock(&other).server));
        moved || self.server.idle()
    }
}

struct Server<'a>(MutexGuard<'a, State>);

impl Deref for Server<'_> {
    type Target = Simulator;

    fn deref(&self) -> &Simulator {
        &self.0.server
    }
}

impl DerefMut for Server<'_> {
    fn deref_mut(&mut self) -> &mut Simulator {
        &mut self.0.server
    }
}

/// A test that failed elsewhere is no reason to fail here.
fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

fn local(port: u16) -> SocketAddr {
    ([127, 0, 0, 1], port).into()
}

/// The client's end of a connection, which closes it when it is dropped.
#[derive(Debug)]
pub struct End {
    world: World,
    link: Link,
    port: u16,
    accepted: bool,
    reset: bool,
}

impl End {
    /// Where it belongs.
    #[must_use]
    pub fn world(&self) -> &World {
        &self.world
    }

    /// The connection at the server.
    #[must_use]
    pub fn link(&self) -> Link {
        self.link
    }

    /// Whether the server has accepted the connection, which it does later under
    /// [`Action::AcceptLate`](crate::simulator::Action::AcceptLate).
    pub fn is_accepted(&mut self) -> bool {
        self.accepted = self.accepted || self.world.server().is_open(self.link);
        self.accepted
    }

    /// Reads at least one byte, or the end (0).
    ///
    /// # Errors
    /// [`WouldBlock`](io::ErrorKind::WouldBlock) where there is nothing yet, or what ends the
    /// connection.
    pub fn read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.world.server().read(self.link, buffer) {
            Read::Bytes(count) => Ok(count),
            Read::Eof => Ok(0),
            Read::Reset => Err(io::ErrorKind::ConnectionReset.into()),
            Read::Empty => Err(io::ErrorKind::WouldBlock.into()),
        }
    }

    /// Writes at least one byte of a buffer that is not empty.
    ///
    /// # Errors
    /// [`WouldBlock`](io::ErrorKind::WouldBlock) where there is no room yet, or what ends the
    /// connection.
    pub fn write(&self, buffer: &[u8]) -> io::Result<usize> {
        match self.world.server().write(self.link, buffer) {
            Write::Bytes(count) => Ok(count),
            Write::Broken => Err(io::ErrorKind::BrokenPipe.into()),
            Write::Full => Err(io::ErrorKind::WouldBlock.into()),
        }
    }

    /// Ends the client's direction: the server reads the end, and the client may go on reading.
    pub fn shutdown(&self) {
        self.world.server().shutdown(self.link);
    }

    /// Makes dropping it a reset from now on, or not.
    pub fn reset_on_close(&mut self, reset: bool) {
        self.reset = reset;
    }

    /// The address at both of its ends; 127.0.0.2 after
    /// [`Action::FromElsewhere`](crate::simulator::Action::FromElsewhere).
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        let mut address = local(self.port);
        if self.world.server().is_from_elsewhere(self.link) {
            address.set_ip([127, 0, 0, 2].into());
        }
        address
    }
}

impl Drop for End {
    fn drop(&mut self) {
        let mut server = self.world.server();
        if self.reset {
            server.reset(self.link);
        } else {
            server.close(self.link);
        }
    }
}

/// A port of the client, which is closed when it is dropped.
#[derive(Debug)]
pub struct Port {
    world: World,
    port: u16,
}

impl Port {
    /// Where it belongs.
    #[must_use]
    pub fn world(&self) -> &World {
        &self.world
    }

    /// The address to be told to the server.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        local(self.port)
    }

    /// A connection that the server has made to it.
    ///
    /// # Errors
    /// [`WouldBlock`](io::ErrorKind::WouldBlock) where there is none yet.
    pub fn accept(&self) -> io::Result<End> {
        let link = self.world.server().accept(self.port);
        let link = link.ok_or(io::ErrorKind::WouldBlock)?;
        Ok(self.world.end(link, self.port, true))
    }
}

impl Drop for Port {
    fn drop(&mut self) {
        self.world.server().close_listener(self.port);
    }
}
