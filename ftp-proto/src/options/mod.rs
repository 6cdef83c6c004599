//! The options that you set before you connect. Both adapters use these types.

pub(crate) mod config;
pub(crate) mod credentials;
pub(crate) mod encoding;
pub(crate) mod ftp_proxy;
pub(crate) mod host;
#[cfg(feature = "encoding_rs")]
mod labels;
pub(crate) mod limits;
pub(crate) mod netrc;
pub(crate) mod optional_name;
pub(crate) mod pipelining;
mod ports;
pub(crate) mod proxied;
pub(crate) mod setters;
mod shortcuts;
mod sockets;
pub(crate) mod transfer;
pub(crate) mod url;

use alloc::format;
use alloc::string::String;
use core::net::SocketAddr;
use core::ops::RangeInclusive;
use core::time::Duration;

pub use self::ports::{FTP_PORT, IMPLICIT_PORT};

use self::config::Config;
#[cfg(feature = "rustls")]
use self::config::Security;
use self::credentials::Credentials;
use self::encoding::Encoding;
use self::ftp_proxy::FtpProxy;
use self::limits::TransferLimits;
use self::setters::setters;
#[cfg(feature = "std")]
use crate::abort::AbortHandle;
use crate::capabilities::Capabilities;
#[cfg(feature = "std")]
use crate::debug_level::DebugLevel;
use crate::error::Error;
use crate::observer::{Observed, Observer};
#[cfg(feature = "proxy")]
use crate::proxy::Proxy;
#[cfg(feature = "rustls")]
use crate::tls::{TlsConfig, TlsLogin};
use crate::wait::Timeouts;

/// The most bytes of a file in memory.
const FETCH_LIMIT: usize = 64 * 1024 * 1024;

/// Where an adapter's client connects to, and how.
///
/// `Options` has what a connection needs on this machine: host and port, credentials, local
/// addresses and ports, time-outs, TLS, the encoding of names, and an observer. What the client
/// sends to the server, and how it reads the replies, is in its [`Config`], which you set by
/// [`with_config`](Self::with_config). A session without an adapter needs a `Config` too. For
/// example, in active mode the address that the client *tells* the server is in `Config`, and the
/// ports on which this machine *listens* are in `Options`.
///
/// ```
/// use ftp_proto::Options;
///
/// let options = Options::new("ftp.example.org").with_port(2121);
/// # let _ = options;
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Options {
    /// The host: a name or an IP address. The server's certificate must be valid for it.
    pub host: String,
    /// The port of the control connection.
    pub port: u16,
    /// The credentials with which the client logs in right after it has connected. `None`: the
    /// client does not log in.
    pub credentials: Option<Credentials>,
    /// The settings of the session.
    pub config: Config,
    /// The local address from which the client makes all connections. `None`: the system chooses
    /// one. A port above 0 is used for the control connection only. Port 0 means any port.
    pub source_address: Option<SocketAddr>,
    /// The local ports on which the client may listen in active mode. `None`: any port.
    pub active_ports: Option<RangeInclusive<u16>>,
    /// The time limits.
    pub timeouts: Timeouts,
    /// The most lines and bytes of a listing, for the methods that return a listing as a whole.
    pub listing_limits: ListingLimits,
    /// The most bytes that the clients' `fetch` puts into memory: 64 MiB, unless you change it.
    pub fetch_limit: usize,
    /// The encoding of names that you give as text.
    pub encoding: Encoding,
    /// Which certificates the client trusts. Set this if and only if [`Security`](crate::Security)
    /// is not plain; otherwise connecting fails.
    #[cfg(feature = "rustls")]
    pub tls: Option<TlsConfig>,
    /// Whether the TLS handshake of each data connection must resume the TLS session of the login.
    pub resumption: Resumption,
    /// What an earlier session has found out about this server, so that the client need not ask
    /// again. `None`: nothing is known.
    pub capabilities: Option<Capabilities>,
    /// A function that is called with every command and every reply. `None`: no function is called.
    pub observer: Option<Observer>,
    /// How long a TCP connection may be idle before the system asks the peer whether it is still
    /// there (TCP keep-alive). `None`: the time of the system, which is two hours on most.
    pub keep_alive: Option<Duration>,
    /// The size in bytes of the system's send buffer for a data connection. `None`: the system
    /// chooses the size.
    pub send_buffer: Option<usize>,
    /// The size in bytes of the system's receive buffer for a data connection. `None`: the system
    /// chooses the size.
    pub receive_buffer: Option<usize>,
    /// The proxy through which the client makes all connections. `None`: it makes them itself.
    #[cfg(feature = "proxy")]
    pub proxy: Option<Proxy>,
    /// The FTP proxy through which the client logs in. `None`: it logs in at the server.
    pub ftp_proxy: Option<FtpProxy>,
    /// The speed limits of all transfers, those of listings included.
    pub transfer_limits: TransferLimits,
    /// The time in which everything that the client does must end. `None`: any time.
    pub total_time: Option<Duration>,
    /// The handle that can stop whatever the client does, from the first connection on. `None`:
    /// only a handle that the client itself hands out can stop it.
    #[cfg(feature = "std")]
    pub abort_handle: Option<AbortHandle>,
}

