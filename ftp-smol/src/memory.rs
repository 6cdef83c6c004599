//! A network in memory with the simulated server of `ftp-proto`. It lets you test programs that use
//! this crate without sockets and without waiting.

use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::ops::DerefMut;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Instant;

use ftp_proto::simulator::{self, Link, Simulator, World};

use crate::transport::{BoxFuture, Listener, Network, Stream, Target};

/// A [`Network`] with one server, a [`Simulator`].
///
/// Time is simulated too. When a client would wait, the server first releases what a simulated
/// fault holds back. Then the clock jumps to the deadline.
///
/// ```
/// # smol::block_on(async {
/// use ftp_proto::simulator::{Setup, Simulator};
/// use ftp_smol::{Client, Memory, Options};
///
/// let server = Simulator::new(Setup::new().file("/greeting", "hello"));
/// let memory = Memory::new(server);
/// let mut client = Client::connect_over(memory.clone(), Options::new("localhost")).await?;
/// client.login("user", "secret").await?;
/// assert_eq!(client.size("/greeting").await?, Some(5));
/// assert_eq!(memory.server().commands().last().unwrap(), b"SIZE /greeting");
/// # Ok::<(), ftp_smol::Error>(())
/// # })?;
/// # Ok::<(), ftp_smol::Error>(())
/// ```
#[derive(Clone)]
pub struct Memory {
    world: World,
    pace: Arc<Mutex<Pace>>,
}

impl Memory {
    /// Creates a network with this server.
    pub fn new(server: Simulator) -> Self {
        Self {
            world: World::new(server),
            pace: Arc::default(),
        }
    }

    /// Returns the server, to inspect or change it. Drop the guard before you use the client again.
    pub fn server(&self) -> impl DerefMut<Target = Simulator> {
        self.world.server()
    }

    /// Connects the servers of two networks, so that a file can be copied between them. Use both
    /// clients on one thread.
    pub fn couple(&self, other: &Self) {
        self.world.couple(&other.world);
    }

    fn pace(&self) -> MutexGuard<'_, Pace> {
        self.pace.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn stream(&self, end: simulator::End) -> End {
        self.pace().links.push(end.link());
        End {
            memory: self.clone(),
            end,
            yielded: false,
        }
    }
}

/// Decides when a future of this network returns `Pending`. It does so more often than necessary,
/// so that tests can drop futures at many points.
#[derive(Default)]
struct Pace {
    /// Whether a future that returned `Pending` has woken its own task, and so can go on at once.
    /// The simulated clock must then stand still.
    busy: bool,
    /// All open connections. The next field, `arrived`, holds those from which the client may read
    /// bytes now.
    links: Vec<Link>,
    arrived: Vec<Link>,
}

impl Pace {
    /// Wakes the task of a pending future at once, so that it is polled again.
    fn wake(&mut self, cx: &mut Context<'_>) {
        self.busy = true;
        cx.waker().wake_by_ref();
    }

    /// Returns whether this attempt must return `Pending`. Every second attempt to connect, accept
    /// or write must.
    fn yield_once(&mut self, cx: &mut Context<'_>, yielded: &mut bool) -> bool {
        *yielded = !*yielded;
        if *yielded {
            self.wake(cx);
        }
        *yielded
    }

    /// Returns whether the client may read from this connection now. If the server has sent bytes,
    /// the first attempt returns `false` and wakes the task, and the next attempt returns `true`.
    /// By then the bytes on all other connections have arrived too.
    fn poll_arrived(&mut self, cx: &mut Context<'_>, server: &Simulator, link: Link) -> bool {
        if !server.readable(link) || self.arrived.contains(&link) {
            return true;
        }
        let links = self.links.iter().copied();
        self.arrived = links.filter(|link| server.readable(*link)).collect();
        self.wake(cx);
        false
    }
}

impl Network for Memory {
    fn dial(&mut self, target: &Target<'_>) -> BoxFuture<io::Result<Box<dyn Stream>>> {
        let connected = self.world.connect(target.port());
        let stream = connected.map(|end| self.stream(end));
        let mut yielded = false;
        Box::pin(async move {
            let mut stream = stream?;
            poll_fn(|cx| {
                let accepted = stream.end.poll_accepted();
                if !accepted || stream.memory.pace().yield_once(cx, &mut yielded) {
                    return Poll::Pending;
                }
                Poll::Ready(())
            })
            .await;
            Ok(Box::new(stream) as Box<dyn Stream>)
        })
    }

