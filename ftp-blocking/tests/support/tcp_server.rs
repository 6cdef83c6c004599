//! The simulated server, which clients can reach over real sockets.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use ftp_proto::simulator::{Connected, Link, Read, Simulator, Write};
use socket2::SockRef;

/// A [`Simulator`] behind real sockets on loopback: threads pass the bytes of each socket to the
/// simulator and back.
#[derive(Clone)]
pub(crate) struct TcpServer(Arc<Shared>);

struct Shared {
    server: Mutex<Simulator>,
    changed: Condvar,
    bridges: Mutex<Vec<Bridge>>,
}

/// A real address, and the thread that passes the bytes of its one connection.
struct Bridge {
    address: SocketAddr,
    thread: JoinHandle<()>,
}

/// A port of the client on which it waits for the simulated server.
pub(crate) struct Announced {
    hosted: TcpServer,
    port: u16,
    is_open: Arc<()>,
}

impl Announced {
    /// Returns the number that the client tells the server.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }
}

impl Drop for Announced {
    fn drop(&mut self) {
        self.hosted.server().close_listener(self.port);
        self.is_open = Arc::default();
        self.hosted.0.changed.notify_all();
    }
}

/// If no bytes have moved for this long, the server sends the replies that a fault has held back.
const QUIET: Duration = Duration::from_millis(5);

impl TcpServer {
    pub(crate) fn new(server: Simulator) -> Self {
        Self(Arc::new(Shared {
            server: Mutex::new(server),
            changed: Condvar::new(),
            bridges: Mutex::default(),
        }))
    }

    pub(crate) fn server(&self) -> MutexGuard<'_, Simulator> {
        self.0.server.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Opens a real port for one connection, and returns its address. The connection leads to
    /// `port` of the simulated server.
    pub(crate) fn open(&self, port: u16) -> std::io::Result<SocketAddr> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let hosted = self.clone();
        let thread = thread::spawn(move || {
            let Ok((stream, _)) = listener.accept() else {
                return;
            };
            stream.set_nodelay(true).expect("an option of every socket");
            let connected = hosted.server().connect(port);
            let (Connected::Open(link) | Connected::Pending(link)) = connected else {
                return;
            };
            hosted.carry(stream, link);
        });
        self.bridges().push(Bridge { address, thread });
        Ok(address)
    }

    /// Opens a port of the client in active mode: the connection that the simulated server makes to
    /// it leads to the real address `to`. Drop the value when the client does not listen any more.
    pub(crate) fn listen(&self, to: SocketAddr) -> Announced {
        let port = self.server().listen();
        let announced = Announced {
            hosted: self.clone(),
            port,
            is_open: Arc::default(),
        };
        let (hosted, is_open) = (self.clone(), Arc::downgrade(&announced.is_open));
        thread::spawn(move || {
            let mut server = hosted.server();
            let link = loop {
                if let Some(link) = server.accept(port) {
                    break link;
                }
                if is_open.strong_count() == 0 {
                    return;
                }
                server = hosted.wait(server);
            };
            drop(server);
            match TcpStream::connect(to) {
                Ok(stream) => hosted.carry(stream, link),
                Err(_) => hosted.server().reset(link),
            }
        });
        announced
    }

    /// Passes the bytes of a connection until it ends.
    fn carry(&self, stream: TcpStream, link: Link) {
        let reading = stream.try_clone().expect("a second handle");
        let reader = self.clone();
        let reader = thread::spawn(move || reader.take_in(reading, link));
        self.give_out(stream, link);
        let _ = reader.join();
        self.server().close(link);
        self.0.changed.notify_all();
    }

    /// Waits until all connections are closed. The client must have closed its side of each
    /// connection before.
    pub(crate) fn join(&self) {
        loop {
            let Some(bridge) = self.bridges().pop() else {
                return;
            };
            // If a client never connected to this address, its thread still waits in `accept`. This
            // connection ends the wait.
            drop(TcpStream::connect(bridge.address));
            bridge.thread.join().expect("no panic");
        }
    }

    fn bridges(&self) -> MutexGuard<'_, Vec<Bridge>> {
        let bridges = self.0.bridges.lock();
        bridges.unwrap_or_else(PoisonError::into_inner)
    }

    fn take_in(&self, mut stream: TcpStream, link: Link) {
        let mut buffer = [0; 16 * 1024];
        loop {
            match stream.read(&mut buffer) {
                Ok(0) => {
                    self.server().shutdown(link);
                    break;
                }
                Err(_) => {
                    self.server().reset(link);
                    break;
                }
                Ok(count) => {
                    if !self.pass_on(link, &buffer[..count]) {
                        break;
                    }
                }
            }
            self.0.changed.notify_all();
        }
        self.0.changed.notify_all();
    }

    /// Passes the client's bytes to the simulated server. Returns `false` if the server does not
    /// read this connection any more.
    fn pass_on(&self, link: Link, mut bytes: &[u8]) -> bool {
        let mut server = self.server();
        while !bytes.is_empty() {
            match server.write(link, bytes) {
                Write::Bytes(count) => bytes = &bytes[count..],
                Write::Broken => return false,
                // The server's buffer was full, but has room again, so the loop writes at once.
                Write::Full if server.writable(link) => {}
                Write::Full => {
                    self.0.changed.notify_all();
                    server = self.wait(server);
                }
            }
        }
        true
    }

    fn give_out(&self, mut stream: TcpStream, link: Link) {
        let mut buffer = [0; 16 * 1024];
        let mut server = self.server();
        loop {
            match server.read(link, &mut buffer) {
                Read::Bytes(count) => {
                    drop(server);
                    if stream.write_all(&buffer[..count]).is_err() {
                        return;
                    }
                    server = self.server();
                    self.0.changed.notify_all();
                }
                Read::Empty if server.is_open(link) => server = self.wait(server),
                Read::Empty | Read::Eof => break,
                Read::Reset => {
                    // With a linger time of zero, the system resets the connection when this
                    // process drops the last handle of its socket.
                    let _ = SockRef::from(&stream).set_linger(Some(Duration::ZERO));
                    let _ = stream.shutdown(Shutdown::Read);
                    return;
                }
            }
        }
        drop(server);
        let _ = stream.shutdown(Shutdown::Write);
    }

    fn wait<'a>(&self, server: MutexGuard<'a, Simulator>) -> MutexGuard<'a, Simulator> {
        let waited = self.0.changed.wait_timeout(server, QUIET);
        let (mut server, waited) = waited.unwrap_or_else(PoisonError::into_inner);
        if waited.timed_out() && server.release_held() {
            self.0.changed.notify_all();
        }
        server
    }
}
