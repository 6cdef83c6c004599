//! The simulator as the client sees it: ports, links, and a look behind the scenes.

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

/// The port of the control connection; under implicit TLS it is the custom one, too.
const CONTROL_PORT: u16 = 21;
/// Below the first passive port.
const PASSIVE_PORTS: u16 = 50_000;
/// Below the client's first port.
const CLIENT_PORTS: u16 = 40_000;

/// An FTP server without sockets: the client's calls drive it, and it reacts within them.
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
    /// The client's ports, each with the connections it has not taken yet.
    pub(super) listeners: BTreeMap<u16, VecDeque<Link>>,
    pub(super) held: VecDeque<Held>,
    occurrences: BTreeMap<String, usize>,
    pub(super) commands: Vec<Vec<u8>>,
    /// For each command the last reply that the server meant to give.
    pub(super) meant: Vec<Option<Vec<u8>>>,
    pub(super) clear: Vec<u8>,
    pub(super) records: Vec<TransferRecord>,
    pub(super) announced: Option<SocketAddr>,
    pub(super) peering: Peering,
    /// Downloads whose data are sent, while the client may still send a `close_notify`.
    pub(super) lingering: Vec<(Link, usize)>,
    last_passive: u16,
    last_listener: u16,
}

impl Simulator {
    /// A server with these settings.
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

    /// Connects to the server: port 21 (990 too, under implicit TLS) is a new control connection with a session of its own,
    /// any other port a passive one that EPSV or PASV named, which takes one connection.
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

    /// The connection has been accepted, and neither side has closed it altogether.
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

    /// Takes a connection that the server has made to a port of the client.
    pub fn accept(&mut self, port: u16) -> Option<Link> {
        let link = self.listeners.get_mut(&port)?.pop_front()?;
        self.wires[link.0].held_by_client = true;
        Some(link)
    }

    /// It comes from another address of the server.
    pub(super) fn is_from_elsewhere(&self, link: Link) -> bool {
        self.wires[link.0].from_elsewhere
    }

    /// Closes a port of the client; connections it has not taken are reset.
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

    /// A read would yield something other than [`Read::Empty`].
    #[must_use]
    pub fn readable(&self, link: Link) -> bool {
        self.wires[link.0].readable()
    }

    /// A write is worth trying.
    #[must_use]
    pub fn writable(&self, link: Link) -> bool {
        self.wires[link.0].writable()
    }

    /// The client ends its direction of the connection (FIN) and reads on.
    pub fn shutdown(&mut self, link: Link) {
        let wire = &mut self.wires[link.0];
        if wire.client == Client::Open {
            wire.client = Client::Shut;
        }
        self.run();
    }

    /// The client closes the connection. What it wrote is still received; what it has not read is
    /// lost.
    pub fn close(&mut self, link: Link) {
        self.leave(link, Client::Closed);
    }

    /// The client resets the connection (RST).
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
        if dies {
            for wire in &mut self.wires {
                wire.end(Server::Reset);
            }
        }
        self.run();
    }

    /// What is under way on it.
    fn under_way(&self, link: Link) -> Option<&Load> {
        let mut transfers = self.sessions.iter().filter_map(|it| it.transfer.as_ref());
        let own = transfers.find(|it| it.link == Some(link))?;
        Some(&own.load)
    }

    /// The client can only wait now: releases one held thing, be it replies, unasked bytes or a
    /// late accept. If nothing is held only a time-out can end the wait, and this is `false`.
    pub fn idle(&mut self) -> bool {
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

    // A look behind the scenes.

    /// The links, control and data, that the client has not closed or reset.
    #[must_use]
    pub fn open_links(&self) -> usize {
        self.wires.iter().filter(|w| w.held_by_client).count()
    }

    /// The command lines received so far over all control connections, in order, without line
    /// ends and without the Telnet signals before them.
    #[must_use]
    pub fn commands(&self) -> &[Vec<u8>] {
        &self.commands
    }

    /// Each command line received so far, as in [`commands`](Self::commands), with the last reply
    /// that the server meant to give: what it has really done, whatever faults made of the words.
    /// `None` as long as the command has not been handled, or if a fault came instead.
    pub fn dialogue(
        &self,
    ) -> impl DoubleEndedIterator<Item = (&[u8], Option<&[u8]>)> + ExactSizeIterator {
        let meant = self.meant.iter().map(Option::as_deref);
        self.commands.iter().map(Vec::as_slice).zip(meant)
    }

    /// Every byte received on control links that was not protected by TLS.
    #[must_use]
    pub fn control_plaintext_received(&self) -> &[u8] {
        &self.clear
    }

    /// How many bytes of the control connections clients have read, ciphertext under TLS: what
    /// [`Setup::cut_at`] counts in.
    #[must_use]
    pub fn control_bytes_read(&self) -> usize {
        let links = self.sessions.iter().map(|session| session.link.0);
        links.map(|link| self.wires[link].bytes_read()).sum()
    }

    /// The content of a file, by its absolute path.
    #[must_use]
    pub fn file(&self, path: impl AsRef<[u8]>) -> Option<&[u8]> {
        let path = resolve(b"/", path.as_ref());
        self.store.files.get(&path).map(Vec::as_slice)
    }

    /// What NLST says of an absolute path, or LIST: lines with their ends. `None` if there is no
    /// such thing.
    #[must_use]
    pub fn listing(&self, path: impl AsRef<[u8]>, long: bool) -> Option<Vec<u8>> {
        self.store.listing(&resolve(b"/", path.as_ref()), long)
    }

    /// The working directory of the newest control connection that is still there.
    #[must_use]
    pub fn directory(&self) -> Option<&[u8]> {
        let newest = self.sessions.iter().rfind(|session| !session.over);
        newest.map(|session| session.directory.as_slice())
    }

    /// Puts a file there, as [`Setup::file`] does.
    pub fn put_file(&mut self, path: impl AsRef<[u8]>, content: impl Into<Vec<u8>>) {
        self.store.put(path.as_ref(), content.into());
    }

    /// Removes a file, and is its content.
    pub fn remove_file(&mut self, path: impl AsRef<[u8]>) -> Option<Vec<u8>> {
        self.store.remove_file(&resolve(b"/", path.as_ref()))
    }

    /// The data transfers that have begun so far, in order.
    #[must_use]
    pub fn transfers(&self) -> &[TransferRecord] {
        &self.records
    }

    /// The address that the newest PORT or EPRT named, on whichever control connection; those
    /// that were refused do not count.
    #[must_use]
    pub fn announced(&self) -> Option<SocketAddr> {
        self.announced
    }

    /// The user of the newest control connection is logged in, and the connection is there.
    #[must_use]
    pub fn logged_in(&self) -> bool {
        self.sessions
            .last()
            .is_some_and(|s| s.login.is_complete() && !s.over)
    }

    // What the other files use.

    pub(super) fn add_wire(&mut self, wire: Wire) -> Link {
        self.wires.push(wire);
        Link(self.wires.len() - 1)
    }

    pub(super) fn passive_port(&mut self, session: usize) -> u16 {
        self.last_passive += 1;
        self.passive.insert(self.last_passive, session);
        self.last_passive
    }

    /// Counts an occurrence of the verb and finds what is scripted for it.
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
