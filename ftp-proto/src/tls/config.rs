use alloc::boxed::Box;
use alloc::sync::Arc;
use core::fmt;

use rustls::ClientConfig;
#[cfg(any(feature = "ring", feature = "aws-lc-rs"))]
use rustls::RootCertStore;
use rustls::client::Resumption;
use rustls::pki_types::ServerName;
#[cfg(any(feature = "ring", feature = "aws-lc-rs"))]
use rustls::pki_types::pem::PemObject as _;

use super::channel::TlsChannel;
use super::pump::Pump;
use crate::error::{Error, ErrorKind};

/// Whom to trust, for control and data connections alike.
///
/// Certificates are always verified against the host name that the user gave; whoever wants
/// another rule brings a `rustls::ClientConfig` with a verifier of his own.
///
/// ```
/// # #[cfg(all(feature = "ring", feature = "webpki-roots"))] {
/// use ftp_proto::tls::TlsConfig;
///
/// let config = TlsConfig::webpki_roots()?;
/// let login = config.login("ftp.example.org")?;
/// # let _ = login;
/// # }
/// # Ok::<(), ftp_proto::Error>(())
/// ```
#[derive(Clone)]
pub struct TlsConfig(Arc<ClientConfig>);

impl TlsConfig {
    /// Trusts the certificate authorities in this PEM text, and no others: a private CA.
    ///
    /// # Errors
    /// [`ErrorKind::Tls`] when it holds no certificate, or one that cannot be read.
    #[cfg(any(feature = "ring", feature = "aws-lc-rs"))]
    pub fn with_roots_pem(pem: impl AsRef<[u8]>) -> Result<Self, Error> {
        let mut roots = RootCertStore::empty();
        for certificate in rustls::pki_types::CertificateDer::pem_slice_iter(pem.as_ref()) {
            let certificate = certificate.map_err(tls_error)?;
            roots.add(certificate).map_err(tls_error)?;
        }
        if roots.is_empty() {
            return Err(Error::new(ErrorKind::Tls).with_source("no certificate in the PEM text"));
        }
        Self::with_roots(roots)
    }

    /// Trusts what the operating system trusts.
    ///
    /// # Errors
    /// [`ErrorKind::Tls`] when the system's certificates cannot be loaded.
    #[cfg(all(
        feature = "platform-verifier",
        any(feature = "ring", feature = "aws-lc-rs")
    ))]
    pub fn platform() -> Result<Self, Error> {
        use rustls_platform_verifier::BuilderVerifierExt as _;
        let config = builder()?
            .with_platform_verifier()
            .map_err(tls_error)?
            .with_no_client_auth();
        Ok(Self::from(config))
    }

    /// Trusts Mozilla's certificate authorities, compiled in.
    ///
    /// # Errors
    /// [`ErrorKind::Tls`] when the provider supports no usable protocol version.
    #[cfg(all(feature = "webpki-roots", any(feature = "ring", feature = "aws-lc-rs")))]
    pub fn webpki_roots() -> Result<Self, Error> {
        Self::with_roots(webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect())
    }

    #[cfg(any(feature = "ring", feature = "aws-lc-rs"))]
    fn with_roots(roots: RootCertStore) -> Result<Self, Error> {
        let config = builder()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self::from(config))
    }

    /// Begins a login to this host, a DNS name or an IP address: with a session store of its own.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] when the host is neither.
    pub fn login(&self, host: &str) -> Result<TlsLogin, Error> {
        let name = ServerName::try_from(host)
            .map_err(|error| Error::new(ErrorKind::InvalidArgument).with_source(error))?
            .to_owned();
        // Verifier and client certificate stay the same objects, because rustls compares them by
        // identity before it resumes.
        let mut config = ClientConfig::clone(&self.0);
        config.resumption = Resumption::in_memory_sessions(SESSIONS);
        Ok(TlsLogin {
            config: Arc::new(config),
            name,
        })
    }
}

/// How many sessions a login's store holds: rustls keeps eight tickets for each server name, and
/// a login has one name.
const SESSIONS: usize = 8;

#[cfg(any(feature = "ring", feature = "aws-lc-rs"))]
fn builder() -> Result<rustls::ConfigBuilder<ClientConfig, rustls::WantsVerifier>, Error> {
    #[cfg(feature = "ring")]
    let provider = rustls::crypto::ring::default_provider();
    #[cfg(not(feature = "ring"))]
    let provider = rustls::crypto::aws_lc_rs::default_provider();
    ClientConfig::builder_with_provider(Arc::new(provider))
        .with_safe_default_protocol_versions()
        .map_err(tls_error)
}

impl From<Arc<ClientConfig>> for TlsConfig {
    fn from(config: Arc<ClientConfig>) -> Self {
        Self(config)
    }
}

impl From<ClientConfig> for TlsConfig {
    fn from(config: ClientConfig) -> Self {
        Self(Arc::new(config))
    }
}

impl fmt::Debug for TlsConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TlsConfig").finish_non_exhaustive()
    }
}

/// The TLS side of one login: one server name and one session store for all its connections.
#[derive(Clone)]
pub struct TlsLogin {
    config: Arc<ClientConfig>,
    name: ServerName<'static>,
}

impl TlsLogin {
    /// A new connection, control or data, with its ClientHello ready to be sent.
    ///
    /// # Errors
    /// [`ErrorKind::Tls`] when rustls refuses the configuration.
    pub fn connection(&self) -> Result<TlsChannel, Error> {
        Ok(TlsChannel::new(Pump::new(
            self.config.clone(),
            self.name.clone(),
        )?))
    }
}

impl fmt::Debug for TlsLogin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TlsLogin")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

pub(super) fn tls_error(error: impl Into<Box<dyn core::error::Error + Send + Sync>>) -> Error {
    Error::new(ErrorKind::Tls).with_source(error)
}
