use std::fmt;
use std::io::Write as _;
use std::time::Instant;

use ftp_proto::flows::{
    ClearControl, Credentials, Feat, Greeting, Login, Noop, Open, Protect, Pwd, Quit, Raw, Secure,
    Size, Type,
};
use ftp_proto::tls::TlsLogin;
use ftp_proto::{
    Completion, Error, ErrorKind, Features, Misuse, Observed, Options, Protection, RemotePath,
    Reply, Session, TransferOptions, TransferType,
};

use crate::channel::Channel;
use crate::data::{Download, Upload};
use crate::data_connection::Data;
use crate::drive::later;
use crate::lines::Lines;
use crate::net::Tcp;
use crate::transport::{Dialled, Network, Stream, Target};

/// One control connection and whatever data connection belongs to it.
///
/// Every method is one operation of the protocol. One that fails says why and leaves the session
/// in step, in debt (which the next operation pays first) or dead, and then each further one
/// says so: never out of step.
///
/// ```no_run
/// use ftp_blocking::{Client, Options};
///
/// let mut client = Client::connect(Options::new("ftp.example.org"))?;
/// client.login("anonymous", "anonymous@")?;
/// for line in client.list(None::<&str>)? {
///     println!("{}", String::from_utf8_lossy(&line));
/// }
/// client.quit()?;
/// # Ok::<(), ftp_blocking::Error>(())
/// ```
pub struct Client {
    pub(crate) session: Session,
    pub(crate) network: Box<dyn Network>,
    pub(crate) control: Channel,
    pub(crate) data: Data,
    pub(crate) options: Options,
    pub(crate) deadline: Instant,
    pub(crate) resumed: Option<bool>,
    /// Bytes of data moved since the control connection was last looked at.
    pub(crate) unwatched: usize,
    tls: Option<TlsLogin>,
}

impl Client {
    /// Connects over TCP and waits for the greeting. No TLS yet, and no login.
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
    /// As [`connect`](Self::connect).
    pub fn connect_over(network: impl Network + 'static, options: Options) -> Result<Self, Error> {
        let mut network: Box<dyn Network> = Box::new(network);
        options.check()?;
        network.configure(&options)?;
        let tls = options.tls_login()?;
        let deadline = later(network.now(), options.timeouts.connect);
        let target = Target::Server {
            host: &options.host,
            port: options.port,
        };
        let late = || Error::new(ErrorKind::Timeout(ftp_proto::Wait::Connect));
        let dialled = network
            .dial(&target, deadline)
            .and_then(|dialled| match dialled {
                Dialled::Connected(stream) => Ok(Some(stream)),
                Dialled::Pending(mut dialling) => dialling.finish(deadline),
            });
        let stream = match dialled {
            Err(error) if error.kind() == std::io::ErrorKind::TimedOut => return Err(late()),
            dialled => dialled?.ok_or_else(late)?,
        };
        let mut client = Self {
            session: Session::new(options.config.clone()),
            network,
            control: Channel::new(stream),
            data: Data::None,
            options,
            deadline,
            resumed: None,
            unwatched: 0,
            tls,
        };
        client.run(Greeting::new())?;
        Ok(client)
    }

    /// Logs in; under [`Options::with_tls`] it secures the connection first.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] before anything is sent; the server's refusal; why TLS could
    /// not be had.
    pub fn login(
        &mut self,
        user: impl AsRef<[u8]>,
        password: impl AsRef<[u8]>,
    ) -> Result<Reply, Error> {
        self.login_with(Credentials::new(user, password)?)
    }

    /// Logs in with all that credentials can hold.
    ///
    /// # Errors
    /// As [`login`](Self::login).
    pub fn login_with(&mut self, credentials: Credentials) -> Result<Reply, Error> {
        self.run(Login::new(credentials))
    }

    /// AUTH TLS and the handshake, ahead of the login that would do it too.
    ///
    /// # Errors
    /// The server's refusal, or why the handshake failed; the session is dead after the latter.
    /// [`Misuse::AlreadySecured`]; [`Misuse::Option`] without [`Options::with_tls`].
    pub fn secure(&mut self) -> Result<(), Error> {
        // Not without somebody to trust: the server would wait for a handshake in vain.
        self.tls()?;
        self.run(Secure::new())
    }

    /// CCC: back to clear text on the control connection; see [`ClearControl`].
    ///
    /// # Errors
    /// [`Misuse::NotSecured`] in clear; the server's refusal.
    pub fn clear_control(&mut self) -> Result<(), Error> {
        self.run(ClearControl::new())
    }

    /// PBSZ and PROT: how data connections are protected from now on.
    ///
    /// # Errors
    /// [`Misuse::NotSecured`] in clear; [`ErrorKind::Insecure`] for clear data connections that the
    /// options do not allow; the server's refusal.
    pub fn protect(&mut self, protection: Protection) -> Result<(), Error> {
        self.run(Protect::new(protection))
    }

    /// What the server says it can do; asked once.
    ///
    /// # Errors
    /// A refusal other than "unknown command", which means no features.
    pub fn features(&mut self) -> Result<Features, Error> {
        self.run(Feat::new())
    }

    /// The current directory.
    ///
    /// # Errors
    /// The server's refusal; a reply without a path.
    pub fn pwd(&mut self) -> Result<RemotePath, Error> {
        self.run(Pwd::new())
    }

