//! One simulated connection: two byte streams, their ends, and the server's side of TLS.

use std::collections::VecDeque;
use std::vec::Vec;

use crate::simulator::tls::{Config, Failed, Tls};

/// A control or data connection between the client and the simulator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Link(pub(super) usize);

/// The result of [`Simulator::connect`](crate::simulator::Simulator::connect).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Connected {
    /// The connection is made.
    Open(Link),
    /// The connection will be accepted later; see
    /// [`Simulator::is_open`](crate::simulator::Simulator::is_open).
    Pending(Link),
    /// Nobody listens at this port.
    Refused,
}

/// The result of [`Simulator::write`](crate::simulator::Simulator::write).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Write {
    /// This many bytes were taken.
    Bytes(usize),
    /// No room at the moment.
    Full,
    /// The server has reset or closed the connection, or the client has ended its side.
    Broken,
}

/// The result of [`Simulator::read`](crate::simulator::Simulator::read).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Read {
    /// This many bytes were read.
    Bytes(usize),
    /// There is nothing to read at the moment.
    Empty,
    /// The server has ended its side.
    Eof,
    /// The server has reset the connection.
    Reset,
}

/// How far the client has ended the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Client {
    Open,
    Shut,
    Closed,
    Reset,
}

/// How far the server has ended the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Server {
    Open,
    /// The server has sent FIN. It still receives what the client writes.
    Fin,
    Closed,
    Reset,
}

/// The state of the connection that a [`Link`] stands for.
#[derive(Debug)]
pub(super) struct Wire {
    /// Bytes that the server has sent and the client has not read yet.
    out: VecDeque<u8>,
    /// How many bytes the client has read.
    read: usize,
    /// Offsets in the stream, ascending. No read returns bytes from both sides of an offset.
    cuts: VecDeque<usize>,
    segment: usize,
    /// `None` for a control connection.
    window: Option<usize>,
    /// The next write returns `Full`.
    full: bool,
    /// Bytes that were received and not processed yet.
    pub(super) inbox: Vec<u8>,
    /// Bytes that were received and decrypted.
    pub(super) plain: Vec<u8>,
    pub(super) tls: Option<Tls>,
    /// After CCC: the server has sent its `close_notify`, and waits for the client's.
    ending_tls: bool,
    pub(super) client: Client,
    pub(super) server: Server,
    /// The connection is not accepted yet.
    pub(super) pending: bool,
    /// The client has the connection and has not closed it.
    pub(super) held_by_client: bool,
    /// The client's port that the server has still to connect to.
    pub(super) dials: Option<u16>,
    /// The connection comes from another address of the server.
    pub(super) from_elsewhere: bool,
}

impl Wire {
    /// How many bytes the client has read so far.
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
        if self.pending || core::mem::take(&mut self.full) {
            return Write::Full;
        }
        let room = self.room();
        if room == 0 && !bytes.is_empty() {
            return Write::Full;
        }
        let taken = bytes.len().min(room);
        self.full = taken < bytes.len();
        self.inbox.extend_from_slice(&bytes[..taken]);
        Write::Bytes(taken)
    }

    pub(super) fn writable(&self) -> bool {
        let over = matches!(self.server, Server::Closed | Server::Reset);
        !self.pending && (over || self.client != Client::Open || self.room() > 0)
    }

    fn room(&self) -> usize {
        let buffered = self.inbox.len() + self.plain.len();
        match self.window {
            None => usize::MAX,
            Some(window) => window.saturating_sub(buffered),
        }
    }

    pub(super) fn read(&mut self, into: &mut [u8]) -> Read {
        if self.pending {
            return Read::Empty;
        }
        if self.out.is_empty() {
            return match self.server {
                Server::Open => Read::Empty,
                Server::Fin | Server::Closed => Read::Eof,
                Server::Reset => Read::Reset,
            };
        }
        while self.cuts.front().is_some_and(|cut| *cut <= self.read) {
            self.cuts.pop_front();
        }
        let to_cut = self.cuts.front().map_or(usize::MAX, |cut| cut - self.read);
        let n = self.out.len().min(into.len()).min(self.segment).min(to_cut);
        for (slot, byte) in into.iter_mut().zip(self.out.drain(..n)) {
            *slot = byte;
        }
        self.read += n;
        Read::Bytes(n)
    }

    pub(super) fn readable(&self) -> bool {
        !self.pending && (!self.out.is_empty() || self.server != Server::Open)
    }

    // The server's side.

    /// Whether the client has ended both directions.
    pub(super) fn is_gone(&self) -> bool {
        matches!(self.client, Client::Closed | Client::Reset)
    }

    /// How many more bytes the server may send before it must wait for the client.
    pub(super) fn allowance(&self) -> usize {
        let window = self.window.unwrap_or(usize::MAX);
        window.saturating_sub(self.out.len())
    }

    pub(super) fn send_raw(&mut self, bytes: &[u8]) {
        if self.server == Server::Open {
            self.out.extend(bytes);
        }
    }

    /// Sends under TLS, if there is TLS.
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

    /// Sends the first half of a TLS record.
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

    /// Cuts the stream here: no read returns bytes from both sides of this point.
    pub(super) fn cut(&mut self) {
        let here = self.read + self.out.len();
        let index = self.cuts.partition_point(|cut| *cut < here);
        self.cuts.insert(index, here);
    }

    /// Ends the connection from the server's side, unless the server has ended it completely
    /// before.
    pub(super) fn end(&mut self, how: Server) {
        if matches!(self.server, Server::Open | Server::Fin) {
            self.server = how;
        }
    }

    pub(super) fn start_tls(&mut self, config: &Config) {
        self.tls = Tls::begin(config);
        self.ending_tls = false;
    }

    /// Sends `close_notify` and goes on in clear text.
    pub(super) fn end_tls(&mut self) {
        self.send_close_notify();
        self.ending_tls = self.tls.is_some();
    }

    /// Decrypts what was received under TLS. Without TLS, and after its end, the bytes stay in
    /// `inbox`.
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

    /// Takes at most `limit` received bytes, decrypted if there is TLS.
    pub(super) fn take(&mut self, limit: usize) -> Vec<u8> {
        if self.tls.is_none() {
            self.plain.append(&mut self.inbox);
        }
        let n = self.plain.len().min(limit);
        self.plain.drain(..n).collect()
    }

    /// Whether a `close_notify` was received.
    pub(super) fn tls_ended(&self) -> bool {
        self.tls.as_ref().is_some_and(Tls::peer_closed)
    }

    /// Whether the client sends nothing more: after FIN, or under TLS after `close_notify`.
    pub(super) fn input_ended(&self) -> bool {
        self.client != Client::Open || (self.tls_ended() && !self.ending_tls)
    }
}
