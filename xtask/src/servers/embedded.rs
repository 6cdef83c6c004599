//! libunftp, a server that is a library: inside this process for jobs that must run on a machine
//! with nothing but cargo on it, and in one of its own beside other servers.

use std::fmt;
use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use libunftp::{
    ServerBuilder, ServerError,
    options::{ActivePassiveMode, FtpsClientAuth, FtpsRequired, TlsFlags},
};
use tokio::{
    net::{TcpListener, TcpStream},
    runtime::{Builder, Runtime},
};
use unftp_core::auth::{AuthenticationError, Authenticator, Credentials, DefaultUser, Principal};
use unftp_sbe_fs::Filesystem;

use super::Result;

/// How long stopping waits for disk operations, the only work of the server that cannot be
/// cancelled.
const STOP_TIMEOUT: Duration = Duration::from_secs(2);

/// What a server is to be like. Paths are in full, since they are opened again for each session.
pub(crate) struct Service {
    /// Where it listens; port zero is one of the system's choice.
    pub(crate) address: SocketAddr,
    /// What clients see as `/`.
    pub(crate) root: PathBuf,
    /// The one user who may log in.
    pub(crate) user: String,
    pub(crate) password: String,
    /// The ports for passive data connections.
    pub(crate) passive_ports: RangeInclusive<u16>,
    /// How long a session may stay silent, in whole seconds.
    pub(crate) idle: Duration,
    /// In clear when nothing.
    pub(crate) tls: Option<Secured>,
}

/// TLS without which nobody logs in, after AUTH TLS. All files are PEM.
pub(crate) struct Secured {
    pub(crate) certificate: PathBuf,
    pub(crate) key: PathBuf,
    /// The root that has to have signed the certificate which a client has to show; none is asked
    /// for otherwise.
    pub(crate) clients: Option<PathBuf>,
    pub(crate) versions: TlsFlags,
    /// Whether data connections have to be under TLS, too.
    pub(crate) data: FtpsRequired,
}

/// A running libunftp server; dropping it closes the listener and every session.
pub(crate) struct Embedded {
    // An option only because stopping consumes the runtime.
    runtime: Option<Runtime>,
    port: u16,
}

impl Embedded {
    /// Connections made after this returns succeed.
    pub(crate) fn start(service: Service) -> Result<Self> {
        // libunftp asks for a new storage per session and leaves no way to fail; opening it once
        // here turns a wrong root into an error.
        drop(Filesystem::new(&service.root)?);
        let template = Template {
            gate: Arc::new(Gate {
                user: service.user.clone(),
                password: service.password.clone(),
            }),
            service,
        };
        template.build()?;

        let runtime = Builder::new_multi_thread()
            // One, which looks at sockets when nothing else is left to do and not before. Otherwise
            // libunftp takes by chance what came first, its own word to itself or what the client
            // sent: now and then a ClientHello for a command, since it says 234 before it has told
            // itself to begin with TLS, and now and then a new transfer ahead of the 426 of the one
            // that was aborted.
            .worker_threads(1)
            .event_interval(u32::MAX)
            .thread_name("embedded-ftp")
            .enable_all()
            .build()?;
        // libunftp's own listener is bound somewhere inside a future and does not tell its port.
        // Binding here gives the port without a race, and the kernel queues connections from this
        // moment on.
        let listener = runtime.block_on(TcpListener::bind(template.service.address))?;
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

/// What each session's server is made from: libunftp serves an accepted stream by consuming the
/// whole server.
struct Template {
    service: Service,
    gate: Arc<Gate>,
}

impl Template {
    /// Needs no crypto provider installed in the process: libunftp hands ring to rustls itself, and
    /// installs nothing that would get in the way of a client in the same process.
    fn build(&self) -> std::result::Result<libunftp::Server<Filesystem, DefaultUser>, ServerError> {
        let root = self.service.root.clone();
        let storage = move || {
            Filesystem::new(&root).expect("the served directory could be opened at the start")
        };
        let mut builder = ServerBuilder::with_authenticator(Box::new(storage), self.gate.clone())
            .greeting("Embedded server ready")
            .active_passive_mode(ActivePassiveMode::ActiveAndPassive)
            .passive_ports(self.service.passive_ports.clone())
            .idle_session_timeout(self.service.idle.as_secs());
        if let Some(tls) = &self.service.tls {
            builder = builder
                .ftps(&tls.certificate, &tls.key)
                .ftps_required(FtpsRequired::All, tls.data)
                .ftps_tls_flags(
                    tls.versions | TlsFlags::RESUMPTION_SESS_ID | TlsFlags::RESUMPTION_TICKETS,
                );
            if let Some(root) = &tls.clients {
                builder = builder
                    .ftps_client_auth(FtpsClientAuth::Require)
                    .ftps_trust_store(root);
            }
        }
        builder.build()
    }
}

async fn accept(listener: TcpListener, template: Template) {
    loop {
        // An error of accept concerns the one connection that went away.
        let Ok((stream, _)) = listener.accept().await else {
            tokio::task::yield_now().await;
            continue;
        };
        // libunftp writes a 150 and a 226 one by one, and leaves this to the code that accepts: without
        // it the second one waits until the client's system has acknowledged the first.
        let _ = stream.set_nodelay(true);
        tokio::spawn(serve(stream, template.build()));
    }
}

async fn serve(
    stream: TcpStream,
    server: std::result::Result<libunftp::Server<Filesystem, DefaultUser>, ServerError>,
) {
    // A session's failure is the client's to notice: it sees the connection closed, and there is
    // nobody else here to tell.
    if let Ok(server) = server {
        let _ = server.service(stream).await;
    }
}

/// Lets in the one user with the one password.
struct Gate {
    user: String,
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
        if username != self.user {
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
