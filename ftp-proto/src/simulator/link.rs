//! One simulated connection: the bytes in each direction, how the client and the server have ended
//! it, and the server's TLS.

use core::time::Duration;
use std::collections::VecDeque;
use std::vec::Vec;

use crate::simulator::tls::{Config, Failed, Origins, Tls};

/// The number of a control or data connection between the client and the simulator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Link(pub(super) usize);

/// What [`Simulator::connect`](crate::simulator::Simulator::connect) returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Connected {
    /// The connection is made, and the server has accepted it.
    Open(Link),
    /// The server accepts the connection later.
    /// [`Simulator::is_open`](crate::simulator::Simulator::is_open) says when.
    Pending(Link),
    /// Nobody listens on this port.
    Refused,
}

/// What [`Simulator::write`](crate::simulator::Simulator::write) returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Write {
    /// The connection has taken this many bytes, from the start of the slice.
    Bytes(usize),
    /// The connection has no room now, so nothing was written. Wait as for a socket that is not
    /// writable: watch the control connection too, let simulated time pass
    /// ([`World::advance_clock`](crate::simulator::World::advance_clock)), and write again.
    Full,
    /// Nothing can be written: the server has reset or closed the connection, or the client has
    /// ended its own direction.
    Broken,
}

/// What [`Simulator::read`](crate::simulator::Simulator::read) returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Read {
    /// This many bytes were read.
    Bytes(usize),
    /// There is nothing to read now, but more bytes may come.
    Empty,
    /// The server has ended its direction, and the client has read everything.
    Eof,
    /// The server has reset the connection.
    Reset,
}

/// Whether and how the client has ended the connection. `Shut` means that it has sent FIN, but
/// still reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Client {
    Open,
    Shut,
    Closed,
    Reset,
}

/// Whether and how the server has ended the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Server {
    Open,
    /// The server has sent FIN, but still reads what the client writes.
    Fin,
    Closed,
    Reset,
}

/// What the client of a [reluctant](crate::simulator::Setup::reluctant) connection has seen.
#[derive(Debug, Default)]
pub(super) struct Reluctance {
    /// How many of the bytes that the client has not read have arrived.
    arrived: usize,
    /// Whether the end has arrived.
    end_arrived: bool,
    /// Whether the last write would have blocked, so that the next one need not.
    has_blocked: bool,
}

/// What a client has written to a slow line, and what has not arrived at the server yet.
#[derive(Debug)]
struct SlowLine {
    on_its_way: VecDeque<u8>,
    bytes_a_second: usize,
    /// The time that has passed since the line is slow, and what has arrived in it.
    time: Duration,
    arrived: usize,
}

impl SlowLine {
    /// Returns the bytes that arrive while this time passes.
    fn arrive(&mut self, time: Duration) -> Vec<u8> {
        self.time += time;
        let by_now = self.time.as_millis() as usize * self.bytes_a_second / 1000;
        let count = (by_now - self.arrived).min(self.on_its_way.len());
        // A line that has stood idle carries no more later.
        self.arrived = by_now;
        self.on_its_way.drain(..count).collect()
    }
}

