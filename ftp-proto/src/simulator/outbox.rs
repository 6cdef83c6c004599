//! What the server sends on a control connection: replies, raw bytes that faults demand, and the
//! end of the connection.

use std::vec::Vec;

use crate::simulator::fault::Action;
use crate::simulator::link::Server;
use crate::simulator::server::Simulator;
use crate::simulator::state::{Ctx, Held, Item, has};

impl Simulator {
    pub(super) fn push(&mut self, s: usize, item: Item) {
        self.sessions[s].outbox.push_back(item);
    }

    /// Queues one reply to a command. Adds the line end, and changes the reply as the command's
    /// faults demand.
    pub(super) fn say(&mut self, s: usize, ctx: &mut Ctx, text: impl AsRef<[u8]>) {
        let text = [text.as_ref(), b"\r\n"].concat();
        let last = !text.starts_with(b"1");
        if let Some(command) = ctx.command {
            self.meant[command] = Some(text.clone());
        }
        self.say_raw(s, ctx, &text, last);
    }

    fn say_raw(&mut self, s: usize, ctx: &mut Ctx, text: &[u8], last: bool) {
        let first = !core::mem::replace(&mut ctx.spoken, true);
        let mut body = text.to_vec();
        let (mut before, mut after, mut hold) = (Vec::new(), Vec::new(), false);
        for action in &ctx.actions {
            match action {
                Action::Words(bytes) if last => body.clone_from(bytes),
                Action::Announcing(bytes) if !last => body.clone_from(bytes),
                Action::BareEnd => {
                    if let Some((early, late)) = bare_end(text) {
                        body = early;
                        self.held.push_back(Held::Unasked(s, late));
                    }
                }
                Action::Silent => body.clear(),
                Action::SilentFinal if last => body.clear(),
                Action::NoPreliminary if !last => body.clear(),
                Action::Twice if last => body.extend_from_slice(text),
                Action::Hold if first => hold = true,
                Action::HoldFinal if last => hold = true,
                Action::Before(bytes) if first => before.extend_from_slice(bytes),
                Action::After(bytes) if last => after.extend_from_slice(bytes),
                _ => {}
            }
        }
        let swapped = core::mem::take(&mut self.sessions[s].swapped);
        if last && has(&ctx.actions, |a| matches!(a, Action::Swap)) {
            self.sessions[s].swapped = core::mem::take(&mut body);
        }
        if hold {
            self.push(s, Item::Barrier);
            self.held.push_back(Held::Barrier(s));
        }
        self.send_scripted(s, &[before, body, swapped, after].concat());
        for action in ctx.actions.iter().filter(|_| last) {
            match action {
                Action::Unasked(bytes) => self.held.push_back(Held::Unasked(s, bytes.clone())),
                Action::InClear(bytes) => self.push(s, Item::Raw(bytes.clone())),
                Action::Stray(bytes) => {
                    self.push(s, Item::Cut);
                    self.send_scripted(s, bytes);
                }
                _ => {}
            }
        }
    }

    /// Queues raw bytes. If one of their lines starts with `421 `, the server closes the connection
    /// after them.
    pub(super) fn send_scripted(&mut self, s: usize, bytes: &[u8]) {
        if !bytes.is_empty() {
            self.push(s, Item::Bytes(bytes.to_vec()));
        }
        if bytes
            .split(|b| *b == b'\n')
            .any(|line| line.starts_with(b"421 "))
        {
            self.hang_up(s, Item::Close { notify: true });
        }
    }

    pub(super) fn hang_up(&mut self, s: usize, how: Item) {
        self.push(s, how);
        self.sessions[s].closing = true;
    }

    /// Carries out the faults that take the place of the command, for example [`Action::Reply`].
    /// Returns whether there was such a fault; then the command itself is not carried out.
    pub(super) fn run_scripted(&mut self, s: usize, ctx: &mut Ctx) -> bool {
        let mut done = false;
        for action in ctx.actions.clone() {
            match action {
                Action::Reply(bytes) => self.say_raw(s, ctx, &bytes, true),
                Action::ReplyBeforeAccept(bytes) => {
                    self.say_raw(s, ctx, &bytes, true);
                    self.drop_data(s);
                }
                Action::Hangup => self.hang_up(s, Item::Close { notify: false }),
                Action::ResetControl => self.hang_up(s, Item::Reset),
                Action::PartialThenHangup(bytes) => {
                    self.push(s, Item::Bytes(bytes));
                    self.hang_up(s, Item::Close { notify: false });
                }
                _ => continue,
            }
            done = true;
        }
        done
    }

    /// Sends what is in the outbox of session `s`, up to the first barrier. Returns whether
    /// anything was sent.
    pub(super) fn flush(&mut self, s: usize) -> bool {
        let mut moved = false;
        loop {
            let session = &mut self.sessions[s];
            if matches!(session.outbox.front(), None | Some(Item::Barrier)) {
                return moved;
            }
            let Some(item) = session.outbox.pop_front() else {
                return moved;
            };
            moved = true;
            let wire = &mut self.wires[session.link.0];
            match item {
                Item::Bytes(bytes) => wire.send(&bytes),
                Item::Raw(bytes) => wire.send_raw(&bytes),
                Item::Cut => wire.cut(),
                Item::Barrier => {}
                Item::StartTls => {
                    session.upgrading = false;
                    if !matches!(wire.inbox.first(), None | Some(0x16)) {
                        self.clear.extend_from_slice(&wire.inbox);
                    }
                    if let Some(config) = &self.setup.tls {
                        wire.start_tls(config, &self.origins, s);
                    }
                }
                Item::EndTls => wire.end_tls(),
                Item::Close { notify } => {
                    if notify {
                        wire.send_close_notify();
                    }
                    wire.end(Server::Closed);
                    session.over = true;
                }
                Item::Reset => {
                    wire.end(Server::Reset);
                    session.over = true;
                }
            }
        }
    }

    /// Removes the barrier at the front of a session's outbox, so that what waits after it is sent.
    /// Returns whether there was such a barrier and the client is still connected.
    pub(super) fn lift_barrier(&mut self, s: usize) -> bool {
        let connected = self.is_connected(s);
        let outbox = &mut self.sessions[s].outbox;
        if matches!(outbox.front(), Some(Item::Barrier)) {
            outbox.pop_front();
            return connected;
        }
        false
    }

    pub(super) fn is_connected(&self, s: usize) -> bool {
        let session = &self.sessions[s];
        !session.over && !self.wires[session.link.0].is_gone()
    }
}

/// Makes what [`Action::BareEnd`] sends in place of a multi-line reply, in two parts. The first
/// part is the reply's first line and a line that is only the code; it is sent at once. The second
/// part is another closing line; it is sent later. `None` if the reply has one line.
fn bare_end(text: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
    let [a, b, c, b'-', ..] = *text else {
        return None;
    };
    let first = text.split_inclusive(|byte| *byte == b'\n').next()?;
    let early = [first, &[a, b, c], b"\r\n"].concat();
    Some((early, [&[a, b, c], &b" A stray end.\r\n"[..]].concat()))
}
