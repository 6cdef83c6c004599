//! What you may decide about a session before it starts.

use core::net::IpAddr;

use super::setters::setters;
use crate::wire::{Limits, Multiline, Telnet};

/// The settings of a [`Session`](crate::Session). The defaults are the safe settings.
///
/// `Config` has what the protocol core needs: which commands it sends, and how it judges what the
/// server answers. If you drive a session without an adapter, you set this value alone. What
/// concerns this machine is in [`Options`](crate::Options): the host, sockets, clocks, TLS, and
/// text.
///
/// ```
/// use ftp_proto::{Config, Security};
///
/// let config = Config::default().with_security(Security::Explicit);
/// # let _ = config;
/// ```
///
/// Some servers need other settings for TLS:
///
/// ```
/// use ftp_proto::{Auth, MissingCloseNotify, Options, ProtectWhen, Protection};
///
/// let options = Options::new("ftp.example.org").with_config(|config| {
///     config
///         .with_auth(Auth::TlsThenSsl)
///         .with_protect_when(ProtectWhen::BeforeLogin)
///         .with_protection(Protection::Clear) // data in clear text: only if you mean it
///         .with_missing_close_notify(MissingCloseNotify::IfSizeAgrees)
/// });
/// # let _ = options;
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Config {
    /// How much memory the server may make the session use.
    pub limits: Limits,
    /// Which line ends a multi-line reply.
    pub multiline: Multiline,
    /// How the byte 0xFF, which has a meaning in Telnet, is sent in an argument.
    pub telnet: Telnet,
    /// How a positive reply is matched with its command.
    pub reply_codes: ReplyCodes,
    /// Whether the session demands TLS before it sends credentials.
    pub security: Security,
    /// What AUTH asks for, if it is sent.
    pub auth: Auth,
    /// How data connections are protected after the login, if the control connection is under TLS.
    pub protection: Protection,
    /// When PBSZ and PROT are sent.
    pub protect_when: ProtectWhen,
    /// What a download without close_notify means.
    pub missing_close_notify: MissingCloseNotify,
    /// Which command asks for a port in passive mode.
    pub passive_command: PassiveCommand,
    /// Which address a passive data connection goes to.
    pub passive_address: PassiveAddress,
    /// Whether the server is told that names are UTF-8.
    pub utf8_names: Utf8Names,
    /// Which side makes the data connections.
    pub data_mode: DataMode,
    /// The address that the server is told to connect to in active mode. Set it behind NAT, to the
    /// outer address of the router that forwards the port. `None`: the local address of the control
    /// connection.
    pub active_address: Option<IpAddr>,
    /// Who may make the data connection in active mode.
    pub active_peer: ActivePeer,
    /// Whether the data command waits until the data connection is made.
    pub data_command: DataCommand,
    /// What is sent before ABOR.
    pub abort_signal: AbortSignal,
    /// When the data connection of an aborted transfer is closed.
    pub abort_close: AbortClose,
    /// How many bytes of commands may wait to be written: 64 KiB. A driver that never writes is a
    /// mistake, and this limit shows it before the memory is full.
    pub max_unsent: usize,
    /// How many replies a fence may swallow before the session is given up: 8. Such replies belong
    /// to no command. The worst server known sends two of them after an abort.
    pub max_strays: usize,
}

/// How a positive reply is matched with its command. A negative reply can answer any command.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ReplyCodes {
    /// By its whole code: 213 can answer SIZE, but not DELE. If a command cannot have the code
    /// ([RFC 959 section 5.4](https://www.rfc-editor.org/rfc/rfc959#page-50)), the command fails
    /// with [`UnexpectedReply`](crate::ErrorKind::UnexpectedReply) and the session is out of step,
    /// because a server that sends one reply twice shifts all later replies by one. 200, 202 and
    /// 250 can answer every command, except those that ask for a value or announce another command.
    #[default]
    OfCommand,
    /// By its first digit alone, for servers that use reply codes of their own. The session then
    /// does not notice shifted replies.
    FirstDigit,
}

/// Whether and how TLS secures the control connection. No mode falls back to clear text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Security {
    /// FTP in clear text.
    #[default]
    Plain,
    /// TLS by AUTH TLS (RFC 4217) before USER. If the server refuses AUTH, the login fails.
    Explicit,
    /// TLS from the first byte on, usually at port 990. No RFC describes it.
    Implicit,
}

/// What AUTH asks for (RFC 4217 section 4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Auth {
    /// AUTH TLS.
    #[default]
    Tls,
    /// AUTH TLS, and AUTH SSL if the server does not know AUTH TLS (500, 502, 504, 534). PBSZ and
    /// PROT are sent as after AUTH TLS, although some old servers imply them after AUTH SSL.
    TlsThenSsl,
}

/// When PBSZ and PROT are sent (RFC 4217 section 9).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ProtectWhen {
    /// After the login, as every server expects.
    #[default]
    AfterLogin,
    /// PBSZ and PROT go out before USER, for servers that refuse a login before they are set.
    BeforeLogin,
}

