//! The [`Simulator`] and its public methods: a test connects, reads and writes as the client, and
//! looks at the server's state.

use core::net::SocketAddr;
use core::time::Duration;
use std::collections::{BTreeMap, VecDeque};
use std::string::{String, ToString as _};
use std::vec::Vec;

use crate::simulator::couple::Peering;
use crate::simulator::fault::Action;
use crate::simulator::link::{Client, Connected, Link, Read, Server, Wire, Write};
use crate::simulator::setup::Setup;
use crate::simulator::state::{DataSource, Held, Load, Session, TransferRecord, has};
use crate::simulator::store::{Store, resolve};
use crate::simulator::tls::Origins;

/// The port for control connections. Under implicit TLS, the server accepts them on port 990 too.
const CONTROL_PORT: u16 = 21;
/// The server's passive ports are 50,001, 50,002 and so on. This is the number before the first
/// one.
const PASSIVE_PORTS: u16 = 50_000;
/// The client's ports for active mode are 40,001, 40,002 and so on. This is the number before the
/// first one.
const CLIENT_PORTS: u16 = 40_000;

/// An FTP server without sockets and threads. A test plays the client by the methods of this type.
/// The server does its work within these calls.
///
/// See the [module](crate::simulator) for an example.
#[derive(Debug)]
pub struct Simulator {
    pub(super) setup: Setup,
    pub(super) store: Store,
    pub(super) wires: Vec<Wire>,
    pub(super) sessions: Vec<Session>,
    /// The passive ports on which the server listens, each with the index of the session that has
    /// opened it.
    pub(super) passive: BTreeMap<u16, usize>,
    /// The ports on which the client listens, each with the connections that the client has not
    /// accepted yet.
    pub(super) listeners: BTreeMap<u16, VecDeque<Link>>,
    pub(super) held: VecDeque<Held>,
    occurrences: BTreeMap<String, usize>,
    pub(super) commands: Vec<Vec<u8>>,
    /// For each command, the reply that the server has chosen last, as it was before a fault
    /// changed it. `None` if the server has not chosen any.
    pub(super) meant: Vec<Option<Vec<u8>>>,
    pub(super) clear: Vec<u8>,
    pub(super) records: Vec<TransferRecord>,
    pub(super) announced: Option<SocketAddr>,
    /// The control connections of the TLS sessions.
    pub(super) origins: Origins,
    pub(super) peering: Peering,
    /// The data connections of downloads that have ended, each with the index of its record. The
    /// client may still send a `close_notify` over them.
    pub(super) lingering: Vec<(Link, usize)>,
    last_passive: u16,
    /// Whether the client has connected twice to one passive port.
    pub(super) connected_twice: bool,
    /// The passive ports to which the client has connected.
    taken: Vec<u16>,
    /// Whether it is the server of a `World`, so that no system keeps bytes in between.
    pub(super) in_world: bool,
    /// The bytes that have come as urgent data.
    pub(super) urgent: Vec<u8>,
    /// How many NOOPs have come while data was on its way.
    pub(super) kept_alive: usize,
    last_listener: u16,
    /// Whether the client waits for a connection that is [reluctant](Setup::reluctant).
    waits_for_connection: bool,
}

impl Simulator {
    /// Makes a server with these settings.
    #[must_use]
    pub fn new(setup: Setup) -> Self {
        Self {
            store: setup.store.clone(),
            origins: Origins::new(setup.require_reuse),
            setup,
            wires: Vec::new(),
            sessions: Vec::new(),
            passive: BTreeMap::new(),
            listeners: BTreeMap::new(),
            held: VecDeque::new(),
            occurrences: BTreeMap::new(),
            commands: Vec::new(),
            meant: Vec::new(),
            clear: Vec::new(),
            records: Vec::new(),
            announced: None,
            peering: Peering::default(),
            lingering: Vec::new(),
            connected_twice: false,
            taken: Vec::new(),
            in_world: false,
            urgent: Vec::new(),
            kept_alive: 0,
            last_passive: PASSIVE_PORTS,
            last_listener: CLIENT_PORTS,
            waits_for_connection: false,
        }
    }

    // Connections.