/// Whether the TLS handshake of each data connection must resume the TLS session of the login.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Resumption {
    /// No. The client tries to resume, but also accepts a full handshake, which verifies the
    /// certificate too.
    #[default]
    Preferred,
    /// Yes. After a full handshake the transfer fails, because only resumption proves that the data
    /// comes from the same server process.
    Required,
}

impl Options {
    /// Makes options for plain FTP to this host at port 21. The host is a name or an address. An
    /// IPv6 address may have brackets, and may have a zone (`fe80::1%eth0`).
    pub fn new(host: impl Into<String>) -> Self {
        Self {
            host: host::without_brackets(host.into()),
            port: FTP_PORT,
            credentials: None,
            config: Config::default(),
            source_address: None,
            active_ports: None,
            timeouts: Timeouts::default(),
            listing_limits: ListingLimits::default(),
            fetch_limit: FETCH_LIMIT,
            encoding: Encoding::default(),
            #[cfg(feature = "rustls")]
            tls: None,
            resumption: Resumption::default(),
            capabilities: None,
            observer: None,
            keep_alive: None,
            send_buffer: None,
            receive_buffer: None,
            #[cfg(feature = "proxy")]
            proxy: None,
            ftp_proxy: None,
            transfer_limits: TransferLimits::new(),
            total_time: None,
            #[cfg(feature = "std")]
            abort_handle: None,
        }
    }

    /// Sets the credentials with which the client logs in right after it has connected.
    #[must_use]
    pub fn with_credentials(mut self, credentials: Credentials) -> Self {
        self.credentials = Some(credentials);
        self
    }

    /// Gives the session what an earlier session has found out about the same server, so that the
    /// client need not ask again. A reconnect needs no such call.
    ///
    /// ```
    /// use ftp_proto::{Capabilities, Features, Options};
    ///
    /// // In a program: `client.capabilities()` of the last run, saved by serde.
    /// let saved = Capabilities::from_features(Features::from_lines(["UTF8", "MLST type*;"]));
    /// let options = Options::new("ftp.example.org").with_capabilities(saved);
    /// # let _ = options;
    /// ```
    #[must_use]
    pub fn with_capabilities(mut self, capabilities: Capabilities) -> Self {
        self.capabilities = Some(capabilities);
        self
    }

