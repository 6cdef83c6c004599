//! A network in memory for tests of adapters: a simulated server, a simulated clock, and the
//! client's connections.

use core::net::SocketAddr;
use core::ops::{Deref, DerefMut};
use core::sync::atomic::{AtomicBool, Ordering};
use core::time::Duration;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Instant;

use crate::simulator::couple::couple;
use crate::simulator::link::{Connected, Link, Read, Write};
use crate::simulator::server::Simulator;

/// How far the simulated clock moves when the server releases something that it keeps back. The
/// blocking driver uses the same 20 ms: it watches one of two connections for this time, and then
/// the other.
const TICK: Duration = Duration::from_millis(20);
/// A world panics after so many deadlines in a row without a byte.
const MOST_FRUITLESS: u32 = 100_000;

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
    /// How many deadlines have passed, and writes have found no room, since a byte has moved.
    fruitless: u32,
    /// The world whose server is coupled with this world's server. It points to nothing if there is
    /// no such world.
    other: Weak<Mutex<Self>>,
}

impl World {
    /// Makes a world with this server.
    #[must_use]
    pub fn new(mut server: Simulator) -> Self {
        server.in_world = true;
        Self(Arc::new(Mutex::new(State {
            server,
            now: Instant::now(),
            fruitless: 0,
            other: Weak::new(),
        })))
    }

    /// Locks the server and returns it, so that a test can read and change its state. Drop the
    /// returned value before you call another method of this world, because that method needs the
    /// lock.
    pub fn server(&self) -> impl DerefMut<Target = Simulator> {
        Server(lock(&self.0))
    }

    /// Couples the servers of two worlds, so that one can connect to the other and copy files. Then
    /// use both worlds on a single thread.
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

    /// Lets simulated time pass, for an adapter that has to wait. The call does the first of these
    /// that it can do:
    ///
    /// 1. It makes room on a connection that was full, and lets what was sent over
    ///    [reluctant](crate::simulator::Setup::reluctant) connections arrive. The time does not move.
    /// 2. It moves data between this server and a coupled one, and the time by 20 ms.
    /// 3. It releases one thing that the server keeps back, and moves the time by 20 ms.
    /// 4. It moves the time to the deadline.
    ///
    /// While the time moves, bytes arrive over a
    /// [slow line](crate::simulator::Action::SlowLine).
    ///
    /// Returns `false`, and does nothing, if the time had already reached the deadline.
    ///
    /// # Panics
    /// If 100,000 deadlines have passed and no byte has moved meanwhile. Writes that found no room
    /// count too. The driver then waits without end: it ignores its deadline, or begins it anew too
    /// often.
    pub fn advance_clock(&self, deadline: Instant) -> bool {
        let mut state = lock(&self.0);
        if state.now >= deadline {
            return false;
        }
        if state.server.make_room() {
            return true;
        }
        if state.release_held() {
            state.pass(TICK);
            return true;
        }
        let time = deadline - state.now;
        state.pass(time);
        state.note_fruitless();
        true
    }

    /// Connects the client to a port of the server; see [`Simulator::connect`].
    ///
    /// # Errors
    /// [`ConnectionRefused`](io::ErrorKind::ConnectionRefused) if the server does not accept
    /// connections on this port.
    pub fn connect(&self, port: u16) -> io::Result<End> {
        let connected = self.server().connect(port);
        match connected {
            Connected::Open(link) => Ok(self.end(link, port, true)),
            Connected::Pending(link) => Ok(self.end(link, port, false)),
            Connected::Refused => Err(io::ErrorKind::ConnectionRefused.into()),
        }
    }

    /// Opens a port on which the client accepts the server's data connections in active mode.
    #[must_use]
    pub fn listen(&self) -> Port {
        Port {
            port: self.server().listen(),
            world: self.clone(),
            has_blocked: AtomicBool::new(false),
        }
    }

    /// Notes that the driver has moved bytes, and returns their number.
    fn note_moved(&self, bytes: usize) -> usize {
        lock(&self.0).fruitless = 0;
        bytes
    }

    fn note_written(&self, written: Write) -> io::Result<usize> {
        match written {
            Write::Bytes(count) => Ok(self.note_moved(count)),
            Write::Broken => Err(io::ErrorKind::BrokenPipe.into()),
            Write::Full => {
                lock(&self.0).note_fruitless();
                Err(io::ErrorKind::WouldBlock.into())
            }
        }
    }