/// A simulated connection. Its index in the simulator's list of connections is its [`Link`].
#[derive(Debug)]
pub(super) struct Wire {
    /// Bytes that the server has sent and the client has not read yet.
    out: VecDeque<u8>,
    /// How many bytes the client has read from this connection.
    read: usize,
    /// Offsets in the bytes that the server sends, in ascending order. A read of the client stops
    /// at each of them, even if more bytes have come.
    cuts: VecDeque<usize>,
    segment: usize,
    /// How many unread bytes the connection holds in each direction. `None` if there is no limit,
    /// as for control connections.
    window: Option<usize>,
    /// Whether the next write returns `Full`. This is so after a write that took only a part of its
    /// bytes.
    full: bool,
    /// Whether the client waits for room after such a `Full`.
    waits_for_room: bool,
    /// If the connection is [reluctant](crate::simulator::Setup::reluctant), what has arrived.
    /// `None` if everything arrives at once.
    reluctance: Option<Reluctance>,
    /// `None` if the line is fast: what the client writes arrives at once.
    slow: Option<SlowLine>,
    /// Bytes from the client that the server has not processed yet. Under TLS, they are ciphertext.
    pub(super) inbox: Vec<u8>,
    /// Plaintext from the client that the server has not read yet.
    pub(super) plain: Vec<u8>,
    pub(super) tls: Option<Tls>,
    /// Whether the server has sent its `close_notify` after CCC and waits for the client's.
    ending_tls: bool,
    pub(super) client: Client,
    pub(super) server: Server,
    /// Whether the connection is begun, but not accepted yet. In passive mode the server accepts
    /// it, in active mode the client does.
    pub(super) pending: bool,
    /// Whether the client holds this connection: it has made or accepted it, and has not closed it.
    pub(super) held_by_client: bool,
    /// In active mode, the client's port to which the server still has to connect. `None` if there
    /// is no such port.
    pub(super) dials: Option<u16>,
    /// Whether the server has made the connection from 127.0.0.2, and not from its usual address.
    pub(super) from_elsewhere: bool,
}

impl Wire {
    /// Returns how many bytes the client has read from this connection.
    pub(super) fn bytes_read(&self) -> usize {
        self.read
    }

    pub(super) fn control(segment: Option<usize>, cut: Option<usize>) -> Self {
        Self {
            out: VecDeque::new(),
            read: 0,
            cuts: cut.into_iter().collect(),
            segment: segment.unwrap_or(usize::MAX),
            window: None,
            full: false,
            waits_for_room: false,
            reluctance: None,
            slow: None,
            inbox: Vec::new(),
            plain: Vec::new(),
            tls: None,
            ending_tls: false,
            client: Client::Open,
            server: Server::Open,
            pending: false,
            held_by_client: true,
            dials: None,
            from_elsewhere: false,
        }
    }

    pub(super) fn data(window: usize) -> Self {
        Self {
            window: Some(window),
            ..Self::control(None, None)
        }
    }

    // The client's side.

    pub(super) fn write(&mut self, bytes: &[u8]) -> Write {
        if self.client != Client::Open || self.server == Server::Reset {
            return Write::Broken;
        }
        if self.server == Server::Closed {
            if self.window.is_some() || self.out.is_empty() {
                return Write::Broken;
            }
            return Write::Bytes(bytes.len());
        }
        if self.pending {
            return Write::Full;
        }
        if let Some(reluctance) = &mut self.reluctance {
            reluctance.has_blocked = !reluctance.has_blocked;
            if reluctance.has_blocked {
                self.waits_for_room = true;
                return Write::Full;
            }
        }
        if core::mem::take(&mut self.full) {
            self.waits_for_room = true;
            return Write::Full;
        }
        let room = self.room();
        if room == 0 && !bytes.is_empty() {
            return Write::Full;
        }
        let taken = bytes.len().min(room);
        self.full = taken < bytes.len();
        match &mut self.slow {
            Some(slow) => slow.on_its_way.extend(&bytes[..taken]),
            None => self.inbox.extend_from_slice(&bytes[..taken]),
        }
        Write::Bytes(taken)
    }

    /// Returns whether the client waits for room although there is room already, because the last
    /// write has returned [`Write::Full`] after one that took only a part of its bytes.
    pub(super) fn make_room(&mut self) -> bool {
        core::mem::take(&mut self.waits_for_room)
    }

    /// Whether this is a control connection, which has no window.
    pub(super) fn is_control(&self) -> bool {
        self.window.is_none()
    }

    pub(super) fn writable(&self) -> bool {
        let over = matches!(self.server, Server::Closed | Server::Reset);
        !self.pending && (over || self.client != Client::Open || self.room() > 0)
    }

