//! What the server knows about one control connection and its transfer.

use std::collections::VecDeque;
use std::format;
use std::string::String;
use std::vec::Vec;

use crate::simulator::fault::{Action, Then};
use crate::simulator::lines::FromWire;
use crate::simulator::link::Link;

/// How far the login has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Login {
    None,
    /// USER has come. `true` if it is the right user.
    User(bool),
    /// The password was right. The account is missing.
    Account,
    Complete,
}

impl Login {
    pub(super) fn is_complete(self) -> bool {
        self == Self::Complete
    }
}

/// Where the next transfer gets its data connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DataSource {
    None,
    Listening(u16),
    /// Connected, but perhaps still pending.
    Connected(Link),
    Active(u16),
}

/// The state of one control connection.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) link: Link,
    pub(super) outbox: VecDeque<Item>,
    /// Command lines that were not handled yet, as indexes into the list of all commands.
    pub(super) lines: VecDeque<usize>,
    /// AUTH has come, and it is not decided yet whether TLS starts.
    pub(super) upgrading: bool,
    /// No more commands are handled.
    pub(super) closing: bool,
    /// The connection has ended.
    pub(super) over: bool,
    pub(super) login: Login,
    pub(super) directory: Vec<u8>,
    pub(super) representation: Representation,
    /// The facts that MLSD and MLST send.
    pub(super) facts: Vec<&'static str>,
    pub(super) restart: usize,
    pub(super) rename_from: Option<Vec<u8>>,
    pub(super) pbsz: bool,
    pub(super) protected: bool,
    /// The account that is needed to store files has come.
    pub(super) may_store: bool,
    /// PRET has come, and no transfer since.
    pub(super) announced_transfer: bool,
    pub(super) data: DataSource,
    pub(super) transfer: Option<Transfer>,
    /// The aborted transfer that waits for the next data connection; see [`Action::QueueAborted`].
    pub(super) queued: Option<Transfer>,
}

impl Session {
    pub(super) fn new(link: Link, home: &[u8], implicit: bool) -> Self {
        Self {
            link,
            outbox: VecDeque::new(),
            lines: VecDeque::new(),
            upgrading: false,
            closing: false,
            over: false,
            login: Login::None,
            directory: home.to_vec(),
            representation: Representation::Ascii,
            facts: FACTS.to_vec(),
            restart: 0,
            rename_from: None,
            pbsz: false,
            protected: implicit,
            may_store: false,
            announced_transfer: false,
            data: DataSource::None,
            transfer: None,
            queued: None,
        }
    }

    /// Whether TLS starts after the outbox was sent.
    pub(super) fn starting_tls(&self) -> bool {
        self.outbox
            .iter()
            .any(|item| matches!(item, Item::StartTls))
    }

    /// The start of a preliminary reply.
    pub(super) fn opening(&self) -> String {
        let name = self.representation.name();
        format!("150 Opening {name} mode data connection")
    }

    /// Forgets everything that a user has set.
    pub(super) fn begin_anew(&mut self, home: &[u8], implicit: bool) {
        self.directory = home.to_vec();
        self.representation = Representation::Ascii;
        self.facts = FACTS.to_vec();
        self.restart = 0;
        self.rename_from = None;
        self.pbsz = false;
        self.protected = implicit;
        self.may_store = false;
        self.announced_transfer = false;
        self.queued = None;
    }
}

/// Something to do on the control connection. Items are done in order.
#[derive(Debug)]
pub(super) enum Item {
    Bytes(Vec<u8>),
    /// Bytes sent in clear text, even under TLS.
    Raw(Vec<u8>),
    /// A point that no read crosses.
    Cut,
    /// Everything after this is held.
    Barrier,
    StartTls,
    EndTls,
    Close {
        notify: bool,
    },
    Reset,
}

/// A command under way: what is scripted for it, and whether a reply was sent.
#[derive(Debug, Default)]
pub(super) struct Ctx {
    pub(super) actions: Vec<Action>,
    pub(super) spoken: bool,
    /// The command's index in the list of all commands. `None` for the greeting.
    pub(super) command: Option<usize>,
}

impl Ctx {
    pub(super) fn new(actions: Vec<Action>) -> Self {
        Self {
            actions,
            spoken: false,
            command: None,
        }
    }
}

/// The representation type. Format controls change nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Representation {
    #[default]
    Ascii,
    /// Accepted, but bytes are sent as they are.
    Ebcdic,
    Image,
}

impl Representation {
    /// The name that replies use.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Ascii => "ASCII",
            Self::Ebcdic => "EBCDIC",
            Self::Image => "BINARY",
        }
    }
}

/// The history of one data transfer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TransferRecord {
    /// The command, in upper case.
    pub verb: String,
    /// The absolute path.
    pub path: Vec<u8>,
    /// How many bytes of plaintext the server has sent or received.
    pub bytes: usize,
    /// Whether the handshake has resumed a TLS session. `None` in clear text, or before the end of
    /// the handshake.
    pub resumed: Option<bool>,
    /// Whether the client has sent a TLS `close_notify` on the data connection.
    pub close_notify: bool,
    /// Whether all data has moved, as the server sees it.
    pub complete: bool,
}

/// What moves, and in which direction.
#[derive(Debug)]
pub(super) enum Load {
    /// The bytes as they are sent on the wire.
    Download(Vec<u8>),
    Upload {
        path: Vec<u8>,
        /// The offset where the next byte is stored.
        position: usize,
        /// The translation of line ends in TYPE A.
        lines: Option<FromWire>,
    },
}

/// How far the transfer has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// The preliminary reply was sent, but the data connection is not accepted yet; see
    /// [`Action::QueueAborted`].
    Queued,
    Connecting,
    /// `true` if the server refuses the handshake.
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
    /// The preliminary reply. Empty after it was sent.
    pub(super) preliminary: Vec<u8>,
    pub(super) link: Option<Link>,
    pub(super) record: usize,
    pub(super) moved: usize,
    /// What is scripted for the middle of the transfer: after how many bytes, the bytes for the
    /// control connection, and what happens to the data connection.
    pub(super) at: Option<(usize, Vec<u8>, Then)>,
    pub(super) final_said: bool,
    /// Received bytes are no longer stored.
    pub(super) discards: bool,
}

impl Transfer {
    pub(super) fn is_queued(&self) -> bool {
        self.stage == Stage::Queued
    }

    pub(super) fn has(&self, such: impl Fn(&Action) -> bool) -> bool {
        has(&self.ctx.actions, such)
    }
}

/// Something that waits for [`Simulator::release_held`](super::Simulator::release_held).
#[derive(Debug)]
pub(super) enum Held {
    /// The replies of a session, up to the next barrier.
    Barrier(usize),
    /// Raw bytes for a session.
    Unasked(usize, Vec<u8>),
    /// A data connection that will be accepted or made.
    Accept(Link),
    /// The queued transfer of a session.
    Queued(usize),
}

/// All facts, in the order in which they are sent.
pub(super) const FACTS: [&str; 3] = ["type", "size", "modify"];

/// Splits a line into the verb, in upper case, and the argument.
pub(super) fn split(line: &[u8]) -> (String, &[u8]) {
    let space = line.iter().position(|b| *b == b' ');
    let verb = &line[..space.unwrap_or(line.len())];
    let argument = space.map_or(&b""[..], |space| &line[space + 1..]);
    let verb = String::from_utf8_lossy(&verb.to_ascii_uppercase()).into_owned();
    (verb, argument)
}

/// Whether one of the actions matches.
pub(super) fn has(actions: &[Action], such: impl Fn(&Action) -> bool) -> bool {
    actions.iter().any(such)
}
