//! The client: one control connection, and its data connection during a transfer.

use std::borrow::Cow;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use ftp_proto::flows::{
    ClearControl, Credentials, Greeting, Login, Protect, Quit, Restore, Secure,
};
use ftp_proto::tls::{TlsInfo, TlsLogin};
use ftp_proto::{
    Capabilities, DataMode, Encoding, Error, ErrorKind, Misuse, Name, Observed, OptionalName,
    Options, Protection, Reply, Session, Stop,
};

use crate::channel::Channel;
use crate::control::Seen;
use crate::data_connection::{DataConnection, EarlyClose};
use crate::drive::later;
use crate::net::Tcp;
use crate::transport::{Dialled, Dialling, Network, Stream, Target};

/// A session with one server: a control connection and, during a transfer, a data connection.
///
/// Each method runs one operation of the protocol. After an error the session is either usable or
/// dead. If the session is usable, the next operation first cleans up what the failed one left: it
/// aborts a transfer and reads the replies that are still to come. If the session is dead, every
/// further method says so, and `client.session().is_dead()` is true. Then call
/// [`reconnect`](Self::reconnect), and continue a transfer with
/// [`with_offset`](ftp_proto::TransferOptions::with_offset).
///
/// If a server sends a reply twice, the second one is taken for the reply to the next command only
/// if that command can have such a reply code.
///
/// ```no_run
/// use ftp_blocking::{Client, Options};
///
/// let mut client = Client::connect(Options::new("ftp.example.org"))?;
/// client.login("anonymous", "anonymous@")?;
/// for line in client.list(None)? {
///     println!("{}", String::from_utf8_lossy(&line));
/// }
/// client.quit()?;
/// # Ok::<(), ftp_blocking::Error>(())
/// ```
pub struct Client {
    pub(crate) session: Session,
    pub(crate) network: Box<dyn Network>,
    pub(crate) control: Channel,
    /// The server's address on the control connection. `None` if it is unknown.
    pub(crate) peer: Option<SocketAddr>,
    /// What has happened on the control connection.
    pub(crate) seen: Seen,
    pub(crate) data: DataConnection,
    /// How the data connections of the operation end that are closed too early.
    pub(crate) early_close: EarlyClose,
    pub(crate) options: Arc<Options>,
    pub(crate) deadline: Instant,
    /// The TLS parameters of the last data connection. `None` if that connection was in clear text,
    /// or if there was none.
    pub(crate) data_tls: Option<TlsInfo>,
    tls: Option<TlsLogin>,
    pub(crate) stop: Stop,
    /// Why the last wait ended early. The operation that waited takes it.
    pub(crate) cut: Option<Error>,
}