    fn room(&self) -> usize {
        let buffered = self.inbox.len() + self.plain.len() + self.on_its_way();
        match self.window {
            None => usize::MAX,
            Some(window) => window.saturating_sub(buffered),
        }
    }

    pub(super) fn read(&mut self, into: &mut [u8]) -> Read {
        if self.pending {
            return Read::Empty;
        }
        let arrived = self.arrived();
        if arrived == 0 {
            return match self.server {
                _ if !self.has_end_arrived() => Read::Empty,
                Server::Open => Read::Empty,
                Server::Fin | Server::Closed => Read::Eof,
                Server::Reset => Read::Reset,
            };
        }
        while self.cuts.front().is_some_and(|cut| *cut <= self.read) {
            self.cuts.pop_front();
        }
        let to_cut = self.cuts.front().map_or(usize::MAX, |cut| cut - self.read);
        let n = arrived.min(into.len()).min(self.segment).min(to_cut);
        for (slot, byte) in into.iter_mut().zip(self.out.drain(..n)) {
            *slot = byte;
        }
        self.read += n;
        if let Some(reluctance) = &mut self.reluctance {
            reluctance.arrived -= n;
        }
        Read::Bytes(n)
    }

    pub(super) fn readable(&self) -> bool {
        !self.pending && (self.arrived() > 0 || self.has_end_arrived())
    }

    /// Returns how many of the bytes that the server has sent can be read.
    fn arrived(&self) -> usize {
        let reluctance = self.reluctance.as_ref();
        reluctance.map_or(self.out.len(), |it| it.arrived)
    }

    /// Returns whether the server has ended the connection, and the client can see it.
    fn has_end_arrived(&self) -> bool {
        let reluctance = self.reluctance.as_ref();
        self.server != Server::Open && reluctance.is_none_or(|it| it.end_arrived)
    }

    /// Makes the connection [reluctant](crate::simulator::Setup::reluctant).
    pub(super) fn make_reluctant(&mut self) {
        self.reluctance = Some(Reluctance::default());
    }

    /// Lets everything arrive that the server has sent. Returns whether something new has come.
    pub(super) fn arrive(&mut self) -> bool {
        let (sent, ended) = (self.out.len(), self.server != Server::Open);
        let Some(reluctance) = self.reluctance.as_mut().filter(|_| !self.pending) else {
            return false;
        };
        let is_new = reluctance.arrived < sent || reluctance.end_arrived != ended;
        (reluctance.arrived, reluctance.end_arrived) = (sent, ended);
        is_new
    }

    // A slow line.

    /// Makes the line of the client slow from now on.
    pub(super) fn slow_down(&mut self, bytes_a_second: usize) {
        self.slow.get_or_insert(SlowLine {
            on_its_way: VecDeque::new(),
            bytes_a_second,
            time: Duration::ZERO,
            arrived: 0,
        });
    }

    /// Lets time pass. Returns whether something has arrived at the server.
    pub(super) fn pass(&mut self, time: Duration) -> bool {
        let Some(slow) = &mut self.slow else {
            return false;
        };
        let arrived = slow.arrive(time);
        self.inbox.extend_from_slice(&arrived);
        !arrived.is_empty()
    }

    fn on_its_way(&self) -> usize {
        self.slow.as_ref().map_or(0, |slow| slow.on_its_way.len())
    }

    /// Returns how many bytes of the client the server has not acknowledged. The end counts as one.
    pub(super) fn unacknowledged(&self) -> usize {
        match self.on_its_way() {
            0 => 0,
            bytes => bytes + usize::from(self.client != Client::Open),
        }
    }

    // The server's side.

    /// Returns whether the client has closed or reset the connection.
    pub(super) fn is_gone(&self) -> bool {
        matches!(self.client, Client::Closed | Client::Reset)
    }

    /// Returns how many more bytes the server may send before it must wait for the client to read.
    pub(super) fn allowance(&self) -> usize {
        let window = self.window.unwrap_or(usize::MAX);
        window.saturating_sub(self.out.len())
    }

