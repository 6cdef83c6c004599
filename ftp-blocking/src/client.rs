//! The client: one control connection and its data connection.

use std::borrow::Cow;
use std::fmt;
use std::time::Instant;

use ftp_proto::flows::{
    ClearControl, Credentials, Greeting, Login, Protect, Quit, Restore, Secure,
};
use ftp_proto::tls::{TlsInfo, TlsLogin};
use ftp_proto::{
    DataMode, Error, ErrorKind, Misuse, Name, Observed, Options, Protection, Reply, Session,
};

use crate::channel::Channel;
use crate::data_connection::DataConnection;
use crate::drive::later;
use crate::net::Tcp;
use crate::transport::{Dialled, Network, Stream, Target};

/// One control connection and whatever data connection belongs to it.
///
/// Every method is one operation of the protocol. One that fails says why and leaves the session
/// in step, in debt (which the next operation pays first) or dead, and then each further one
/// says so. A reply that comes twice is taken for that of the next command only where that command can
/// have the same code. `client.session().is_dead()` tells; then
/// [`reconnect`](Self::reconnect), and go on with
/// [`with_offset`](ftp_proto::TransferOptions::with_offset).
///
/// ```no_run
/// use ftp_blocking::{Client, HERE, Options};
///
/// let mut client = Client::connect(Options::new("ftp.example.org"))?;
/// client.login("anonymous", "anonymous@")?;
/// for line in client.list(HERE)? {
///     println!("{}", String::from_utf8_lossy(&line));
/// }
/// client.quit()?;
/// # Ok::<(), ftp_blocking::Error>(())
/// ```
pub struct Client {
    pub(crate) session: Session,
    pub(crate) network: Box<dyn Network>,
    pub(crate) control: Channel,
    pub(crate) data: DataConnection,
    pub(crate) options: Options,
    pub(crate) deadline: Instant,
    /// What TLS on the last data connection came to.
    pub(crate) data_tls: Option<TlsInfo>,
    tls: Option<TlsLogin>,
}

impl Client {
    /// Connects over TCP and waits for the greeting. Logs in, too, where the options hold
    /// [credentials](Options::with_credentials); else there is no TLS yet, and no login.
    ///
    /// # Errors
    /// When no connection can be made, when the server refuses at once, or when what answers
    /// does not speak FTP; [`Misuse::Option`] for options that contradict each other.
    pub fn connect(options: Options) -> Result<Self, Error> {
        Self::connect_over(Tcp::new(), options)
    }

    /// The same over a network of the caller's: a proxy, a tunnel, a simulation.
    ///
    /// # Errors
    /// As [`connect`](Self::connect); [`Misuse::Option`] for options that this network cannot do
    /// ([`Network::configure`]).
    pub fn connect_over(network: impl Network + 'static, options: Options) -> Result<Self, Error> {
        let mut network: Box<dyn Network> = Box::new(network);
        let (tls, control, deadline) = dial(&mut *network, &options, None)?;
        let mut client = Self {
            session: Session::with_options(&options),
            network,
            control,
            data: DataConnection::None,
            options,
            deadline,
            data_tls: None,
            tls,
        };
        client.greeting()?;
        if let Some(credentials) = client.options.credentials.clone() {
            client.login_with(credentials)?;
        }
        Ok(client)
    }

