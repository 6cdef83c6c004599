//! How the server begins a transfer, and how it handles ABOR.

use std::format;
use std::string::ToString as _;
use std::vec::Vec;

use crate::simulator::fault::Action;
use crate::simulator::lines::{FromWire, to_wire};
use crate::simulator::link::{Server, Wire};
use crate::simulator::server::Simulator;
use crate::simulator::setup::DuringTransfer;
use crate::simulator::state::{Ctx, DataSource, Held, Load, Representation, Stage, Transfer, has};
use crate::simulator::store::resolve;

/// What the server will do for a transfer command after the data connection is made.
struct Plan {
    path: Vec<u8>,
    load: Load,
    preliminary: Vec<u8>,
}

/// The data to move and the preliminary reply, or, as an error, the reply that refuses the
/// transfer.
type Planned = Result<(Load, Vec<u8>), &'static str>;

impl Simulator {
    pub(super) fn begin_transfer(&mut self, s: usize, verb: &str, argument: &[u8], mut ctx: Ctx) {
        self.sessions[s].announced_transfer = false;
        let mut plan = match self.plan(s, verb, argument) {
            Ok(plan) => plan,
            Err(text) => return self.say(s, &mut ctx, text),
        };
        for action in &ctx.actions {
            if let Action::Listing(text) = action {
                plan.load = Load::Download(text.clone());
            }
        }
        let queues = has(&ctx.actions, |a| matches!(a, Action::QueueAborted));
        if !queues && self.begin_queued_first(s, &plan, &mut ctx) {
            return;
        }
        if let (false, DataSource::Active(port)) = (queues, self.sessions[s].data) {
            if !self.connect_to_client(s, port) {
                return self.say(s, &mut ctx, "425 Failed to establish connection.");
            }
        }
        let at = ctx.actions.iter().find_map(|action| match action {
            Action::At {
                after,
                control,
                then,
            } => Some((*after, control.clone(), *then)),
            _ => None,
        });
        let mut transfer = Transfer {
            ctx,
            verb: verb.to_string(),
            path: plan.path,
            load: plan.load,
            stage: Stage::Connecting,
            preliminary: plan.preliminary,
            link: None,
            record: 0,
            moved: 0,
            at,
            final_said: false,
            discards: false,
        };
        if queues {
            transfer.stage = Stage::Queued;
            self.say_preliminary(s, &mut transfer);
            self.held.push_back(Held::Queued(s));
        }
        self.sessions[s].transfer = Some(transfer);
        if self.setup.during_transfer == DuringTransfer::Discarded {
            self.sessions[s].lines.clear();
        }
    }

