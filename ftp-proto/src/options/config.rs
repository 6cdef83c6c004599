//! The settings of a session, which you choose before the session starts.

use alloc::vec::Vec;
use core::net::IpAddr;
use core::ops::RangeInclusive;

use super::pipelining::Pipelining;
use super::setters::setters;
use crate::wire::{Limits, Multiline, Telnet};

/// The settings of a [`Session`](crate::Session). The defaults are the safe settings.
///
/// `Config` has what the protocol core needs: which commands it sends, and how it reads the
/// server's replies. If you drive a session without an adapter, you need only this value. The
/// settings of this machine are in [`Options`](crate::Options): the host, sockets, clocks, TLS, and
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
    /// Limits on the size of replies, so that no server can use up the memory.
    pub limits: Limits,
    /// How the client recognizes the last line of a multi-line reply.
    pub multiline: Multiline,
    /// How the client sends the byte 0xFF in an argument, because Telnet gives this byte a special
    /// meaning.
    pub telnet: Telnet,
    /// How the session decides whether a positive reply can belong to its command.
    pub reply_codes: ReplyCodes,
    /// Whether the session demands TLS before it sends credentials.
    pub security: Security,
    /// Which mechanism the client names in the AUTH command. It sends AUTH only under
    /// [`Security::Explicit`].
    pub auth: Auth,
    /// Whether data connections are under TLS, if the control connection is under TLS.
    pub protection: Protection,
    /// When the client sends PBSZ and PROT: before or after the login.
    pub protect_when: ProtectWhen,
    /// What the session does if a download under TLS ends without close_notify.
    pub missing_close_notify: MissingCloseNotify,
    /// Which command the client sends to ask for a port in passive mode.
    pub passive_command: PassiveCommand,
    /// Which host the client connects to in passive mode.
    pub passive_address: PassiveAddress,
    /// Whether the client tells the server that names are UTF-8.
    pub utf8_names: Utf8Names,
    /// Whether the client or the server makes the data connections.
    pub data_mode: DataMode,
    /// The address that the client tells the server to connect to in active mode. If the client is
    /// behind NAT, set the public address of the router that forwards the port. `None`: the local
    /// address of the control connection.
    pub active_address: Option<IpAddr>,
    /// From which addresses the client accepts a data connection in active mode.
    pub active_peer: ActivePeer,
    /// Whether the client waits for the data connection before it sends the data command, such as
    /// RETR.
    pub data_command: DataCommand,
    /// Which commands the client sends together, without waiting for each reply.
    pub pipelining: Pipelining,
    /// What the client sends before ABOR.
    pub abort_signal: AbortSignal,
    /// When the client closes the data connection of an aborted transfer.
    pub abort_close: AbortClose,
    /// How many bytes of commands may wait until the driver writes them. Default: 64 KiB. If a
    /// driver never writes, this limit turns the mistake into an error before the memory is full.
    pub max_unsent: usize,
    /// How many replies that belong to no command may come before a fence has put the session back
    /// in step. If more come, the session ends. Default: 8. The worst server known sends two such
    /// replies after an abort.
    pub max_strays: usize,
    /// The ports to which the client does not connect in passive mode, because a firewall blocks
    /// them. If the server names such a port, the client asks for another one.
    pub blocked_ports: Vec<RangeInclusive<u16>>,
}

/// How the session decides whether a positive reply can belong to its command. A negative reply can
/// belong to any command.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ReplyCodes {
    /// By all three digits of the code: 213 can answer SIZE, but not DELE. If the reply to a
    /// command has a code that this command cannot have ([RFC 959 section
    /// 5.4](https://www.rfc-editor.org/rfc/rfc959#page-50)), the command fails with
    /// [`UnexpectedReply`](crate::ErrorKind::UnexpectedReply). Such a reply probably belongs to
    /// another command: after a server has sent one reply twice, every later command gets the reply
    /// to the command before it. So the session is then out of step. It finds out which reply
    /// belongs to which command before it goes on.
    ///
    /// 200, 202 and 250 can answer every command, except commands that ask for a value (SIZE) or
    /// announce another command (RNFR).
    #[default]
    OfCommand,
    /// By the first digit of the code only, for servers that use reply codes of their own. The
    /// session then does not notice if a command gets the reply to another command.
    FirstDigit,
}