    pub(super) fn send_raw(&mut self, bytes: &[u8]) {
        if self.server == Server::Open {
            self.out.extend(bytes);
        }
    }

    /// Sends these bytes to the client, encrypted if the connection is under TLS.
    pub(super) fn send(&mut self, bytes: &[u8]) {
        match &mut self.tls {
            Some(tls) if !self.ending_tls => {
                let mut out = Vec::new();
                tls.send(bytes, &mut out);
                self.send_raw(&out);
            }
            _ => self.send_raw(bytes),
        }
    }

    /// Sends the first half of a TLS record, so that the stream can end inside a record.
    pub(super) fn send_half_record(&mut self) {
        if let Some(tls) = &mut self.tls {
            let mut out = Vec::new();
            tls.send(&[b'.'; 32], &mut out);
            self.send_raw(&out[..out.len() / 2]);
        }
    }

    pub(super) fn send_close_notify(&mut self) {
        if let Some(tls) = &mut self.tls {
            let mut out = Vec::new();
            tls.close_notify(&mut out);
            self.send_raw(&out);
        }
    }

    /// Makes the client's read stop here: no read returns bytes from before and after this point.
    pub(super) fn cut(&mut self) {
        let here = self.read + self.out.len();
        let index = self.cuts.partition_point(|cut| *cut < here);
        self.cuts.insert(index, here);
    }

    /// Ends the connection on the server's side: by FIN, by closing it, or by a reset. Does nothing
    /// if the server has already closed or reset it.
    pub(super) fn end(&mut self, how: Server) {
        if matches!(self.server, Server::Open | Server::Fin) {
            self.server = how;
        }
    }

    /// Begins TLS on this control connection, or on one of its data connections.
    pub(super) fn start_tls(&mut self, config: &Config, origins: &Origins, control: usize) {
        self.tls = Tls::begin(config, origins, control);
        self.ending_tls = false;
    }

    /// Ends TLS after CCC: sends `close_notify`. What the server sends after that is in clear text.
    pub(super) fn end_tls(&mut self) {
        self.send_close_notify();
        self.ending_tls = self.tls.is_some();
    }

    /// Decrypts the bytes in `inbox` into `plain`. If TLS has not begun or is over, the bytes stay
    /// in `inbox`.
    pub(super) fn decrypt(&mut self) -> Result<(), Failed> {
        let Some(tls) = &mut self.tls else {
            return Ok(());
        };
        let clear = self.ending_tls
            && tls.rest().is_empty()
            && !matches!(self.inbox.first(), None | Some(20..=23));
        let mut out = Vec::new();
        let mut result = Ok(());
        if !clear {
            let raw = core::mem::take(&mut self.inbox);
            result = tls.feed(&raw, &mut self.plain, &mut out);
        }
        if self.ending_tls && (clear || tls.peer_closed()) {
            let mut rest = core::mem::take(tls.rest());
            rest.append(&mut self.inbox);
            self.inbox = rest;
            self.tls = None;
            self.ending_tls = false;
        }
        self.send_raw(&out);
        result
    }

    /// Removes and returns at most `limit` of the bytes that the client has sent, decrypted under
    /// TLS.
    pub(super) fn take(&mut self, limit: usize) -> Vec<u8> {
        if self.tls.is_none() {
            self.plain.append(&mut self.inbox);
        }
        let n = self.plain.len().min(limit);
        self.plain.drain(..n).collect()
    }

    /// Returns whether the client has sent a `close_notify`.
    pub(super) fn tls_ended(&self) -> bool {
        self.tls.as_ref().is_some_and(Tls::peer_closed)
    }

    /// Returns whether the client will send nothing more: it has ended its direction, or has sent a
    /// `close_notify` (except after CCC, where clear text follows).
    pub(super) fn input_ended(&self) -> bool {
        let is_reset = self.client == Client::Reset;
        let has_ended = self.client != Client::Open && self.on_its_way() == 0;
        is_reset || has_ended || (self.tls_ended() && !self.ending_tls)
    }
}
