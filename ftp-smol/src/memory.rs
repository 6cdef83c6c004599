//! A network in memory with the simulated server of `ftp-proto` at its far end: for tests of
//! programs that use this crate, without sockets and without waiting.

use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use ftp_proto::simulator::{Connected, Link, Read, Simulator, Write, couple};

use crate::transport::{BoxFuture, Listener, Network, Stream, Target};

/// A [`Network`] whose one server is a [`Simulator`].
///
/// Time is simulated too: whoever would wait lets the server release what a fault holds back, and
/// then goes straight to the deadline.
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
pub struct Memory(Arc<Mutex<Shared>>);

struct Shared {
    server: Simulator,
    now: Instant,
    /// Another one, whose server this one's can reach.
    other: Weak<Mutex<Self>>,
    /// Somebody was pending for the sake of it only.
    busy: bool,
    /// Our ends of connections, and those of them on which bytes have arrived.
    links: Vec<Link>,
    arrived: Vec<Link>,
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
            busy: false,
            links: Vec::new(),
            arrived: Vec::new(),
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
        self.lock().links.push(link);
        Box::new(End {
            memory: self.clone(),
            link,
            port,
            reset: false,
            yielded: false,
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

    /// Everything but reading is pending once before it goes through, so that each is a point
    /// where a future can be dropped.
    fn yields(&mut self, cx: &mut Context<'_>, yielded: &mut bool) -> bool {
        *yielded = !*yielded;
        if *yielded {
            self.busy = true;
            cx.waker().wake_by_ref();
        }
        *yielded
    }
}

impl Shared {
    /// What the server sends is on its way until a reader has been pending for it; then all that
    /// was on its way has arrived, on all links.
    fn has_arrived(&mut self, cx: &mut Context<'_>, link: Link) -> bool {
        if !self.server.readable(link) || self.arrived.contains(&link) {
            return true;
        }
        let links = self.links.iter().copied();
        self.arrived = links.filter(|link| self.server.readable(*link)).collect();
        self.busy = true;
        cx.waker().wake_by_ref();
        false
    }
}

fn local(port: u16) -> SocketAddr {
    ([127, 0, 0, 1], port).into()
}

impl Network for Memory {
    fn dial(&mut self, target: &Target<'_>) -> BoxFuture<io::Result<Box<dyn Stream>>> {
        let port = match *target {
            Target::Server { port, .. } | Target::ControlPeer { port, .. } => port,
            Target::Address(address) => address.port(),
        };
        let connected = self.lock().server.connect(port);
        let (link, mut open) = match connected {
            Connected::Open(link) => (link, true),
            Connected::Pending(link) => (link, false),
            Connected::Refused => {
                return Box::pin(async { Err(io::ErrorKind::ConnectionRefused.into()) });
            }
        };
        let memory = self.clone();
        let mut stream = Some(self.stream(link, port));
        let mut yielded = false;
        Box::pin(poll_fn(move |cx| {
            let mut shared = memory.lock();
            open |= shared.server.is_open(link);
            if !open || shared.yields(cx, &mut yielded) {
                return Poll::Pending;
            }
            Poll::Ready(stream.take().ok_or(io::ErrorKind::NotConnected.into()))
        }))
    }

    fn listen(&mut self, _: &dyn Stream) -> io::Result<Box<dyn Listener>> {
        let port = self.lock().server.listen();
        Ok(Box::new(Listening {
            memory: self.clone(),
            port,
            yielded: false,
        }))
    }

    fn now(&self) -> Instant {
        self.lock().now
    }

    /// Whoever polls this has nothing else to do: the server releases one thing that it holds
    /// back, or else the time is there.
    fn sleep_until(&self, deadline: Instant) -> BoxFuture<()> {
        let memory = self.clone();
        Box::pin(poll_fn(move |cx| {
            let mut shared = memory.lock();
            if shared.now >= deadline {
                return Poll::Ready(());
            }
            cx.waker().wake_by_ref();
            if std::mem::take(&mut shared.busy) {
                return Poll::Pending;
            }
            shared.now = if shared.release() {
                shared.now + TICK
            } else {
                deadline
            };
            Poll::Pending
        }))
    }
}

struct Listening {
    memory: Memory,
    port: u16,
    yielded: bool,
}

impl Listener for Listening {
    fn address(&self) -> SocketAddr {
        local(self.port)
    }

    fn poll_accept(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Box<dyn Stream>>> {
        let mut shared = self.memory.lock();
        if shared.yields(cx, &mut self.yielded) {
            return Poll::Pending;
        }
        let Some(link) = shared.server.accept(self.port) else {
            return Poll::Pending;
        };
        drop(shared);
        Poll::Ready(Ok(self.memory.stream(link, self.port)))
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
    yielded: bool,
}

impl Stream for End {
    fn poll_read(&mut self, cx: &mut Context<'_>, buffer: &mut [u8]) -> Poll<io::Result<usize>> {
        let mut shared = self.memory.lock();
        if !shared.has_arrived(cx, self.link) {
            return Poll::Pending;
        }
        let read = shared.server.read(self.link, buffer);
        if !shared.server.readable(self.link) {
            let link = self.link;
            shared.arrived.retain(|arrived| *arrived != link);
        }
        match read {
            Read::Bytes(count) => Poll::Ready(Ok(count)),
            Read::Eof => Poll::Ready(Ok(0)),
            Read::Reset => Poll::Ready(Err(io::ErrorKind::ConnectionReset.into())),
            Read::Empty => Poll::Pending,
        }
    }

    fn poll_write(&mut self, cx: &mut Context<'_>, buffer: &[u8]) -> Poll<io::Result<usize>> {
        let mut shared = self.memory.lock();
        if shared.server.writable(self.link) && shared.yields(cx, &mut self.yielded) {
            return Poll::Pending;
        }
        match shared.server.write(self.link, buffer) {
            Write::Bytes(count) => Poll::Ready(Ok(count)),
            Write::Broken => Poll::Ready(Err(io::ErrorKind::BrokenPipe.into())),
            Write::Full => {
                // The server may have made room in the same moment.
                if shared.server.writable(self.link) {
                    shared.busy = true;
                    cx.waker().wake_by_ref();
                }
                Poll::Pending
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
        let link = self.link;
        shared.links.retain(|open| *open != link);
        if self.reset {
            shared.server.reset(self.link);
        } else {
            shared.server.close(self.link);
        }
    }
}