    /// Logs in; under [`Options::with_tls`] it secures the connection first. Without a user it logs in as
    /// `anonymous` (see [`Credentials::new`]).
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] before anything is sent; the server's refusal; why TLS could
    /// not be had.
    pub fn login(&mut self, user: impl Name, password: impl Name) -> Result<Reply, Error> {
        let (user, password) = (self.encoded(&user)?, self.encoded(&password)?);
        self.login_with(Credentials::new(user, password)?)
    }

    /// Logs in with all that credentials can hold.
    ///
    /// # Errors
    /// As [`login`](Self::login).
    pub fn login_with(&mut self, credentials: Credentials) -> Result<Reply, Error> {
        self.run(Login::new(credentials))
    }

    /// AUTH TLS and the handshake, ahead of the login that would do it too; also behind
    /// [`clear_control`](Self::clear_control), and then a new login is due.
    ///
    /// # Errors
    /// The server's refusal, or why the handshake failed; the session is dead after the latter.
    /// [`Misuse::AlreadySecured`], under implicit TLS always; [`Misuse::Option`] without
    /// [`Options::with_tls`].
    pub fn secure(&mut self) -> Result<(), Error> {
        // Not without somebody to trust: the server would wait for a handshake in vain.
        self.tls()?;
        self.run(Secure::new())
    }

    /// CCC: back to clear text on the control connection; see [`ClearControl`].
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_blocking::Error> {
    /// # let mut client = ftp_blocking::Client::connect(ftp_blocking::Options::new("localhost"))?;
    /// client.login("ada", "secret")?;
    /// client.clear_control()?; // a firewall may read along now; data stays under TLS
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`Misuse::NotSecured`] in clear; the server's refusal.
    pub fn clear_control(&mut self) -> Result<(), Error> {
        self.run(ClearControl::new())
    }

    /// PBSZ and PROT: how data connections are protected from now on.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_blocking::Error> {
    /// # let mut client = ftp_blocking::Client::connect(ftp_blocking::Options::new("localhost"))?;
    /// use ftp_blocking::Protection;
    ///
    /// // The options allow it by `Config::with_protection(Protection::Clear)`.
    /// client.protect(Protection::Private)?; // this directory is confidential
    /// client.protect(Protection::Clear)?; // and all else is not
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`Misuse::NotSecured`] in clear; [`ErrorKind::Insecure`] for clear data connections that the
    /// options do not allow; the server's refusal.
    pub fn protect(&mut self, protection: Protection) -> Result<(), Error> {
        self.run(Protect::new(protection))
    }

    /// Connects once more, in the place of a connection that is lost or that shall be: logs in as
    /// before and restores what the server had been told (HOST, PROT, OPTS, LANG, CLNT, TYPE) and
    /// the directory. Transfers are not repeated. Where it fails behind the greeting, this client
    /// does nothing but reconnect: half a restored session would work in the wrong place.
    ///
    /// After a transfer that failed because its data connection did not resume the login's TLS session
    /// ([`Reason::ResumptionDemanded`](ftp_proto::tls::Reason)), the new login has new tickets. With a
    /// server that was seen to give none with an upload, as ProFTPD, it speaks TLS 1.2, unless the
    /// options forbid it: a session of TLS 1.2 is resumed again and again, while a ticket of TLS 1.3
    /// serves once. Nobody in between chooses the version: he can make a transfer fail, but not show
    /// us such a server. To have TLS 1.2 from the first login on, say so by
    /// [`with_only_version`](ftp_proto::tls::TlsConfig::with_only_version).
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_blocking::Error> {
    /// # let mut client = ftp_blocking::Client::connect(ftp_blocking::Options::new("localhost"))?;
    /// if client.session().is_dead() {
    ///     client.reconnect()?;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`Misuse::NotLoggedIn`] before the first login; [`ErrorKind::TooLarge`] where the way to the
    /// directory is not known, and [`Misuse::Option`] where somebody was logged in by raw commands (see
    /// [`Restore`]); as [`connect`](Self::connect) and
    /// [`login`](Self::login).
    pub fn reconnect(&mut self) -> Result<(), Error> {
        let resumption_failed = self.session.resumption_failed();
        match self.replace_connection() {
            // It was heeded, and the server knows no TLS 1.2, or none of ours.
            Err(_) if resumption_failed && !self.session.resumption_failed() => {
                self.replace_connection()
            }
            result => result,
        }
    }

    /// Connects in the place of the last connection.
    fn replace_connection(&mut self) -> Result<(), Error> {
        let missing = || Error::new(ErrorKind::Misuse(Misuse::NotLoggedIn));
        let credentials = self.session.credentials().ok_or_else(missing)?;
        let restore = Restore::new(credentials.clone(), self.session.standing())?;
        let before = Some((&self.session, self.tls.as_ref()));
        let (tls, control, deadline) = dial(&mut *self.network, &self.options, before)?;
        self.session = self.session.successor();
        (self.data, self.data_tls) = (DataConnection::None, None);
        (self.tls, self.control, self.deadline) = (tls, control, deadline);
        self.greeting()?;
        self.run(restore)
    }

    /// Who makes the data connections from now on; [`set_pasv`] in ftplib.
    ///
    /// [`set_pasv`]: https://docs.python.org/3/library/ftplib.html#ftplib.FTP.set_pasv
    pub fn set_data_mode(&mut self, data_mode: DataMode) {
        self.session.set_data_mode(data_mode);
    }

    /// QUIT. Dropping the client closes without it.
    ///
    /// # Errors
    /// The server's refusal.
    pub fn quit(mut self) -> Result<Option<Reply>, Error> {
        let reply = self.run(Quit::new())?;
        if self.control.is_tls() {
            // The server has said goodbye and may be gone: whether it hears ours is no matter.
            let _ = self.control.close_notify(self.network.now());
        }
        Ok(reply)
    }

    /// Shows every command and every reply from now on, secrets masked: what `set_debuglevel` serves in
    /// ftplib. [`Options::with_observer`] shows the greeting and the first login, too.
    pub fn observe(&mut self, observer: impl FnMut(Observed<'_>) + Send + Sync + 'static) {
        self.session.observe(observer);
    }

    /// What is known of the session.
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// What TLS on the control connection came to: version, cipher suite, certificates; `None` in
    /// clear.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_blocking::Error> {
    /// # let mut client = ftp_blocking::Client::connect(ftp_blocking::Options::new("localhost"))?;
    /// if let Some(info) = client.tls_info() {
    ///     println!("{}, {}", info.version, info.cipher_suite);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn tls_info(&self) -> Option<TlsInfo> {
        self.control.tls_info()
    }

    /// The same of the last data connection, for transfers and listings that are over, or that came
    /// as a whole; `None` in clear and before the first.
    pub fn data_tls_info(&self) -> Option<&TlsInfo> {
        self.data_tls.as_ref()
    }

    /// What carries the control connection: its addresses and its descriptor.
    pub fn stream(&self) -> &dyn Stream {
        self.control.stream()
    }

    /// A name as it is sent.
    pub(crate) fn encoded<'n>(&self, name: &'n impl Name) -> Result<Cow<'n, [u8]>, Error> {
        name.bytes(&self.options.encoding)
    }

    pub(crate) fn tls(&self) -> Result<&TlsLogin, Error> {
        let missing = || {
            let none = Error::new(ErrorKind::Misuse(Misuse::Option));
            none.with_source("nobody is trusted: Options::with_tls says whom")
        };
        self.tls.as_ref().ok_or_else(missing)
    }
}

