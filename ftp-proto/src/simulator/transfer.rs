//! Data transfers: their state, how they begin, and ABOR.

use std::format;
use std::string::{String, ToString as _};
use std::vec::Vec;

use crate::simulator::fault::{Action, Then};
use crate::simulator::link::{Link, Server, Wire};
use crate::simulator::outbox::Ctx;
use crate::simulator::server::{Held, Simulator, has};
use crate::simulator::session::DataSource;
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
    Download(Vec<u8>),
    Upload { path: Vec<u8>, start: usize },
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
    pub(super) preliminary: String,
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
        let session = &mut self.sessions[s];
        let restart = core::mem::take(&mut session.restart);
        let listing = matches!(verb, "LIST" | "NLST");
        let argument = if listing {
            without_options(argument)
        } else {
            argument
        };
        let path = resolve(&session.directory, argument);
        let mode = if session.binary { "BINARY" } else { "ASCII" };
        let opening = format!("150 Opening {mode} mode data connection");
        let found = match verb {
            _ if argument.is_empty() && !listing => Err("501 A file name, please."),
            _ if session.data == DataSource::None => Err("425 Use EPSV, PASV or PORT first."),
            "RETR" => match self.store.files.get(&path) {
                None => Err("550 Failed to open file."),
                Some(content) if restart > content.len() => Err("554 Invalid REST parameter."),
                Some(content) => {
                    let content = content[restart..].to_vec();
                    let size = content.len();
                    Ok((
                        Load::Download(content),
                        format!("{opening} ({size} bytes)."),
                    ))
                }
            },
            "STOR" | "APPE" => {
                let size = self.store.files.get(&path).map_or(0, Vec::len);
                let start = if verb == "APPE" { size } else { restart };
                if !self.store.can_hold(&path) {
                    Err("553 Could not create file.")
                } else if start > size {
                    Err("554 Invalid REST parameter.")
                } else {
                    let path = path.clone();
                    Ok((Load::Upload { path, start }, format!("{opening}.")))
                }
            }
            _ => match self.store.listing(&path, verb == "LIST") {
                Some(lines) => Ok((Load::Download(lines), format!("{opening} for listing."))),
                None => Err("550 No such file or directory."),
            },
        };
        let (load, preliminary) = match found {
            Ok(found) => found,
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
            path,
            load,
            stage: Stage::Connecting,
            preliminary,
            link: None,
            record: 0,
            moved: 0,
            at,
            final_said: false,
        });
    }

    /// Makes the data connection of active mode.
    fn connect_to_client(&mut self, s: usize, port: u16) -> bool {
        self.sessions[s].data = DataSource::None;
        let actions = self.faults("CONNECT");
        let refused = has(&actions, |a| matches!(a, Action::RefuseConnect));
        if refused || !self.listeners.contains_key(&port) {
            return false;
        }
        let mut wire = Wire::data(self.setup.window);
        wire.held_by_client = false;
        wire.pending = has(&actions, |a| matches!(a, Action::AcceptLate));
        let late = wire.pending;
        if late {
            wire.dials = Some(port);
        }
        let link = self.add_wire(wire);
        if late {
            self.held.push_back(Held::Accept(link));
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

/// The argument of LIST or NLST without options as for `ls`.
fn without_options(argument: &[u8]) -> &[u8] {
    let mut rest = argument;
    while rest.starts_with(b"-") {
        let space = rest.iter().position(|b| *b == b' ');
        rest = space.map_or(&b""[..], |space| &rest[space + 1..]);
    }
    rest
}