/// What it means if a download under TLS ends without close_notify. Without it, nobody can tell the
/// end from a cut.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum MissingCloseNotify {
    /// An error, [`ErrorKind::Truncated`](crate::ErrorKind::Truncated).
    #[default]
    Refused,
    /// A file counts as complete if the server confirms it *and* its size agrees. The size is the
    /// [expected](crate::TransferOptions::expected) one, or else the answer to SIZE, which is then
    /// sent. A listing or a text has no known size, so for them it stays an error.
    IfSizeAgrees,
}

/// The protection of data connections (RFC 4217 section 9).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Protection {
    /// PROT C: in clear text.
    Clear,
    /// PROT P: under TLS.
    #[default]
    Private,
}

/// Which address a passive data connection goes to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum PassiveAddress {
    /// The address of the control connection's peer. The address in 227 is ignored (RFC 2577;
    /// CVE-2020-8284).
    #[default]
    ControlPeer,
    /// The address in 227. With this, the server can choose any host that this machine can reach.
    TrustServer,
}

/// Whether the client tells a server that lists UTF8 in FEAT that names are UTF-8.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Utf8Names {
    /// `OPTS UTF8 ON`, once, before the first command with a name that is not ASCII. Without it,
    /// IIS and others read such names in another encoding. FEAT is sent first, if its reply is not
    /// known yet. If the reply to FEAT is known already, OPTS is also sent before the first
    /// listing.
    #[default]
    SwitchOn,
    /// As `SwitchOn`, but FEAT is sent before the first listing at the latest. On IIS this costs
    /// two round trips, and the names in the first listing are then UTF-8.
    SwitchOnEarly,
    /// The server is not told. If [`Options`](crate::Options) have an [`Encoding`](crate::Encoding)
    /// other than UTF-8, this setting is implied.
    AsTheyAre,
}

/// Which side makes the data connections.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum DataMode {
    /// The client, to a port that the server names by EPSV, or by PASV if EPSV does not work.
    #[default]
    Passive,
    /// The server, to a port that the client names by EPRT, or by PORT if EPRT does not work.
    Active,
}

/// Which command asks the server for a port in passive mode.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum PassiveCommand {
    /// EPSV (RFC 2428). If EPSV is refused or not answered, or if its port cannot be reached, PASV
    /// is used from then on.
    #[default]
    Automatic,
    /// EPSV alone. IPv6 needs EPSV.
    Epsv,
    /// PASV alone, for a server or a firewall with which EPSV does not work.
    Pasv,
}

/// Who may make the data connection in active mode.
///
/// ```
/// use ftp_proto::{ActivePeer, DataMode, Options};
///
/// // A server with several interfaces, which connects from another address.
/// let options = Options::new("ftp.example.org").with_config(|config| {
///     config
///         .with_data_mode(DataMode::Active)
///         .with_active_peer(ActivePeer::Anyone)
/// });
/// # let _ = options;
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ActivePeer {
    /// The control connection's peer. Connections from other addresses are dropped.
    #[default]
    ControlPeer,
    /// The first that connects. Anyone who can reach the port may then receive a download, or send
    /// one. Under TLS, [`Resumption::Required`](crate::Resumption) shows whether it was the server.
    Anyone,
}

/// When the data command is sent in passive mode.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum DataCommand {
    /// After the data connection is made, as every server expects.
    #[default]
    AfterConnect,
    /// Together with the connection attempt, which saves a round trip. Under
    /// [`PassiveCommand::Automatic`], the first transfer of a session waits for the connection, to
    /// make sure that EPSV works.
    WithConnect,
}

/// What is sent before ABOR on the control connection (RFC 959 section 4.1.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum AbortSignal {
    /// Nothing: the servers in use today read ABOR like any other command.
    #[default]
    None,
    /// Telnet IP and Synch, sent as urgent data. Only on a control connection in clear text.
    TelnetSynch,
}

/// When the data connection of an aborted transfer is closed, after ABOR has left.
///
/// ```
/// use ftp_proto::{AbortClose, Options};
///
/// // A server on aioftp, which closes the control connection otherwise.
/// let options = Options::new("ftp.example.org")
///     .with_config(|config| config.with_abort_close(AbortClose::AfterReply));
/// # let _ = options;
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AbortClose {
    /// At once. vsftpd never answers ABOR before the data connection is gone, and ProFTPD,
    /// Pure-FTPd and Twisted do not always.
    #[default]
    AtOnce,
    /// After the first reply to ABOR, or after [`Timeouts::abort_reply`](crate::Timeouts), which is
    /// 1 s. Each abort takes that long on a server that does not answer before. aioftp needs this:
    /// it ends the session if the data connection is closed before it has read ABOR.
    AfterReply,
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
            abort_close: AbortClose::default(),
            max_unsent: 64 * 1024,
            max_strays: 8,
        }
    }
}

impl Config {
    /// Sets [`Config::active_address`]. Only EPRT can carry an IPv6 address, over IPv4 too. If the
    /// server refuses EPRT, its refusal is the error.
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
    /// Sets [`Config::abort_close`].
    with_abort_close => abort_close: AbortClose;
    /// Sets [`Config::max_unsent`], in bytes.
    with_max_unsent => max_unsent: usize;
    /// Sets [`Config::max_strays`].
    with_max_strays => max_strays: usize;
}