    fn listen(&mut self, _: &dyn Stream) -> io::Result<Box<dyn Listener>> {
        Ok(Box::new(Listening {
            memory: self.clone(),
            port: self.world.listen(),
            yielded: false,
        }))
    }

    fn now(&self) -> Instant {
        self.world.now()
    }

    /// Moves the simulated clock to the deadline, as soon as no future of this network can go on
    /// before the deadline. A client polls this timer only if it has nothing else to do.
    fn sleep_until(&self, deadline: Instant) -> BoxFuture<()> {
        let memory = self.clone();
        Box::pin(poll_fn(move |cx| {
            if memory.now() >= deadline {
                return Poll::Ready(());
            }
            cx.waker().wake_by_ref();
            if !std::mem::take(&mut memory.pace().busy) {
                memory.world.advance_clock(deadline);
            }
            Poll::Pending
        }))
    }
}

struct Listening {
    memory: Memory,
    port: simulator::Port,
    yielded: bool,
}

impl Listener for Listening {
    fn address(&self) -> SocketAddr {
        self.port.address()
    }

    fn poll_accept(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Box<dyn Stream>>> {
        if self.memory.pace().yield_once(cx, &mut self.yielded) {
            return Poll::Pending;
        }
        let accepted = unless_blocked(self.port.accept());
        accepted.map_ok(|end| Box::new(self.memory.stream(end)) as Box<dyn Stream>)
    }
}

/// The client's end of a connection.
struct End {
    memory: Memory,
    end: simulator::End,
    yielded: bool,
}

impl Stream for End {
    fn poll_read(&mut self, cx: &mut Context<'_>, buffer: &mut [u8]) -> Poll<io::Result<usize>> {
        let link = self.end.link();
        let mut pace = self.memory.pace();
        if !pace.poll_arrived(cx, &self.memory.server(), link) {
            return Poll::Pending;
        }
        let read = self.end.read(buffer);
        if !self.memory.server().readable(link) {
            pace.arrived.retain(|arrived| *arrived != link);
        }
        unless_blocked(read)
    }

    fn look(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.end.read(buffer);
        let link = self.end.link();
        if !self.memory.server().readable(link) {
            let mut pace = self.memory.pace();
            pace.arrived.retain(|arrived| *arrived != link);
        }
        read
    }

    fn poll_write(&mut self, cx: &mut Context<'_>, buffer: &[u8]) -> Poll<io::Result<usize>> {
        let link = self.end.link();
        let mut pace = self.memory.pace();
        if self.memory.server().writable(link) && pace.yield_once(cx, &mut self.yielded) {
            return Poll::Pending;
        }
        let written = unless_blocked(self.end.write(buffer));
        // `write` also runs the server, which may have read bytes, so that there is room now. The
        // task is then woken at once to write again.
        if written.is_pending() && self.memory.server().writable(link) {
            pace.wake(cx);
        }
        written
    }

    fn poll_write_urgent(&mut self, cx: &mut Context<'_>, byte: u8) -> Poll<io::Result<()>> {
        if self.memory.pace().yield_once(cx, &mut self.yielded) {
            return Poll::Pending;
        }
        unless_blocked(self.end.write_urgent(byte))
    }

    fn shutdown(&mut self) -> io::Result<()> {
        self.end.shutdown();
        Ok(())
    }

    fn reset_on_close(&mut self, reset: bool) {
        self.end.reset_on_close(reset);
    }

    fn unsent(&self) -> Option<usize> {
        Some(self.end.unacknowledged())
    }

    fn peer_address(&self) -> Option<SocketAddr> {
        Some(self.end.address())
    }

    fn local_address(&self) -> Option<SocketAddr> {
        Some(self.end.address())
    }
}

impl Drop for End {
    fn drop(&mut self) {
        let link = self.end.link();
        self.memory.pace().links.retain(|open| *open != link);
    }
}

/// Turns "would block" into `Pending`. No waker is registered, because the client also polls the
/// timer of the deadline, which wakes the task.
fn unless_blocked<T>(result: io::Result<T>) -> Poll<io::Result<T>> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => Poll::Pending,
        result => Poll::Ready(result),
    }
}
