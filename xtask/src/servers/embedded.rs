//! A server inside this process, for jobs that must run on a machine with
//! nothing but cargo on it.

use std::{
    fmt, fs,
    net::Ipv4Addr,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use libunftp::{
    ServerBuilder, ServerError,
    options::{FtpsRequired, TlsFlags},
};
use tokio::{
    net::{TcpListener, TcpStream},
    runtime::{Builder, Runtime},
};
use unftp_core::auth::{AuthenticationError, Authenticator, Credentials, DefaultUser, Principal};
use unftp_sbe_fs::Filesystem;

use super::{Result, authority::Identity};

/// The one user who may log in.
pub(crate) const USER: &str = "demo";

/// How long stopping waits for disk operations, the only work of the server
/// that cannot be cancelled.
const STOP_TIMEOUT: Duration = Duration::from_secs(2);

/// A running libunftp server on 127.0.0.1 that insists on explicit TLS;
/// dropping it closes the listener and every session.
pub(crate) struct Embedded {
    // An option only because stopping consumes the runtime.
    runtime: Option<Runtime>,
    port: u16,
}

impl Embedded {
    /// Serves `root` to [`USER`] with `password`, on a port of the system's
    /// choice. The identity is written into `scratch`, since libunftp takes
    /// file names; the directory is created when it is not there.
    ///
    /// Connections made after this returns succeed.
    ///
    /// # Errors
    ///
    /// When `root` is not a directory, `scratch` cannot be written or the
    /// identity does not hold together.
    pub(crate) fn start(
        root: &Path,
        scratch: &Path,
        identity: &Identity,
        password: &str,
    ) -> Result<Self> {
        fs::create_dir_all(scratch)?;
        // In full, since the files are read again for each session.
        let scratch = scratch.canonicalize()?;
        let certificate = scratch.join("server-certificate.pem");
        let key = scratch.join("server-key.pem");
        fs::write(&certificate, &identity.certificate_pem)?;
        fs::write(&key, &identity.key_pem)?;

        let root = root.canonicalize()?;
        // libunftp asks for a new storage per session and leaves no way to
        // fail; opening it once here turns a wrong root into an error.
        drop(Filesystem::new(&root)?);
        let storage = move || {
            Filesystem::new(&root).expect("the served directory could be opened at the start")
        };
        let template = Template {
            storage: Arc::new(storage),
            gate: Arc::new(Gate {
                password: password.to_owned(),
            }),
            certificate,
            key,
        };
        template.build()?;

        let runtime = Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("embedded-ftp")
            .enable_all()
            .build()?;
        // libunftp's own listener is bound somewhere inside a future and does
        // not tell its port. Binding here gives the port without a race, and
        // the kernel queues connections from this moment on.
        let listener = runtime.block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))?;
        let port = listener.local_addr()?.port();
        runtime.spawn(accept(listener, template));
        Ok(Self {
            runtime: Some(runtime),
            port,
        })
    }

    /// The port of the control connection.
    #[must_use]
    pub(crate) const fn port(&self) -> u16 {
        self.port
    }
}

impl Drop for Embedded {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_timeout(STOP_TIMEOUT);
        }
    }
}

/// What each session's server is made from: libunftp serves an accepted stream
/// by consuming the whole server.
struct Template {
    storage: Arc<dyn Fn() -> Filesystem + Send + Sync>,
    gate: Arc<Gate>,
    certificate: PathBuf,
    key: PathBuf,
}

impl Template {
    /// Needs no crypto provider installed in the process: libunftp hands ring
    /// to rustls itself, and installs nothing that would get in the way of a
    /// client in the same process.
    fn build(&self) -> std::result::Result<libunftp::Server<Filesystem, DefaultUser>, ServerError> {
        let storage = Arc::clone(&self.storage);
        ServerBuilder::with_authenticator(Box::new(move || storage()), self.gate.clone())
            .greeting("Embedded server ready")
            .ftps(&self.certificate, &self.key)
            .ftps_required(FtpsRequired::All, FtpsRequired::All)
            // TLS 1.3 is off unless asked for.
            .ftps_tls_flags(
                TlsFlags::LATEST_VERSIONS
                    | TlsFlags::RESUMPTION_SESS_ID
                    | TlsFlags::RESUMPTION_TICKETS,
            )
            .build()
    }
}

async fn accept(listener: TcpListener, template: Template) {
    loop {
        // An error of accept concerns the one connection that went away.
        let Ok((stream, _)) = listener.accept().await else {
            tokio::task::yield_now().await;
            continue;
        };
        tokio::spawn(serve(stream, template.build()));
    }
}

async fn serve(
    stream: TcpStream,
    server: std::result::Result<libunftp::Server<Filesystem, DefaultUser>, ServerError>,
) {
    // A session's failure is the client's to notice: it sees the connection
    // closed, and there is nobody else here to tell.
    if let Ok(server) = server {
        let _ = server.service(stream).await;
    }
}

/// Lets in [`USER`] with the one password.
struct Gate {
    password: String,
}

impl fmt::Debug for Gate {
    // By hand, so that the password stays out of logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gate").finish_non_exhaustive()
    }
}

#[async_trait::async_trait]
impl Authenticator for Gate {
    async fn authenticate(
        &self,
        username: &str,
        credentials: &Credentials,
    ) -> std::result::Result<Principal, AuthenticationError> {
        if username != USER {
            return Err(AuthenticationError::BadUser);
        }
        if credentials.password.as_deref() != Some(self.password.as_str()) {
            return Err(AuthenticationError::BadPassword);
        }
        Ok(Principal {
            username: username.to_owned(),
        })
    }
}
