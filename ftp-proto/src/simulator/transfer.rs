//! Data transfers: their state, how they begin, and ABOR.

use std::format;
use std::string::{String, ToString as _};
use std::vec::Vec;

use crate::simulator::fault::{Action, Then};
use crate::simulator::lines::{FromWire, to_wire};
use crate::simulator::link::{Link, Server, Wire};
use crate::simulator::outbox::Ctx;
use crate::simulator::server::{Held, Simulator, has};
use crate::simulator::session::DataSource;
use crate::simulator::settings::Representation;
use crate::simulator::store::resolve;

/// What has become of one data transfer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TransferRecord {
    /// The command, in capitals.
    pub verb: String,
    /// The absolute path.
    pub path: Vec<u8>,
    /// How many bytes of plaintext the server has sent or received.
    pub bytes: usize,
    /// Whether the handshake resumed a TLS session; `None` in clear, or before the handshake is
    /// complete.
    pub resumed: Option<bool>,
    /// The client has sent a TLS `close_notify` on the data connection.
    pub close_notify: bool,
    /// The data have moved completely, as the server sees it.
    pub complete: bool,
}

/// What moves, and in which direction.
#[derive(Debug)]
pub(super) enum Load {
    /// As it goes over the wire.
    Download(Vec<u8>),
    Upload {
        path: Vec<u8>,
        /// Where the next byte is stored.
        position: usize,
        /// TYPE A: lines come from the wire.
        lines: Option<FromWire>,
    },
}

/// What a command is about to do, if it gets its data connection.
struct Plan {
    path: Vec<u8>,
    load: Load,
    preliminary: Vec<u8>,
}

/// How far the transfer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    Connecting,
    /// Whether the handshake is refused.
    Handshaking(bool),
    Moving,
    Stalled,
    /// The transfer is over, and the session goes on.
    Done,
}

/// A transfer under way.
#[derive(Debug)]
pub(super) struct Transfer {
    pub(super) ctx: Ctx,
    pub(super) verb: String,
    pub(super) path: Vec<u8>,
    pub(super) load: Load,
    pub(super) stage: Stage,
    pub(super) preliminary: Vec<u8>,
    pub(super) link: Option<Link>,
    pub(super) record: usize,
    pub(super) moved: usize,
    /// What is scripted for the middle of the transfer.
    pub(super) at: Option<(usize, Vec<u8>, Then)>,
    pub(super) final_said: bool,
}

impl Transfer {
    pub(super) fn has(&self, such: impl Fn(&Action) -> bool) -> bool {
        has(&self.ctx.actions, such)
    }
}

impl Simulator {
    pub(super) fn begin_transfer(&mut self, s: usize, verb: &str, argument: &[u8], mut ctx: Ctx) {
        self.sessions[s].announced_transfer = false;
        let plan = match self.plan(s, verb, argument) {
            Ok(plan) => plan,
            Err(text) => return self.say(s, &mut ctx, text),
        };
        if let DataSource::Active(port) = self.sessions[s].data {
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
        self.sessions[s].transfer = Some(Transfer {
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
        });
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
        let opening = format!(
            "150 Opening {} mode data connection",
            session.representation.name()
        );
        let is_text = session.representation == Representation::Ascii;
        let (load, preliminary) = match verb {
            "RETR" => match self.store.files.get(&path) {
                None => return Err("550 Failed to open file."),
                Some(content) if restart > content.len() => {
                    return Err("554 Invalid REST parameter.");
                }
                Some(content) => {
                    let content = &content[restart..];
                    // The size is that of the file, in TYPE A as well, as ProFTPD has it.
                    let preliminary = format!("{opening} ({} bytes).", content.len());
                    let content = if is_text {
                        to_wire(content)
                    } else {
                        content.to_vec()
                    };
                    (Load::Download(content), preliminary.into())
                }
            },
            "STOR" | "STOU" | "APPE" => {
                let size = self.store.files.get(&path).map_or(0, Vec::len);
                let position = match verb {
                    "APPE" => size,
                    "STOU" => 0,
                    _ => restart,
                };
                if !self.store.can_hold(&path) {
                    return Err("553 Could not create file.");
                }
                if position > size {
                    return Err("554 Invalid REST parameter.");
                }
                let preliminary = if verb == "STOU" {
                    [b"150 FILE: ", name].concat()
                } else {
                    format!("{opening}.").into()
                };
                let load = Load::Upload {
                    path: path.clone(),
                    position,
                    lines: is_text.then(FromWire::default),
                };
                (load, preliminary)
            }
            _ => {
                let text = if verb == "MLSD" {
                    self.machine_listing(s, &path)?
                } else {
                    let listing = self.store.listing(&path, verb == "LIST");
                    listing.ok_or("550 No such file or directory.")?
                };
                let preliminary = format!("{opening} for listing.");
                (Load::Download(text), preliminary.into())
            }
        };
        Ok(Plan {
            path,
            load,
            preliminary,
        })
    }

    /// What the client suggests, or a name of the server's own if there is such a thing already.
    fn unique_name(&self, directory: &[u8], suggestion: &[u8]) -> Vec<u8> {
        let is_free = |name: &[u8]| !self.store.exists(&resolve(directory, name));
        if !suggestion.is_empty() && is_free(suggestion) {
            return suggestion.to_vec();
        }
        let mut names = (1..).map(|number: u32| format!("stou.{number:04}").into_bytes());
        names.find(|name| is_free(name)).expect("a free name")
    }

    /// Makes the data connection of active mode.
    fn connect_to_client(&mut self, s: usize, port: u16) -> bool {
        self.sessions[s].data = DataSource::None;
        let actions = self.faults("CONNECT");
        let refused = has(&actions, |a| matches!(a, Action::RefuseConnect));
        let elsewhere = self.peering.is_for(port, &self.listeners);
        if refused || !(elsewhere || self.listeners.contains_key(&port)) {
            return false;
        }
        let mut wire = Wire::data(self.setup.window);
        wire.held_by_client = false;
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

    /// ABOR.
    pub(super) fn abort_transfer(&mut self, s: usize, mut ctx: Ctx) {
        let Some(mut transfer) = self.sessions[s].transfer.take() else {
            return self.say(s, &mut ctx, "225 No transfer to ABOR.");
        };
        match transfer.link {
            Some(link) => self.wires[link.0].end(Server::Closed),
            None => self.drop_data(s),
        }
        let aborted = "426 Connection closed; transfer aborted.";
        self.conclude(s, &mut transfer, aborted);
        self.say(s, &mut ctx, "226 ABOR command successful.");
    }
}

/// The argument of LIST, NLST or STAT without options as for `ls`.
pub(super) fn without_options(argument: &[u8]) -> &[u8] {
    let mut rest = argument;
    while rest.starts_with(b"-") {
        let space = rest.iter().position(|b| *b == b' ');
        rest = space.map_or(&b""[..], |space| &rest[space + 1..]);
    }
    rest
}
