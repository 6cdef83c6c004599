//! What a caller may decide about a session before it starts.

use core::net::IpAddr;

use super::setters::setters;
use crate::wire::{Limits, Multiline, Telnet};

/// The settings of a [`Session`](crate::Session); the defaults are the safe ones.
///
/// ```
/// use ftp_proto::{Config, Security};
///
/// let config = Config::default().with_security(Security::Explicit);
/// # let _ = config;
/// ```
///
/// What servers need who do TLS in ways of their own:
///
/// ```
/// use ftp_proto::{Auth, MissingCloseNotify, Options, ProtectWhen, Protection};
///
/// let options = Options::new("ftp.example.org").with_config(|config| {
///     config
///         .with_auth(Auth::TlsThenSsl)
///         .with_protect_when(ProtectWhen::BeforeLogin)
///         .with_protection(Protection::Clear) // of data connections: on purpose alone
///         .with_missing_close_notify(MissingCloseNotify::IfSizeAgrees)
/// });
/// # let _ = options;
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Config {
    /// How much the server may make us hold.
    pub limits: Limits,
    /// Which line ends a multi-line reply.
    pub multiline: Multiline,
    /// How the byte 0xFF, which Telnet gives a meaning, goes out in an argument.
    pub telnet: Telnet,
    /// By what a positive reply is judged.
    pub reply_codes: ReplyCodes,
    /// Whether the control connection must be secured before credentials leave.
    pub security: Security,
    /// What AUTH asks for, where it is sent.
    pub auth: Auth,
    /// How the data connections of a secured session are protected after login.
    pub protection: Protection,
    /// When PBSZ and PROT are sent.
    pub protect_when: ProtectWhen,
    /// What becomes of a download without close_notify.
    pub missing_close_notify: MissingCloseNotify,
    /// Which command asks for a port in passive mode.
    pub passive_command: PassiveCommand,
    /// Whose address a data connection goes to.
    pub passive_address: PassiveAddress,
    /// Whether the server is told that names are UTF-8.
    pub utf8_names: Utf8Names,
    /// Who makes the data connections.
    pub data_mode: DataMode,
    /// The address that the server is told to connect to in active mode, where it is not the one
    /// that we listen on: behind NAT, the outside of the box that passes the port on.
    pub active_address: Option<IpAddr>,
    /// Whose data connection is taken in active mode.
    pub active_peer: ActivePeer,
    /// Whether the data command waits until the data connection is there.
    pub data_command: DataCommand,
    /// What goes before ABOR.
    pub abort_signal: AbortSignal,
    /// How many bytes of commands may stand unsent, 64 KiB: a driver that never writes is a
    /// mistake that should show before memory is gone.
    pub unsent: usize,
    /// How many replies that nobody owes a fence swallows, 8, before the session is given up:
    /// the worst server known sends two after an abort.
    pub strays: usize,
}

/// By what a positive reply is judged. A negative one can answer any command.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ReplyCodes {
    /// By its whole code: 213 answers SIZE, and DELE never. A code that its command cannot have
    /// ([RFC 959 section 5.4](https://www.rfc-editor.org/rfc/rfc959#page-50)) fails the command with
    /// [`UnexpectedReply`](crate::ErrorKind::UnexpectedReply), and puts the session out of step: a
    /// reply that comes twice has shifted all later ones. 200, 202 and 250 answer every command
    /// but those that ask for a value or announce another command.
    #[default]
    OfCommand,
    /// By its first digit alone, for servers that answer with codes of their own. A shifted reply is
    /// then believed.
    FirstDigit,
}

/// Whether and how the control connection is secured. There is no mode that falls back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Security {
    /// FTP in clear text.
    #[default]
    Plain,
    /// AUTH TLS (RFC 4217) before USER, or nothing.
    Explicit,
    /// TLS from the first byte on, as a rule at port 990; no RFC describes it.
    Implicit,
}

/// What AUTH asks for (RFC 4217 section 4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Auth {
    /// AUTH TLS.
    #[default]
    Tls,
    /// AUTH TLS, and AUTH SSL where the server does not know that (500, 502, 504, 534). It means
    /// the same, PROT included, which some old servers would have implied.
    TlsThenSsl,
}

/// When PBSZ and PROT are sent (RFC 4217 section 9).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ProtectWhen {
    /// After the login: what every server expects.
    #[default]
    AfterLogin,
    /// Before USER, for servers that refuse a login whose data would not be protected.
    BeforeLogin,
}

/// What becomes of a download that ended under TLS without close_notify, by which nobody can tell
/// the end from a cut.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum MissingCloseNotify {
    /// It is an error, [`ErrorKind::Truncated`](crate::ErrorKind::Truncated).
    #[default]
    Refused,
    /// A file is taken for complete where the server confirms it *and* its size agrees: the
    /// [expected](crate::TransferOptions::expected) one, or else that of SIZE, which is then
    /// asked. Of a listing, or of a text, no size is known, and it stays an error.
    IfSizeAgrees,
}

/// The protection of data connections (RFC 4217 section 9).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Protection {
    /// In clear text, PROT C.
    Clear,
    /// Under TLS, PROT P.
    #[default]
    Private,
}

/// Which address a passive data connection goes to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum PassiveAddress {
    /// The peer of the control connection, whatever 227 says (RFC 2577; CVE-2020-8284).
    #[default]
    ControlPeer,
    /// The address in 227. It lets the server choose any host that this machine can reach.
    TrustServer,
}

