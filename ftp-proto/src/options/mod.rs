//! What a caller decides before it connects: plain values that both adapters read alike.

pub(crate) mod config;
pub(crate) mod credentials;
pub(crate) mod encoding;
mod host;
pub(crate) mod setters;
pub(crate) mod transfer;

use alloc::format;
use alloc::string::String;
use core::net::SocketAddr;
use core::ops::RangeInclusive;

use self::config::Config;
#[cfg(feature = "rustls")]
use self::config::Security;
use self::credentials::Credentials;
use self::encoding::Encoding;
use self::setters::setters;
use crate::error::Error;
use crate::observer::{Observed, Observer};
#[cfg(feature = "rustls")]
use crate::tls::{TlsConfig, TlsLogin};
use crate::wait::Timeouts;

/// The port of the control connection (RFC 959 section 5.2).
pub const FTP_PORT: u16 = 21;

/// The port of the control connection under implicit TLS, by custom.
pub const IMPLICIT_PORT: u16 = 990;

/// Where an adapter's client connects to, and how.
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
    /// The host, a name or an address: also what certificates are verified against.
    pub host: String,
    /// The port of the control connection.
    pub port: u16,
    /// Who logs in as soon as there is a connection, if anybody.
    pub credentials: Option<Credentials>,
    /// The settings of the session.
    pub config: Config,
    /// The address of this machine that all connections are made from; the system chooses one by
    /// default. The port, 0 for any, is the control connection's alone.
    pub source_address: Option<SocketAddr>,
    /// The ports on which active mode may listen; any, by default.
    pub active_ports: Option<RangeInclusive<u16>>,
    /// How long to wait for what.
    pub timeouts: Timeouts,
    /// How much of a listing the collecting calls hold.
    pub listing: ListingLimits,
    /// How names that are given as text become bytes.
    pub encoding: Encoding,
    /// Whom to trust, where [`Security`](crate::Security) is not plain.
    #[cfg(feature = "rustls")]
    pub tls: Option<TlsConfig>,
    /// What to think of a data connection that did not resume the login's TLS session.
    pub resumption: Resumption,
    /// Who is shown every command and every reply, if anybody.
    pub observer: Option<Observer>,
}

/// What to think of a data connection that did not resume the login's TLS session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Resumption {
    /// Fine: the certificate was verified all the same.
    #[default]
    Preferred,
    /// An error: only resumption proves that the data comes from the same server process.
    Required,
}

impl Options {
    /// Plain FTP to this host at port 21: a name, or an address. An IPv6 address may stand in
    /// brackets, and may have a zone (`fe80::1%eth0`).
    pub fn new(host: impl Into<String>) -> Self {
        Self {
            host: host::without_brackets(host.into()),
            port: FTP_PORT,
            credentials: None,
            config: Config::default(),
            source_address: None,
            active_ports: None,
            timeouts: Timeouts::default(),
            listing: ListingLimits::default(),
            encoding: Encoding::default(),
            #[cfg(feature = "rustls")]
            tls: None,
            resumption: Resumption::default(),
            observer: None,
        }
    }

    /// Makes connecting log in, too.
    #[must_use]
    pub fn with_credentials(mut self, credentials: Credentials) -> Self {
        self.credentials = Some(credentials);
        self
    }

    /// Shows every command and every reply to a function of the caller's, secrets masked: the greeting
    /// and the first login, too, and those of connections that take the place of this one.
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

    /// Demands explicit TLS (AUTH TLS) before any credential leaves, and on data connections.
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

    /// Demands implicit TLS: not a byte in clear, at [port 990](IMPLICIT_PORT) unless another one
    /// than [21](FTP_PORT) was set. [`with_port`](Self::with_port) after this sets any.
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

    /// Changes the settings of the session.
    #[must_use]
    pub fn with_config(mut self, change: impl FnOnce(Config) -> Config) -> Self {
        self.config = change(self.config);
        self
    }

    /// Makes all connections from this address of this machine, with port 0 for any port. Addresses
    /// of the server in the other family are then passed over. A port above 0 is the control
    /// connection's alone, and serves no second one to the same server before the system has
    /// forgotten the first, a minute or so after its end.
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

    /// Listens in active mode on one of these ports alone: those that a firewall lets through.
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

