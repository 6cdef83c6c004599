//! SOCKS4, SOCKS5 and HTTP proxies: the dialogue that makes a tunnel, without I/O.
//!
//! A [`Proxy`] says which proxy, and as whom. Set it by
//! [`Options::with_proxy`](crate::Options::with_proxy), and the sockets of an adapter connect
//! through it. In an adapter or a network of your own, [`Proxy::handshake`] gives the dialogue as a
//! value, a [`Handshake`], which takes bytes and gives bytes.
//!
//! An FTP proxy is another thing: it speaks FTP, and the login names the server. See
//! [`FtpProxy`](crate::FtpProxy).

mod answer;
mod base64;
mod handshake;
mod http;
mod socks4;
mod socks5;
mod url;

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::net::{IpAddr, SocketAddr};

pub use self::handshake::Handshake;
use crate::error::{Error, ErrorKind, ProxyFailure};
use crate::options::host;
use crate::target::Target;

/// A proxy that makes TCP connections: SOCKS4, SOCKS4a, SOCKS5, or HTTP with CONNECT.
///
/// The control connection and all passive data connections go through it. TLS passes through it
/// unchanged, so the server's certificate is verified as without a proxy. Active mode is refused,
/// because such a proxy accepts no connections from the server.
///
/// A login at the proxy travels in clear text to the proxy. `Debug` does not show the password.
///
/// A proxy may turn a reset into an ordinary end. So if your process dies during an upload in clear
/// text, the server may take half of the file for the whole. Under TLS, a server that demands
/// close_notify notices it.
///
/// ```
/// use ftp_proto::Options;
/// use ftp_proto::proxy::Proxy;
///
/// let proxy = Proxy::socks5("proxy.example.org", 1080).with_login("ada", "secret");
/// let options = Options::new("ftp.example.org").with_proxy(proxy);
/// # assert!(!format!("{options:?}").contains("secret"));
/// ```
#[derive(Clone)]
pub struct Proxy {
    kind: Kind,
    host: String,
    port: u16,
    login: Option<Login>,
    resolver: Resolver,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Socks4,
    Socks5,
    Http,
}

/// The user and the password for the proxy.
#[derive(Clone)]
struct Login {
    user: Vec<u8>,
    password: Vec<u8>,
}

/// Who finds the address of the FTP server's name.
///
/// If the name has the addresses of several machines and the proxy resolves it, each data
/// connection may reach another machine than the control connection. `Here` always uses the address
/// of the control connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Resolver {
    /// The proxy gets the name, and resolves it. This machine asks no name server for it.
    #[default]
    Proxy,
    /// This machine resolves the name, and the proxy gets the first address. SOCKS4 gets the first
    /// IPv4 address.
    Here,
}

impl Proxy {
    /// Makes a SOCKS4 proxy. It knows IPv4 addresses only, so [this machine](Resolver::Here)
    /// resolves the server's name. The usual port is 1080.
    pub fn socks4(host: impl Into<String>, port: u16) -> Self {
        Self::new(Kind::Socks4, host.into(), port).with_resolver(Resolver::Here)
    }

    /// Makes a SOCKS4a proxy, which resolves names. It makes IPv4 connections only. The usual port
    /// is 1080.
    pub fn socks4a(host: impl Into<String>, port: u16) -> Self {
        Self::new(Kind::Socks4, host.into(), port)
    }

    /// Makes a SOCKS5 proxy (RFC 1928), which resolves names. The usual port is 1080.
    pub fn socks5(host: impl Into<String>, port: u16) -> Self {
        Self::new(Kind::Socks5, host.into(), port)
    }

    /// Makes an HTTP proxy, which makes tunnels on CONNECT (RFC 9110 section 9.3.6). Many HTTP
    /// proxies allow tunnels to port 443 alone, unless their rules say otherwise. Usual ports are
    /// 3128 and 8080.
    pub fn http_connect(host: impl Into<String>, port: u16) -> Self {
        Self::new(Kind::Http, host.into(), port)
    }

    fn new(kind: Kind, host: String, port: u16) -> Self {
        Self {
            kind,
            host: host::without_brackets(host),
            port,
            login: None,
            resolver: Resolver::Proxy,
        }
    }

    /// Sets the user name and the password for the proxy: those of RFC 1929 for SOCKS5, and of
    /// basic authentication (RFC 7617) for HTTP. SOCKS4 sends the user name alone.
    #[must_use]
    pub fn with_login(mut self, user: impl AsRef<[u8]>, password: impl AsRef<[u8]>) -> Self {
        self.login = Some(Login {
            user: user.as_ref().to_vec(),
            password: password.as_ref().to_vec(),
        });
        self
    }

    /// Sets who finds the address of the FTP server's name.
    #[must_use]
    pub fn with_resolver(mut self, resolver: Resolver) -> Self {
        self.resolver = resolver;
        self
    }

    /// Returns the proxy's host: a name or an address.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Returns the proxy's port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Checks the proxy's host, and whether the login can be sent. [`Options::check`] does the
    /// same.
    ///
    /// # Errors
    /// [`Misuse::Option`](crate::Misuse::Option). Its text says what is wrong, and shows no
    /// password.
    ///
    /// [`Options::check`]: crate::Options::check
    pub fn check(&self) -> Result<(), Error> {
        let mistake = host::mistake_of_proxy(&self.host)
            .map(|why| format!("the proxy: {why}"))
            .or_else(|| self.login.as_ref()?.mistake(self.kind).map(String::from));
        mistake.map_or(Ok(()), |why| Err(Error::option(why)))
    }

