//! Data connections from one simulated server to another, as a copy between two servers needs them.

use std::collections::{BTreeMap, VecDeque};
use std::vec::Vec;

use crate::simulator::link::{Client, Connected, Link, Read, Server, Write};
use crate::simulator::server::Simulator;

/// Connects two servers: each can reach the other's passive ports, and their data is moved.
///
/// A server may be told by PORT or EPRT of a port that its client does not listen on
/// ([`Simulator::listen`]). After the first call of this function, such a server does not send 425
/// at once. It waits for the next call, and then finds the port on the other server or is refused.
/// Addresses do not count; see [`Simulator::announced`].
///
/// Call it again each time one of the servers has got a command. Also call it in place of
/// [`Simulator::release_held`] as long as it returns `true`, which means that something has
/// happened. These connections do not count in [`Simulator::open_links`].
///
/// # Example
///
/// A copy from one server to the other (RFC 959, section 5.2):
///
/// ```
/// use ftp_proto::simulator::{Connected, Link, Setup, Simulator, couple};
///
/// let mut source = Simulator::new(Setup::new().file("/five", "12345"));
/// let mut target = Simulator::new(Setup::new());
/// couple(&mut source, &mut target);
///
/// fn send(server: &mut Simulator, commands: &[u8]) -> Link {
///     let Connected::Open(control) = server.connect(21) else {
///         panic!("refused")
///     };
///     server.write(control, b"USER user\r\nPASS secret\r\nTYPE I\r\n");
///     server.write(control, commands);
///     control
/// }
/// // The first passive port is 50001, which is 195 * 256 + 81.
/// send(&mut source, b"PASV\r\nRETR five\r\n");
/// send(&mut target, b"PORT 127,0,0,1,195,81\r\nSTOR five\r\n");
/// assert!(couple(&mut source, &mut target));
/// assert_eq!(target.file("/five"), Some(&b"12345"[..]));
/// ```
pub fn couple(one: &mut Simulator, other: &mut Simulator) -> bool {
    one.peering.coupled = true;
    other.peering.coupled = true;
    let mut happened = false;
    while reach(one, other) | reach(other, one) {
        happened = true;
    }
    happened
}

/// The connections that this server has made, or is about to make, to another server.
#[derive(Debug, Default)]
pub(super) struct Peering {
    coupled: bool,
    /// Connections that this server has begun, but that have not reached the other server yet.
    pub(super) dialling: Vec<Link>,
    bridges: Vec<Bridge>,
}

impl Peering {
    /// Returns whether this port, to which the server connects in active mode, belongs to the other
    /// server. This is so if the servers are coupled and the client does not listen on the port.
    pub(super) fn is_for(&self, port: u16, listeners: &BTreeMap<u16, VecDeque<Link>>) -> bool {
        self.coupled && !listeners.contains_key(&port)
    }
}

/// A data connection between two servers. The `near` server has made the connection, and the `far`
/// server has accepted it.
#[derive(Debug)]
struct Bridge {
    near: Link,
    far: Link,
    outward: Lane,
    inward: Lane,
}

/// One direction of a [`Bridge`]. `bytes` were read from one server, and still have to be written
/// to the other server.
#[derive(Debug, Default)]
struct Lane {
    bytes: Vec<u8>,
    ended: bool,
    broken: bool,
}

/// Makes the connections that the near server has begun to the far server, and moves the data of
/// all its bridges. Returns whether anything has changed.
fn reach(near: &mut Simulator, far: &mut Simulator) -> bool {
    let mut happened = false;
    for link in core::mem::take(&mut near.peering.dialling) {
        if near.wires[link.0].server == Server::Open {
            dial(near, far, link);
            happened = true;
        }
    }
    let mut bridges = core::mem::take(&mut near.peering.bridges);
    bridges.retain_mut(|bridge| {
        happened |= bridge.outward.carry(near, bridge.near, far, bridge.far);
        happened |= bridge.inward.carry(far, bridge.far, near, bridge.near);
        let broken = bridge.outward.broken || bridge.inward.broken;
        if broken {
            near.reset(bridge.near);
            far.reset(bridge.far);
        } else if bridge.outward.ended && bridge.inward.ended {
            near.close(bridge.near);
            far.close(bridge.far);
        } else {
            return true;
        }
        false
    });
    near.peering.bridges.append(&mut bridges);
    happened
}

fn dial(near: &mut Simulator, far: &mut Simulator, link: Link) {
    let port = near.wires[link.0].dials.take();
    // The far server accepts this connection only on one of its passive ports, and not on port 21.
    let port = port.filter(|port| far.passive.contains_key(port));
    let there = match port.map(|port| far.connect(port)) {
        Some(Connected::Open(there) | Connected::Pending(there)) => there,
        Some(Connected::Refused) | None => {
            near.refuse(link);
            return;
        }
    };
    far.wires[there.0].held_by_client = false;
    near.peering.bridges.push(Bridge {
        near: link,
        far: there,
        outward: Lane::default(),
        inward: Lane::default(),
    });
    near.wires[link.0].pending = false;
    near.run();
}

impl Lane {
    /// Moves bytes from one server to the other until the first has no more or the second has no
    /// room. Returns whether anything has changed.
    fn carry(
        &mut self,
        from: &mut Simulator,
        source: Link,
        to: &mut Simulator,
        sink: Link,
    ) -> bool {
        let mut happened = false;
        while !self.ended && !self.broken {
            if self.bytes.is_empty() {
                let mut piece = [0; 4096];
                match from.read(source, &mut piece) {
                    Read::Bytes(n) => self.bytes.extend_from_slice(&piece[..n]),
                    Read::Empty => return happened,
                    Read::Eof => {
                        to.shutdown(sink);
                        self.ended = true;
                    }
                    Read::Reset => self.broken = true,
                }
            } else {
                let mut written = to.write(sink, &self.bytes);
                // If a write takes only a part of its bytes, the simulator returns `Full` for the
                // next write, even if there is room. So this write is tried a second time.
                if written == Write::Full && to.writable(sink) {
                    written = to.write(sink, &self.bytes);
                }
                match written {
                    Write::Bytes(n) => drop(self.bytes.drain(..n)),
                    Write::Full => return happened,
                    Write::Broken => self.broken = true,
                }
            }
            happened = true;
        }
        happened
    }
}

impl Simulator {
    /// Refuses a connection that this server has begun to a port on which nobody listens. The
    /// server then replies 425 to its client.
    fn refuse(&mut self, link: Link) {
        let wire = &mut self.wires[link.0];
        wire.client = Client::Reset;
        wire.end(Server::Closed);
        wire.pending = false;
        self.run();
    }
}
