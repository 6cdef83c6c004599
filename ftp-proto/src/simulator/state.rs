//! What the server knows about one control connection and its transfer.

use std::collections::VecDeque;
use std::format;
use std::string::String;
use std::vec::Vec;

use crate::simulator::fault::{Action, Then};
use crate::simulator::lines::FromWire;
use crate::simulator::link::Link;

/// Which commands of the login (USER, PASS, ACCT) the client has sent successfully.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Login {
    None,
    /// The client has sent USER. `true` if its argument was the name of the user who may log in.
    User(bool),
    /// The client has sent the right password, but the login also needs ACCT.
    Account,
    Complete,
}

impl Login {
    pub(super) fn is_complete(self) -> bool {
        self == Self::Complete
    }
}

/// Where the data connection of the next transfer comes from: a passive port of the server, a
/// connection that is already made, or the client's port (active mode).
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
    /// What [`Action::Swap`] keeps back until the next reply.
    pub(super) swapped: Vec<u8>,
    /// The command lines that the server has not handled yet, as indexes into
    /// `Simulator::commands`.
    pub(super) lines: VecDeque<usize>,
    /// Whether the client has sent AUTH and the server has not replied to it yet. The bytes after
    /// AUTH may then belong to a TLS handshake.
    pub(super) upgrading: bool,
    /// Whether the server handles no more commands, because it is about to close the connection.
    pub(super) closing: bool,
    /// Whether the control connection has ended.
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
    /// Whether the client has sent the account that
    /// [`Setup::account_to_store`](super::Setup::account_to_store) demands.
    pub(super) may_store: bool,
    /// Whether the client has sent PRET, and no transfer command since then.
    pub(super) announced_transfer: bool,
    pub(super) data: DataSource,
    pub(super) transfer: Option<Transfer>,
    /// An aborted transfer that the server will run over the next data connection; see
    /// [`Action::QueueAborted`]. `None` if there is none.
    pub(super) queued: Option<Transfer>,
}

impl Session {
    pub(super) fn new(link: Link, home: &[u8], implicit: bool) -> Self {
        Self {
            link,
            outbox: VecDeque::new(),
            swapped: Vec::new(),
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

    /// Returns whether the start of TLS is in the outbox, after the reply to AUTH.
    pub(super) fn starting_tls(&self) -> bool {
        self.outbox
            .iter()
            .any(|item| matches!(item, Item::StartTls))
    }

    /// Returns the start of the preliminary reply, for example `150 Opening BINARY mode data
    /// connection`.
    pub(super) fn opening(&self) -> String {
        let name = self.representation.name();
        format!("150 Opening {name} mode data connection")
    }

    /// Resets all settings of the session to their initial values, as REIN demands.
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

/// An entry of the outbox: one thing that the server does on the control connection. The server
/// does them in order.
#[derive(Debug)]
pub(super) enum Item {
    Bytes(Vec<u8>),
    /// Send these bytes unencrypted, even under TLS.
    Raw(Vec<u8>),
    /// Make the client's read stop here: no read returns bytes from before and after this point.
    Cut,
    /// Do nothing more until `release_held` removes this entry.
    Barrier,
    StartTls,
    EndTls,
    Close {
        notify: bool,
    },
    Reset,
}

/// What the server needs while it handles a command: the faults scripted for it, and whether a
/// reply to it was sent.
#[derive(Debug, Default)]
pub(super) struct Ctx {
    pub(super) actions: Vec<Action>,
    pub(super) spoken: bool,
    /// The index of the command in `Simulator::commands`. `None` for the greeting.
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

/// The representation type that the client has set by TYPE. A format, for example the `N` of `TYPE
/// A N`, has no effect.
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

/// What a test can learn about one data transfer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TransferRecord {
    /// The name of the command in upper case, for example `RETR`.
    pub verb: String,
    /// The absolute path of the file or directory.
    pub path: Vec<u8>,
    /// The number of bytes that the server has sent or received, before encryption.
    pub bytes: usize,
    /// Whether the TLS handshake of the data connection has resumed a session. `None` in clear
    /// text, and before the end of the handshake.
    pub resumed: Option<bool>,
    /// Whether the client has sent a TLS `close_notify` on the data connection.
    pub close_notify: bool,
    /// Whether the server has sent all data of a download, or has received an upload up to its
    /// regular end.
    pub complete: bool,
}

/// What a transfer moves: the bytes of a download, or the place where an upload is stored.
#[derive(Debug)]
pub(super) enum Load {
    /// The bytes of the file or listing, as the server sends them on the wire.
    Download(Vec<u8>),
    Upload {
        path: Vec<u8>,
        /// The offset in the file at which the next byte is stored.
        position: usize,
        /// The translation of CRLF to LF in TYPE A. `None` in the other types.
        lines: Option<FromWire>,
    },
}

/// What the server does next in a transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// The server has sent the preliminary reply, but does not use the data connection yet, because
    /// of the fault [`Action::QueueAborted`].
    Queued,
    Connecting,
    /// The server waits for the client's TLS handshake. `true` if the server will refuse the
    /// handshake.
    Handshaking(bool),
    Moving,
    Stalled,
    /// The transfer is over. The server then handles the next command.
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
    /// The preliminary reply that the server still has to send. Empty after it was sent.
    pub(super) preliminary: Vec<u8>,
    pub(super) link: Option<Link>,
    pub(super) record: usize,
    pub(super) moved: usize,
    /// The fault [`Action::At`]: after how many bytes it happens, the raw bytes for the control
    /// connection, and what happens to the data connection. `None` if no such fault is scripted, or
    /// after it has happened.
    pub(super) at: Option<(usize, Vec<u8>, Then)>,
    pub(super) final_said: bool,
    /// Whether the server throws away the bytes that it still receives, and does not store them.
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

/// Something that the server keeps back until
/// [`Simulator::release_held`](super::Simulator::release_held) is called. Each `usize` is the index
/// of a session.
#[derive(Debug)]
pub(super) enum Held {
    /// The entries of the outbox after its first barrier.
    Barrier(usize),
    /// Raw bytes for the control connection.
    Unasked(usize, Vec<u8>),
    /// A data connection that the server has not accepted yet or, in active mode, has not made yet.
    Accept(Link),
    /// The transfer that the fault [`Action::QueueAborted`] delays.
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

/// Returns whether `such` returns `true` for one of the actions.
pub(super) fn has(actions: &[Action], such: impl Fn(&Action) -> bool) -> bool {
    actions.iter().any(such)
}
