//! The data phase of a transfer: the server moves the data, and carries out the faults that are
//! scripted for it.

use crate::simulator::fault::{Action, Then};
use crate::simulator::link::{Client, Server, Wire};
use crate::simulator::server::Simulator;
use crate::simulator::state::{DataSource, Held, Item, Load, Stage, Transfer, TransferRecord, has};

/// The largest number of plaintext bytes in one TLS record. The server sends at most so many bytes
/// at once.
const RECORD: usize = 16 * 1024;

impl Simulator {
    /// Continues the transfer of session `s` until it must wait for the client. Returns whether
    /// anything has changed.
    pub(super) fn advance(&mut self, s: usize) -> bool {
        let Some(mut transfer) = self.sessions[s].transfer.take() else {
            return false;
        };
        let before = (transfer.stage, transfer.moved);
        match transfer.stage {
            Stage::Connecting => self.begin_data(s, &mut transfer),
            Stage::Handshaking(refused) => self.shake_hands(s, &mut transfer, refused),
            Stage::Moving => self.move_data(s, &mut transfer),
            Stage::Stalled if self.wire(&transfer).is_gone() => self.break_off(s, &mut transfer),
            Stage::Queued | Stage::Stalled | Stage::Done => {}
        }
        let happened = before != (transfer.stage, transfer.moved);
        if transfer.stage != Stage::Done {
            self.sessions[s].transfer = Some(transfer);
        }
        happened
    }

    fn wire(&mut self, t: &Transfer) -> &mut Wire {
        let link = t.link.expect("the data connection is there");
        &mut self.wires[link.0]
    }

    fn begin_data(&mut self, s: usize, t: &mut Transfer) {
        let DataSource::Connected(link) = self.sessions[s].data else {
            return;
        };
        if self.wires[link.0].pending {
            return;
        }
        self.sessions[s].data = DataSource::None;
        if self.wires[link.0].server != Server::Open {
            t.stage = Stage::Done;
            return self.conclude(s, t, "425 Failed to establish connection.");
        }
        t.link = Some(link);
        t.record = self.records.len();
        self.records.push(TransferRecord {
            verb: t.verb.clone(),
            path: t.path.clone(),
            bytes: 0,
            resumed: None,
            close_notify: false,
            complete: false,
        });
        if let Load::Upload {
            path, position: 0, ..
        } = &t.load
        {
            self.store.truncate(path);
        }
        t.stage = Stage::Moving;
        if self.sessions[s].protected {
            let shown = self.setup.data_tls.as_ref().or(self.setup.tls.as_ref());
            if let Some(config) = shown {
                self.wires[link.0].start_tls(config, &self.origins, s);
                let actions = self.faults("HANDSHAKE");
                let refused = has(&actions, |a| matches!(a, Action::RefuseHandshake));
                t.stage = Stage::Handshaking(refused);
                if has(&actions, |a| matches!(a, Action::ReplyAfterHandshake)) {
                    return;
                }
            }
        }
        self.say_preliminary(s, t);
        if t.has(|a| matches!(a, Action::FinalFirst)) {
            self.conclude(s, t, "226 Transfer complete.");
        }
    }

    /// Sends the preliminary reply to the transfer command, unless it was sent before.
    pub(super) fn say_preliminary(&mut self, s: usize, t: &mut Transfer) {
        let preliminary = core::mem::take(&mut t.preliminary);
        if !preliminary.is_empty() {
            self.say(s, &mut t.ctx, preliminary);
        }
    }