    /// Whether every time-out is above zero, the range of ports has some and no port 0 among them,
    /// and the address that the server is to be told of is one.
    ///
    /// # Errors
    /// [`Misuse::Option`](crate::Misuse::Option), which says in words what makes no sense.
    pub fn check(&self) -> Result<(), Error> {
        let ports = self.active_ports.as_ref();
        let no_ports = ports.is_some_and(|ports| ports.is_empty() || *ports.start() == 0);
        let nowhere = self.config.active_address;
        let nowhere = nowhere.is_some_and(|address| address.is_unspecified());
        if let Some(name) = self.timeouts.without_time() {
            return Err(Error::option(format!("Timeouts::{name} is zero")));
        }
        if no_ports {
            let why = "Options::active_ports is empty, or begins with port 0";
            return Err(Error::option(why));
        }
        if nowhere {
            let why = "Config::active_address is no address that a server could connect to";
            return Err(Error::option(why));
        }
        Ok(())
    }

    /// Whether the host is a name or an address, as far as that can be seen: networks that resolve it
    /// ask this before.
    ///
    /// # Errors
    /// [`Misuse::Option`](crate::Misuse::Option) for a URL, for a host with a port, and so on. The
    /// text says what to do, and holds no password.
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

    /// What an error says of connecting: `connecting to ftp.example.org, port 21`. What may be a
    /// password in the host is left out.
    pub fn connecting(&self) -> String {
        format!(
            "connecting to {}, port {}",
            host::shown(&self.host),
            self.port
        )
    }

    /// The same as a network sees it that has no addresses and ports of this machine to choose.
    ///
    /// # Errors
    /// [`Misuse::Option`](crate::Misuse::Option) where [`source_address`](Self::source_address) or
    /// [`active_ports`](Self::active_ports) asks for some: nothing is ignored in silence.
    pub fn check_without_sockets(&self) -> Result<(), Error> {
        if self.source_address.is_some() || self.active_ports.is_some() {
            let why = "this network chooses no source address and no ports for active mode";
            return Err(Error::option(why));
        }
        self.check()
    }

    /// Begins the TLS side of a login, where TLS is demanded.
    ///
    /// # Errors
    /// [`Misuse::Option`](crate::Misuse::Option) where it is demanded and nobody is trusted, or the other way round:
    /// if you name trust roots, you mean to use them. [`InvalidArgument`](crate::ErrorKind) for a
    /// host that is neither a name nor an address.
    #[cfg(feature = "rustls")]
    pub fn tls_login(&self) -> Result<Option<TlsLogin>, Error> {
        match self.trusted()? {
            Some(tls) => self.login_by(tls).map(Some),
            None => Ok(None),
        }
    }

    /// The same with TLS 1.2 alone, unless the configuration forbids it: its sessions are resumed
    /// again and again, while rustls uses a ticket of TLS 1.3 only once.
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
            (Some(tls), Security::Explicit | Security::Implicit) => Ok(Some(tls)),
            (Some(_), Security::Plain) => {
                let why = "Options::tls is set and Config::security is plain";
                Err(Error::option(why))
            }
            (None, _) => {
                let why = "Config::security demands TLS, and nobody is trusted: Options::with_tls \
                           says whom";
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
    /// Sets how much of a listing the collecting calls hold.
    with_listing => listing: ListingLimits;
    /// Sets how names that are given as text become bytes; those given as bytes stay as they are.
    with_encoding => encoding: Encoding;
    /// Demands resumption of data connections, or does not.
    ///
    /// ```
    /// use ftp_proto::{Options, Resumption};
    ///
    /// let options = Options::new("ftp.example.org").with_resumption(Resumption::Required);
    /// # let _ = options;
    /// ```
    with_resumption => resumption: Resumption;
}

/// How much of a listing the calls that collect one hold; the streaming calls have the limit on
/// the line alone.
///
/// ```
/// use ftp_proto::{ListingLimits, Options};
///
/// let small = ListingLimits::default().with_lines(10_000);
/// let options = Options::new("ftp.example.org").with_listing(small);
/// # let _ = options;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ListingLimits {
    /// Bytes of one line, 16 KiB: four times the longest path that Linux takes, and above curl's
    /// 10,000.
    pub line: usize,
    /// Lines of one listing, 1,000,000: the largest directories that people report have a tenth.
    pub lines: usize,
    /// Bytes of one listing, 256 MiB.
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