impl Client {
    /// What fails here is told with the address: the first try is the one that goes wrong.
    fn greeting(&mut self) -> Result<Reply, Error> {
        self.session.set_peer(self.control.stream().peer_address());
        let greeting = self.run(Greeting::new());
        greeting.map_err(|error| error.with_subject(self.options.connecting()))
    }
}

/// The control connection, and the TLS that is to come on it, where it is demanded; in the place of
/// an earlier session, where there was one.
fn dial(
    network: &mut dyn Network,
    options: &Options,
    before: Option<(&Session, Option<&TlsLogin>)>,
) -> Result<(Option<TlsLogin>, Channel, Instant), Error> {
    options.check()?;
    network.configure(options)?;
    let tls = match before {
        Some((session, tls)) => session.successor_tls_login(options, tls)?,
        None => options.tls_login()?,
    };
    let deadline = later(network.now(), options.timeouts.connect);
    let target = Target::Server {
        host: &options.host,
        port: options.port,
    };
    let late = || {
        let late = Error::new(ErrorKind::Timeout(ftp_proto::Wait::Connect));
        late.with_limits(&options.timeouts)
    };
    let dialled = network
        .dial(&target, deadline)
        .and_then(|dialled| match dialled {
            Dialled::Connected(stream) => Ok(Some(stream)),
            Dialled::Pending(mut dialling) => dialling.finish(deadline),
        });
    let stream = match dialled {
        Err(error) if error.kind() == std::io::ErrorKind::TimedOut => Err(late()),
        dialled => dialled
            .map_err(Error::from)
            .and_then(|stream| stream.ok_or_else(late)),
    };
    let stream = stream.map_err(|error| error.with_subject(options.connecting()))?;
    Ok((tls, Channel::new(stream), deadline))
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("host", &self.options.host)
            .field("session", &self.session)
            .finish_non_exhaustive()
    }
}