/// Whether a server that lists UTF8 (FEAT) is told that names are UTF-8.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Utf8Names {
    /// `OPTS UTF8 ON`, once, before the first command with a name that is not ASCII: IIS and others
    /// take such names for another encoding until then. FEAT is asked first, if it was not. Where
    /// it was, the option is sent before the first listing, too.
    #[default]
    SwitchOn,
    /// The same, but FEAT is asked before the first listing at the latest. On IIS this takes two
    /// round trips, and its first listing has its names in UTF-8.
    SwitchOnEarly,
    /// It is not told. Options with another [`Encoding`](crate::Encoding) than UTF-8 imply this.
    AsTheyAre,
}

/// Who makes the data connections.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum DataMode {
    /// The client, to a port that the server names: EPSV, or PASV where EPSV does not work.
    #[default]
    Passive,
    /// The server, to a port that the client names: EPRT, or PORT where EPRT does not work.
    Active,
}

/// Which command asks the server for a port in passive mode.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum PassiveCommand {
    /// EPSV (RFC 2428), and PASV from then on where EPSV is refused or not answered, or where its
    /// port cannot be reached.
    #[default]
    Automatic,
    /// EPSV alone, which IPv6 demands.
    Epsv,
    /// PASV alone: of a server or a firewall whose EPSV is known not to work.
    Pasv,
}

/// Whose data connection is taken in active mode.
///
/// ```
/// use ftp_proto::{ActivePeer, DataMode, Options};
///
/// // A server with several interfaces, which connects from another one.
/// let options = Options::new("ftp.example.org").with_config(|config| {
///     config
///         .with_data_mode(DataMode::Active)
///         .with_active_peer(ActivePeer::Anyone)
/// });
/// # let _ = options;
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ActivePeer {
    /// One that comes from the address of the control connection's peer; others are turned away.
    #[default]
    ControlPeer,
    /// The first that comes. Anybody who can reach the port may then take a download, or send one; under
    /// TLS, [`Resumption::Required`](crate::Resumption) shows whether it was the server.
    Anyone,
}

/// When the data command leaves in passive mode.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum DataCommand {
    /// Once the data connection is made: what every server expects.
    #[default]
    AfterConnect,
    /// Together with the connection attempt, which saves a round trip. Under
    /// [`PassiveCommand::Automatic`], EPSV's port is first seen to work: the first transfer of a
    /// session waits for the connection.
    WithConnect,
}

/// What goes before ABOR on the control connection (RFC 959 section 4.1.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum AbortSignal {
    /// Nothing: the servers in use today read the command like any other.
    #[default]
    None,
    /// Telnet IP and Synch with the urgent mark, on a control connection in clear text only.
    TelnetSynch,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            multiline: Multiline::default(),
            telnet: Telnet::default(),
            reply_codes: ReplyCodes::default(),
            security: Security::default(),
            auth: Auth::default(),
            protection: Protection::default(),
            protect_when: ProtectWhen::default(),
            missing_close_notify: MissingCloseNotify::default(),
            passive_command: PassiveCommand::default(),
            passive_address: PassiveAddress::default(),
            utf8_names: Utf8Names::default(),
            data_mode: DataMode::default(),
            active_address: None,
            active_peer: ActivePeer::default(),
            data_command: DataCommand::default(),
            abort_signal: AbortSignal::default(),
            unsent: 64 * 1024,
            strays: 8,
        }
    }
}

impl Config {
    /// Sets [`Config::active_address`]. An IPv6 address can be told by EPRT alone, whatever the
    /// control connection runs over; the refusal of that is then the error.
    #[must_use]
    pub fn with_active_address(mut self, active_address: impl Into<IpAddr>) -> Self {
        self.active_address = Some(active_address.into());
        self
    }
}

setters! { Config
    /// Sets [`Config::limits`].
    with_limits => limits: Limits;
    /// Sets [`Config::multiline`].
    with_multiline => multiline: Multiline;
    /// Sets [`Config::telnet`].
    with_telnet => telnet: Telnet;
    /// Sets [`Config::reply_codes`].
    with_reply_codes => reply_codes: ReplyCodes;
    /// Sets [`Config::security`].
    with_security => security: Security;
    /// Sets [`Config::auth`].
    with_auth => auth: Auth;
    /// Sets [`Config::protection`].
    with_protection => protection: Protection;
    /// Sets [`Config::protect_when`].
    with_protect_when => protect_when: ProtectWhen;
    /// Sets [`Config::missing_close_notify`].
    with_missing_close_notify => missing_close_notify: MissingCloseNotify;
    /// Sets [`Config::passive_command`].
    with_passive_command => passive_command: PassiveCommand;
    /// Sets [`Config::passive_address`].
    with_passive_address => passive_address: PassiveAddress;
    /// Sets [`Config::utf8_names`].
    with_utf8_names => utf8_names: Utf8Names;
    /// Sets [`Config::data_mode`].
    with_data_mode => data_mode: DataMode;
    /// Sets [`Config::active_peer`].
    with_active_peer => active_peer: ActivePeer;
    /// Sets [`Config::data_command`].
    with_data_command => data_command: DataCommand;
    /// Sets [`Config::abort_signal`].
    with_abort_signal => abort_signal: AbortSignal;
    /// Sets [`Config::unsent`], in bytes.
    with_unsent => unsent: usize;
    /// Sets [`Config::strays`].
    with_strays => strays: usize;
}