    fn end(&self, link: Link, port: u16, accepted: bool) -> End {
        End {
            world: self.clone(),
            link,
            port,
            accepted,
            has_blocked: false,
            reset: false,
        }
    }
}

impl State {
    /// Counts a deadline that has passed, or a write that has found no room.
    fn note_fruitless(&mut self) {
        self.fruitless += 1;
        assert!(
            self.fruitless <= MOST_FRUITLESS,
            "the driver waits without end: {MOST_FRUITLESS} deadlines have passed or writes have \
             found no room, and no byte has moved. The driver ignores its deadline, or begins the \
             limit anew after a want with `Clock::Continues`, a look or bytes of the control \
             connection"
        );
    }

    fn pass(&mut self, time: Duration) {
        self.now += time;
        self.server.pass(time);
    }

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

/// Locks the state. If another thread has panicked while it held the lock, this function still
/// succeeds, so that only the test that panicked fails.
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
    /// Whether an attempt to connect has blocked. Only reluctant connections ask for it.
    has_blocked: bool,
    reset: bool,
}

impl End {
    /// Returns the world that the connection belongs to.
    #[must_use]
    pub fn world(&self) -> &World {
        &self.world
    }

    /// Returns the number of this connection, which methods of [`Simulator`] take.
    #[must_use]
    pub fn link(&self) -> Link {
        self.link
    }

    /// Returns whether the server has accepted the connection. With
    /// [`Action::AcceptLate`](crate::simulator::Action::AcceptLate), the server accepts a
    /// connection only after some simulated time. After the first `true`, every call returns
    /// `true`.
    pub fn poll_accepted(&mut self) -> bool {
        if !core::mem::replace(&mut self.has_blocked, true) && self.world.server().hesitate() {
            return false;
        }
        self.accepted = self.accepted || self.world.server().is_open(self.link);
        self.accepted
    }

    /// Reads at least one byte. Returns 0 if the server has ended its side of the connection.
    ///
    /// # Errors
    /// [`WouldBlock`](io::ErrorKind::WouldBlock) if nothing has come yet, or the error that ended
    /// the connection.
    pub fn read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.world.server().read(self.link, buffer);
        match read {
            Read::Bytes(count) => Ok(self.world.note_moved(count)),
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
        let written = self.world.server().write(self.link, buffer);
        self.world.note_written(written)
    }

    /// Writes one byte as urgent data, as sockets do it with `MSG_OOB`. The server reads it like any
    /// other byte, and the contract table checks that it was urgent.
    ///
    /// # Errors
    /// The errors of [`write`](Self::write).
    pub fn write_urgent(&self, byte: u8) -> io::Result<()> {
        let written = self.world.server().write_urgent(self.link, byte);
        self.world.note_written(written).map(drop)
    }

    /// Ends the client's direction of the connection (FIN). The client can still read.
    pub fn shutdown(&self) {
        self.world.server().shutdown(self.link);
    }

    /// Returns how many bytes the server has not acknowledged, as SIOCOUTQ does on Linux. It is 0
    /// unless the [line is slow](crate::simulator::Action::SlowLine).
    #[must_use]
    pub fn unacknowledged(&self) -> usize {
        self.world.server().unacknowledged(self.link)
    }

    /// Sets whether the connection is reset (`true`) or closed (`false`) when this value is
    /// dropped.
    pub fn reset_on_close(&mut self, reset: bool) {
        self.reset = reset;
    }

    /// Returns the address of the connection, which is the same for both ends: 127.0.0.1 and the
    /// connection's port. If the fault
    /// [`Action::FromElsewhere`](crate::simulator::Action::FromElsewhere) has made the server
    /// connect from another address, it is 127.0.0.2 and the port.
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

/// A port on which the client accepts the server's connections. Dropping this value closes the
/// port.
#[derive(Debug)]
pub struct Port {
    world: World,
    port: u16,
    /// Whether an attempt to accept has blocked. Only reluctant connections ask for it.
    has_blocked: AtomicBool,
}

impl Port {
    /// Returns the world that the port belongs to.
    #[must_use]
    pub fn world(&self) -> &World {
        &self.world
    }

    /// Returns the address of this port, for PORT or EPRT.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        local(self.port)
    }

    /// Accepts a connection that the server has made to this port.
    ///
    /// # Errors
    /// [`WouldBlock`](io::ErrorKind::WouldBlock) if there is none yet.
    pub fn accept(&self) -> io::Result<End> {
        if !self.has_blocked.swap(true, Ordering::Relaxed) && self.world.server().hesitate() {
            return Err(io::ErrorKind::WouldBlock.into());
        }
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
