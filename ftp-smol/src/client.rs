//! The client: one control connection, and its data connection during a transfer.

use std::borrow::Cow;
use std::fmt;
use std::future::poll_fn;
use std::net::SocketAddr;
use std::sync::Arc;
use std::task::Poll;

use ftp_proto::flows::{
    ClearControl, Credentials, Greeting, Login, Protect, Quit, Restore, Secure,
};
use ftp_proto::tls::{TlsInfo, TlsLogin};
use ftp_proto::{
    Capabilities, DataMode, Encoding, Error, ErrorKind, Misuse, Name, Observed, OptionalName,
    Options, Protection, Reply, Session, Stop,
};

use crate::channel::Channel;
use crate::control::ControlSeen;
use crate::data_connection::{DataConnection, EarlyClose};
use crate::deadline::Deadline;
use crate::net::Tcp;
use crate::transport::{Network, Stream, Target};

/// A session with one server: a control connection and, during a transfer, a data connection.
///
/// Each method runs one operation of the protocol. You may drop the future of any method at any
/// point. After that, or after an error, the session is either usable or dead. If the session is
/// usable, the next operation first cleans up what the last one left: it aborts a transfer and
/// reads the replies that are still to come. If the session is dead, every further method says so,
/// and `client.session().is_dead()` is true. Then call [`reconnect`](Self::reconnect), and continue
/// a transfer with [`with_offset`](ftp_proto::TransferOptions::with_offset).
///
/// If a server sends a reply twice, the second one is taken for the reply to the next command only
/// if that command can have such a reply code.
///
/// ```no_run
/// # smol::block_on(async {
/// use ftp_smol::{Client, Options};
///
/// let mut client = Client::connect(Options::new("ftp.example.org")).await?;
/// client.login("anonymous", "anonymous@").await?;
/// for line in client.list(None).await? {
///     println!("{}", String::from_utf8_lossy(&line));
/// }
/// client.quit().await?;
/// # Ok::<(), ftp_smol::Error>(())
/// # })?;
/// # Ok::<(), ftp_smol::Error>(())
/// ```
pub struct Client {
    pub(crate) session: Session,
    pub(crate) network: Box<dyn Network>,
    pub(crate) control: Channel,
    /// The server's address on the control connection. `None` if it is unknown.
    pub(crate) peer: Option<SocketAddr>,
    pub(crate) control_seen: ControlSeen,
    /// How the data connections of the operation end that are closed too early.
    pub(crate) early_close: EarlyClose,
    pub(crate) data: DataConnection,
    pub(crate) options: Arc<Options>,
    pub(crate) deadline: Deadline,
    pub(crate) sending: Deadline,
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
    /// [credentials](Options::with_credentials), `connect` then logs in, as
    /// [`login_with`](Self::login_with) does. If not, `connect` ends after the greeting, and you
    /// call [`login`](Self::login). With [`Options::with_tls`] (explicit TLS), a login begins
    /// with AUTH and the TLS handshake, before the client sends the user name.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_smol::Error> {
    /// # smol::block_on(async {
    /// use ftp_smol::{Client, Options};
    ///
    /// let options = Options::from_url("ftp://ada@ftp.example.org")?.with_password("secret")?;
    /// let mut client = Client::connect(options).await?; // logs in too
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    ///
    /// Each client keeps its options, about a kilobyte. If you open hundreds of sessions, pass an
    /// `Arc`, which they share:
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_smol::Error> {
    /// # smol::block_on(async {
    /// use std::sync::Arc;
    ///
    /// use ftp_smol::{Client, Options};
    ///
    /// let options = Arc::new(Options::from_url("ftp://anonymous@ftp.example.org")?);
    /// let mut clients = Vec::new();
    /// for _ in 0..500 {
    ///     clients.push(Client::connect(options.clone()).await?);
    /// }
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    ///
    /// # Errors
    /// An error if no connection can be made, if the handshake of implicit TLS fails, if the
    /// greeting is a refusal, or if the peer does not speak FTP. With credentials, also the errors
    /// of [`login_with`](Self::login_with): TLS fails, or the server refuses the login.
    /// [`Misuse::Option`] if the options contradict each other.
    pub async fn connect(options: impl Into<Arc<Options>>) -> Result<Self, Error> {
        Self::connect_over(Tcp::new(), options.into()).await
    }

    /// Connects as [`connect`](Self::connect) does, but over a network of your own, such as a
    /// tunnel or a simulation.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_smol::Error> {
    /// # smol::block_on(async {
    /// use ftp_smol::{Client, Options, Tcp};
    ///
    /// // `Memory::new(…)` in a test, or a network of your own.
    /// let mut client = Client::connect_over(Tcp::new(), Options::new("ftp.example.org")).await?;
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    ///
    /// # Errors
    /// The errors of [`connect`](Self::connect). [`Misuse::Option`] for options that this network
    /// does not support ([`Network::configure`]).
    pub async fn connect_over(
        network: impl Network + 'static,
        options: impl Into<Arc<Options>>,
    ) -> Result<Self, Error> {
        let options = options.into();
        let stop = Stop::new(&options, network.now());
        // A task keeps room for its largest future as long as it lives.
        let begun = Box::pin(Self::begin(Box::new(network), stop, options)).await;
        begun.map_err(|unconnected| unconnected.error)
    }

    /// Logs in. With [`Options::with_tls`] this method secures the connection first. If the user
    /// name is empty, it logs in as `anonymous` (see [`Credentials::new`]).
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_smol::Error> {
    /// # smol::block_on(async {
    /// # let mut client = ftp_smol::Client::connect(ftp_smol::Options::new("localhost")).await?;
    /// client.login("ada", "secret").await?;
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] if the user name or the password cannot be sent; the server's
    /// refusal; the reason why TLS failed.
    pub async fn login(&mut self, user: impl Name, password: impl Name) -> Result<Reply, Error> {
        let (user, password) = (self.encoded(&user)?, self.encoded(&password)?);
        self.login_with(Credentials::new(user, password)?).await
    }

    /// Logs in with [`Credentials`], which can also hold an account (ACCT).
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_smol::Error> {
    /// # smol::block_on(async {
    /// # let mut client = ftp_smol::Client::connect(ftp_smol::Options::new("localhost")).await?;
    /// use ftp_smol::Credentials;
    ///
    /// client.login_with(Credentials::anonymous()).await?;
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    ///
    /// # Errors
    /// The errors of [`login`](Self::login).
    pub async fn login_with(&mut self, credentials: Credentials) -> Result<Reply, Error> {
        self.run(Login::new(credentials)).await
    }

    /// Sends AUTH TLS and does the handshake. [`login`](Self::login) does the same, so you need
    /// this method only if the connection must be secure before the login, or again after
    /// [`clear_control`](Self::clear_control). In the second case you must log in again.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_smol::Error> {
    /// # smol::block_on(async {
    /// # let mut client = ftp_smol::Client::connect(ftp_smol::Options::new("localhost")).await?;
    /// // With `Options::with_login_in_clear`, for a server that wants the login before AUTH.
    /// client.login("ada", "secret").await?;
    /// client.secure().await?;
    /// client.login("ada", "secret").await?;
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    ///
    /// # Errors
    /// The server's refusal. The reason why the handshake failed; the session is then dead.
    /// [`Misuse::AlreadySecured`] if the connection is under TLS already, as it always is with
    /// implicit TLS. [`Misuse::Option`] without [`Options::with_tls`].
    pub async fn secure(&mut self) -> Result<(), Error> {
        // The TLS settings are checked before AUTH is sent, because after AUTH the server waits for
        // a handshake.
        self.tls()?;
        self.run(Secure::new()).await
    }

    /// CCC: puts the control connection back into clear text; see [`ClearControl`].
    ///
    /// ```no_run
    /// # smol::block_on(async {
    /// # let mut client = ftp_smol::Client::connect(ftp_smol::Options::new("localhost")).await?;
    /// client.login("ada", "secret").await?;
    /// client.clear_control().await?; // a firewall may read along now; data stays under TLS
    /// # Ok::<(), ftp_smol::Error>(())
    /// # })?;
    /// # Ok::<(), ftp_smol::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Misuse::NotSecured`] if the connection is in clear text; the server's refusal.
    pub async fn clear_control(&mut self) -> Result<(), Error> {
        self.run(ClearControl::new()).await
    }

    /// PBSZ and PROT: sets how data connections are protected from now on.
    ///
    /// ```no_run
    /// # smol::block_on(async {
    /// # let mut client = ftp_smol::Client::connect(ftp_smol::Options::new("localhost")).await?;
    /// use ftp_smol::Protection;
    ///
    /// // The options allow it by `Config::with_protection(Protection::Clear)`.
    /// client.protect(Protection::Private).await?; // this directory is confidential
    /// client.protect(Protection::Clear).await?; // and all else is not
    /// # Ok::<(), ftp_smol::Error>(())
    /// # })?;
    /// # Ok::<(), ftp_smol::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Misuse::NotSecured`] if the control connection is in clear text. [`ErrorKind::Insecure`]
    /// for clear data connections that the options do not allow. The server's refusal.
    pub async fn protect(&mut self, protection: Protection) -> Result<(), Error> {
        self.run(Protect::new(protection)).await
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
    /// # smol::block_on(async {
    /// # let mut client = ftp_smol::Client::connect(ftp_smol::Options::new("localhost")).await?;
    /// if client.session().is_dead() {
    ///     client.reconnect().await?;
    /// }
    /// # Ok::<(), ftp_smol::Error>(())
    /// # })?;
    /// # Ok::<(), ftp_smol::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Misuse::NotLoggedIn`] before the first login. [`ErrorKind::TooLarge`] if the path of the
    /// directory is not known. [`Misuse::Option`] if you logged in with raw commands (see
    /// [`Restore`]). Besides, the errors of [`connect`](Self::connect) and [`login`](Self::login).
    pub async fn reconnect(&mut self) -> Result<(), Error> {
        let resumption_failed = self.session.resumption_failed();
        match self.replace_connection().await {
            // The first try may have used TLS 1.2 alone, because session resumption had failed
            // before. Its TLS handshake failed, perhaps because the server does not support TLS
            // 1.2, and the session then cleared its `resumption_failed`. So the second try uses the
            // TLS versions of the options.
            Err(_) if resumption_failed && !self.session.resumption_failed() => {
                self.replace_connection().await
            }
            result => result,
        }
    }

    /// Opens a new control connection, logs in, and restores the directory and the settings.
    async fn replace_connection(&mut self) -> Result<(), Error> {
        let restore = Restore::of(&self.session)?;
        let before = Some((&self.session, self.tls.as_ref()));
        let (tls, control, deadline) =
            dial(&mut *self.network, &self.options, &self.stop, before).await?;
        self.session = self.session.successor();
        (self.data, self.data_tls) = (DataConnection::None, None);
        (self.tls, self.control, self.deadline) = (tls, control, deadline);
        self.greeting().await?;
        self.run(restore).await
    }

    /// Sets which side opens data connections from now on, as ftplib's [`set_pasv`] does.
    ///
    /// [`set_pasv`]: https://docs.python.org/3/library/ftplib.html#ftplib.FTP.set_pasv
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_smol::Error> {
    /// # smol::block_on(async {
    /// # let mut client = ftp_smol::Client::connect(ftp_smol::Options::new("localhost")).await?;
    /// use ftp_smol::DataMode;
    ///
    /// client.set_data_mode(DataMode::Active);
    /// # Ok(())
    /// # })
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
    /// # async fn example(mut client: ftp_smol::Client) -> Result<(), ftp_smol::Error> {
    /// use ftp_smol::Encoding;
    ///
    /// // Needs the feature `encoding_rs`.
    /// # #[cfg(feature = "encoding_rs")]
    /// client.set_encoding(Encoding::for_label("gbk").expect("a known label"));
    /// for name in client.names("报告").await? {
    ///     println!("{}", client.encoding().decode(&name));
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn set_encoding(&mut self, encoding: Encoding) {
        Arc::make_mut(&mut self.options).encoding = encoding;
        self.session.follow_encoding(&self.options);
    }

    /// Returns the encoding of names, which also decodes names from the server.
    pub fn encoding(&self) -> &Encoding {
        &self.options.encoding
    }

    /// QUIT: ends the session and closes the connection. If you drop the client instead, the
    /// connection is closed without QUIT.
    ///
    /// # Errors
    /// The server's refusal.
    pub async fn quit(mut self) -> Result<Option<Reply>, Error> {
        let reply = self.run(Quit::new()).await?;
        if self.control.is_tls() {
            // The server may have closed the connection already, so an error of close_notify does
            // not matter.
            let _ = poll_fn(|cx| Poll::Ready(self.control.poll_close_notify(cx))).await;
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
    /// # fn show(client: &mut ftp_smol::Client) {
    /// use ftp_smol::DebugLevel;
    ///
    /// client.observe(DebugLevel::Commands.to_stdout());
    /// # }
    /// ```
    pub fn observe(&mut self, observer: impl FnMut(Observed<'_>) + Send + Sync + 'static) {
        self.session.observe(observer);
    }

    /// Returns the state of the session, for example whether it is dead.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_smol::Error> {
    /// # smol::block_on(async {
    /// # let mut client = ftp_smol::Client::connect(ftp_smol::Options::new("localhost")).await?;
    /// if let Some(greeting) = client.session().greeting() {
    ///     println!("{greeting}");
    /// }
    /// println!("dead: {}", client.session().is_dead());
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// Returns what is known about the server at this moment. Nothing is sent; see
    /// [`discover`](Self::discover).
    ///
    /// ```no_run
    /// # smol::block_on(async {
    /// # let mut client = ftp_smol::Client::connect(ftp_smol::Options::new("localhost")).await?;
    /// use ftp_smol::{Capability, Support};
    ///
    /// client.list(ftp_smol::HERE).await?;
    /// // After the first transfer it is known whether EPSV works.
    /// let refused = client.capabilities().support(Capability::Epsv) == Support::Refused;
    /// # let _ = refused;
    /// # Ok::<(), ftp_smol::Error>(())
    /// # })?;
    /// # Ok::<(), ftp_smol::Error>(())
    /// ```
    pub fn capabilities(&self) -> Capabilities {
        self.session.capabilities()
    }

    /// Returns the TLS parameters of the control connection: version, cipher suite, certificates.
    /// `None` in clear text.
    ///
    /// ```no_run
    /// # smol::block_on(async {
    /// # let mut client = ftp_smol::Client::connect(ftp_smol::Options::new("localhost")).await?;
    /// if let Some(info) = client.tls_info() {
    ///     println!("{}, {}", info.version, info.cipher_suite);
    /// }
    /// # Ok::<(), ftp_smol::Error>(())
    /// # })?;
    /// # Ok::<(), ftp_smol::Error>(())
    /// ```
    pub fn tls_info(&self) -> Option<TlsInfo> {
        self.control.tls_info()
    }

    /// Returns the TLS parameters of the last data connection, also after its transfer has ended.
    /// `None` in clear text, and before the first data connection.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_smol::Error> {
    /// # smol::block_on(async {
    /// # let mut client = ftp_smol::Client::connect(ftp_smol::Options::new("localhost")).await?;
    /// client.fetch("welcome.txt").await?;
    /// let resumed = client.data_tls_info().map(|info| info.resumed);
    /// # let _ = resumed;
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn data_tls_info(&self) -> Option<&TlsInfo> {
        self.data_tls.as_ref()
    }

    /// Returns the stream of the control connection. From it you get the addresses and the
    /// descriptor.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_smol::Error> {
    /// # smol::block_on(async {
    /// # let mut client = ftp_smol::Client::connect(ftp_smol::Options::new("localhost")).await?;
    /// println!("{:?} to {:?}", client.stream().local_address(), client.stream().peer_address());
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn stream(&self) -> &dyn Stream {
        self.control.stream()
    }

    /// Returns the bytes that are sent for a name, in the encoding of the options.
    pub(crate) fn encoded<'n>(&self, name: &'n impl Name) -> Result<Cow<'n, [u8]>, Error> {
        name.bytes(&self.options.encoding)
    }

    /// Returns the bytes that are sent for a name, in the encoding of the options. `None` if the
    /// name is left out.
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
    pub(crate) async fn begin(
        mut network: Box<dyn Network>,
        stop: Stop,
        options: Arc<Options>,
    ) -> Result<Self, Box<Unconnected>> {
        let (tls, control, deadline) = match dial(&mut *network, &options, &stop, None).await {
            Ok(dialled) => dialled,
            Err(error) => {
                return Err(Box::new(Unconnected {
                    error,
                    network,
                    stop,
                }));
            }
        };
        let sending = Deadline::after(network.now(), options.timeouts.send);
        let mut client = Self {
            session: Session::with_options(&options),
            network,
            control,
            peer: None,
            control_seen: ControlSeen::default(),
            early_close: EarlyClose::Resets,
            data: DataConnection::None,
            options,
            deadline,
            sending,
            data_tls: None,
            tls,
            stop,
            cut: None,
        };
        match client.welcome().await {
            Ok(()) => Ok(client),
            Err(error) => Err(Box::new(Unconnected {
                error,
                network: client.network,
                stop: client.stop,
            })),
        }
    }

    async fn welcome(&mut self) -> Result<(), Error> {
        self.greeting().await?;
        if let Some(credentials) = self.options.credentials.clone() {
            self.login_with(credentials).await?;
        }
        Ok(())
    }

    /// Reads the greeting. An error names the host and the port, because a wrong host or port is
    /// often found only when the greeting fails.
    async fn greeting(&mut self) -> Result<Reply, Error> {
        self.peer = self.control.stream().peer_address();
        // The greeting has hardly come yet.
        self.control_seen = ControlSeen::Empty;
        self.session.set_peer(self.peer);
        let greeting = self.run(Greeting::new()).await;
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
/// that the new connection replaces, or `None` for the first connection.
async fn dial(
    network: &mut dyn Network,
    options: &Options,
    stop: &Stop,
    before: Option<(&Session, Option<&TlsLogin>)>,
) -> Result<(Option<TlsLogin>, Channel, Deadline), Error> {
    options.check()?;
    network.configure(options)?;
    let tls = match before {
        Some((session, tls)) => session.successor_tls_login(options, tls)?,
        None => options.tls_login()?,
    };
    let now = network.now();
    if let Some(reason) = stop.reason(|| now) {
        return Err(reason);
    }
    let mut deadline = Deadline::after(now, stop.shorten(now, options.timeouts.connect));
    let (host, port) = options.control_peer();
    let target = Target::Server { host, port };
    let late = |reason: Option<Error>| {
        let late = Error::new(ErrorKind::Timeout(ftp_proto::Wait::Connect));
        reason.unwrap_or_else(|| late.with_limits(&options.timeouts))
    };
    let mut dialling = network.dial(&target);
    let ends = &mut deadline;
    let stream = poll_fn(move |cx| match dialling.as_mut().poll(cx) {
        Poll::Ready(Err(error)) if error.kind() == std::io::ErrorKind::TimedOut => {
            Poll::Ready(Err(late(stop.reason(|| network.now()))))
        }
        Poll::Ready(result) => Poll::Ready(result.map_err(Error::from)),
        Poll::Pending => {
            stop.register(cx.waker());
            match stop.reason(|| network.now()) {
                Some(reason) => Poll::Ready(Err(reason)),
                None => ends
                    .poll(network, cx)
                    .map(|()| Err(late(stop.reason(|| network.now())))),
            }
        }
    });
    let stream = stream.await;
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