    /// Connects the client to the server. Port 21 (under implicit TLS also 990) makes a new control
    /// connection with a new session. Any other port must be one that the server has named in a
    /// reply to EPSV or PASV. Such a port accepts one connection.
    pub fn connect(&mut self, port: u16) -> Connected {
        if port == CONTROL_PORT || (self.setup.implicit && port == crate::IMPLICIT_PORT) {
            let wire = Wire::control(self.setup.segment, self.setup.cut_at);
            let link = self.add_wire(wire);
            self.open_session(link);
            self.run();
            return Connected::Open(link);
        }
        let Some(session) = self.passive.remove(&port) else {
            self.connected_twice |= self.taken.contains(&port);
            return Connected::Refused;
        };
        self.taken.push(port);
        self.sessions[session].data = DataSource::None;
        let actions = self.faults("CONNECT");
        if has(&actions, |a| matches!(a, Action::RefuseConnect)) {
            return Connected::Refused;
        }
        let late = has(&actions, |a| matches!(a, Action::AcceptLate));
        let mut wire = Wire::data(self.setup.window);
        wire.pending = late;
        let link = self.add_wire(wire);
        self.sessions[session].data = DataSource::Connected(link);
        if self.sessions[session].queued.is_some() {
            self.held.push_back(Held::Queued(session));
        }
        if late {
            self.held.push_back(Held::Accept(link));
            return Connected::Pending(link);
        }
        self.run();
        Connected::Open(link)
    }

    /// Returns whether the connection is accepted, and neither the client nor the server has closed
    /// or reset it.
    #[must_use]
    pub fn is_open(&self, link: Link) -> bool {
        let wire = &self.wires[link.0];
        let ended = matches!(wire.server, Server::Closed | Server::Reset);
        !wire.pending && !wire.is_gone() && !ended
    }

    /// Opens a port on which the client listens for the server's connections in active mode.
    /// Returns its number.
    pub fn listen(&mut self) -> u16 {
        self.last_listener += 1;
        self.listeners.insert(self.last_listener, VecDeque::new());
        self.last_listener
    }

    /// Accepts a connection that the server has made to this port of the client. Returns `None` if
    /// there is none.
    pub fn accept(&mut self, port: u16) -> Option<Link> {
        let link = self.listeners.get_mut(&port)?.pop_front()?;
        self.wires[link.0].held_by_client = true;
        Some(link)
    }

    /// Returns whether the server has made this connection from 127.0.0.2, and not from its usual
    /// address.
    pub(super) fn is_from_elsewhere(&self, link: Link) -> bool {
        self.wires[link.0].from_elsewhere
    }

    /// Closes a port of the client. Connections to this port that the client has not accepted are
    /// reset.
    pub fn close_listener(&mut self, port: u16) {
        for link in self.listeners.remove(&port).unwrap_or_default() {
            self.wires[link.0].client = Client::Reset;
        }
        self.run();
    }

    /// Writes bytes to a connection, as the client.
    pub fn write(&mut self, link: Link, bytes: &[u8]) -> Write {
        if self.is_full(link) {
            return Write::Full;
        }
        let written = self.wires[link.0].write(bytes);
        self.run();
        written
    }

    /// Writes one byte as urgent data, as the client. The server reads it like any other byte.
    pub(super) fn write_urgent(&mut self, link: Link, byte: u8) -> Write {
        let written = self.write(link, &[byte]);
        if matches!(written, Write::Bytes(1..)) {
            self.urgent.push(byte);
        }
        written
    }

    /// Reads bytes from a connection, as the client.
    pub fn read(&mut self, link: Link, into: &mut [u8]) -> Read {
        let read = self.wires[link.0].read(into);
        self.run();
        read
    }

    /// Returns whether the client can read something from the connection now: bytes, its end, or a
    /// reset.
    #[must_use]
    pub fn readable(&self, link: Link) -> bool {
        self.wires[link.0].readable()
    }

    /// Returns whether a write would return at once: the connection is accepted, and it has room or
    /// has ended.
    #[must_use]
    pub fn writable(&self, link: Link) -> bool {
        self.wires[link.0].writable() && !self.is_full(link)
    }

    /// Whether the server has stopped to read this control connection.
    fn is_full(&self, link: Link) -> bool {
        let most = self.setup.full_after;
        self.wires[link.0].is_control() && most.is_some_and(|most| self.commands.len() >= most)
    }

    /// Ends the client's direction of the connection (FIN). The client can still read.
    pub fn shutdown(&mut self, link: Link) {
        let wire = &mut self.wires[link.0];
        if wire.client == Client::Open {
            wire.client = Client::Shut;
        }
        self.run();
    }

    /// Closes the connection as the client. The server still gets the bytes that the client has
    /// written. The bytes that the client has not read are lost.
    pub fn close(&mut self, link: Link) {
        self.leave(link, Client::Closed);
    }

    /// Resets the connection as the client (RST).
    pub fn reset(&mut self, link: Link) {
        self.leave(link, Client::Reset);
    }

