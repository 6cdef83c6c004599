use std::fmt;
use std::future::poll_fn;
use std::task::Poll;

use ftp_proto::flows::{
    ClearControl, Credentials, Feat, Greeting, Login, Noop, Open, Protect, Pwd, Quit, Raw, Secure,
    Size, Type,
};
use ftp_proto::tls::TlsLogin;
use ftp_proto::{
    Completion, Error, ErrorKind, Features, Misuse, Observed, Options, Protection, RemotePath,
    Reply, Session, TransferOptions, TransferType,
};

use smol::io::AsyncWriteExt as _;

use crate::channel::Channel;
use crate::data::{Download, Upload};
use crate::data_connection::Data;
use crate::deadline::Deadline;
use crate::lines::Lines;
use crate::net::Tcp;
use crate::transport::{Network, Stream, Target};

/// One control connection and whatever data connection belongs to it.
///
/// Every method is one operation of the protocol. One that fails says why and leaves the session
/// in step, in debt (which the next operation pays first) or dead, and then each further one
/// says so: never out of step. Every future may be dropped at any point.
///
/// ```no_run
/// # smol::block_on(async {
/// use ftp_smol::{Client, Options};
///
/// let mut client = Client::connect(Options::new("ftp.example.org")).await?;
/// client.login("anonymous", "anonymous@").await?;
/// for line in client.list(None::<&str>).await? {
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
    pub(crate) data: Data,
    pub(crate) options: Options,
    pub(crate) deadline: Deadline,
    pub(crate) sending: Deadline,
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
    pub async fn connect(options: Options) -> Result<Self, Error> {
        Self::connect_over(Tcp::new(), options).await
    }

    /// The same over a network of the caller's: a proxy, a tunnel, a simulation.
    ///
    /// # Errors
    /// As [`connect`](Self::connect).
    pub async fn connect_over(
        network: impl Network + 'static,
        options: Options,
    ) -> Result<Self, Error> {
        let mut network: Box<dyn Network> = Box::new(network);
        options.check()?;
        network.configure(&options)?;
        let tls = options.tls_login()?;
        let mut deadline = Deadline::after(network.now(), options.timeouts.connect);
        let target = Target::Server {
            host: &options.host,
            port: options.port,
        };
        let mut dialling = network.dial(&target);
        let stream = poll_fn(|cx| match dialling.as_mut().poll(cx) {
            Poll::Ready(result) => Poll::Ready(result.map_err(Error::from)),
            Poll::Pending => deadline
                .poll(&*network, cx)
                .map(|()| Err(Error::new(ErrorKind::Timeout(ftp_proto::Wait::Connect)))),
        })
        .await?;
        let sending = Deadline::after(network.now(), options.timeouts.send);
        let mut client = Self {
            session: Session::new(options.config.clone()),
            network,
            control: Channel::new(stream),
            data: Data::None,
            options,
            deadline,
            sending,
            resumed: None,
            unwatched: 0,
            tls,
        };
        client.run(Greeting::new()).await?;
        Ok(client)
    }

    /// Logs in; under [`Options::with_tls`] it secures the connection first.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] before anything is sent; the server's refusal; why TLS could
    /// not be had.
    pub async fn login(
        &mut self,
        user: impl AsRef<[u8]>,
        password: impl AsRef<[u8]>,
    ) -> Result<Reply, Error> {
        self.login_with(Credentials::new(user, password)?).await
    }

    /// Logs in with all that credentials can hold.
    ///
    /// # Errors
    /// As [`login`](Self::login).
    pub async fn login_with(&mut self, credentials: Credentials) -> Result<Reply, Error> {
        self.run(Login::new(credentials)).await
    }

    /// AUTH TLS and the handshake, ahead of the login that would do it too.
    ///
    /// # Errors
    /// The server's refusal, or why the handshake failed; the session is dead after the latter.
    /// [`Misuse::AlreadySecured`]; [`Misuse::Option`] without [`Options::with_tls`].
    pub async fn secure(&mut self) -> Result<(), Error> {
        // Not without somebody to trust: the server would wait for a handshake in vain.
        self.tls()?;
        self.run(Secure::new()).await
    }

    /// CCC: back to clear text on the control connection; see [`ClearControl`].
    ///
    /// # Errors
    /// [`Misuse::NotSecured`] in clear; the server's refusal.
    pub async fn clear_control(&mut self) -> Result<(), Error> {
        self.run(ClearControl::new()).await
    }

    /// PBSZ and PROT: how data connections are protected from now on.
    ///
    /// # Errors
    /// [`Misuse::NotSecured`] in clear; [`ErrorKind::Insecure`] for clear data connections that the
    /// options do not allow; the server's refusal.
    pub async fn protect(&mut self, protection: Protection) -> Result<(), Error> {
        self.run(Protect::new(protection)).await
    }

    /// What the server says it can do; asked once.
    ///
    /// # Errors
    /// A refusal other than "unknown command", which means no features.
    pub async fn features(&mut self) -> Result<Features, Error> {
        self.run(Feat::new()).await
    }

    /// The current directory.
    ///
    /// # Errors
    /// The server's refusal; a reply without a path.
    pub async fn pwd(&mut self) -> Result<RemotePath, Error> {
        self.run(Pwd::new()).await
    }

    /// The representation type. Transfers set the one that they need.
    ///
    /// # Errors
    /// The server's refusal.
    pub async fn set_type(&mut self, transfer_type: TransferType) -> Result<(), Error> {
        self.run(Type::new(transfer_type)).await
    }

    /// The size of a file in bytes, in TYPE I; `None` from a server without SIZE.
    ///
    /// # Errors
    /// The server's refusal.
    pub async fn size(&mut self, path: impl AsRef<[u8]>) -> Result<Option<u64>, Error> {
        self.run(Size::new(path)?).await
    }

    /// Starts a download of a whole file.
    ///
    /// # Errors
    /// The server's refusal, or why no data connection could be made.
    pub async fn download(&mut self, path: impl AsRef<[u8]>) -> Result<Download<'_>, Error> {
        self.download_with(path, &TransferOptions::new()).await
    }

    /// Starts a download, at an offset for example.
    ///
    /// # Errors
    /// As [`download`](Self::download).
    pub async fn download_with(
        &mut self,
        path: impl AsRef<[u8]>,
        options: &TransferOptions,
    ) -> Result<Download<'_>, Error> {
        let transfer = self
            .run(Open::retrieve(path)?.with_offset(options.offset))
            .await?;
        Ok(Download::new(self, transfer, options))
    }

    /// Starts an upload.
    ///
    /// # Errors
    /// The server's refusal, or why no data connection could be made.
    pub async fn upload(&mut self, path: impl AsRef<[u8]>) -> Result<Upload<'_>, Error> {
        self.upload_with(path, &TransferOptions::new()).await
    }

    /// Starts an upload, at an offset for example.
    ///
    /// # Errors
    /// As [`upload`](Self::upload).
    pub async fn upload_with(
        &mut self,
        path: impl AsRef<[u8]>,
        options: &TransferOptions,
    ) -> Result<Upload<'_>, Error> {
        let transfer = self
            .run(Open::store(path)?.with_offset(options.offset))
            .await?;
        Ok(Upload::new(self, transfer))
    }

    /// Uploads these bytes.
    ///
    /// # Errors
    /// As [`upload`](Self::upload) and [`Upload::finish`].
    pub async fn store(
        &mut self,
        path: impl AsRef<[u8]>,
        content: impl AsRef<[u8]>,
    ) -> Result<Completion, Error> {
        let mut upload = self.upload(path).await?;
        upload.write_all(content.as_ref()).await?;
        upload.finish().await
    }

    /// The lines of LIST, of the current directory by default.
    ///
    /// # Errors
    /// As [`download`](Self::download); [`ErrorKind::TooLarge`] above [`Options::listing`].
    pub async fn list(&mut self, path: Option<impl AsRef<[u8]>>) -> Result<Vec<Vec<u8>>, Error> {
        let limits = self.options.listing;
        self.list_lines(path).await?.collect(limits).await
    }

    /// The lines of NLST: names.
    ///
    /// # Errors
    /// As [`list`](Self::list).
    pub async fn names(&mut self, path: Option<impl AsRef<[u8]>>) -> Result<Vec<Vec<u8>>, Error> {
        let limits = self.options.listing;
        self.names_lines(path).await?.collect(limits).await
    }

    /// LIST, line by line as it comes.
    ///
    /// # Errors
    /// As [`download`](Self::download).
    pub async fn list_lines(&mut self, path: Option<impl AsRef<[u8]>>) -> Result<Lines<'_>, Error> {
        self.lines(Open::list(path)?).await
    }

    /// NLST, line by line as it comes.
    ///
    /// # Errors
    /// As [`download`](Self::download).
    pub async fn names_lines(
        &mut self,
        path: Option<impl AsRef<[u8]>>,
    ) -> Result<Lines<'_>, Error> {
        self.lines(Open::names(path)?).await
    }

    async fn lines(&mut self, open: Open) -> Result<Lines<'_>, Error> {
        let longest = self.options.listing.line;
        let transfer = self.run(open).await?;
        let download = Download::new(self, transfer, &TransferOptions::new());
        Ok(Lines::new(download, longest))
    }

    /// NOOP.
    ///
    /// # Errors
    /// The server's refusal.
    pub async fn noop(&mut self) -> Result<Reply, Error> {
        self.run(Noop::new()).await
    }

    /// Any command that is answered on the control connection alone; its reply, whatever it says.
    ///
    /// One that is never answered may cost the session: a reply that comes too late must not be
    /// taken for another command's.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] before anything is sent; [`Misuse::Option`] for AUTH, CCC and
    /// ABOR, which have methods of their own.
    pub async fn raw(&mut self, line: impl AsRef<[u8]>) -> Result<Reply, Error> {
        self.run(Raw::new(line)?).await
    }

    /// QUIT. Dropping the client closes without it.
    ///
    /// # Errors
    /// The server's refusal.
    pub async fn quit(mut self) -> Result<Option<Reply>, Error> {
        let reply = self.run(Quit::new()).await?;
        if self.control.is_tls() {
            // The server has said goodbye and may be gone: whether it hears ours is no matter.
            let _ = poll_fn(|cx| Poll::Ready(self.control.poll_close_notify(cx))).await;
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
