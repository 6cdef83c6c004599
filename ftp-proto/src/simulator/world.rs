//! A network in memory for adapters: a simulated server, a simulated clock, and the client's side
//! of connections.

use core::net::SocketAddr;
use core::ops::{Deref, DerefMut};
use core::time::Duration;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Instant;

use crate::simulator::couple::couple;
use crate::simulator::link::{Connected, Link, Read, Write};
use crate::simulator::server::Simulator;

/// How far the simulated clock moves when the server releases one thing that it holds back. It is
/// also how long a driver looks at one of two streams if it cannot wait for both together.
const TICK: Duration = Duration::from_millis(20);

/// A [`Simulator`] with simulated time, shared by all connections to it.
///
/// Nothing in it waits. An adapter that would wait calls [`advance_clock`](Self::advance_clock) and
/// tries again. A clone is the same world.
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
/// assert!(world.advance_clock(deadline));
/// assert_eq!(world.now(), deadline);
/// assert!(!world.advance_clock(deadline));
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct World(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    server: Simulator,
    now: Instant,
    /// The world that this one is coupled with. It points to nothing if there is none.
    other: Weak<Mutex<Self>>,
}

impl World {
    /// Makes a world with this server.
    #[must_use]
    pub fn new(server: Simulator) -> Self {
        Self(Arc::new(Mutex::new(State {
            server,
            now: Instant::now(),
            other: Weak::new(),
        })))
    }

    /// Returns the server, so that a test can read and change its state. Drop the returned value
    /// before you call another method of this world, because it holds a lock.
    pub fn server(&self) -> impl DerefMut<Target = Simulator> {
        Server(lock(&self.0))
    }

    /// Lets the servers of two worlds connect to each other, for copies from server to server. Use
    /// both worlds on one thread then.
    pub fn couple(&self, other: &Self) {
        couple(&mut self.server(), &mut other.server());
        lock(&self.0).other = Arc::downgrade(&other.0);
        lock(&other.0).other = Arc::downgrade(&self.0);
    }

    /// Returns the simulated time.
    #[must_use]
    pub fn now(&self) -> Instant {
        lock(&self.0).now
    }

    /// Lets simulated time pass for an adapter that waits. The server releases one thing that it
    /// holds back, or moves data to the coupled server. If the server can do neither, the time
    /// becomes the deadline. Returns `false` if the deadline had passed before the call.
    pub fn advance_clock(&self, deadline: Instant) -> bool {
        let mut state = lock(&self.0);
        if state.now >= deadline {
            return false;
        }
        state.now = if state.release_held() {
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
    fn release_held(&mut self) -> bool {
        let moved = self
            .other
            .upgrade()
            .is_some_and(|other| couple(&mut self.server, &mut lock(&other).server));
        moved || self.server.release_held()
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

/// Locks the state. If a test on another thread has panicked with the lock, the state is still
/// used, because that is no reason for this test to fail.
fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

fn local(port: u16) -> SocketAddr {
    ([127, 0, 0, 1], port).into()
}

/// The client's side of a connection. Dropping it closes the connection.
#[derive(Debug)]
pub struct End {
    world: World,
    link: Link,
    port: u16,
    accepted: bool,
    reset: bool,
}

impl End {
    /// Returns the world that the connection belongs to.
    #[must_use]
    pub fn world(&self) -> &World {
        &self.world
    }

    /// Returns the [`Link`] of this connection, which names it in methods of the server.
    #[must_use]
    pub fn link(&self) -> Link {
        self.link
    }

    /// Returns whether the server has accepted the connection. With
    /// [`Action::AcceptLate`](crate::simulator::Action::AcceptLate), the server accepts it only
    /// after some time. Once `true`, the result stays `true`.
    pub fn poll_accepted(&mut self) -> bool {
        self.accepted = self.accepted || self.world.server().is_open(self.link);
        self.accepted
    }

    /// Reads at least one byte. Returns 0 if the server has ended its side of the connection.
    ///
    /// # Errors
    /// [`WouldBlock`](io::ErrorKind::WouldBlock) if nothing has come yet, or the error that ended
    /// the connection.
    pub fn read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.world.server().read(self.link, buffer) {
            Read::Bytes(count) => Ok(count),
            Read::Eof => Ok(0),
            Read::Reset => Err(io::ErrorKind::ConnectionReset.into()),
            Read::Empty => Err(io::ErrorKind::WouldBlock.into()),
        }
    }

    /// Writes at least one byte of a buffer that is not empty. Returns how many bytes were written.
    ///
    /// # Errors
    /// [`WouldBlock`](io::ErrorKind::WouldBlock) if there is no room yet, or the error that ended
    /// the connection.
    pub fn write(&self, buffer: &[u8]) -> io::Result<usize> {
        match self.world.server().write(self.link, buffer) {
            Write::Bytes(count) => Ok(count),
            Write::Broken => Err(io::ErrorKind::BrokenPipe.into()),
            Write::Full => Err(io::ErrorKind::WouldBlock.into()),
        }
    }

    /// Ends the client's direction of the connection: the server reads its end, and the client may
    /// still read.
    pub fn shutdown(&self) {
        self.world.server().shutdown(self.link);
    }

    /// Sets whether dropping this value resets the connection instead of closing it.
    pub fn reset_on_close(&mut self, reset: bool) {
        self.reset = reset;
    }

    /// Returns the address that both sides of the connection have: 127.0.0.1 with the connection's
    /// port. After [`Action::FromElsewhere`](crate::simulator::Action::FromElsewhere), it is
    /// 127.0.0.2.
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

/// A port on which the client listens for the server's connections. Dropping it closes the port.
#[derive(Debug)]
pub struct Port {
    world: World,
    port: u16,
}

impl Port {
    /// Returns the world that the port belongs to.
    #[must_use]
    pub fn world(&self) -> &World {
        &self.world
    }

    /// Returns the address that the client names in PORT or EPRT.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        local(self.port)
    }

    /// Accepts a connection that the server has made to this port.
    ///
    /// # Errors
    /// [`WouldBlock`](io::ErrorKind::WouldBlock) if there is none yet.
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