/// Whether and how TLS secures the control connection. With TLS, the client never falls back to
/// clear text.
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
    /// **The login goes in clear text, with the password.** TLS begins only when you ask for it:
    /// `secure` of an adapter's client, or [`Secure`](crate::flows::Secure). Until then data goes
    /// in clear text too, and anyone on the way can read and change everything. It is the
    /// `login(secure=False)` of Python's `FTP_TLS`, for servers that allow AUTH only after a login.
    /// See [`Options::with_login_in_clear`](crate::Options::with_login_in_clear).
    ///
    /// From `secure` on, the rules of `Explicit` hold: data connections need PROT P, and a new
    /// connection that replaces this one begins TLS before it logs in.
    LoginInClear,
}

impl Security {
    /// Whether credentials may be sent only under TLS.
    pub(crate) fn demands_tls(self) -> bool {
        matches!(self, Self::Explicit | Self::Implicit)
    }
}

/// Which mechanism the AUTH command names (RFC 4217 section 4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Auth {
    /// Only `AUTH TLS`.
    #[default]
    Tls,
    /// `AUTH TLS`, and then `AUTH SSL` if the server does not know `AUTH TLS` (500, 502, 504, 534).
    /// The client sends PBSZ and PROT in both cases, although after `AUTH SSL` some old servers
    /// protect data connections without these commands.
    TlsThenSsl,
}

/// When the commands PBSZ and PROT are sent (RFC 4217 section 9).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ProtectWhen {
    /// After the login, as every server expects.
    #[default]
    AfterLogin,
    /// Before USER, for servers that refuse a login before PBSZ and PROT are set.
    BeforeLogin,
}

/// What the session does if a download under TLS ends without close_notify. Without close_notify,
/// nobody can tell whether the file has ended or an attacker has cut the connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum MissingCloseNotify {
    /// The download fails with [`ErrorKind::Truncated`](crate::ErrorKind::Truncated), even if all
    /// of the file has come.
    #[default]
    Refused,
    /// The download succeeds if the server confirms it *and* the size of the file agrees with the
    /// number of bytes that came. The size is the [expected](crate::TransferOptions::expected) one.
    /// If you have set no expected size, the client asks for the size by SIZE. A listing or a text
    /// has no known size, so a missing close_notify still makes it fail.
    IfSizeAgrees,
}

/// The protection of data connections (RFC 4217 section 9).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Protection {
    /// PROT C: data connections in clear text.
    Clear,
    /// PROT P: data connections under TLS.
    #[default]
    Private,
}

/// Which host the client connects to in passive mode.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum PassiveAddress {
    /// The host to which the control connection goes. The client ignores the address in the 227
    /// reply (RFC 2577; CVE-2020-8284).
    #[default]
    ControlPeer,
    /// The address in the 227 reply. The server can then send the client to any host that this
    /// machine can reach.
    TrustServer,
}

/// Whether the client tells a server that lists UTF8 in FEAT that names are UTF-8.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Utf8Names {
    /// The client sends `OPTS UTF8 ON` once, before the first command with a name that is not
    /// ASCII. Without OPTS, IIS and others read such names in another encoding. If the client does
    /// not know the server's features yet, it sends FEAT before OPTS. If it already knows them, a
    /// listing counts too: the client sends OPTS before the first listing, even if no such name
    /// came before.
    #[default]
    SwitchOn,
    /// Like `SwitchOn`, but the client sends FEAT and OPTS before the first listing at the latest.
    /// On IIS this costs two round trips, and makes the names in the first listing UTF-8.
    SwitchOnEarly,
    /// The client does not tell the server how names are encoded. If you set an
    /// [`Encoding`](crate::Encoding) other than UTF-8 in [`Options`](crate::Options), the client
    /// behaves in this way too.
    AsTheyAre,
}

/// Whether the client or the server makes the data connections.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum DataMode {
    /// The client connects to a port that the server names by EPSV, or by PASV if EPSV does not
    /// work.
    #[default]
    Passive,
    /// The server connects to a port that the client names by EPRT, or by PORT if EPRT does not
    /// work.
    Active,
}