impl Client {
    /// Connects over TCP and waits for the greeting. With [`Options::with_implicit_tls`], the TLS
    /// handshake comes before the greeting. If the options hold
    /// [credentials](Options::with_credentials), `connect` then calls
    /// [`login_with`](Self::login_with). With [`Options::with_tls`] (explicit TLS), that method
    /// sends AUTH and does the handshake before it sends the user name. If the options hold no
    /// credentials, `connect` ends after the greeting. Then call [`login`](Self::login): with
    /// explicit TLS, `login` sends AUTH and does the handshake before it sends the user name.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_blocking::Error> {
    /// use ftp_blocking::{Client, Options};
    ///
    /// let options = Options::from_url("ftp://ada@ftp.example.org")?.with_password("secret")?;
    /// let mut client = Client::connect(options)?; // logs in too
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Each client keeps its options, about a kilobyte. If you open hundreds of sessions, pass an
    /// `Arc`, which they share:
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_blocking::Error> {
    /// use std::sync::Arc;
    ///
    /// use ftp_blocking::{Client, Options};
    ///
    /// let options = Arc::new(Options::from_url("ftp://anonymous@ftp.example.org")?);
    /// let mut clients = Vec::new();
    /// for _ in 0..500 {
    ///     clients.push(Client::connect(options.clone())?);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// An error if no connection can be made, if the handshake of implicit TLS fails, if the
    /// greeting is a refusal, or if the peer does not speak FTP. With credentials, also the errors
    /// of [`login_with`](Self::login_with): TLS fails, or the server refuses the login.
    /// [`Misuse::Option`] if the options contradict each other.
    pub fn connect(options: impl Into<Arc<Options>>) -> Result<Self, Error> {
        Self::connect_over(Tcp::new(), options.into())
    }

    /// Connects as [`connect`](Self::connect) does, but over a network of your own, such as a
    /// tunnel or a simulation.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_blocking::Error> {
    /// use ftp_blocking::{Client, Options, Tcp};
    ///
    /// // `Memory::new(…)` in a test, or a network of your own.
    /// let mut client = Client::connect_over(Tcp::new(), Options::new("ftp.example.org"))?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The errors of [`connect`](Self::connect). [`Misuse::Option`] for options that this network
    /// does not support ([`Network::configure`]).
    pub fn connect_over(
        network: impl Network + 'static,
        options: impl Into<Arc<Options>>,
    ) -> Result<Self, Error> {
        let options = options.into();
        let stop = Stop::new(&options, network.now());
        let begun = Self::begin(Box::new(network), stop, options);
        begun.map_err(|unconnected| unconnected.error)
    }

    /// Logs in. With [`Options::with_tls`] this method secures the connection first. If the user
    /// name is empty, it logs in as `anonymous` (see [`Credentials::new`]).
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_blocking::Error> {
    /// # let mut client = ftp_blocking::Client::connect(ftp_blocking::Options::new("localhost"))?;
    /// client.login("ada", "secret")?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] if the user name or the password cannot be sent; the server's
    /// refusal; the reason why TLS failed.
    pub fn login(&mut self, user: impl Name, password: impl Name) -> Result<Reply, Error> {
        let (user, password) = (self.encoded(&user)?, self.encoded(&password)?);
        self.login_with(Credentials::new(user, password)?)
    }

    /// Logs in with [`Credentials`], which can also hold an account (ACCT).
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_blocking::Error> {
    /// # let mut client = ftp_blocking::Client::connect(ftp_blocking::Options::new("localhost"))?;
    /// use ftp_blocking::Credentials;
    ///
    /// client.login_with(Credentials::anonymous())?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The errors of [`login`](Self::login).
    pub fn login_with(&mut self, credentials: Credentials) -> Result<Reply, Error> {
        self.run(Login::new(credentials))
    }

    /// Sends AUTH TLS and does the handshake. [`login`](Self::login) does the same, so you need
    /// this method only if the connection must be secure before the login, or again after
    /// [`clear_control`](Self::clear_control). In the second case you must log in again.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_blocking::Error> {
    /// # let mut client = ftp_blocking::Client::connect(ftp_blocking::Options::new("localhost"))?;
    /// // With `Options::with_login_in_clear`, for a server that wants the login before AUTH.
    /// client.login("ada", "secret")?;
    /// client.secure()?;
    /// client.login("ada", "secret")?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The server's refusal. The reason why the handshake failed; the session is then dead.
    /// [`Misuse::AlreadySecured`] if the connection is under TLS already, as it always is with
    /// implicit TLS. [`Misuse::Option`] without [`Options::with_tls`].
    pub fn secure(&mut self) -> Result<(), Error> {
        // The TLS settings are checked before AUTH is sent, because after AUTH the server waits for
        // a handshake.
        self.tls()?;
        self.run(Secure::new())
    }

    /// CCC: puts the control connection back into clear text; see [`ClearControl`].
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
    /// [`Misuse::NotSecured`] if the connection is in clear text; the server's refusal.
    pub fn clear_control(&mut self) -> Result<(), Error> {
        self.run(ClearControl::new())
    }

    /// PBSZ and PROT: sets how data connections are protected from now on.
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
    /// [`Misuse::NotSecured`] if the control connection is in clear text. [`ErrorKind::Insecure`]
    /// for clear data connections that the options do not allow. The server's refusal.
    pub fn protect(&mut self, protection: Protection) -> Result<(), Error> {
        self.run(Protect::new(protection))
    }

    /// Opens a new control connection and replaces the old one, whether that is lost or not. Logs
    /// in with the same credentials, and restores the directory and the settings made by HOST,
    /// PROT, OPTS, LANG, CLNT and TYPE. Does not repeat transfers. If a step after the greeting
    /// fails, every method except `reconnect` fails until a `reconnect` succeeds: a session that is
    /// half restored could work in the wrong directory.
    ///
    /// A server may refuse a transfer because its data connection did not resume the TLS session of
    /// the login ([`Reason::ResumptionDemanded`](ftp_proto::tls::Reason)). The new login then gets
    /// new session tickets. Some servers, such as ProFTPD, send no new ticket during an upload.
    /// With such a server the new login uses TLS 1.2, unless the options forbid it. A TLS 1.2
    /// session can be resumed many times, but a TLS 1.3 ticket only once. An attacker on the
    /// network cannot force TLS 1.2: he can make a transfer fail, but he cannot imitate such a
    /// server. To use TLS 1.2 from the first login, call
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
    /// [`Misuse::NotLoggedIn`] before the first login. [`ErrorKind::TooLarge`] if the path of the
    /// directory is not known. [`Misuse::Option`] if you logged in with raw commands (see
    /// [`Restore`]). Besides, the errors of [`connect`](Self::connect) and [`login`](Self::login).
    pub fn reconnect(&mut self) -> Result<(), Error> {
        let resumption_failed = self.session.resumption_failed();
        match self.replace_connection() {
            // Because `resumption_failed` was `true`, the first try may have used TLS 1.2 alone.
            // Perhaps the server does not support TLS 1.2, and the TLS handshake failed. The
            // session has then set `resumption_failed` to `false`, so that the second try uses the
            // TLS versions of the options.
            Err(_) if resumption_failed && !self.session.resumption_failed() => {
                self.replace_connection()
            }
            result => result,
        }
    }

    /// Opens a new control connection, logs in, and restores the directory and the settings of the
    /// old session.
    fn replace_connection(&mut self) -> Result<(), Error> {
        let restore = Restore::of(&self.session)?;
        let before = Some((&self.session, self.tls.as_ref()));
        let (tls, control, deadline) = dial(&mut *self.network, &self.options, &self.stop, before)?;
        self.session = self.session.successor();
        (self.data, self.data_tls) = (DataConnection::None, None);
        (self.tls, self.control, self.deadline) = (tls, control, deadline);
        self.greeting()?;
        self.run(restore)
    }

    /// Sets which side opens data connections from now on, as ftplib's [`set_pasv`] does.
    ///
    /// [`set_pasv`]: https://docs.python.org/3/library/ftplib.html#ftplib.FTP.set_pasv
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_blocking::Error> {
    /// # let mut client = ftp_blocking::Client::connect(ftp_blocking::Options::new("localhost"))?;
    /// use ftp_blocking::DataMode;
    ///
    /// client.set_data_mode(DataMode::Active);
    /// # Ok(())
    /// # }
    /// ```
    pub fn set_data_mode(&mut self, data_mode: DataMode) {
        self.session.set_data_mode(data_mode);
    }

    /// Sets how names that you give as text become bytes from now on, as
    /// [`Options::with_encoding`] does.
    ///
    /// With another encoding than UTF-8, the client does not send `OPTS UTF8 ON` any more. If it
    /// has sent this command already, some servers go on to read names as UTF-8 until `OPTS UTF8
    /// OFF`.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_blocking::Error> {
    /// # let mut client = ftp_blocking::Client::connect(ftp_blocking::Options::new("localhost"))?;
    /// use ftp_blocking::Encoding;
    ///
    /// // Needs the feature `encoding_rs`.
    /// # #[cfg(feature = "encoding_rs")]
    /// client.set_encoding(Encoding::for_label("gbk").expect("a known label"));
    /// for name in client.names("报告")? {
    ///     println!("{}", client.encoding().decode(&name));
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn set_encoding(&mut self, encoding: Encoding) {
        Arc::make_mut(&mut self.options).encoding = encoding;
        self.session.follow_encoding(&self.options);
    }

    /// Returns the encoding that turns your names into bytes, and the server's names into text.
    pub fn encoding(&self) -> &Encoding {
        &self.options.encoding
    }

    /// QUIT: ends the session and closes the connection. If you drop the client instead, it closes
    /// the connection without QUIT.
    ///
    /// # Errors
    /// The server's refusal.
    pub fn quit(mut self) -> Result<Option<Reply>, Error> {
        let reply = self.run(Quit::new())?;
        if self.control.is_tls() {
            // The server may have closed the connection already, so an error of close_notify does
            // not matter.
            let _ = self.control.close_notify(self.network.now());
        }
        Ok(reply)
    }

    /// Calls the observer with every command and every reply from now on, with secrets masked. To
    /// observe the greeting and the first login too, use [`Options::with_observer`].
    ///
    /// With a [`DebugLevel`](ftp_proto::DebugLevel), this method is the counterpart of ftplib's
    /// `set_debuglevel`:
    ///
    /// ```no_run
    /// # fn show(client: &mut ftp_blocking::Client) {
    /// use ftp_blocking::DebugLevel;
    ///
    /// client.observe(DebugLevel::Commands.to_stdout());
    /// # }
    /// ```
    pub fn observe(&mut self, observer: impl FnMut(Observed<'_>) + Send + Sync + 'static) {
        self.session.observe(observer);
    }

    /// Returns the state of the session.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_blocking::Error> {
    /// # let mut client = ftp_blocking::Client::connect(ftp_blocking::Options::new("localhost"))?;
    /// if let Some(greeting) = client.session().greeting() {
    ///     println!("{greeting}");
    /// }
    /// println!("dead: {}", client.session().is_dead());
    /// # Ok(())
    /// # }
    /// ```
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// Returns what is known about the server at this moment. Nothing is sent; see
    /// [`discover`](Self::discover).
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_blocking::Error> {
    /// # let mut client = ftp_blocking::Client::connect(ftp_blocking::Options::new("localhost"))?;
    /// use ftp_blocking::{Capability, Support};
    ///
    /// client.list(ftp_blocking::HERE)?;
    /// // After the first transfer it is known whether EPSV works.
    /// let refused = client.capabilities().support(Capability::Epsv) == Support::Refused;
    /// # let _ = refused;
    /// # Ok(())
    /// # }
    /// ```
    pub fn capabilities(&self) -> Capabilities {
        self.session.capabilities()
    }

    /// Returns the TLS parameters of the control connection: version, cipher suite, certificates.
    /// `None` in clear text.
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

    /// Returns the TLS parameters of the last data connection, also after its transfer has ended.
    /// `None` in clear text, and before the first data connection.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_blocking::Error> {
    /// # let mut client = ftp_blocking::Client::connect(ftp_blocking::Options::new("localhost"))?;
    /// client.fetch("welcome.txt")?;
    /// let resumed = client.data_tls_info().map(|info| info.resumed);
    /// # let _ = resumed;
    /// # Ok(())
    /// # }
    /// ```
    pub fn data_tls_info(&self) -> Option<&TlsInfo> {
        self.data_tls.as_ref()
    }

    /// Returns the stream of the control connection. From it you get the addresses and the
    /// descriptor.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_blocking::Error> {
    /// # let mut client = ftp_blocking::Client::connect(ftp_blocking::Options::new("localhost"))?;
    /// println!("{:?} to {:?}", client.stream().local_address(), client.stream().peer_address());
    /// # Ok(())
    /// # }
    /// ```
    pub fn stream(&self) -> &dyn Stream {
        self.control.stream()
    }

    /// Returns the bytes that are sent for a name, in the encoding of the options.
    pub(crate) fn encoded<'n>(&self, name: &'n impl Name) -> Result<Cow<'n, [u8]>, Error> {
        name.bytes(&self.options.encoding)
    }

    /// Returns the bytes that are sent for a name, in the encoding of the options. `None` if no
    /// name was given.
    pub(crate) fn encoded_optional<'n>(
        &self,
        name: &'n impl OptionalName,
    ) -> Result<Option<Cow<'n, [u8]>>, Error> {
        name.optional_bytes(&self.options.encoding)
    }

    pub(crate) fn tls(&self) -> Result<&TlsLogin, Error> {
        let missing = || {
            let none = Error::new(ErrorKind::Misuse(Misuse::Option));
            none.with_source(
                "this needs TLS, but the options have none: make a new client with \
                 Options::with_tls",
            )
        };
        self.tls.as_ref().ok_or_else(missing)
    }
}

impl Client {
    /// Connects, reads the greeting, and logs in if the options hold credentials.
    pub(crate) fn begin(
        mut network: Box<dyn Network>,
        stop: Stop,
        options: Arc<Options>,
    ) -> Result<Self, Box<Unconnected>> {
        let (tls, control, deadline) = match dial(&mut *network, &options, &stop, None) {
            Ok(dialled) => dialled,
            Err(error) => {
                return Err(Box::new(Unconnected {
                    error,
                    network,
                    stop,
                }));
            }
        };
        let mut client = Self {
            session: Session::with_options(&options),
            network,
            control,
            peer: None,
            seen: Seen::default(),
            data: DataConnection::None,
            early_close: EarlyClose::Resets,
            options,
            deadline,
            data_tls: None,
            tls,
            stop,
            cut: None,
        };
        match client.welcome() {
            Ok(()) => Ok(client),
            Err(error) => Err(Box::new(Unconnected {
                error,
                network: client.network,
                stop: client.stop,
            })),
        }
    }

    fn welcome(&mut self) -> Result<(), Error> {
        self.greeting()?;
        if let Some(credentials) = self.options.credentials.clone() {
            self.login_with(credentials)?;
        }
        Ok(())
    }

    /// Reads the greeting. An error of this step names the host and the port, because one of them
    /// may be wrong.
    fn greeting(&mut self) -> Result<Reply, Error> {
        self.peer = self.control.stream().peer_address();
        self.seen = Seen::of_new_connection();
        self.session.set_peer(self.peer);
        let greeting = self.run(Greeting::new());
        greeting.map_err(|error| error.with_subject(self.options.connecting()))
    }
}

/// An attempt to connect that has failed.
pub(crate) struct Unconnected {
    pub(crate) error: Error,
    /// The network and the limits, for another attempt.
    pub(crate) network: Box<dyn Network>,
    pub(crate) stop: Stop,
}

/// Opens the control connection, and prepares TLS if the options demand it. `before` is the session
/// that the new connection replaces. `None` means that this is the client's first connection.
fn dial(
    network: &mut dyn Network,
    options: &Options,
    stop: &Stop,
    before: Option<(&Session, Option<&TlsLogin>)>,
) -> Result<(Option<TlsLogin>, Channel, Instant), Error> {
    options.check()?;
    network.configure(options)?;
    let tls = match before {
        Some((session, tls)) => session.successor_tls_login(options, tls)?,
        None => options.tls_login()?,
    };
    if let Some(reason) = stop.reason(|| network.now()) {
        return Err(reason);
    }
    let deadline = stop.limit(later(network.now(), options.timeouts.connect));
    let (host, port) = options.control_peer();
    let target = Target::Server { host, port };
    let dialled = network
        .dial(&target, deadline)
        .and_then(|dialled| match dialled {
            Dialled::Connected(stream) => Ok(Some(stream)),
            Dialled::Pending(dialling) => finish(dialling, network, stop, deadline),
        });
    let late = || {
        let late = Error::new(ErrorKind::Timeout(ftp_proto::Wait::Connect));
        let reason = stop.reason(|| network.now());
        reason.unwrap_or_else(|| late.with_limits(&options.timeouts))
    };
    let stream = match dialled {
        Err(error) if error.kind() == io::ErrorKind::TimedOut => Err(late()),
        dialled => dialled
            .map_err(Error::from)
            .and_then(|stream| stream.ok_or_else(late)),
    };
    let stream = stream.map_err(|error| error.with_subject(options.connecting()))?;
    Ok((tls, Channel::new(stream), deadline))
}

/// Goes on with an attempt to connect, until the deadline or until the client must stop.
fn finish(
    mut dialling: Box<dyn Dialling>,
    network: &dyn Network,
    stop: &Stop,
    deadline: Instant,
) -> io::Result<Option<Box<dyn Stream>>> {
    loop {
        let until = stop.slice(|| network.now(), deadline);
        let stream = dialling.finish(until)?;
        if stream.is_some() || until >= deadline || stop.reason(|| network.now()).is_some() {
            return Ok(stream);
        }
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("host", &self.options.host)
            .field("session", &self.session)
            .finish_non_exhaustive()
    }
}
