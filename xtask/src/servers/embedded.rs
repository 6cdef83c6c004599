//! libunftp, a server that is a library. It runs inside this process for jobs that must work on a
//! machine with nothing but cargo, and in its own process for the interop tests.

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

/// How long a stop waits for disk operations, which cannot be cancelled.
const STOP_TIMEOUT: Duration = Duration::from_secs(2);

/// The settings of a server. Paths are absolute, since each session opens them again.
pub(crate) struct Service {
    /// The address to listen on. With port zero, the system chooses the port.
    pub(crate) address: SocketAddr,
    /// The directory that clients see as `/`.
    pub(crate) root: PathBuf,
    /// The only user who may log in.
    pub(crate) user: String,
    pub(crate) password: String,
    /// The ports for passive data connections.
    pub(crate) passive_ports: RangeInclusive<u16>,
    /// How long a session may be idle, in whole seconds.
    pub(crate) idle: Duration,
    /// `None` means clear text.
    pub(crate) tls: Option<Secured>,
}

/// TLS after AUTH TLS, without which no login is possible. All files are PEM.
pub(crate) struct Secured {
    pub(crate) certificate: PathBuf,
    pub(crate) key: PathBuf,
    /// The root that must have signed a client's certificate; `None` if clients need no
    /// certificate.
    pub(crate) clients: Option<PathBuf>,
    pub(crate) versions: TlsFlags,
    /// Whether data connections must be under TLS as well.
    pub(crate) data: FtpsRequired,
}

/// A running libunftp server. Dropping it closes the listener and every session.
pub(crate) struct Embedded {
    // An `Option`, since stopping consumes the runtime.
    runtime: Option<Runtime>,
    port: u16,
}

impl Embedded {
    /// Starts a server. Connections succeed as soon as this returns.
    pub(crate) fn start(service: Service) -> Result<Self> {
        // libunftp opens the storage again for each session and cannot report a failure. Opening it
        // here first reports a wrong root.
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
            // One thread, which polls sockets only if it has nothing else to do. Otherwise libunftp
            // may handle client bytes before its own internal message. It then sometimes reads a
            // ClientHello as a command, because it sends the 234 before it tells itself to begin
            // TLS. Or it begins a new transfer before it sends the 426 of the aborted one.
            .worker_threads(1)
            .event_interval(u32::MAX)
            .thread_name("embedded-ftp")
            .enable_all()
            .build()?;
        // libunftp's own listener does not tell its port. A listener made here gives the port
        // without a race, and the kernel queues connections from now on.
        let listener = runtime.block_on(TcpListener::bind(template.service.address))?;
        let port = listener.local_addr()?.port();
        runtime.spawn(accept(listener, template));
        Ok(Self {
            runtime: Some(runtime),
            port,
        })
    }

    /// Returns the port of the control connection.
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

/// Creates a server for each session, since libunftp consumes a whole server per connection.
struct Template {
    service: Service,
    gate: Arc<Gate>,
}

impl Template {
    /// Needs no crypto provider in the process: libunftp passes ring to rustls itself. It installs
    /// nothing that could disturb a client in the same process.
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
        // An error of `accept` concerns only a connection that has gone away.
        let Ok((stream, _)) = listener.accept().await else {
            tokio::task::yield_now().await;
            continue;
        };
        // libunftp writes the 150 and the 226 separately. Without this option, Nagle's algorithm
        // delays the second until the client's system has acknowledged the first.
        let _ = stream.set_nodelay(true);
        tokio::spawn(serve(stream, template.build()));
    }
}

async fn serve(
    stream: TcpStream,
    server: std::result::Result<libunftp::Server<Filesystem, DefaultUser>, ServerError>,
) {
    // If a session fails, the client notices that the connection closes. No one else needs to know.
    if let Ok(server) = server {
        let _ = server.service(stream).await;
    }
}

/// Accepts the only user with the only password.
struct Gate {
    user: String,
    password: String,
}

impl fmt::Debug for Gate {
    // Written by hand, so that the password stays out of logs.
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