    fn shake_hands(&mut self, s: usize, t: &mut Transfer, refused: bool) {
        const NO_REUSE: &str = "522 SSL connection failed; session reuse required";
        let wire = self.wire(t);
        if refused && !wire.inbox.is_empty() {
            // The server refuses the handshake by a TLS record with the fatal alert
            // handshake_failure (40).
            wire.send_raw(&[21, 3, 3, 0, 2, 2, 40]);
            wire.end(Server::Closed);
            t.stage = Stage::Done;
            return self.conclude(s, t, NO_REUSE);
        }
        let result = wire.decrypt();
        let done = wire.tls.as_ref().is_none_or(|tls| !tls.is_handshaking());
        if result.is_err() || (!done && wire.client != Client::Open) {
            return self.break_off(s, t);
        }
        if !done {
            return;
        }
        let resumed = wire.tls.as_ref().is_some_and(|tls| tls.resumed());
        self.records[t.record].resumed = Some(resumed);
        t.stage = Stage::Moving;
        if !t.preliminary.is_empty() {
            // The fault `ReplyAfterHandshake` has delayed the preliminary reply until now. On a
            // real network, the reply would also need time to arrive. So a barrier delays it
            // further, until the client can do nothing but wait (`release_held`).
            self.push(s, Item::Barrier);
            self.held.push_back(Held::Barrier(s));
            self.say_preliminary(s, t);
        }
        if self.setup.require_reuse && !resumed {
            let wire = self.wire(t);
            wire.send_close_notify();
            wire.end(Server::Closed);
            t.stage = Stage::Done;
            self.conclude(s, t, NO_REUSE);
        }
    }

    fn move_data(&mut self, s: usize, t: &mut Transfer) {
        let slow = t.ctx.actions.iter().find_map(|action| match action {
            Action::SlowLine(bytes_a_second) => Some(*bytes_a_second),
            _ => None,
        });
        let wire = self.wire(t);
        if let Some(bytes_a_second) = slow {
            wire.slow_down(bytes_a_second);
        }
        let sound = wire.decrypt().is_ok();
        let notified = wire.tls_ended();
        self.records[t.record].close_notify = notified;
        if !sound {
            return self.break_off(s, t);
        }
        while t.stage == Stage::Moving {
            let reached = t.at.as_ref().is_some_and(|at| at.0 == t.moved);
            if let (true, Some((_, control, then))) = (reached, t.at.take_if(|_| reached)) {
                self.run_mid_transfer_fault(s, t, &control, then);
                continue;
            }
            let limit = t.at.as_ref().map_or(usize::MAX, |at| at.0 - t.moved);
            let on = match t.load {
                Load::Download(_) => self.send_some(s, t, limit),
                Load::Upload { .. } => self.receive_some(s, t, limit),
            };
            self.records[t.record].bytes = t.moved;
            if !on {
                return;
            }
        }
    }

    /// Sends the next piece of a download, or ends it if no bytes are left. Returns `false` if the
    /// client must read first, or if the transfer is over.
    fn send_some(&mut self, s: usize, t: &mut Transfer, limit: usize) -> bool {
        let link = t.link.expect("the data connection is there");
        let wire = &mut self.wires[link.0];
        if wire.is_gone() {
            self.break_off(s, t);
            return false;
        }
        let Load::Download(content) = &t.load else {
            return false;
        };
        let left = &content[t.moved..];
        if left.is_empty() {
            if !t.has(|a| matches!(a, Action::NoCloseNotify)) {
                wire.send_close_notify();
            }
            self.complete(s, t);
            return false;
        }
        let n = left.len().min(limit).min(RECORD).min(wire.allowance());
        wire.send(&left[..n]);
        t.moved += n;
        n > 0
    }

    /// Stores the next piece of an upload, or ends the upload if the client has ended it. Returns
    /// `false` if the server must wait for more bytes, or if the transfer is over.
    fn receive_some(&mut self, s: usize, t: &mut Transfer, limit: usize) -> bool {
        let link = t.link.expect("the data connection is there");
        let wire = &mut self.wires[link.0];
        let Load::Upload {
            path,
            position,
            lines,
        } = &mut t.load
        else {
            return false;
        };
        let bytes = wire.take(limit);
        if !bytes.is_empty() {
            t.moved += bytes.len();
            let (back, bytes) = match lines {
                Some(lines) => lines.translate(&bytes),
                None => (0, bytes),
            };
            if t.discards {
                return true;
            }
            *position -= back;
            self.store.write_at(path, *position, &bytes);
            *position += bytes.len();
            return true;
        }
        let cut_short = wire.tls.is_some() && !wire.tls_ended();
        if wire.client == Client::Reset || (wire.input_ended() && cut_short) {
            self.break_off(s, t);
        } else if wire.input_ended() {
            if t.ctx.actions.iter().any(|a| matches!(a, Action::ResetEnd)) {
                wire.end(Server::Reset);
            } else if !t.has(|a| matches!(a, Action::KeepOpen)) {
                wire.send_close_notify();
                wire.end(Server::Fin);
            }
            self.complete(s, t);
        }
        false
    }