    /// Begins the dialogue for a tunnel to this target.
    ///
    /// # Errors
    /// The errors of [`check`](Self::check). [`ErrorKind::Proxy`] if such a proxy cannot connect to
    /// this target: SOCKS4 and an IPv6 address, or a name that is too long.
    pub fn handshake(&self, target: &Target<'_>) -> Result<Handshake, Error> {
        self.check()?;
        let destination = Destination::of(target)?;
        let login = self.login.as_ref();
        let (outgoing, stage) = match self.kind {
            Kind::Socks4 => (
                socks4::begin(login, &destination)?,
                handshake::Stage::Socks4,
            ),
            Kind::Socks5 => {
                let (methods, stage) = socks5::begin(login, &destination)?;
                (methods, handshake::Stage::Socks5(stage))
            }
            Kind::Http => {
                let (request, head) = http::begin(login, &destination);
                (request, handshake::Stage::Http(head))
            }
        };
        Ok(Handshake::new(&destination, outgoing, stage))
    }

    /// Returns the error for active mode. [`Options::check`] returns it too, but the data mode of a
    /// session may change later.
    ///
    /// [`Options::check`]: crate::Options::check
    pub fn no_active_mode(&self) -> Error {
        Error::option(
            "active mode does not work through a proxy, which accepts no connections from the \
             server: set DataMode::Passive",
        )
    }

    /// Returns the name and the port that this machine must resolve first. Begin the handshake with
    /// the [address](Target::Address) that [`choose`](Self::choose) returns. `None`: nothing is to
    /// resolve.
    pub fn name_to_resolve<'t>(&self, target: &Target<'t>) -> Option<(&'t str, u16)> {
        match Destination::of(target) {
            Ok(Destination::Name(name, port)) if self.resolver == Resolver::Here => {
                Some((name, port))
            }
            _ => None,
        }
    }

    /// Returns the first of a server's addresses that the proxy can connect to.
    ///
    /// # Errors
    /// [`ErrorKind::Proxy`] if there is no such address: SOCKS4 knows IPv4 addresses only.
    pub fn choose(
        &self,
        addresses: impl IntoIterator<Item = SocketAddr>,
    ) -> Result<SocketAddr, Error> {
        let fits = |address: &SocketAddr| {
            self.kind != Kind::Socks4 || address.ip().to_canonical().is_ipv4()
        };
        let fitting = addresses.into_iter().find(fits);
        fitting.ok_or_else(|| {
            let why = "the name has no address that the proxy can connect to";
            failure(ProxyFailure::Unsupported, why)
        })
    }
}

/// Shows the kind, the host and the port: `SOCKS5 proxy proxy.example.org, port 1080`.
impl fmt::Display for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.kind {
            Kind::Socks4 => "SOCKS4",
            Kind::Socks5 => "SOCKS5",
            Kind::Http => "HTTP",
        };
        let host = host::shown(&self.host);
        write!(f, "{kind} proxy {host}, port {}", self.port)
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let user = self.login.as_ref();
        let user = user.map(|login| String::from_utf8_lossy(&login.user));
        f.debug_struct("Proxy")
            .field("kind", &self.kind)
            .field("host", &host::shown(&self.host))
            .field("port", &self.port)
            .field("user", &user)
            .field("resolver", &self.resolver)
            .finish_non_exhaustive()
    }
}

impl Login {
    /// Returns what cannot be sent to a proxy of this kind. `None` if all can be sent.
    fn mistake(&self, kind: Kind) -> Option<&'static str> {
        let fits = |text: &[u8]| (1..=255).contains(&text.len());
        let is_control = |text: &[u8]| text.iter().any(u8::is_ascii_control);
        match kind {
            Kind::Socks4 if self.user.contains(&0) => Some("the proxy's user name holds NUL"),
            Kind::Socks5 if !fits(&self.user) || !fits(&self.password) => {
                Some("the user name and the password for SOCKS5 have 1 to 255 bytes (RFC 1929)")
            }
            Kind::Http if self.user.contains(&b':') => {
                Some("a user name for an HTTP proxy cannot hold a colon (RFC 7617)")
            }
            Kind::Http if is_control(&self.user) || is_control(&self.password) => {
                Some("the login for the HTTP proxy holds a control character (RFC 7617)")
            }
            _ => None,
        }
    }
}

/// Where the tunnel ends, as the proxy is told.
#[derive(Clone, Copy, Debug)]
enum Destination<'t> {
    Name(&'t str, u16),
    Address(SocketAddr),
}

impl<'t> Destination<'t> {
    fn of(target: &Target<'t>) -> Result<Self, Error> {
        let (host, port) = match *target {
            Target::Server { host, port } => (host, port),
            Target::ControlPeer {
                address: None,
                host,
                port,
            } => (host, port),
            Target::ControlPeer {
                address: Some(address),
                port,
                ..
            } => return Ok(Self::address(address.ip(), port)),
            Target::Address(address) => return Ok(Self::address(address.ip(), address.port())),
        };
        if let Ok(address) = host.parse::<IpAddr>() {
            return Ok(Self::address(address, port));
        }
        // A name with a blank or a line end would be read as more than a name.
        match host::mistake(host) {
            Some(why) => Err(Error::option(why)),
            None if host.contains('%') => {
                let why = "the host has a zone, which means nothing to a proxy";
                Err(Error::option(why))
            }
            None => Ok(Self::Name(host, port)),
        }
    }

    fn address(address: IpAddr, port: u16) -> Self {
        Self::Address(SocketAddr::new(address.to_canonical(), port))
    }

    fn known_address(&self) -> Option<SocketAddr> {
        match *self {
            Self::Name(..) => None,
            Self::Address(address) => Some(address),
        }
    }
}

/// Makes the error for this failure. `why` is the proxy's answer in words.
fn failure(failure: ProxyFailure, why: impl Into<String>) -> Error {
    Error::new(ErrorKind::Proxy(failure)).with_source(why.into())
}
