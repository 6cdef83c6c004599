//! A queue of operations that own their buffers: io_uring, by the crate `compio-driver`. Where the
//! kernel refuses io_uring, the same crate does the same with epoll.

use std::cell::{Cell, RefCell};
use std::io::{self, ErrorKind};
use std::net::{Shutdown, SocketAddr};
use std::rc::Rc;
use std::time::{Duration, Instant};

use compio_buf::{BufResult, IntoInner};
use compio_driver::op::{Connect, Interest, PollOnce, Recv, Send};
use compio_driver::{DriverType, Key, OpCode, Proactor, PushEntry, SharedFd};
use rustix::net::SendFlags;
use socket2::{Domain, SockAddr, Socket, Type};

/// A queue of operations. The kernel does an operation when it can, and gives back its buffer.
pub(crate) trait Ring: Clone {
    type Socket: Ends;
    type Listener;
    /// An operation that is not known to be complete.
    type Submitted;

    fn connect(&self, to: SocketAddr) -> io::Result<(Self::Socket, Self::Submitted)>;
    fn listen(&self, beside: &Self::Socket) -> io::Result<(Self::Listener, SocketAddr)>;
    fn accept(&self, listener: &mut Self::Listener) -> io::Result<Self::Socket>;
    fn receive(&self, from: &Self::Socket, buffer: Vec<u8>) -> Self::Submitted;
    fn send(&self, to: &Self::Socket, bytes: Vec<u8>) -> Self::Submitted;

    /// Takes the result of an operation that is complete.
    fn take(&self, submitted: Self::Submitted) -> Result<Completion, Self::Submitted>;

    /// Ends an operation. Its result is lost.
    fn cancel(&self, submitted: Self::Submitted);

    /// Submits everything, and collects all that is complete, without waiting.
    fn enter(&self) -> io::Result<()>;

    /// Waits until an operation is complete, or until this time.
    fn wait(&self, until: Instant) -> io::Result<()>;

    fn now(&self) -> Instant;
}

/// How a connection ends.
pub(crate) trait Ends {
    /// Sends a byte as urgent data, without waiting. Nothing else is being sent.
    fn send_urgent(&self, byte: u8) -> io::Result<()>;
    fn shutdown(&self) -> io::Result<()>;
    fn reset_on_close(&self, reset: bool);
    fn peer(&self) -> Option<SocketAddr>;
}

/// How many bytes have moved, and the buffer.
pub(crate) type Completion = (io::Result<usize>, Vec<u8>);

#[derive(Clone)]
pub(crate) struct Kernel(Rc<Queue>);

struct Queue {
    proactor: RefCell<Proactor>,
    kind: DriverType,
    /// Whether something was collected after the last wait. Its stream may not have asked for it.
    has_news: Cell<bool>,
}

/// A socket that stays open as long as an operation uses it.
type Shared = SharedFd<Socket>;

pub(crate) struct Listener {
    socket: Shared,
    /// Tells that a connection has come. No safe operation of this crate returns the connection.
    coming: Option<Submitted>,
}

pub(crate) enum Submitted {
    Connect(Key<Connect<Shared>>),
    Receive(Key<Recv<Vec<u8>, Shared>>),
    Send(Key<Send<Vec<u8>, Shared>>),
    Coming(Key<PollOnce<Shared>>),
    Complete(Completion),
}

impl Kernel {
    pub(crate) fn new() -> io::Result<Self> {
        let proactor = Proactor::new()?;
        Ok(Self(Rc::new(Queue {
            kind: proactor.driver_type(),
            proactor: RefCell::new(proactor),
            has_news: Cell::new(false),
        })))
    }

    /// Returns whether this is io_uring. Otherwise the kernel refuses it, and this is epoll.
    pub(crate) fn is_io_uring(&self) -> bool {
        self.0.kind.is_iouring()
    }

    fn push<T: OpCode + 'static>(
        &self,
        operation: T,
        pending: impl FnOnce(Key<T>) -> Submitted,
        buffer: impl FnOnce(T) -> Vec<u8>,
    ) -> Submitted {
        match self.0.proactor.borrow_mut().push(operation) {
            PushEntry::Pending(key) => pending(key),
            PushEntry::Ready(done) => Submitted::Complete((done.0, buffer(done.1))),
        }
    }

    /// A ring waits even with a socket that blocks, and returns `WouldBlock` with one that does not.
    fn prepare(&self, socket: Socket) -> io::Result<Shared> {
        socket.set_nonblocking(!self.is_io_uring())?;
        socket.set_tcp_nodelay(true)?;
        Ok(SharedFd::new(socket))
    }

    /// Collects what is complete. Returns `false` if the time has passed, and nothing is.
    fn collect(&self, timeout: Duration) -> io::Result<bool> {
        match self.0.proactor.borrow_mut().poll(Some(timeout)) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == ErrorKind::TimedOut => Ok(false),
            Err(error) if error.kind() == ErrorKind::Interrupted => Ok(true),
            Err(error) => Err(error),
        }
    }
}

impl Ring for Kernel {
    type Socket = Shared;
    type Listener = Listener;
    type Submitted = Submitted;