/// Which command asks the server for a port in passive mode.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum PassiveCommand {
    /// EPSV (RFC 2428). If the server refuses EPSV or does not answer it, or if the client cannot
    /// connect to the port in the reply, the client uses PASV from then on.
    #[default]
    Automatic,
    /// Only EPSV. Over IPv6, only EPSV works.
    Epsv,
    /// Only PASV, for a server or a firewall with which EPSV does not work.
    Pasv,
}

/// From which addresses the client accepts a data connection in active mode.
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
    /// Only from the address of the server to which the control connection goes. The client drops a
    /// connection from any other address.
    #[default]
    ControlPeer,
    /// From any address: the first connection is used. Anyone who can reach the port may then
    /// receive an upload, or send false data for a download. Under TLS,
    /// [`Resumption::Required`](crate::Resumption) makes the transfer fail if another machine has
    /// connected.
    Anyone,
}

/// When the client sends the data command, such as RETR, in passive mode.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum DataCommand {
    /// After the data connection is made, as every server expects.
    #[default]
    AfterConnect,
    /// At the same time as the client connects, which saves a round trip. Under
    /// [`PassiveCommand::Automatic`], the first transfer of a session still waits for its data
    /// connection, to make sure that EPSV works.
    WithConnect,
}

/// What the client sends before ABOR on the control connection (RFC 959 section 4.1.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum AbortSignal {
    /// Nothing, because the servers in use today read ABOR like any other command.
    #[default]
    None,
    /// The Telnet signals IP and Synch, as urgent data. They are sent only if the control
    /// connection is in clear text.
    TelnetSynch,
}

/// When the client closes the data connection of an aborted transfer, after it has sent ABOR.
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
    /// At once after ABOR. vsftpd replies to ABOR only after the data connection is closed, and
    /// ProFTPD, Pure-FTPd and Twisted sometimes do the same.
    #[default]
    AtOnce,
    /// After the first reply to ABOR. If none comes, after
    /// [`Timeouts::abort_reply`](crate::Timeouts), which is 1 s by default. Some servers reply to
    /// ABOR only after the data connection is closed. With them, every abort takes this second.
    /// aioftp needs this setting: it ends the session if the client closes the data connection
    /// before aioftp has read ABOR.
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
            pipelining: Pipelining::default(),
            abort_signal: AbortSignal::default(),
            abort_close: AbortClose::default(),
            max_unsent: 64 * 1024,
            max_strays: 8,
            blocked_ports: Vec::new(),
        }
    }
}

impl Config {
    /// Sets [`Config::blocked_ports`]: ports to which the client does not connect in passive mode,
    /// because a firewall blocks them. If the server names such a port, the client asks for another
    /// one by EPSV or PASV, ten times at most. The server chooses the ports, so this helps only if
    /// a part of its ports is blocked.
    ///
    /// If all ten ports are blocked, the transfer fails with
    /// [`ErrorKind::Io`](crate::ErrorKind::Io), as it does if a connection cannot be made. The
    /// session lives.
    ///
    /// ```
    /// use ftp_proto::Options;
    ///
    /// let options = Options::new("ftp.example.org")
    ///     .with_config(|config| config.with_blocked_ports([3389..=3389, 50_000..=65_535]));
    /// # let _ = options;
    /// ```
    #[must_use]
    pub fn with_blocked_ports(
        mut self,
        ports: impl IntoIterator<Item = RangeInclusive<u16>>,
    ) -> Self {
        self.blocked_ports = ports.into_iter().collect();
        self
    }

    /// Sets [`Config::active_address`]. An IPv6 address can be sent only by EPRT, even if the
    /// control connection uses IPv4. If the server refuses EPRT, the transfer fails with that
    /// refusal.
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
    /// Sets [`Config::pipelining`].
    with_pipelining => pipelining: Pipelining;
    /// Sets [`Config::abort_signal`].
    with_abort_signal => abort_signal: AbortSignal;
    /// Sets [`Config::abort_close`].
    with_abort_close => abort_close: AbortClose;
    /// Sets [`Config::max_unsent`], in bytes.
    with_max_unsent => max_unsent: usize;
    /// Sets [`Config::max_strays`].
    with_max_strays => max_strays: usize;
}
