//! A relay between a client and the server, which counts the round trips of the client's session. It
//! delays all bytes and changes none, so that it counts under TLS too.
//!
//! A round trip is a chain of cause and effect: the client says something, and something comes from
//! the server that may have waited for it. The relay gives each piece of bytes a number. What the
//! client says gets the highest number that has been delivered to the client, plus one. What the
//! server sends gets the highest number that has been delivered to the server. The highest number
//! that comes to the client is the number of round trips. The system accepts a connection at once,
//! so the relay adds the round trip of each connect.
//!
//! Because of the delay, the server hears nothing before the client has said all that it says
//! without waiting. So a faster or slower machine does not change the count. The delay must only be
//! longer than the time that the client and the server need for one answer. If they need longer, the
//! relay counts too many round trips, and never too few.

use std::collections::VecDeque;
use std::io::{self, Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::ops::RangeInclusive;
use std::os::fd::AsFd as _;
use std::os::unix::net::UnixStream;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::net::sockopt::set_tcp_quickack;

use crate::servers::Result;

/// How long a relay that counts holds back each piece of bytes, in each direction.
pub(super) const DELAY: Duration = Duration::from_millis(5);

/// The address on which the relay listens. It differs from the server's, so that the relay can
/// listen on the same ports for data connections.
const HOST: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);

/// A running relay. Dropping this value stops the relay. It counts right for one session; it delays
/// any number of sessions.
pub(in crate::bench) struct Relay {
    port: u16,
    /// The relay ends when this is closed.
    over: Option<UnixStream>,
    /// `None` after the relay has been stopped.
    thread: Option<JoinHandle<io::Result<usize>>>,
}

impl Relay {
    /// Starts a relay to this server, whose passive data connections have these ports. The relay holds
    /// back all bytes for this long, in each direction.
    pub(in crate::bench) fn start(
        server: SocketAddr,
        ports: RangeInclusive<u16>,
        delay: Duration,
    ) -> Result<Self> {
        let control = TcpListener::bind((HOST, 0))?;
        let port = control.local_addr()?.port();
        let mut doors = vec![Door {
            listener: control,
            server,
        }];
        for port in ports {
            doors.push(Door {
                listener: TcpListener::bind((HOST, port))?,
                server: SocketAddr::new(server.ip(), port),
            });
        }
        let (over, is_over) = UnixStream::pair()?;
        let traffic = Traffic {
            doors,
            is_over,
            delay,
            connections: Vec::new(),
            said: 0,
            come: 0,
        };
        let thread = thread::spawn(move || traffic.run());
        Ok(Self {
            port,
            over: Some(over),
            thread: Some(thread),
        })
    }

    /// Returns the address to which the client connects.
    pub(in crate::bench) fn address(&self) -> SocketAddr {
        SocketAddr::new(IpAddr::V4(HOST), self.port)
    }

    /// Stops the relay after the client has ended. Returns the number of round trips.
    pub(super) fn end(mut self) -> Result<usize> {
        self.stop()
    }

    fn stop(&mut self) -> Result<usize> {
        drop(self.over.take());
        let thread = self.thread.take().ok_or("the relay has been stopped")?;
        let trips = thread.join().map_err(|_| "the relay panicked")?;
        Ok(trips?)
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        let _ = self.stop();
    }
}

/// A port of the relay, and the address of the server to which it leads.
struct Door {
    listener: TcpListener,
    server: SocketAddr,
}

struct Traffic {
    /// The first one is that of control connections.
    doors: Vec<Door>,
    is_over: UnixStream,
    delay: Duration,
    connections: Vec<Connection>,
    /// The highest number of what the server has heard.
    said: usize,
    /// The highest number of what has come to the client.
    come: usize,
}

/// One connection of the client, and the connection to the server that belongs to it.
struct Connection {
    client: TcpStream,
    server: TcpStream,
    from_client: Way,
    from_server: Way,
}

/// What the relay holds back in one direction.
#[derive(Default)]
struct Way {
    held: VecDeque<Piece>,
    has_ended: bool,
}

struct Piece {
    due: Instant,
    number: usize,
    /// No bytes mean the end of the connection.
    bytes: Vec<u8>,
}

impl Traffic {
    fn run(mut self) -> io::Result<usize> {
        loop {
            self.deliver();
            let Some(ready) = self.wait()? else {
                return Ok(self.come);
            };
            let (connections, doors) = ready.split_at(2 * self.connections.len());
            // Connects come first: see `wait`.
            let open = self.connections.len();
            for (door, _) in doors.iter().enumerate().filter(|(_, ready)| **ready) {
                self.accept(door)?;
            }
            let sides = self.connections.iter_mut().take(open);
            for (connection, ready) in sides.zip(connections.chunks(2)) {
                let Connection {
                    client,
                    server,
                    from_client,
                    from_server,
                } = connection;
                if ready.first() == Some(&true) {
                    from_client.take_in(client, self.come + 1, self.delay);
                }
                if ready.last() == Some(&true) {
                    from_server.take_in(server, self.said, self.delay);
                    // Without this, the system may wait for 40 ms before it confirms these bytes to
                    // the server. A server that has Nagle's algorithm on waits for that.
                    let _ = set_tcp_quickack(server, true);
                }
            }
        }
    }