    fn leave(&mut self, link: Link, how: Client) {
        let wire = &mut self.wires[link.0];
        wire.held_by_client = false;
        if !wire.is_gone() {
            wire.client = how;
        }
        let load = self.under_way(link);
        let dies = match how {
            Client::Reset => self.setup.dies_of_resets && load.is_none(),
            _ => self.setup.dies_of_ends && matches!(load, Some(Load::Download { .. })),
        };
        let unanswered = self
            .sessions
            .iter()
            .any(|session| !session.outbox.is_empty());
        if dies || (self.setup.dies_before_it_answers && unanswered) {
            for wire in &mut self.wires {
                wire.end(Server::Reset);
            }
        }
        self.run();
    }

    /// Returns the data of the transfer that uses this data connection. `None` if no transfer uses
    /// it.
    fn under_way(&self, link: Link) -> Option<&Load> {
        let mut transfers = self.sessions.iter().filter_map(|it| it.transfer.as_ref());
        let own = transfers.find(|it| it.link == Some(link))?;
        Some(&own.load)
    }

    /// Releases one thing that faults keep back: replies, raw bytes, the accepting of a data
    /// connection, or a queued transfer. Call this when the client has nothing to do but wait.
    /// `false` means that nothing is kept back, so only a time-out can end the client's wait.
    pub fn release_held(&mut self) -> bool {
        while let Some(held) = self.held.pop_front() {
            let released = match held {
                Held::Barrier(session) => self.lift_barrier(session),
                Held::Unasked(session, bytes) => {
                    let alive = self.is_connected(session);
                    if alive {
                        self.send_scripted(session, &bytes);
                    }
                    alive
                }
                Held::Accept(link) => self.accept_late(link),
                Held::Queued(session) => self.begin_queued(session),
            };
            if released {
                self.run();
                return true;
            }
        }
        false
    }

    /// Makes room on a connection that has taken only a part of a write. Also lets what was sent over
    /// [reluctant](Setup::reluctant) connections arrive. `false` if there was nothing to do.
    pub(super) fn make_room(&mut self) -> bool {
        let waited = core::mem::take(&mut self.waits_for_connection);
        let mut arrived = false;
        for wire in self.wires.iter_mut().filter(|wire| !wire.is_gone()) {
            arrived |= wire.arrive();
        }
        waited || arrived || self.wires.iter_mut().any(Wire::make_room)
    }

    /// Lets time pass, so that more arrives over slow lines.
    pub(super) fn pass(&mut self, time: Duration) {
        let mut arrived = false;
        for wire in &mut self.wires {
            arrived |= wire.pass(time);
        }
        if arrived {
            self.run();
        }
    }

    /// Returns how many bytes of the client the server has not acknowledged.
    pub(super) fn unacknowledged(&self, link: Link) -> usize {
        self.wires[link.0].unacknowledged()
    }

    /// Notes that an attempt to connect or to accept would block. Returns whether it must: it does
    /// if connections are [reluctant](Setup::reluctant).
    pub(super) fn hesitate(&mut self) -> bool {
        self.waits_for_connection |= self.is_reluctant();
        self.is_reluctant()
    }

    /// Only a `World` tells when the client waits. Over sockets of the system nothing is reluctant.
    fn is_reluctant(&self) -> bool {
        self.setup.reluctant && self.in_world
    }

    fn accept_late(&mut self, link: Link) -> bool {
        let wire = &mut self.wires[link.0];
        if wire
            .dials
            .is_some_and(|port| self.peering.is_for(port, &self.listeners))
        {
            let alive = wire.server == Server::Open;
            self.peering.dialling.push(link);
            return alive;
        }
        wire.pending = false;
        if let Some(port) = wire.dials.take() {
            if wire.server != Server::Open {
                return false;
            }
            match self.listeners.get_mut(&port) {
                Some(queue) => queue.push_back(link),
                None => wire.client = Client::Reset,
            }
        }
        true
    }

    // Methods by which a test reads or changes the server's state.

    /// Returns how many control and data connections the client has not closed or reset.
    #[must_use]
    pub fn open_links(&self) -> usize {
        self.wires.iter().filter(|w| w.held_by_client).count()
    }

    /// Returns the command lines that the server has received, in order, over all control
    /// connections. Line ends are removed, and so are the Telnet signals (IAC IP and IAC DM) that a
    /// client may send before ABOR.
    #[must_use]
    pub fn commands(&self) -> &[Vec<u8>] {
        &self.commands
    }