    fn connect(&self, to: SocketAddr) -> io::Result<(Shared, Submitted)> {
        let socket = self.prepare(Socket::new(Domain::for_address(to), Type::STREAM, None)?)?;
        let connect = Connect::new(socket.clone(), SockAddr::from(to));
        let submitted = self.push(connect, Submitted::Connect, |_| Vec::new());
        Ok((socket, submitted))
    }

    fn listen(&self, beside: &Shared) -> io::Result<(Listener, SocketAddr)> {
        let mut local = address(beside.local_addr())?;
        local.set_port(0);
        let socket = Socket::new(Domain::for_address(local), Type::STREAM, None)?;
        socket.set_nonblocking(true)?;
        socket.bind(&local.into())?;
        socket.listen(1)?;
        let bound = address(socket.local_addr())?;
        let listener = Listener {
            socket: SharedFd::new(socket),
            coming: None,
        };
        Ok((listener, bound))
    }

    fn accept(&self, listener: &mut Listener) -> io::Result<Shared> {
        match listener.socket.accept() {
            Ok((socket, _)) => self.prepare(socket),
            Err(error) => {
                let coming = listener.coming.take();
                let coming = coming.and_then(|submitted| self.take(submitted).err());
                listener.coming = Some(coming.unwrap_or_else(|| {
                    let coming = PollOnce::new(listener.socket.clone(), Interest::Readable);
                    self.push(coming, Submitted::Coming, |_| Vec::new())
                }));
                Err(error)
            }
        }
    }

    fn receive(&self, from: &Shared, buffer: Vec<u8>) -> Submitted {
        let receive = Recv::new(from.clone(), buffer);
        self.push(receive, Submitted::Receive, IntoInner::into_inner)
    }

    fn send(&self, to: &Shared, bytes: Vec<u8>) -> Submitted {
        let send = Send::new(to.clone(), bytes);
        self.push(send, Submitted::Send, IntoInner::into_inner)
    }

    fn take(&self, submitted: Submitted) -> Result<Completion, Submitted> {
        let mut proactor = self.0.proactor.borrow_mut();
        match submitted {
            Submitted::Connect(key) => without_buffer(proactor.pop(key), Submitted::Connect),
            Submitted::Coming(key) => without_buffer(proactor.pop(key), Submitted::Coming),
            Submitted::Receive(key) => with_buffer(proactor.pop(key), Submitted::Receive),
            Submitted::Send(key) => with_buffer(proactor.pop(key), Submitted::Send),
            Submitted::Complete(completion) => Ok(completion),
        }
    }

    fn cancel(&self, submitted: Submitted) {
        let mut proactor = self.0.proactor.borrow_mut();
        match submitted {
            Submitted::Connect(key) => drop(proactor.cancel(key)),
            Submitted::Coming(key) => drop(proactor.cancel(key)),
            Submitted::Receive(key) => drop(proactor.cancel(key)),
            Submitted::Send(key) => drop(proactor.cancel(key)),
            Submitted::Complete(_) => {}
        }
    }

    fn enter(&self) -> io::Result<()> {
        // Only when nothing is left in the queue does it ask the kernel.
        while self.collect(Duration::ZERO)? {
            self.0.has_news.set(true);
        }
        Ok(())
    }

    fn wait(&self, until: Instant) -> io::Result<()> {
        if !self.0.has_news.take() {
            self.collect(until.saturating_duration_since(Instant::now()))?;
        }
        Ok(())
    }

    fn now(&self) -> Instant {
        Instant::now()
    }
}

type Popped<T> = PushEntry<Key<T>, (BufResult<usize, T>, u32)>;

fn with_buffer<T: IntoInner<Inner = Vec<u8>>>(
    popped: Popped<T>,
    pending: impl FnOnce(Key<T>) -> Submitted,
) -> Result<Completion, Submitted> {
    match popped {
        PushEntry::Pending(key) => Err(pending(key)),
        PushEntry::Ready((done, _)) => Ok((done.0, done.1.into_inner())),
    }
}

fn without_buffer<T>(
    popped: Popped<T>,
    pending: impl FnOnce(Key<T>) -> Submitted,
) -> Result<Completion, Submitted> {
    match popped {
        PushEntry::Pending(key) => Err(pending(key)),
        PushEntry::Ready((done, _)) => Ok((done.0, Vec::new())),
    }
}

fn address(address: io::Result<SockAddr>) -> io::Result<SocketAddr> {
    let no_address = || io::Error::from(ErrorKind::AddrNotAvailable);
    address?.as_socket().ok_or_else(no_address)
}

impl Ends for Shared {
    fn send_urgent(&self, byte: u8) -> io::Result<()> {
        let flags = SendFlags::OOB | SendFlags::DONTWAIT;
        Ok(rustix::net::send(&**self, &[byte], flags).map(drop)?)
    }

    fn shutdown(&self) -> io::Result<()> {
        Socket::shutdown(self, Shutdown::Write)
    }

    fn reset_on_close(&self, reset: bool) {
        // If this fails, the connection is gone already.
        let _ = self.set_linger(reset.then_some(Duration::ZERO));
    }

    fn peer(&self) -> Option<SocketAddr> {
        address(self.peer_addr()).ok()
    }
}
