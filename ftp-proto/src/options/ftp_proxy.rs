//! FTP proxies: which proxy, and how the login names the server.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use super::credentials::Credentials;
use super::host;
use super::ports::FTP_PORT;
use crate::error::Error;
use crate::wire::{Command, Verb};

/// A proxy that speaks FTP. The client connects to it, and the login names the server.
///
/// The proxy reads all commands and passwords, so use one only if you trust it. The options are
/// refused together with TLS: TLS would end at the proxy, and its certificate would not be that of
/// the server. Passive data connections go to the proxy; active mode works too. `reconnect` repeats
/// the login at both.
///
/// ```
/// use ftp_proto::{FtpProxy, FtpProxyKind, Options};
///
/// // USER ada@ftp.example.org
/// let proxy = FtpProxy::new("proxy.example.org", FtpProxyKind::UserAtHost).with_port(2121);
/// let options = Options::new("ftp.example.org").with_ftp_proxy(proxy);
/// # let _ = options;
/// ```
#[derive(Clone, Debug)]
pub struct FtpProxy {
    pub(super) host: String,
    pub(super) port: u16,
    kind: FtpProxyKind,
    login: Option<Credentials>,
}

/// How the login at an [`FtpProxy`] names the server.
///
/// The table shows what is sent for the user `ada` with the password `secret`, and for the login
/// `pat` with `word` at the proxy ([`FtpProxy::with_login`]). Lines in brackets are left out
/// without a login at the proxy.
///
/// | kind | commands | elsewhere |
/// |---|---|---|
/// | `UserAtHost` | [USER pat, PASS word,] USER ada@host, PASS secret | lftp `user`; ncftp 1 and 2 |
/// | `Site` | [USER pat, PASS word,] SITE host, USER ada, PASS secret | ncftp 3 |
/// | `Open` | [USER pat, PASS word,] OPEN host, USER ada, PASS secret | lftp `open`; ncftp 4 |
/// | `UserAtUserAtHost` | USER ada@pat@host, PASS secret@word | lftp `joined`; ncftp 5; Check Point |
/// | `ProxyUserAtHost` | USER pat@host, PASS word, USER ada, PASS secret | lftp `proxy-user@host`; ncftp 6 |
/// | `UserAtHostUser` | USER ada@host pat, PASS secret, ACCT word | lftp `joined-acct`; ncftp 7; Blue Coat (Raptor) |
///
/// A port other than 21 follows the host: `host:2121`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FtpProxyKind {
    /// `USER ada@host`, after a login at the proxy if there is one.
    UserAtHost,
    /// `SITE host` before the login.
    Site,
    /// `OPEN host` before the login.
    Open,
    /// `USER ada@pat@host` and `PASS secret@word`. It needs a login at the proxy.
    UserAtUserAtHost,
    /// `USER pat@host` before the login. It needs a login at the proxy.
    ProxyUserAtHost,
    /// `USER ada@host pat`, and the proxy's password by ACCT if the proxy asks for it. It needs a
    /// login at the proxy. There is only one ACCT, so the account of the server's login is sent
    /// only if the login at the proxy has no password.
    UserAtHostUser,
}

impl FtpProxy {
    /// Makes an FTP proxy at port 21 of this host, without a login of its own.
    pub fn new(host: impl Into<String>, kind: FtpProxyKind) -> Self {
        Self {
            host: host::without_brackets(host.into()),
            port: FTP_PORT,
            kind,
            login: None,
        }
    }

    /// Sets the port of the proxy.
    #[must_use]
    pub fn with_port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Sets the login at the proxy. Its account is sent only if the proxy asks for it, and never
    /// for the kinds that join both logins.
    #[must_use]
    pub fn with_login(mut self, login: Credentials) -> Self {
        self.login = Some(login);
        self
    }

    /// Checks the proxy's host, and that the login at the proxy is there if the kind needs it.
    pub(super) fn check(&self) -> Result<(), Error> {
        if let Some(why) = host::mistake_of_proxy(&self.host) {
            return Err(Error::option(format!("the FTP proxy: {why}")));
        }
        if self.login.is_none() && self.kind.needs_login() {
            let why = "this kind of FTP proxy needs a login at the proxy: FtpProxy::with_login";
            return Err(Error::option(why));
        }
        Ok(())
    }
}