    /// Returns how many command lines begin with these words, such as `RETR` or `TYPE A`.
    ///
    /// ```
    /// use ftp_proto::simulator::{Setup, Simulator};
    ///
    /// let server = Simulator::new(Setup::new());
    /// assert_eq!(server.count("RETR"), 0);
    /// ```
    #[must_use]
    pub fn count(&self, words: &str) -> usize {
        let lines = self.commands.iter();
        lines
            .filter(|line| line.starts_with(words.as_bytes()))
            .count()
    }

    /// Returns each command line of [`commands`](Self::commands) with the final reply that the
    /// server has chosen for it. The reply tells what the server has really done, even if a fault
    /// made the server send another reply. The reply is `None` if the server has not handled the
    /// command yet, or if a fault made it do something else instead.
    pub fn dialogue(
        &self,
    ) -> impl DoubleEndedIterator<Item = (&[u8], Option<&[u8]>)> + ExactSizeIterator {
        let meant = self.meant.iter().map(Option::as_deref);
        self.commands.iter().map(Vec::as_slice).zip(meant)
    }

    /// Returns all bytes that the server has received in clear text on control connections.
    #[must_use]
    pub fn control_plaintext_received(&self) -> &[u8] {
        &self.clear
    }

    /// Returns how many bytes the client has read from control connections. Under TLS, encrypted
    /// bytes are counted. [`Setup::cut_at`] is an offset in the same bytes.
    #[must_use]
    pub fn control_bytes_read(&self) -> usize {
        let links = self.sessions.iter().map(|session| session.link.0);
        links.map(|link| self.wires[link].bytes_read()).sum()
    }

    /// Returns the content of a file, by its absolute path.
    #[must_use]
    pub fn file(&self, path: impl AsRef<[u8]>) -> Option<&[u8]> {
        let path = resolve(b"/", path.as_ref());
        self.store.files.get(&path).map(Vec::as_slice)
    }

    /// Returns what LIST (if `long` is true) or NLST (if it is false) sends for this absolute path.
    /// Returns `None` if the path does not exist.
    #[must_use]
    pub fn listing(&self, path: impl AsRef<[u8]>, long: bool) -> Option<Vec<u8>> {
        self.store
            .listing(&resolve(b"/", path.as_ref()), long, false)
    }

    /// Returns the current directory of the newest control connection that is still open. `None` if
    /// none is open.
    #[must_use]
    pub fn directory(&self) -> Option<&[u8]> {
        let newest = self.sessions.iter().rfind(|session| !session.over);
        newest.map(|session| session.directory.as_slice())
    }

    /// Stores a file with this absolute path and content. Parent directories are created.
    pub fn put_file(&mut self, path: impl AsRef<[u8]>, content: impl Into<Vec<u8>>) {
        self.store.put(path.as_ref(), content.into());
    }

    /// Removes a file and returns its content.
    pub fn remove_file(&mut self, path: impl AsRef<[u8]>) -> Option<Vec<u8>> {
        self.store.remove_file(&resolve(b"/", path.as_ref()))
    }

    /// Returns a record of each transfer that has got its data connection, in order.
    #[must_use]
    pub fn transfers(&self) -> &[TransferRecord] {
        &self.records
    }

    /// Returns the address in the last PORT or EPRT that the server has accepted on any control
    /// connection. `None` if there was none.
    #[must_use]
    pub fn announced(&self) -> Option<SocketAddr> {
        self.announced
    }

    /// Returns whether the newest control connection is still open and its client is logged in.
    #[must_use]
    pub fn logged_in(&self) -> bool {
        self.sessions
            .last()
            .is_some_and(|s| s.login.is_complete() && !s.over)
    }

    // Methods for the other files of the simulator.

    pub(super) fn add_wire(&mut self, mut wire: Wire) -> Link {
        if self.is_reluctant() {
            wire.make_reluctant();
        }
        self.wires.push(wire);
        Link(self.wires.len() - 1)
    }

    pub(super) fn passive_port(&mut self, session: usize) -> u16 {
        self.last_passive += 1;
        self.passive.insert(self.last_passive, session);
        self.last_passive
    }

    /// Counts this command or event, and returns the actions of all faults that are scripted for
    /// this occurrence of it.
    pub(super) fn faults(&mut self, verb: &str) -> Vec<Action> {
        let count = self.occurrences.entry(verb.to_string()).or_default();
        let occurrence = *count;
        *count += 1;
        let faults = self.setup.faults.iter();
        faults
            .filter_map(|fault| fault.matching(verb, occurrence).cloned())
            .collect()
    }
}