    /// The representation type. Transfers set the one that they need.
    ///
    /// # Errors
    /// The server's refusal.
    pub fn set_type(&mut self, transfer_type: TransferType) -> Result<(), Error> {
        self.run(Type::new(transfer_type))
    }

    /// The size of a file in bytes, in TYPE I; `None` from a server without SIZE.
    ///
    /// # Errors
    /// The server's refusal.
    pub fn size(&mut self, path: impl AsRef<[u8]>) -> Result<Option<u64>, Error> {
        self.run(Size::new(path)?)
    }

    /// Starts a download of a whole file.
    ///
    /// # Errors
    /// The server's refusal, or why no data connection could be made.
    pub fn download(&mut self, path: impl AsRef<[u8]>) -> Result<Download<'_>, Error> {
        self.download_with(path, &TransferOptions::new())
    }

    /// Starts a download, at an offset for example.
    ///
    /// # Errors
    /// As [`download`](Self::download).
    pub fn download_with(
        &mut self,
        path: impl AsRef<[u8]>,
        options: &TransferOptions,
    ) -> Result<Download<'_>, Error> {
        let transfer = self.run(Open::retrieve(path)?.with_offset(options.offset))?;
        Ok(Download::new(self, transfer, options))
    }

    /// Starts an upload.
    ///
    /// # Errors
    /// The server's refusal, or why no data connection could be made.
    pub fn upload(&mut self, path: impl AsRef<[u8]>) -> Result<Upload<'_>, Error> {
        self.upload_with(path, &TransferOptions::new())
    }

    /// Starts an upload, at an offset for example.
    ///
    /// # Errors
    /// As [`upload`](Self::upload).
    pub fn upload_with(
        &mut self,
        path: impl AsRef<[u8]>,
        options: &TransferOptions,
    ) -> Result<Upload<'_>, Error> {
        let transfer = self.run(Open::store(path)?.with_offset(options.offset))?;
        Ok(Upload::new(self, transfer))
    }

    /// Uploads these bytes.
    ///
    /// # Errors
    /// As [`upload`](Self::upload) and [`Upload::finish`].
    pub fn store(
        &mut self,
        path: impl AsRef<[u8]>,
        content: impl AsRef<[u8]>,
    ) -> Result<Completion, Error> {
        let mut upload = self.upload(path)?;
        upload.write_all(content.as_ref())?;
        upload.finish()
    }

    /// The lines of LIST, of the current directory by default.
    ///
    /// # Errors
    /// As [`download`](Self::download); [`ErrorKind::TooLarge`] above [`Options::listing`].
    pub fn list(&mut self, path: Option<impl AsRef<[u8]>>) -> Result<Vec<Vec<u8>>, Error> {
        let limits = self.options.listing;
        self.list_lines(path)?.collect(limits)
    }

    /// The lines of NLST: names.
    ///
    /// # Errors
    /// As [`list`](Self::list).
    pub fn names(&mut self, path: Option<impl AsRef<[u8]>>) -> Result<Vec<Vec<u8>>, Error> {
        let limits = self.options.listing;
        self.names_lines(path)?.collect(limits)
    }

    /// LIST, line by line as it comes.
    ///
    /// # Errors
    /// As [`download`](Self::download).
    pub fn list_lines(&mut self, path: Option<impl AsRef<[u8]>>) -> Result<Lines<'_>, Error> {
        self.lines(Open::list(path)?)
    }

    /// NLST, line by line as it comes.
    ///
    /// # Errors
    /// As [`download`](Self::download).
    pub fn names_lines(&mut self, path: Option<impl AsRef<[u8]>>) -> Result<Lines<'_>, Error> {
        self.lines(Open::names(path)?)
    }

    fn lines(&mut self, open: Open) -> Result<Lines<'_>, Error> {
        let longest = self.options.listing.line;
        let transfer = self.run(open)?;
        let download = Download::new(self, transfer, &TransferOptions::new());
        Ok(Lines::new(download, longest))
    }

    /// NOOP.
    ///
    /// # Errors
    /// The server's refusal.
    pub fn noop(&mut self) -> Result<Reply, Error> {
        self.run(Noop::new())
    }

    /// Any command that is answered on the control connection alone; its reply, whatever it says.
    ///
    /// One that is never answered may cost the session: a reply that comes too late must not be
    /// taken for another command's.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] before anything is sent; [`Misuse::Option`] for AUTH, CCC and
    /// ABOR, which have methods of their own.
    pub fn raw(&mut self, line: impl AsRef<[u8]>) -> Result<Reply, Error> {
        self.run(Raw::new(line)?)
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

    /// Shows every command and every reply, secrets masked: what `set_debuglevel` serves in
    /// ftplib.
    pub fn observe(&mut self, observer: impl FnMut(Observed<'_>) + Send + Sync + 'static) {
        self.session.observe(observer);
    }

    /// What is known of the session.
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// What carries the control connection: its addresses and its descriptor.
    pub fn stream(&self) -> &dyn Stream {
        self.control.stream()
    }

    pub(crate) fn tls(&self) -> Result<&TlsLogin, Error> {
        let missing = || Error::new(ErrorKind::Misuse(Misuse::Option));
        self.tls.as_ref().ok_or_else(missing)
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
