//! The simulator as the client sees it: ports, links, and access to the server's inner state.

use core::net::SocketAddr;
use std::collections::{BTreeMap, VecDeque};
use std::string::{String, ToString as _};
use std::vec::Vec;

use crate::simulator::couple::Peering;
use crate::simulator::fault::Action;
use crate::simulator::link::{Client, Connected, Link, Read, Server, Wire, Write};
use crate::simulator::setup::Setup;
use crate::simulator::state::{DataSource, Held, Load, Session, TransferRecord, has};
use crate::simulator::store::{Store, resolve};

/// The port of the control connection. Under implicit TLS, the usual port 990 is accepted too.
const CONTROL_PORT: u16 = 21;
/// The port before the first passive port.
const PASSIVE_PORTS: u16 = 50_000;
/// The port before the client's first port.
const CLIENT_PORTS: u16 = 40_000;

/// An FTP server without sockets. The client's calls drive it, and it reacts within them.
///
/// See the [module](crate::simulator) for an example.
#[derive(Debug)]
pub struct Simulator {
    pub(super) setup: Setup,
    pub(super) store: Store,
    pub(super) wires: Vec<Wire>,
    pub(super) sessions: Vec<Session>,
    /// Passive ports, each with its session.
    pub(super) passive: BTreeMap<u16, usize>,
    /// The client's ports, each with the connections that the client has not accepted yet.
    pub(super) listeners: BTreeMap<u16, VecDeque<Link>>,
    pub(super) held: VecDeque<Held>,
    occurrences: BTreeMap<String, usize>,
    pub(super) commands: Vec<Vec<u8>>,
    /// For each command, the last reply that the server meant to send.
    pub(super) meant: Vec<Option<Vec<u8>>>,
    pub(super) clear: Vec<u8>,
    pub(super) records: Vec<TransferRecord>,
    pub(super) announced: Option<SocketAddr>,
    pub(super) peering: Peering,
    /// Downloads whose data is sent, but whose client may still send a `close_notify`.
    pub(super) lingering: Vec<(Link, usize)>,
    last_passive: u16,
    last_listener: u16,
}

impl Simulator {
    /// Makes a server with these settings.
    #[must_use]
    pub fn new(setup: Setup) -> Self {
        Self {
            store: setup.store.clone(),
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
            last_passive: PASSIVE_PORTS,
            last_listener: CLIENT_PORTS,
        }
    }

    // Connections.

