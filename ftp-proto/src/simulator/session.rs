//! The server's handling of one control connection: how it reads commands, and in which order it
//! carries them out.

use std::vec::Vec;

use crate::simulator::link::{Client, Link, Server};
use crate::simulator::server::Simulator;
use crate::simulator::setup::DuringTransfer;
use crate::simulator::state::{Ctx, DataSource, Item, Session, Transfer, split};

impl Simulator {
    pub(super) fn open_session(&mut self, link: Link) {
        let (home, implicit) = (&self.setup.home, self.setup.implicit);
        self.sessions.push(Session::new(link, home, implicit));
        let s = self.sessions.len() - 1;
        if let (true, Some(config)) = (self.setup.implicit, &self.setup.tls) {
            self.wires[link.0].start_tls(config, &self.origins, s);
        }
        let mut ctx = Ctx::new(self.faults("GREETING"));
        if self.open_sessions() > self.setup.most_sessions {
            self.send_scripted(s, b"421 Too many connections.\r\n");
        } else if !self.run_scripted(s, &mut ctx) {
            let banner = self.setup.banner.clone();
            self.say(s, &mut ctx, banner);
        }
    }

    /// Returns how many control connections are open on both sides.
    #[must_use]
    pub fn open_sessions(&self) -> usize {
        let all = 0..self.sessions.len();
        let open = all.filter(|s| self.is_connected(*s) && !self.sessions[*s].closing);
        open.count()
    }

    /// Lets every session do its work until each of them waits for the client.
    pub(super) fn run(&mut self) {
        let mut moved = true;
        while moved {
            moved = false;
            for s in 0..self.sessions.len() {
                moved |= self.step(s);
            }
        }
        self.receive_after_end();
    }

    fn step(&mut self, s: usize) -> bool {
        let mut moved = self.flush(s);
        let link = self.sessions[s].link;
        if !self.sessions[s].over {
            self.take_input(s);
        }
        moved |= self.advance(s);
        let closing = self.sessions[s].closing || self.sessions[s].over;
        if !closing && self.may_handle(s) {
            if let Some(line) = self.sessions[s].lines.pop_front() {
                self.handle(s, line);
                return true;
            }
        }
        // The server checks only now whether the client has closed the connection, after it has
        // handled the commands and sent the replies that it can.
        let wire = &self.wires[link.0];
        let (gone, ended) = (wire.is_gone(), wire.input_ended());
        let session = &mut self.sessions[s];
        if gone && (!session.over || session.transfer.is_some()) {
            session.over = true;
            session.outbox.clear();
            self.wires[link.0].end(Server::Closed);
            self.abandon(s);
            return true;
        }
        let quiet = session.transfer.is_none() && session.outbox.is_empty();
        if ended && quiet && !closing {
            self.hang_up(s, Item::Close { notify: true });
            return true;
        }
        if session.over && session.transfer.is_none() && session.data != DataSource::None {
            self.drop_data(s);
            return true;
        }
        moved
    }

    /// Returns whether the server may handle the next command now. During a transfer it may handle
    /// what [`DuringTransfer`] says, and ABOR and NOOP if the transfer is queued.
    fn may_handle(&self, s: usize) -> bool {
        let session = &self.sessions[s];
        if session.transfer.is_none() {
            return true;
        }
        let queued = session.transfer.as_ref().is_some_and(Transfer::is_queued);
        let line = session.lines.front().map(|line| &self.commands[*line]);
        let Some(verb) = line.map(|line| split(line).0) else {
            return false;
        };
        match self.setup.during_transfer {
            DuringTransfer::Deferred | DuringTransfer::Discarded if !queued => false,
            DuringTransfer::Refused => true,
            DuringTransfer::EndedByEpsv if verb == "EPSV" || verb == "PASV" => true,
            _ => verb == "ABOR" || verb == "NOOP",
        }
    }

    /// Does what [`DuringTransfer`] says before the server handles this command. Returns the reply
    /// that refuses the command while a transfer is under way.
    pub(super) fn meet_transfer(&mut self, s: usize, verb: &str) -> Option<&'static str> {
        let under_way = self.sessions[s].transfer.is_some();
        if !under_way || verb == "ABOR" || verb == "NOOP" {
            return None;
        }
        match self.setup.during_transfer {
            DuringTransfer::Refused => return Some("450 A transfer is under way."),
            DuringTransfer::EndedByEpsv => {
                let ended = self.sessions[s].transfer.take();
                if let Some(link) = ended.as_ref().and_then(|ended| ended.link) {
                    self.wires[link.0].end(Server::Closed);
                }
                self.sessions[s].queued = ended.filter(Transfer::is_queued);
            }
            _ => {}
        }
        None
    }

    /// Reads what the client has sent on the control connection, and splits it into command lines.
    fn take_input(&mut self, s: usize) {
        let session = &mut self.sessions[s];
        let wire = &mut self.wires[session.link.0];
        if wire.client == Client::Reset {
            return;
        }
        if wire.decrypt().is_err() {
            wire.end(Server::Closed);
            session.closing = true;
            session.over = true;
            return;
        }
        if wire.tls.is_none() && !session.upgrading {
            self.clear.extend_from_slice(&wire.inbox);
            wire.plain.append(&mut wire.inbox);
        }
        let mut taken = 0_usize;
        while !session.upgrading {
            let Some(end) = wire.plain.iter().position(|b| *b == b'\n') else {
                return;
            };
            let line: Vec<u8> = wire.plain.drain(..=end).collect();
            let line = trim(&line).to_vec();
            if wire.tls.is_none() && split(&line).0 == "AUTH" {
                // The bytes after AUTH may belong to a TLS handshake, so they are not read as
                // command lines.
                session.upgrading = true;
                let rest = core::mem::take(&mut wire.plain);
                self.clear.truncate(self.clear.len() - rest.len());
                wire.inbox = rest;
            }
            taken += 1;
            if taken == 1 || !self.setup.one_command_a_segment {
                session.lines.push_back(self.commands.len());
            }
            let is_noop = line.eq_ignore_ascii_case(b"NOOP");
            self.kept_alive += usize::from(is_noop && session.transfer.is_some());
            self.commands.push(line);
            self.meant.push(None);
        }
    }

    /// Ends the transfer of a session whose client has closed the control connection, and resets
    /// its data connection.
    fn abandon(&mut self, s: usize) {
        if let Some(transfer) = self.sessions[s].transfer.take() {
            if let Some(link) = transfer.link {
                self.wires[link.0].end(Server::Reset);
            }
        }
        self.drop_data(s);
    }

    /// Closes the session's passive port, or a data connection that no transfer has used yet.
    pub(super) fn drop_data(&mut self, s: usize) {
        let data = core::mem::replace(&mut self.sessions[s].data, DataSource::None);
        match data {
            DataSource::Listening(port) => {
                self.passive.remove(&port);
            }
            DataSource::Connected(link) => self.wires[link.0].end(Server::Closed),
            DataSource::None | DataSource::Active(_) => {}
        }
    }
}

/// Removes the line end from a command line, and the Telnet signals IAC IP (0xff 0xf4) and IAC DM
/// (0xff 0xf2) before it.
fn trim(line: &[u8]) -> &[u8] {
    let mut line = line.strip_suffix(b"\n").unwrap_or(line);
    line = line.strip_suffix(b"\r").unwrap_or(line);
    while let [0xff, 0xf4 | 0xf2, rest @ ..] = line {
        line = rest;
    }
    line
}