    /// Delivers what has been held back long enough.
    fn deliver(&mut self) {
        let now = Instant::now();
        for connection in &mut self.connections {
            let said = connection.from_client.deliver(now, &mut connection.server);
            let come = connection.from_server.deliver(now, &mut connection.client);
            self.said = self.said.max(said);
            self.come = self.come.max(come);
        }
        let is_open = |connection: &Connection| {
            !connection.from_client.is_done() || !connection.from_server.is_done()
        };
        self.connections.retain(is_open);
    }

    /// Waits until something is due, or can be read or accepted. Returns for each side of each
    /// connection, and then for each door, whether it is ready. `None` if the relay is to end.
    ///
    /// Doors are the last in the list, because the system looks at its entries in their order. If it
    /// finds what a client has said after a connect, it then finds this connect, too.
    fn wait(&self) -> io::Result<Option<Vec<bool>>> {
        let dues = self.connections.iter().flat_map(|connection| {
            let ways = [&connection.from_client, &connection.from_server];
            ways.into_iter().filter_map(|way| way.held.front())
        });
        let left = dues.map(|piece| piece.due).min();
        let left = left.map(|due| due.saturating_duration_since(Instant::now()));
        let left = left.and_then(|left| Timespec::try_from(left).ok());
        let mut asked = vec![PollFd::new(&self.is_over, PollFlags::IN)];
        for connection in &self.connections {
            let Connection {
                client,
                server,
                from_client,
                from_server,
            } = connection;
            for (side, way) in [(client, from_client), (server, from_server)] {
                let (side, flags) = match way.has_ended {
                    // Asks for nothing here: the list keeps a place for each side.
                    true => (self.is_over.as_fd(), PollFlags::empty()),
                    false => (side.as_fd(), PollFlags::IN),
                };
                asked.push(PollFd::from_borrowed_fd(side, flags));
            }
        }
        let doors = self.doors.iter();
        asked.extend(doors.map(|door| PollFd::new(&door.listener, PollFlags::IN)));
        match poll(&mut asked, left.as_ref()) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        let ready: Vec<bool> = asked.iter().map(|fd| !fd.revents().is_empty()).collect();
        match ready.split_first() {
            Some((false, rest)) => Ok(Some(rest.to_vec())),
            _ => Ok(None),
        }
    }

    /// Accepts a connection. SYN and its answer are one round trip. On the control connection, the
    /// greeting comes after the client's ACK, and is one more.
    fn accept(&mut self, door: usize) -> io::Result<()> {
        let Door { listener, server } = &self.doors[door];
        let (client, _) = listener.accept()?;
        self.come += 1;
        if door == 0 {
            self.said = self.come + 1;
        }
        // If the server refuses the connection, the client finds it closed.
        if let Ok(server) = TcpStream::connect(server) {
            client.set_nodelay(true)?;
            server.set_nodelay(true)?;
            self.connections.push(Connection {
                client,
                server,
                from_client: Way::default(),
                from_server: Way::default(),
            });
        }
        Ok(())
    }
}

impl Way {
    /// Reads what has arrived, and holds it back. A reset is passed on as an ordinary end.
    fn take_in(&mut self, from: &mut TcpStream, number: usize, delay: Duration) {
        let mut bytes = vec![0; 64 * 1024];
        let count = from.read(&mut bytes).unwrap_or(0);
        bytes.truncate(count);
        self.has_ended = bytes.is_empty();
        self.held.push_back(Piece {
            due: Instant::now() + delay,
            number,
            bytes,
        });
    }

    /// Delivers the pieces that are due. Returns the highest of their numbers. The sessions of the
    /// comparison move so few bytes that no write has to wait.
    fn deliver(&mut self, now: Instant, to: &mut TcpStream) -> usize {
        let mut highest = 0;
        let mut due = Vec::new();
        while self.held.front().is_some_and(|piece| piece.due <= now) {
            due.extend(self.held.pop_front());
        }
        for piece in due {
            highest = highest.max(piece.number);
            // The receiver may have closed the connection: then there is nobody to tell.
            let _ = match piece.bytes.as_slice() {
                [] => to.shutdown(Shutdown::Write),
                bytes => to.write_all(bytes),
            };
        }
        highest
    }

    fn is_done(&self) -> bool {
        self.has_ended && self.held.is_empty()
    }
}