    /// Connects to the server. Port 21 (under implicit TLS also 990) makes a new control connection
    /// with a new session. Any other port is a passive port that EPSV or PASV has named; it accepts
    /// one connection.
    pub fn connect(&mut self, port: u16) -> Connected {
        if port == CONTROL_PORT || (self.setup.implicit && port == crate::IMPLICIT_PORT) {
            let wire = Wire::control(self.setup.segment, self.setup.cut_at);
            let link = self.add_wire(wire);
            self.open_session(link);
            self.run();
            return Connected::Open(link);
        }
        let Some(session) = self.passive.remove(&port) else {
            return Connected::Refused;
        };
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

    /// Returns whether the connection was accepted and neither side has closed it completely.
    #[must_use]
    pub fn is_open(&self, link: Link) -> bool {
        let wire = &self.wires[link.0];
        let ended = matches!(wire.server, Server::Closed | Server::Reset);
        !wire.pending && !wire.is_gone() && !ended
    }

    /// Opens a port of the client for active mode.
    pub fn listen(&mut self) -> u16 {
        self.last_listener += 1;
        self.listeners.insert(self.last_listener, VecDeque::new());
        self.last_listener
    }

    /// Accepts a connection that the server has made to a port of the client.
    pub fn accept(&mut self, port: u16) -> Option<Link> {
        let link = self.listeners.get_mut(&port)?.pop_front()?;
        self.wires[link.0].held_by_client = true;
        Some(link)
    }

    /// Whether the connection comes from another address of the server.
    pub(super) fn is_from_elsewhere(&self, link: Link) -> bool {
        self.wires[link.0].from_elsewhere
    }

    /// Closes a port of the client. Connections that were not accepted are reset.
    pub fn close_listener(&mut self, port: u16) {
        for link in self.listeners.remove(&port).unwrap_or_default() {
            self.wires[link.0].client = Client::Reset;
        }
        self.run();
    }

    /// Writes to a link.
    pub fn write(&mut self, link: Link, bytes: &[u8]) -> Write {
        let written = self.wires[link.0].write(bytes);
        self.run();
        written
    }

    /// Reads from a link.
    pub fn read(&mut self, link: Link, into: &mut [u8]) -> Read {
        let read = self.wires[link.0].read(into);
        self.run();
        read
    }

    /// Returns whether a read would return something other than [`Read::Empty`].
    #[must_use]
    pub fn readable(&self, link: Link) -> bool {
        self.wires[link.0].readable()
    }

    /// Returns whether a write would not return [`Write::Full`] for lack of room.
    #[must_use]
    pub fn writable(&self, link: Link) -> bool {
        self.wires[link.0].writable()
    }

    /// Ends the client's direction of the connection (FIN). The client may still read.
    pub fn shutdown(&mut self, link: Link) {
        let wire = &mut self.wires[link.0];
        if wire.client == Client::Open {
            wire.client = Client::Shut;
        }
        self.run();
    }

    /// Closes the connection on the client's side. The server still receives what the client wrote;
    /// what the client has not read is lost.
    pub fn close(&mut self, link: Link) {
        self.leave(link, Client::Closed);
    }

    /// Resets the connection on the client's side (RST).
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

    /// What the transfer on this data connection moves, if there is a transfer.
    fn under_way(&self, link: Link) -> Option<&Load> {
        let mut transfers = self.sessions.iter().filter_map(|it| it.transfer.as_ref());
        let own = transfers.find(|it| it.link == Some(link))?;
        Some(&own.load)
    }

    /// Call this when the client can only wait. It releases one held thing: replies, unasked bytes
    /// or a late accept. It returns `false` if nothing is held, so that only a time-out can end the
    /// wait.
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

    // Access to the server's inner state.

    /// Returns how many control and data links the client has not closed or reset.
    #[must_use]
    pub fn open_links(&self) -> usize {
        self.wires.iter().filter(|w| w.held_by_client).count()
    }

    /// Returns the command lines received so far over all control connections, in order, without
    /// line ends and without Telnet signals before them.
    #[must_use]
    pub fn commands(&self) -> &[Vec<u8>] {
        &self.commands
    }

    /// Returns each command line received so far, as in [`commands`](Self::commands), with the last
    /// reply that the server meant to send. This shows what the server has really done, even if a
    /// fault has changed the reply. `None` if the command was not handled yet, or if a fault
    /// replaced it.
    pub fn dialogue(
        &self,
    ) -> impl DoubleEndedIterator<Item = (&[u8], Option<&[u8]>)> + ExactSizeIterator {
        let meant = self.meant.iter().map(Option::as_deref);
        self.commands.iter().map(Vec::as_slice).zip(meant)
    }

    /// Returns every byte that was received on control links without TLS.
    #[must_use]
    pub fn control_plaintext_received(&self) -> &[u8] {
        &self.clear
    }

    /// Returns how many bytes clients have read from control connections; under TLS, bytes of
    /// ciphertext. [`Setup::cut_at`] counts in these bytes.
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

    /// Returns the lines of NLST (or of LIST, if `long`) for an absolute path, with line ends.
    /// `None` if the path does not exist.
    #[must_use]
    pub fn listing(&self, path: impl AsRef<[u8]>, long: bool) -> Option<Vec<u8>> {
        self.store.listing(&resolve(b"/", path.as_ref()), long)
    }

    /// Returns the working directory of the newest control connection that still exists.
    #[must_use]
    pub fn directory(&self) -> Option<&[u8]> {
        let newest = self.sessions.iter().rfind(|session| !session.over);
        newest.map(|session| session.directory.as_slice())
    }

    /// Stores a file, as [`Setup::file`] does.
    pub fn put_file(&mut self, path: impl AsRef<[u8]>, content: impl Into<Vec<u8>>) {
        self.store.put(path.as_ref(), content.into());
    }

    /// Removes a file and returns its content.
    pub fn remove_file(&mut self, path: impl AsRef<[u8]>) -> Option<Vec<u8>> {
        self.store.remove_file(&resolve(b"/", path.as_ref()))
    }

    /// Returns the data transfers that have begun so far, in order.
    #[must_use]
    pub fn transfers(&self) -> &[TransferRecord] {
        &self.records
    }

    /// Returns the address in the newest PORT or EPRT on any control connection. Refused commands
    /// do not count.
    #[must_use]
    pub fn announced(&self) -> Option<SocketAddr> {
        self.announced
    }

    /// Returns whether the newest control connection exists and is logged in.
    #[must_use]
    pub fn logged_in(&self) -> bool {
        self.sessions
            .last()
            .is_some_and(|s| s.login.is_complete() && !s.over)
    }

    // Methods that the other files use.

    pub(super) fn add_wire(&mut self, wire: Wire) -> Link {
        self.wires.push(wire);
        Link(self.wires.len() - 1)
    }

    pub(super) fn passive_port(&mut self, session: usize) -> u16 {
        self.last_passive += 1;
        self.passive.insert(self.last_passive, session);
        self.last_passive
    }

    /// Counts an occurrence of the verb, and returns the actions that are scripted for it.
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
