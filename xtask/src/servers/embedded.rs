//! libunftp, a server that is a library. It runs inside this process for the demo, which must work
//! on a machine with nothing but cargo. For the interop tests it runs in a process of its own.

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

/// How long a server that is stopped waits for its running disk operations, which cannot be
/// cancelled.
const STOP_TIMEOUT: Duration = Duration::from_secs(2);

/// The settings of a server. Paths are absolute, since each session opens them again.
pub(crate) struct Service {
    /// The address to listen on. With port zero, the system chooses the port.
    pub(crate) address: SocketAddr,
    /// The directory that clients see as `/`.
    pub(crate) root: PathBuf,
    /// The name of the only user who may log in.
    pub(crate) user: String,
    pub(crate) password: String,
    /// The ports for passive data connections.
    pub(crate) passive_ports: RangeInclusive<u16>,
    /// How long a session may be idle, in whole seconds.
    pub(crate) idle: Duration,
    /// The TLS of all connections; `None` means clear text.
    pub(crate) tls: Option<Secured>,
}

/// The settings of explicit TLS. Clients must send AUTH TLS before they log in. All files are PEM.
pub(crate) struct Secured {
    pub(crate) certificate: PathBuf,
    pub(crate) key: PathBuf,
    /// The file of the root certificate that must have signed a client's certificate; `None` if
    /// clients need no certificate.
    pub(crate) clients: Option<PathBuf>,
    pub(crate) versions: TlsFlags,
    /// Whether data connections must use TLS, too, or may be in clear text.
    pub(crate) data: FtpsRequired,
}

/// A running libunftp server. Dropping this value closes the listener and all sessions.
pub(crate) struct Embedded {
    // The runtime is in an `Option`, because `drop` must take it out to stop it.
    runtime: Option<Runtime>,
    port: u16,
}

impl Embedded {
    /// Starts a server. Clients can connect as soon as this function returns.
    pub(crate) fn start(service: Service) -> Result<Self> {
        // Opens the root directory once, so that a wrong path is reported here. libunftp opens it
        // again for each session, but cannot report a failure then.
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
            // Uses a single thread, which reads sockets only if it has nothing else to do. The
            // reason is that libunftp sends messages to itself. With other settings, it may read a
            // client's bytes before such a message. For example, it sends 234 before it tells
            // itself to begin TLS, and then sometimes takes the ClientHello for a command. It may
            // also begin a new transfer before it has sent the 426 of an aborted transfer.
            .worker_threads(1)
            .event_interval(u32::MAX)
            .thread_name("embedded-ftp")
            .enable_all()
            .build()?;
        // Listens here, because libunftp does not tell the port of its own listener. From now on
        // the kernel queues connections, so that a client can connect at once.
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

/// Creates a libunftp server for each session, since a connection consumes a whole server.
struct Template {
    service: Service,
    gate: Arc<Gate>,
}

impl Template {
    /// Builds the server for one session. libunftp passes ring to rustls itself, so the process
    /// needs no default crypto provider. A default would also affect a client in the same process.
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
        // `accept` fails if a client has closed its connection early. Other connections are not
        // affected.
        let Ok((stream, _)) = listener.accept().await else {
            tokio::task::yield_now().await;
            continue;
        };
        // libunftp writes the replies 150 and 226 separately. Without this option, Nagle's
        // algorithm delays the 226 until the client's system has acknowledged the 150.
        let _ = stream.set_nodelay(true);
        tokio::spawn(serve(stream, template.build()));
    }
}

async fn serve(
    stream: TcpStream,
    server: std::result::Result<libunftp::Server<Filesystem, DefaultUser>, ServerError>,
) {
    // Ignores the error of a failed session, because the client notices that the connection closes.
    if let Ok(server) = server {
        let _ = server.service(stream).await;
    }
}

/// Lets only the user of [`Service`] log in, with the password that [`Service`] sets.
struct Gate {
    user: String,
    password: String,
}

impl fmt::Debug for Gate {
    // `Debug` is written by hand, so that it does not show the password.
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