    /// Calls a function of yours with every command and every reply, with secrets masked. The
    /// function also gets the greeting, the first login, and the commands and replies of every
    /// later connection that replaces this one.
    ///
    /// ```
    /// use ftp_proto::Options;
    ///
    /// let options = Options::new("ftp.example.org").with_observer(|seen| eprintln!("{seen}"));
    /// # let _ = options;
    /// ```
    #[must_use]
    pub fn with_observer(
        mut self,
        observer: impl Fn(Observed<'_>) + Send + Sync + 'static,
    ) -> Self {
        self.observer = Some(Observer::new(observer));
        self
    }

    /// Prints every command and every reply to standard output, from the greeting on, as Python's
    /// ftplib does at this [`DebugLevel`]. This replaces an observer that was set before.
    ///
    /// ```
    /// use ftp_proto::{DebugLevel, Options};
    ///
    /// let options = Options::new("ftp.example.org").with_debug_level(DebugLevel::Commands);
    /// # let _ = options;
    /// ```
    #[cfg(feature = "std")]
    #[must_use]
    pub fn with_debug_level(mut self, level: DebugLevel) -> Self {
        let prints = level != DebugLevel::Off;
        self.observer = prints.then(|| Observer::new(level.to_stdout()));
        self
    }

    /// Demands explicit TLS (AUTH TLS) before any credential is sent, and TLS on data connections.
    ///
    /// ```no_run
    /// # #[cfg(feature = "ring")] {
    /// use ftp_proto::Options;
    /// use ftp_proto::tls::TlsConfig;
    ///
    /// let private_ca = TlsConfig::with_roots_pem(std::fs::read("company-ca.pem")?)?;
    /// let options = Options::new("ftp.example.org").with_tls(private_ca);
    /// # let _ = options;
    /// # }
    /// # Ok::<(), ftp_proto::Error>(())
    /// ```
    #[cfg(feature = "rustls")]
    #[must_use]
    pub fn with_tls(mut self, tls: TlsConfig) -> Self {
        self.tls = Some(tls);
        self.config.security = Security::Explicit;
        self
    }

    /// Demands implicit TLS: no byte is sent in clear text. If the port is [21](FTP_PORT), it
    /// becomes [990](IMPLICIT_PORT). For another port, call [`with_port`](Self::with_port) after
    /// this method.
    ///
    /// ```no_run
    /// # #[cfg(feature = "ring")] {
    /// use ftp_proto::tls::TlsConfig;
    /// use ftp_proto::{IMPLICIT_PORT, Options};
    ///
    /// let private_ca = TlsConfig::with_roots_pem(std::fs::read("company-ca.pem")?)?;
    /// let options = Options::new("ftp.example.org").with_implicit_tls(private_ca);
    /// assert_eq!(options.port, IMPLICIT_PORT);
    /// # }
    /// # Ok::<(), ftp_proto::Error>(())
    /// ```
    #[cfg(feature = "rustls")]
    #[must_use]
    pub fn with_implicit_tls(mut self, tls: TlsConfig) -> Self {
        self.tls = Some(tls);
        self.config.security = Security::Implicit;
        if self.port == FTP_PORT {
            self.port = IMPLICIT_PORT;
        }
        self
    }

    /// Changes [`Options::config`], the settings of the session.
    #[must_use]
    pub fn with_config(mut self, change: impl FnOnce(Config) -> Config) -> Self {
        self.config = change(self.config);
        self
    }

    /// Makes all connections from this local address, with port 0 for any port. The client then
    /// skips server addresses of the other family (IPv4 or IPv6). A port above 0 is used for the
    /// control connection only. After the control connection has ended, the system needs a minute
    /// or so before this port can connect to the same server again.
    ///
    /// ```
    /// use core::net::Ipv4Addr;
    /// use ftp_proto::Options;
    ///
    /// let vpn = Ipv4Addr::new(192, 0, 2, 7);
    /// let options = Options::new("ftp.example.org").with_source_address((vpn, 0));
    /// # let _ = options;
    /// ```
    #[must_use]
    pub fn with_source_address(mut self, address: impl Into<SocketAddr>) -> Self {
        self.source_address = Some(address.into());
        self
    }

    /// Listens in active mode on these ports only, for example those that a firewall lets through.
    ///
    /// ```
    /// use ftp_proto::{DataMode, Options};
    ///
    /// let options = Options::new("ftp.example.org")
    ///     .with_config(|config| config.with_data_mode(DataMode::Active))
    ///     .with_active_ports(50_000..=50_099);
    /// # let _ = options;
    /// ```
    #[must_use]
    pub fn with_active_ports(mut self, ports: RangeInclusive<u16>) -> Self {
        self.active_ports = Some(ports);
        self
    }

    /// Limits the time of everything that the client does, as curl's `--max-time` does. The time
    /// begins when the client begins to connect, and a reconnect does not extend it. After this
    /// time, each operation fails with [`OutOfTime`](crate::ErrorKind::OutOfTime), at once. `quit`
    /// fails too: drop the client.
    ///
    /// Not limited are the resolution of names by an adapter that blocks, and reads and writes of
    /// your local file.
    ///
    /// ```
    /// use core::time::Duration;
    /// use ftp_proto::Options;
    ///
    /// let options = Options::new("ftp.example.org").with_total_time(Duration::from_secs(600));
    /// # let _ = options;
    /// ```
    #[must_use]
    pub fn with_total_time(mut self, time: Duration) -> Self {
        self.total_time = Some(time);
        self
    }

    /// Lets this handle stop whatever the client does, from the first connection on. See
    /// [`AbortHandle`].
    #[cfg(feature = "std")]
    #[must_use]
    pub fn with_abort_handle(mut self, handle: AbortHandle) -> Self {
        self.abort_handle = Some(handle);
        self
    }

    /// Checks these options for mistakes: a time-out or a total time of zero, an empty range of
    /// active ports or a port 0 in it, `0.0.0.0` or `::` as the address for active mode, a buffer
    /// without room, and a keep-alive of less than a second. Also a proxy with a wrong host or
    /// login, a proxy with active mode, and an FTP proxy with TLS.
    pub fn check(&self) -> Result<(), Error> {
        let ports = self.active_ports.as_ref();
        let no_ports = ports.is_some_and(|ports| ports.is_empty() || *ports.start() == 0);
        let nowhere = self.config.active_address;
        let nowhere = nowhere.is_some_and(|address| address.is_unspecified());
        if let Some(name) = self.timeouts.without_time() {
            return Err(Error::option(format!("Timeouts::{name} is zero")));
        }
        if self.total_time.is_some_and(|time| time.is_zero()) {
            return Err(Error::option("Options::total_time is zero"));
        }
        if no_ports {
            let why = "Options::active_ports is empty, or begins with port 0";
            return Err(Error::option(why));
        }
        if nowhere {
            let why = "Config::active_address is an address that no server can connect to";
            return Err(Error::option(why));
        }
        self.check_sockets()?;
        self.check_proxies()
    }

    /// Checks that the host looks like a name or an address. An adapter's network calls this method
    /// before it resolves the host.
    ///
    /// # Errors
    /// [`Misuse::Option`](crate::Misuse::Option) for a URL, for a host with a port, and for other
    /// mistakes. Its text says what to do, and shows no password.
    ///
    /// ```
    /// use ftp_proto::Options;
    ///
    /// assert!(Options::new("[::1]").check_host().is_ok());
    /// let error = Options::new("ftp.example.org:2121").check_host().unwrap_err();
    /// assert!(error.to_string().ends_with(r#"`Options::new("ftp.example.org").with_port(2121)`"#));
    /// ```
    pub fn check_host(&self) -> Result<(), Error> {
        match host::mistake(&self.host) {
            Some(why) => Err(Error::option(why)),
            None => Ok(()),
        }
    }

    /// Returns text for the error if the client cannot connect. The text says what the client was
    /// doing: `connecting to ftp.example.org, port 21`. A password in the host is left out.
    pub fn connecting(&self) -> String {
        format!("connecting to {}{}", self.shown_peer(), self.through())
    }

    /// Returns the host without a password that somebody has put into it.
    #[cfg(feature = "tracing")]
    pub(crate) fn shown_host(&self) -> String {
        host::shown(&self.host)
    }

    /// Does the same as [`check`](Self::check), and also refuses options that need sockets. Call
    /// this method if your network cannot choose local addresses and ports.
    ///
    /// # Errors
    /// [`Misuse::Option`](crate::Misuse::Option) as for `check`. Also if
    /// [`source_address`](Self::source_address), [`active_ports`](Self::active_ports),
    /// [`keep_alive`](Self::keep_alive), [`send_buffer`](Self::send_buffer) or
    /// [`receive_buffer`](Self::receive_buffer) is set, because the network would have to ignore
    /// it. Also if a SOCKS or HTTP proxy is set.
    pub fn check_without_sockets(&self) -> Result<(), Error> {
        if self.source_address.is_some() || self.active_ports.is_some() {
            let why = "this network cannot choose a source address or ports for active mode";
            return Err(Error::option(why));
        }
        self.check_without_socket_options()?;
        if self.has_proxy() {
            let why = "this network cannot connect through a proxy: use the sockets of the adapter";
            return Err(Error::option(why));
        }
        self.check()
    }

    /// Makes what all TLS connections of one login share: the configuration, the server name and
    /// the session store. Returns `None` if the options do not demand TLS.
    ///
    /// # Errors
    /// [`Misuse::Option`](crate::Misuse::Option) if [`Security`](crate::Security) is not plain and
    /// [`tls`](Self::tls) is not set. Also if `tls` is set and `Security` is plain, because you
    /// might otherwise believe that the connection is encrypted.
    /// [`InvalidArgument`](crate::ErrorKind) if the host is neither a name nor an address.
    #[cfg(feature = "rustls")]
    pub fn tls_login(&self) -> Result<Option<TlsLogin>, Error> {
        match self.trusted()? {
            Some(tls) => self.login_by(tls).map(Some),
            None => Ok(None),
        }
    }

    /// Does the same as [`tls_login`](Self::tls_login), but allows only TLS 1.2, so that data
    /// connections can always resume: a TLS 1.2 session can be resumed many times, but rustls uses
    /// a TLS 1.3 ticket only once. If the configuration forbids TLS 1.2, this method does exactly
    /// what `tls_login` does.
    #[cfg(feature = "rustls")]
    pub(crate) fn tls_login_resuming_at_will(&self) -> Result<Option<TlsLogin>, Error> {
        match self.trusted()?.and_then(TlsConfig::resuming_at_will) {
            Some(tls) => self.login_by(&tls).map(Some),
            None => self.tls_login(),
        }
    }

    #[cfg(feature = "rustls")]
    fn login_by(&self, tls: &TlsConfig) -> Result<TlsLogin, Error> {
        tls.login(host::without_zone(&self.host)).map_err(|error| {
            let host = host::shown(&self.host);
            error.with_subject(format!(
                "the host {host:?} is neither a name nor an address"
            ))
        })
    }

    #[cfg(feature = "rustls")]
    fn trusted(&self) -> Result<Option<&TlsConfig>, Error> {
        match (&self.tls, self.config.security) {
            (None, Security::Plain) => Ok(None),
            (Some(tls), Security::Explicit | Security::Implicit | Security::LoginInClear) => {
                Ok(Some(tls))
            }
            (Some(_), Security::Plain) => {
                let why = "Options::tls is set, but Config::security is Plain: set TLS by \
                           Options::with_tls alone";
                Err(Error::option(why))
            }
            (None, _) => {
                let why = "this needs TLS, but the options have none: make a new client with Options::with_tls";
                Err(Error::option(why))
            }
        }
    }
}

setters! { Options
    /// Sets the port of the control connection.
    with_port => port: u16;
    /// Sets the time-outs.
    with_timeouts => timeouts: Timeouts;
    /// Sets the most lines and bytes of a listing, for the methods that return a listing as a
    /// whole.
    with_listing_limits => listing_limits: ListingLimits;
    /// Sets the most bytes that the clients' `fetch` puts into memory.
    with_fetch_limit => fetch_limit: usize;
    /// Sets the encoding of names that you give as text. Names that you give as bytes are sent
    /// unchanged.
    with_encoding => encoding: Encoding;
    /// Sets whether each data connection must resume the TLS session of the login.
    ///
    /// ```
    /// use ftp_proto::{Options, Resumption};
    ///
    /// let options = Options::new("ftp.example.org").with_resumption(Resumption::Required);
    /// # let _ = options;
    /// ```
    with_resumption => resumption: Resumption;
    /// Sets the speed limits of all transfers, those of listings included.
    /// [`TransferOptions::with_limits`](crate::TransferOptions::with_limits) sets other limits for
    /// one transfer.
    with_transfer_limits => transfer_limits: TransferLimits;
}

/// How large a listing may be for the methods that return it as a whole. Methods that return a
/// listing line by line have only the limit on one line.
///
/// ```
/// use ftp_proto::{ListingLimits, Options};
///
/// let small = ListingLimits::default().with_lines(10_000);
/// let options = Options::new("ftp.example.org").with_listing_limits(small);
/// # let _ = options;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ListingLimits {
    /// The most bytes in one line. Default: 16 KiB. This is four times the longest path that Linux
    /// allows, and more than curl's limit of 10,000.
    pub line: usize,
    /// The most lines in one listing. Default: 1,000,000. That is ten times the largest directories
    /// that people have reported.
    pub lines: usize,
    /// The most bytes in one listing. Default: 256 MiB.
    pub bytes: usize,
}

setters! { ListingLimits
    /// Sets [`ListingLimits::line`], in bytes.
    with_line => line: usize;
    /// Sets [`ListingLimits::lines`].
    with_lines => lines: usize;
    /// Sets [`ListingLimits::bytes`].
    with_bytes => bytes: usize;
}

impl Default for ListingLimits {
    fn default() -> Self {
        Self {
            line: 16 * 1024,
            lines: 1_000_000,
            bytes: 256 * 1024 * 1024,
        }
    }
}