    fn plan(&mut self, s: usize, verb: &str, argument: &[u8]) -> Result<Plan, &'static str> {
        let session = &mut self.sessions[s];
        let restart = core::mem::take(&mut session.restart);
        let has_data = session.data != DataSource::None;
        let session = &self.sessions[s];
        let name = match verb {
            "RETR" | "STOR" | "APPE" if argument.is_empty() => {
                return Err("501 A file name, please.");
            }
            "STOU" => &self.unique_name(&session.directory, argument),
            "LIST" | "NLST" => without_options(argument),
            _ => argument,
        };
        if !has_data {
            return Err("425 Use EPSV, PASV or PORT first.");
        }
        let path = resolve(&session.directory, name);
        let path = match verb {
            "LIST" | "NLST" => self.store.listed(&path),
            _ => self.store.follow(&path),
        };
        let (load, preliminary) = match verb {
            "RETR" => self.plan_download(s, &path, restart)?,
            "STOR" | "STOU" | "APPE" => self.plan_upload(s, verb, name, &path, restart)?,
            _ => self.plan_listing(s, verb, &path)?,
        };
        Ok(Plan {
            path,
            load,
            preliminary,
        })
    }

    fn plan_download(&self, s: usize, path: &[u8], restart: usize) -> Planned {
        let session = &self.sessions[s];
        let content = self.store.files.get(path);
        let content = content.ok_or("550 Failed to open file.")?;
        let content = content
            .get(restart..)
            .ok_or("554 Invalid REST parameter.")?;
        // In TYPE A, the 150 announces the size of the stored file, and not the number of bytes on
        // the data connection. ProFTPD does the same.
        let preliminary = format!("{} ({} bytes).", session.opening(), content.len());
        let content = match session.representation {
            Representation::Ascii => to_wire(content),
            _ => content.to_vec(),
        };
        Ok((Load::Download(content), preliminary.into()))
    }

    fn plan_upload(
        &self,
        s: usize,
        verb: &str,
        name: &[u8],
        path: &[u8],
        restart: usize,
    ) -> Planned {
        let session = &self.sessions[s];
        let size = self.store.files.get(path).map_or(0, Vec::len);
        let position = match verb {
            "APPE" => size,
            "STOU" => 0,
            _ => restart,
        };
        if !self.store.can_hold(path) {
            return Err("553 Could not create file.");
        }
        if position > size {
            return Err("554 Invalid REST parameter.");
        }
        let preliminary = match verb {
            "STOU" => [b"150 FILE: ", name].concat(),
            _ => format!("{}.", session.opening()).into(),
        };
        let is_text = session.representation == Representation::Ascii;
        let load = Load::Upload {
            path: path.to_vec(),
            position,
            lines: is_text.then(FromWire::default),
        };
        Ok((load, preliminary))
    }

    fn plan_listing(&self, s: usize, verb: &str, path: &[u8]) -> Planned {
        let text = match verb {
            "MLSD" => self.machine_listing(s, path)?,
            _ => {
                let hides = self.setup.hides_dot_names;
                let listing = self.store.listing(path, verb == "LIST", hides);
                listing.ok_or("550 No such file or directory.")?
            }
        };
        let preliminary = format!("{} for listing.", self.sessions[s].opening());
        Ok((Load::Download(text), preliminary.into()))
    }

    /// Returns the name under which STOU stores a file. It is the name that the client suggests. If
    /// the client suggests none, or if the name is taken, it is a new name such as `stou.0001`.
    fn unique_name(&self, directory: &[u8], suggestion: &[u8]) -> Vec<u8> {
        let is_free = |name: &[u8]| !self.store.exists(&resolve(directory, name));
        if !suggestion.is_empty() && is_free(suggestion) {
            return suggestion.to_vec();
        }
        let mut names = (1..).map(|number: u32| format!("stou.{number:04}").into_bytes());
        names.find(|name| is_free(name)).expect("a free name")
    }

    /// Connects to the client's port in active mode. Returns `false` if a fault refuses the
    /// connection, or if neither the client nor a coupled server listens on the port.
    pub(super) fn connect_to_client(&mut self, s: usize, port: u16) -> bool {
        self.sessions[s].data = DataSource::None;
        let actions = self.faults("CONNECT");
        let refused = has(&actions, |a| matches!(a, Action::RefuseConnect));
        let elsewhere = self.peering.is_for(port, &self.listeners);
        if refused || !(elsewhere || self.listeners.contains_key(&port)) {
            return false;
        }
        let mut wire = Wire::data(self.setup.window);
        wire.held_by_client = false;
        wire.from_elsewhere = has(&actions, |a| matches!(a, Action::FromElsewhere));
        let late = has(&actions, |a| matches!(a, Action::AcceptLate));
        wire.pending = late || elsewhere;
        if wire.pending {
            wire.dials = Some(port);
        }
        let link = self.add_wire(wire);
        if late {
            self.held.push_back(Held::Accept(link));
        } else if elsewhere {
            self.peering.dialling.push(link);
        } else if let Some(queue) = self.listeners.get_mut(&port) {
            queue.push_back(link);
        }
        self.sessions[s].data = DataSource::Connected(link);
        true
    }

    pub(super) fn abort_transfer(&mut self, s: usize, mut ctx: Ctx) {
        let Some(mut transfer) = self.sessions[s].transfer.take() else {
            return self.say(s, &mut ctx, "225 No transfer to ABOR.");
        };
        if transfer.is_queued() {
            self.drop_data(s);
            self.sessions[s].queued = Some(transfer);
            return self.say(
                s,
                &mut ctx,
                "225 ABOR command successful; data channel closed.",
            );
        }
        match transfer.link {
            Some(link) => self.wires[link.0].end(Server::Closed),
            None => self.drop_data(s),
        }
        let aborted = "426 Connection closed; transfer aborted.";
        self.conclude(s, &mut transfer, aborted);
        self.say(s, &mut ctx, "226 ABOR command successful.");
    }
}

/// Methods for a transfer that stays in the server's queue after ABOR; see
/// [`Action::QueueAborted`].
impl Simulator {
    /// Runs the queued download over the new data connection, in place of the transfer that the
    /// client has just requested. Returns `false` if no download is queued, or if there is no data
    /// connection.
    fn begin_queued_first(&mut self, s: usize, plan: &Plan, ctx: &mut Ctx) -> bool {
        let session = &mut self.sessions[s];
        let is_open = matches!(session.data, DataSource::Connected(_));
        let queued = session.queued.take();
        let is_download = |queued: &Transfer| matches!(queued.load, Load::Download(_));
        let Some(mut transfer) = queued.filter(|queued| is_open && is_download(queued)) else {
            return false;
        };
        if let Load::Upload {
            path, position: 0, ..
        } = &plan.load
        {
            self.store.truncate(path);
        }
        self.say(
            s,
            ctx,
            "125 Data connection already open. Transfer starting.",
        );
        transfer.ctx = core::mem::take(ctx);
        transfer.stage = Stage::Connecting;
        self.sessions[s].transfer = Some(transfer);
        true
    }

    /// Begins the transfer that the fault [`Action::QueueAborted`] has delayed. If the client has
    /// aborted this transfer, it begins only over a new data connection. Returns `true` if the
    /// transfer was begun or refused with 425, and `false` if there is nothing to begin.
    pub(super) fn begin_queued(&mut self, s: usize) -> bool {
        let connected = self.is_connected(s) && self.sessions[s].data != DataSource::None;
        let session = &mut self.sessions[s];
        let announced = session.transfer.take_if(|transfer| transfer.is_queued());
        let free = connected && session.transfer.is_none();
        let left = announced.or_else(|| session.queued.take_if(|_| free));
        let Some(mut transfer) = left else {
            return false;
        };
        if let DataSource::Active(port) = session.data {
            if !self.connect_to_client(s, port) {
                self.conclude(s, &mut transfer, "425 Failed to establish connection.");
                return true;
            }
        }
        transfer.stage = Stage::Connecting;
        self.sessions[s].transfer = Some(transfer);
        true
    }
}

/// Removes options such as `-la` from the argument of LIST, NLST or STAT.
pub(super) fn without_options(argument: &[u8]) -> &[u8] {
    let mut rest = argument;
    while rest.starts_with(b"-") {
        let space = rest.iter().position(|b| *b == b' ');
        rest = space.map_or(&b""[..], |space| &rest[space + 1..]);
    }
    rest
}