    /// Ends a transfer whose data has moved completely, and sends 226.
    fn complete(&mut self, s: usize, t: &mut Transfer) {
        self.records[t.record].complete = true;
        if let (Load::Download(_), Some(link)) = (&t.load, t.link) {
            self.wires[link.0].end(Server::Fin);
            self.lingering.push((link, t.record));
        }
        t.stage = Stage::Done;
        self.conclude(s, t, "226 Transfer complete.");
    }

    /// Ends a transfer whose data connection has failed. The final reply is 426, or 425 if the
    /// server has not sent its preliminary reply.
    fn break_off(&mut self, s: usize, t: &mut Transfer) {
        self.wire(t).end(Server::Closed);
        t.stage = Stage::Done;
        let said = match t.preliminary.is_empty() {
            true => "426 Connection closed; transfer aborted.",
            false => "425 No connection established.",
        };
        self.conclude(s, t, said);
    }

    /// Sends the final reply to the transfer command, unless it was sent before.
    pub(super) fn conclude(&mut self, s: usize, t: &mut Transfer, text: &str) {
        if !core::mem::replace(&mut t.final_said, true) {
            self.say(s, &mut t.ctx, text);
        }
    }

    /// Carries out [`Action::At`]: sends these bytes on the control connection, then changes or
    /// ends the data connection.
    fn run_mid_transfer_fault(&mut self, s: usize, t: &mut Transfer, control: &[u8], then: Then) {
        self.send_scripted(s, control);
        t.final_said |= contains_final(control);
        let download = matches!(t.load, Load::Download(_));
        let link = t.link.expect("the data connection is there");
        let wire = &mut self.wires[link.0];
        let mut usual = "226 Transfer complete.";
        match then {
            Then::Continue => return,
            Then::Discard => {
                t.discards = true;
                return;
            }
            Then::End if !download => return,
            Then::End => {
                usual = "451 Read error.";
                wire.send_close_notify();
                wire.end(Server::Fin);
                self.lingering.push((link, t.record));
            }
            Then::Stall => {
                let over = t.final_said;
                t.stage = if over { Stage::Done } else { Stage::Stalled };
                return;
            }
            Then::Fin | Then::FinInsideRecord => {
                if then == Then::FinInsideRecord {
                    wire.send_half_record();
                }
                wire.end(if download {
                    Server::Fin
                } else {
                    Server::Closed
                });
                if download {
                    self.lingering.push((link, t.record));
                }
            }
            Then::Reset => wire.end(Server::Reset),
        }
        t.stage = Stage::Done;
        self.conclude(s, t, usual);
    }

    /// Reads what clients send over data connections after a download has ended, so that the record
    /// of the transfer shows whether the client has sent `close_notify`.
    pub(super) fn receive_after_end(&mut self) {
        for (link, record) in &self.lingering {
            let wire = &mut self.wires[link.0];
            // The download is already complete, so a TLS error on its data connection no longer
            // matters.
            let _ = wire.decrypt();
            self.records[*record].close_notify |= wire.tls_ended();
            wire.inbox.clear();
            wire.plain.clear();
        }
    }
}

/// Returns whether these bytes contain a final reply, which is any reply that is not 1xx.
fn contains_final(bytes: &[u8]) -> bool {
    bytes
        .split(|b| *b == b'\n')
        .any(|line| matches!(line, [b'2'..=b'5', b'0'..=b'9', b'0'..=b'9', b' ', ..]))
}
