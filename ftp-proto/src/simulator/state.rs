//! The state of one control connection and of its transfer, as the server keeps it.

use std::collections::VecDeque;
use std::format;
use std::string::String;
use std::vec::Vec;

use crate::simulator::fault::{Action, Then};
use crate::simulator::lines::FromWire;
use crate::simulator::link::Link;

/// How far the login of a session has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Login {
    None,
    /// The client has sent USER. The value is `true` if it named the right user.
    User(bool),
    /// The client has sent the right password, but still has to send the account.
    Account,
    Complete,
}

impl Login {
    pub(super) fn is_complete(self) -> bool {
        self == Self::Complete
    }
}

/// How the next transfer gets its data connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DataSource {
    None,
    Listening(u16),
    /// The data connection is made, but the server may not have accepted it yet.
    Connected(Link),
    Active(u16),
}

/// The state of one control connection.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) link: Link,
    pub(super) outbox: VecDeque<Item>,
    /// The command lines that the server has not handled yet, as indexes into the simulator's list
    /// of all commands.
    pub(super) lines: VecDeque<usize>,
    /// Whether the client has sent AUTH and the server has not yet decided whether TLS starts.
    pub(super) upgrading: bool,
    /// Whether the server handles no more commands, because it is about to close the connection.
    pub(super) closing: bool,
    /// Whether the connection has ended.
    pub(super) over: bool,
    pub(super) login: Login,
    pub(super) directory: Vec<u8>,
    pub(super) representation: Representation,
    /// The facts that MLSD and MLST send to this client, for example `size`.
    pub(super) facts: Vec<&'static str>,
    pub(super) restart: usize,
    pub(super) rename_from: Option<Vec<u8>>,
    pub(super) pbsz: bool,
    pub(super) protected: bool,
    /// Whether the client has sent the account of
    /// [`Setup::account_to_store`](super::Setup::account_to_store).
    pub(super) may_store: bool,
    /// Whether the client has sent PRET, and no transfer command after it.
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

    /// Returns whether the server starts TLS after it has sent the replies in the outbox.
    pub(super) fn starting_tls(&self) -> bool {
        self.outbox
            .iter()
            .any(|item| matches!(item, Item::StartTls))
    }

    /// Returns the beginning of a preliminary reply.
    pub(super) fn opening(&self) -> String {
        let name = self.representation.name();
        format!("150 Opening {name} mode data connection")
    }

    /// Sets everything that the client has changed back to its initial value, as REIN demands.
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

/// One thing that the server does on the control connection. It does these things in the order of
/// the outbox.
#[derive(Debug)]
pub(super) enum Item {
    Bytes(Vec<u8>),
    /// Bytes that the server sends in clear text, even under TLS.
    Raw(Vec<u8>),
    /// A point in the stream. No read of the client returns bytes from both sides of it.
    Cut,
    /// The server sends nothing after this point until `release_held` removes it.
    Barrier,
    StartTls,
    EndTls,
    Close {
        notify: bool,
    },
    Reset,
}

/// A command that the server is handling: the faults scripted for it, and whether a reply was sent.
#[derive(Debug, Default)]
pub(super) struct Ctx {
    pub(super) actions: Vec<Action>,
    pub(super) spoken: bool,
    /// The index of the command in the simulator's list of all commands. `None` for the greeting.
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

/// The representation type that TYPE has set. The format, for example the `N` of `TYPE A N`,
/// changes nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Representation {
    #[default]
    Ascii,
    /// TYPE E. The server accepts it, but sends bytes as they are.
    Ebcdic,
    Image,
}

impl Representation {
    /// Returns the name that the server's replies use for the type, for example `BINARY`.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Ascii => "ASCII",
            Self::Ebcdic => "EBCDIC",
            Self::Image => "BINARY",
        }
    }
}

/// The record of one data transfer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TransferRecord {
    /// The name of the command in upper case, for example `RETR`.
    pub verb: String,
    /// The absolute path of the file or directory.
    pub path: Vec<u8>,
    /// The number of bytes of plaintext that the server has sent or received.
    pub bytes: usize,
    /// Whether the TLS handshake of the data connection has resumed a session. `None` in clear
    /// text, and before the end of the handshake.
    pub resumed: Option<bool>,
    /// Whether the client has sent a TLS `close_notify` on the data connection.
    pub close_notify: bool,
    /// Whether the server has sent all data of the download, or has received the regular end of the
    /// upload.
    pub complete: bool,
}

/// The data of a transfer, and its direction.
#[derive(Debug)]
pub(super) enum Load {
    /// The bytes of the file or listing, as the server sends them on the wire.
    Download(Vec<u8>),
    Upload {
        path: Vec<u8>,
        /// The offset where the next byte is stored.
        position: usize,
        /// The translation of line ends. `None` if the transfer is not in TYPE A.
        lines: Option<FromWire>,
    },
}

/// How far a transfer has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// The server has sent the preliminary reply, but has not accepted the data connection yet; see
    /// [`Action::QueueAborted`].
    Queued,
    Connecting,
    /// The server waits for the TLS handshake. The value is `true` if the server refuses it.
    Handshaking(bool),
    Moving,
    Stalled,
    /// The transfer is over, and the server handles the next command of the session.
    Done,
}

/// A transfer that the server is carrying out.
#[derive(Debug)]
pub(super) struct Transfer {
    pub(super) ctx: Ctx,
    pub(super) verb: String,
    pub(super) path: Vec<u8>,
    pub(super) load: Load,
    pub(super) stage: Stage,
    /// The preliminary reply. Empty after the server has sent it.
    pub(super) preliminary: Vec<u8>,
    pub(super) link: Option<Link>,
    pub(super) record: usize,
    pub(super) moved: usize,
    /// The fault [`Action::At`], if one is scripted: after how many bytes it happens, the bytes for
    /// the control connection, and what happens to the data connection.
    pub(super) at: Option<(usize, Vec<u8>, Then)>,
    pub(super) final_said: bool,
    /// Whether the server discards the bytes that it still receives, instead of storing them.
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

/// Something that the server keeps back until the test calls
/// [`Simulator::release_held`](super::Simulator::release_held).
#[derive(Debug)]
pub(super) enum Held {
    /// The replies of this session that wait after its first barrier.
    Barrier(usize),
    /// Raw bytes that the server will send in this session.
    Unasked(usize, Vec<u8>),
    /// A data connection that the server will accept or, in active mode, make.
    Accept(Link),
    /// The queued transfer of this session; see [`Action::QueueAborted`].
    Queued(usize),
}

/// All facts that the server knows, in the order in which it sends them.
pub(super) const FACTS: [&str; 3] = ["type", "size", "modify"];

/// Splits a command line into the verb, in upper case, and the argument.
pub(super) fn split(line: &[u8]) -> (String, &[u8]) {
    let space = line.iter().position(|b| *b == b' ');
    let verb = &line[..space.unwrap_or(line.len())];
    let argument = space.map_or(&b""[..], |space| &line[space + 1..]);
    let verb = String::from_utf8_lossy(&verb.to_ascii_uppercase()).into_owned();
    (verb, argument)
}

/// Returns whether `such` is true for one of the actions.
pub(super) fn has(actions: &[Action], such: impl Fn(&Action) -> bool) -> bool {
    actions.iter().any(such)
}