/// Shows the host and the port: `FTP proxy proxy.example.org, port 21`.
impl fmt::Display for FtpProxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "FTP proxy {}, port {}",
            host::shown(&self.host),
            self.port
        )
    }
}

impl FtpProxyKind {
    const fn needs_login(self) -> bool {
        matches!(
            self,
            Self::UserAtUserAtHost | Self::ProxyUserAtHost | Self::UserAtHostUser
        )
    }
}

/// The way of a login through an FTP proxy to a server.
#[derive(Clone, Debug)]
pub(crate) struct LoginRoute {
    kind: FtpProxyKind,
    login: Option<Credentials>,
    /// The server's host, and its port unless it is 21.
    server: String,
}

/// What is sent before the server's login.
#[derive(Clone, Debug)]
pub(crate) enum Before {
    /// The login at the proxy.
    LogIn(Credentials),
    /// A command that names the server.
    Name(Command),
}

impl LoginRoute {
    pub(super) fn new(proxy: &FtpProxy, host: &str, port: u16) -> Self {
        let server = match (port, host.contains(':')) {
            (FTP_PORT, _) => host.into(),
            (port, false) => format!("{host}:{port}"),
            (port, true) => format!("[{host}]:{port}"),
        };
        Self {
            kind: proxy.kind,
            login: proxy.login.clone(),
            server,
        }
    }

    /// Returns the secrets that are sent only as a part of an argument, so that they are masked
    /// alone too.
    pub(crate) fn secrets<'a>(&'a self, user: &'a Credentials) -> impl Iterator<Item = &'a [u8]> {
        let logins = self.login.iter().chain([user]);
        logins.filter_map(|login| login.password().argument())
    }

    /// Returns what is sent before the server's login.
    pub(crate) fn before(&self) -> Result<Vec<Before>, Error> {
        let server = self.server.as_bytes();
        let login = || self.login.iter().cloned().map(Before::LogIn);
        Ok(match self.kind {
            FtpProxyKind::UserAtHost => login().collect(),
            FtpProxyKind::Site => {
                let name = Verb::SITE.with(server)?;
                login().chain([Before::Name(name)]).collect()
            }
            FtpProxyKind::Open => {
                let name = Command::with("OPEN", server)?;
                login().chain([Before::Name(name)]).collect()
            }
            FtpProxyKind::ProxyUserAtHost => match &self.login {
                Some(login) => {
                    let user = joined(login.user(), b"@", server);
                    let at_host = Credentials::new(user, password(login))?;
                    let at_host = with_account_of(at_host, login)?;
                    [Before::LogIn(at_host)].into()
                }
                None => Vec::new(),
            },
            FtpProxyKind::UserAtUserAtHost | FtpProxyKind::UserAtHostUser => Vec::new(),
        })
    }

    /// Returns the credentials that are sent for the server's login.
    pub(crate) fn credentials(&self, user: &Credentials) -> Result<Credentials, Error> {
        let server = self.server.as_bytes();
        let name = joined(user.user(), b"@", server);
        match (self.kind, &self.login) {
            (FtpProxyKind::UserAtUserAtHost, Some(login)) => {
                let names = joined(user.user(), b"@", argument(login.user()));
                let passwords = joined(user.password(), b"@", password(login));
                let names = [&names, &b"@"[..], server].concat();
                with_account_of(Credentials::new(names, passwords)?, user)
            }
            (FtpProxyKind::UserAtHostUser, Some(login)) => {
                let name = [&name, &b" "[..], argument(login.user())].concat();
                let sent = Credentials::new(name, password(user))?;
                match password(login) {
                    b"" => with_account_of(sent, user),
                    password => sent.with_account(password),
                }
            }
            (FtpProxyKind::UserAtHost, _) => {
                with_account_of(Credentials::new(name, password(user))?, user)
            }
            _ => Ok(user.clone()),
        }
    }
}

fn argument(command: &Command) -> &[u8] {
    command.argument().unwrap_or_default()
}

fn password(credentials: &Credentials) -> &[u8] {
    argument(credentials.password())
}

fn joined(command: &Command, between: &[u8], after: &[u8]) -> Vec<u8> {
    [argument(command), between, after].concat()
}

fn with_account_of(sent: Credentials, user: &Credentials) -> Result<Credentials, Error> {
    match user.account() {
        Some(account) => sent.with_account(argument(account)),
        None => Ok(sent),
    }
}
