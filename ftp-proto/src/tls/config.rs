//! Whom TLS trusts, and what it offers.

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;

use rustls::ClientConfig;
#[cfg(any(feature = "ring", feature = "aws-lc-rs"))]
use rustls::RootCertStore;
use rustls::client::Resumption;
#[cfg(any(feature = "ring", feature = "aws-lc-rs"))]
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::sign::{CertifiedKey, SingleCertAndKey};

use super::asked::Noting;
#[cfg(any(feature = "ring", feature = "aws-lc-rs"))]
use super::by_key::{AnyKey, PinnedKeys};
use super::channel::TlsChannel;
use super::info::TlsVersion;
use super::naming::tls_error;
#[cfg(any(feature = "ring", feature = "aws-lc-rs"))]
use super::pin::KeyPin;
use super::pump::Pump;
use super::store::Sessions;
use super::tickets::Tickets;
#[cfg(any(feature = "ring", feature = "aws-lc-rs"))]
use super::verify::Telling;
use crate::error::{Error, ErrorKind};

/// Whom to trust, for control and data connections alike, and who we are.
///
/// Certificates are verified against the host name that the user gave, or against the address
/// where he gave one, whatever addresses the connections go to. There are two exceptions, which are
/// named so that they stand out: [`with_pinned_keys`](Self::with_pinned_keys) asks for a key
/// instead, and [`dangerous_accept_any_certificate`](Self::dangerous_accept_any_certificate) for
/// nothing. Whoever wants another rule, or revocation lists, brings a `rustls::ClientConfig` with a
/// verifier of his own ([`From`]).
///
/// ```no_run
/// # #[cfg(feature = "ring")] {
/// use ftp_proto::Options;
/// use ftp_proto::tls::TlsConfig;
///
/// let private_ca = TlsConfig::with_roots_pem(std::fs::read("company-ca.pem")?)?;
/// let options = Options::new("ftp.example.org").with_tls(private_ca);
/// # let _ = options;
/// # }
/// # Ok::<(), ftp_proto::Error>(())
/// ```
///
/// From a configuration of the caller's, whose verifier and versions are then those that count:
///
/// ```
/// # #[cfg(feature = "ring")] {
/// use ftp_proto::tls::{TlsConfig, rustls};
///
/// let provider = rustls::crypto::ring::default_provider();
/// let roots = rustls::RootCertStore::empty(); // and whoever is to be trusted
/// let config = rustls::ClientConfig::builder_with_provider(provider.into())
///     .with_safe_default_protocol_versions()?
///     .with_root_certificates(roots)
///     .with_no_client_auth();
/// let config = TlsConfig::from(config);
/// # let _ = config;
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct TlsConfig {
    config: Arc<ClientConfig>,
    /// That of the config, where it is known: rustls does not show it.
    verifier: Option<Arc<dyn ServerCertVerifier>>,
    /// Where not all of them are wanted.
    only: Option<TlsVersion>,
}

impl TlsConfig {
    /// Trusts the certificates in this PEM text, and what they have signed, and nothing else: a
    /// private CA, or a server's own certificate, as `openssl req -x509` makes it. Names and dates
    /// must be right all the same.
    ///
    /// # Errors
    /// [`ErrorKind::Tls`] when it holds no certificate, or one that cannot be read.
    #[cfg(any(feature = "ring", feature = "aws-lc-rs"))]
    pub fn with_roots_pem(pem: impl AsRef<[u8]>) -> Result<Self, Error> {
        let mut roots = RootCertStore::empty();
        let trusted = certificates(pem.as_ref())?;
        for certificate in &trusted {
            roots.add(certificate.clone()).map_err(tls_error)?;
        }
        Self::with_roots(roots, trusted)
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
        let provider = provider();
        let verifier = rustls_platform_verifier::Verifier::new(provider.clone());
        let verifier = Telling::new(Arc::new(verifier.map_err(tls_error)?), Vec::new());
        Self::with_verifier(provider, Arc::new(verifier))
    }

    /// Trusts Mozilla's certificate authorities, compiled in.
    ///
    /// ```
    /// # #[cfg(all(feature = "ring", feature = "webpki-roots"))] {
    /// use ftp_proto::tls::TlsConfig;
    ///
    /// let login = TlsConfig::webpki_roots()?.login("ftp.example.org")?;
    /// # let _ = login;
    /// # }
    /// # Ok::<(), ftp_proto::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Tls`] when the provider supports no usable protocol version.
    #[cfg(all(feature = "webpki-roots", any(feature = "ring", feature = "aws-lc-rs")))]
    pub fn webpki_roots() -> Result<Self, Error> {
        let roots = webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect();
        Self::with_roots(roots, Vec::new())
    }

    /// Trusts whoever has one of these keys, and nobody else: SHA-256 of the DER of the
    /// certificate's SubjectPublicKeyInfo, as in RFC 7469 and curl's `--pinnedpubkey`. What else
    /// the certificate says, its names, its dates and who signed it, does not count, so that it
    /// suits servers with certificates of their own making, and old ones: X.509 version 1 will do,
    /// and RSA keys of 1024 bits or more. A server with another key is refused by
    /// [`Reason::OtherKey`](super::Reason::OtherKey), which tells that key.
    ///
    /// # Errors
    /// [`Misuse::Option`](crate::Misuse::Option) without any key.
    ///
    /// ```
    /// # #[cfg(feature = "ring")] {
    /// use ftp_proto::tls::TlsConfig;
    ///
    /// // openssl x509 -in cert.pem -pubkey -noout | openssl pkey -pubin -outform der | sha256sum
    /// let key = "5a91fa5d2a4d1e2e8a9d6d1ee6f1f2b5d2e5f6a7b8c9d0e1f2a3b4c5d6e7f809".parse()?;
    /// // The one that will take its place, as curl's `--pinnedpubkey` takes it.
    /// let next = "sha256//Tk4qnqkWr0xTvQNYkq5JvK3HqN2DnVBzQrxGcS3K2nA=".parse()?;
    /// let config = TlsConfig::with_pinned_keys([key, next])?;
    /// # let _ = config;
    /// # }
    /// # Ok::<(), ftp_proto::Error>(())
    /// ```
    #[cfg(any(feature = "ring", feature = "aws-lc-rs"))]
    pub fn with_pinned_keys(keys: impl IntoIterator<Item = KeyPin>) -> Result<Self, Error> {
        let keys: Vec<_> = keys.into_iter().collect();
        if keys.is_empty() {
            return Err(Error::option("no key is pinned, so that nobody is trusted"));
        }
        let provider = provider();
        let verifier = PinnedKeys::new(provider.clone(), keys);
        let verifier = verifier.ok_or_else(|| tls_error("the provider has no SHA-256"))?;
        Self::with_verifier(provider, Arc::new(verifier))
    }

    /// **Dangerous**: accepts any certificate, of anybody, of any age and with any key.
    ///
    /// The connection is encrypted, but nobody knows to whom: whoever sits on the path can pose as
    /// the server, read the password and every file, and change them, and nothing will tell. Use
    /// it to look at a server on a cable of your own, and
    /// [`with_roots_pem`](Self::with_roots_pem) or [`with_pinned_keys`](Self::with_pinned_keys)
    /// for everything else.
    ///
    /// # Errors
    /// [`ErrorKind::Tls`] when the provider supports no usable protocol version.
    #[cfg(any(feature = "ring", feature = "aws-lc-rs"))]
    pub fn dangerous_accept_any_certificate() -> Result<Self, Error> {
        Self::with_verifier(provider(), Arc::new(AnyKey))
    }

    /// Shows this certificate to servers that ask for one: the chain, our own first, and its key,
    /// not encrypted, both in PEM. For control and data connections alike.
    ///
    /// ```no_run
    /// # #[cfg(feature = "ring")] {
    /// use ftp_proto::tls::TlsConfig;
    /// use std::fs::read;
    ///
    /// let config = TlsConfig::with_roots_pem(read("company-ca.pem")?)?
    ///     .with_client_certificate(read("ada.pem")?, read("ada.key")?)?;
    /// # let _ = config;
    /// # }
    /// # Ok::<(), ftp_proto::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Tls`] when there is no certificate or no key, when one cannot be read, or when
    /// they do not belong together.
    pub fn with_client_certificate(
        mut self,
        chain_pem: impl AsRef<[u8]>,
        key_pem: impl AsRef<[u8]>,
    ) -> Result<Self, Error> {
        let chain = certificates(chain_pem.as_ref())?;
        let key = PrivateKeyDer::from_pem_slice(key_pem.as_ref()).map_err(|error| match error {
            rustls::pki_types::pem::Error::NoItemsFound => {
                tls_error("no private key in the PEM text, or an encrypted one")
            }
            error => tls_error(error),
        })?;
        let config = Arc::make_mut(&mut self.config);
        let certified = CertifiedKey::from_der(chain, key, config.crypto_provider());
        let certified = certified.map_err(|error| match error {
            rustls::Error::InconsistentKeys(_) => {
                tls_error("the client's certificate and the key do not belong together")
            }
            error => tls_error(error),
        })?;
        config.client_auth_cert_resolver = Arc::new(SingleCertAndKey::from(certified));
        Ok(self)
    }

    /// Speaks this version alone, for servers that get along with one of the two only.
    ///
    /// ```no_run
    /// # #[cfg(feature = "ring")] {
    /// use ftp_proto::tls::{TlsConfig, TlsVersion};
    ///
    /// let config = TlsConfig::with_roots_pem(std::fs::read("company-ca.pem")?)?
    ///     .with_only_version(TlsVersion::V1_2)?;
    /// # let _ = config;
    /// # }
    /// # Ok::<(), ftp_proto::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Misuse::Option`](crate::Misuse::Option) of a `rustls::ClientConfig` of the caller's, which
    /// says by itself what it speaks; [`ErrorKind::Tls`] when the provider does not support the version.
    pub fn with_only_version(self, version: TlsVersion) -> Result<Self, Error> {
        let option = || {
            Error::option("a rustls::ClientConfig of the caller's says by itself what it speaks")
        };
        let verifier = self.verifier.ok_or_else(option)?;
        let only = Some(version);
        let version = match version {
            TlsVersion::V1_2 => &rustls::version::TLS12,
            TlsVersion::V1_3 => &rustls::version::TLS13,
        };
        let provider = self.config.crypto_provider().clone();
        let mut config = build(provider, &[version], verifier.clone())?;
        config
            .client_auth_cert_resolver
            .clone_from(&self.config.client_auth_cert_resolver);
        Ok(Self {
            config: Arc::new(config),
            verifier: Some(verifier),
            only,
        })
    }

    /// The same with sessions that can be resumed more than once, where it may speak TLS 1.2.
    pub(crate) fn resuming_at_will(&self) -> Option<Self> {
        match self.only {
            None => self.clone().with_only_version(TlsVersion::V1_2).ok(),
            Some(_) => None,
        }
    }

    #[cfg(any(feature = "ring", feature = "aws-lc-rs"))]
    fn with_roots(
        roots: RootCertStore,
        trusted: Vec<CertificateDer<'static>>,
    ) -> Result<Self, Error> {
        let provider = provider();
        let verifier =
            WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider.clone())
                .build()
                .map_err(tls_error)?;
        let verifier = Telling::new(verifier, trusted);
        Self::with_verifier(provider, Arc::new(verifier))
    }

    #[cfg(any(feature = "ring", feature = "aws-lc-rs"))]
    fn with_verifier(
        provider: Arc<CryptoProvider>,
        verifier: Arc<dyn ServerCertVerifier>,
    ) -> Result<Self, Error> {
        let config = build(provider, rustls::DEFAULT_VERSIONS, verifier.clone())?;
        Ok(Self {
            config: Arc::new(config),
            verifier: Some(verifier),
            only: None,
        })
    }

    /// Begins a login to this host, a DNS name or an IP address: with a session store of its own.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] when the host is neither.
    pub fn login(&self, host: &str) -> Result<TlsLogin, Error> {
        let name = ServerName::try_from(host)
            .map_err(|error| Error::new(ErrorKind::InvalidArgument).with_source(error))?
            .to_owned();
        // Verifier and client certificate are the same objects for the whole login, because rustls
        // compares them by identity before it resumes.
        let mut config = ClientConfig::clone(&self.config);
        let noting = Arc::new(Noting::new(config.client_auth_cert_resolver));
        config.client_auth_cert_resolver = noting.clone();
        let sessions = Arc::new(Sessions::new(name.clone()));
        config.resumption = Resumption::store(sessions.clone());
        Ok(TlsLogin {
            config: Arc::new(config),
            noting,
            sessions,
            name,
        })
    }
}

#[cfg(any(feature = "ring", feature = "aws-lc-rs"))]
fn provider() -> Arc<CryptoProvider> {
    #[cfg(feature = "ring")]
    let provider = rustls::crypto::ring::default_provider();
    #[cfg(not(feature = "ring"))]
    let provider = rustls::crypto::aws_lc_rs::default_provider();
    Arc::new(provider)
}

fn build(
    provider: Arc<CryptoProvider>,
    versions: &[&'static rustls::SupportedProtocolVersion],
    verifier: Arc<dyn ServerCertVerifier>,
) -> Result<ClientConfig, Error> {
    Ok(ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(versions)
        .map_err(tls_error)?
        // The verifiers of `verify.rs`, as far as they are ours, are what is dangerous about it.
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth())
}

fn certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, Error> {
    let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    let certificates = certificates.map_err(tls_error)?;
    if certificates.is_empty() {
        let why =
            "no certificate in the PEM text, which is to be the text and not the path of a file";
        return Err(tls_error(why));
    }
    Ok(certificates)
}

impl From<Arc<ClientConfig>> for TlsConfig {
    fn from(config: Arc<ClientConfig>) -> Self {
        Self {
            config,
            verifier: None,
            only: None,
        }
    }
}

/// With whatever rustls can do and this type has no name for: revocation lists, for one. Only its
/// session store is not used, since each login has its own.
///
/// ```
/// # #[cfg(feature = "ring")] {
/// use std::sync::Arc;
///
/// use ftp_proto::tls::{TlsConfig, rustls};
/// use rustls::client::WebPkiServerVerifier;
/// use rustls::pki_types::CertificateRevocationListDer;
/// use rustls::{ClientConfig, RootCertStore};
///
/// fn revoking(
///     roots: RootCertStore,
///     list: CertificateRevocationListDer<'static>,
/// ) -> Result<TlsConfig, Box<dyn std::error::Error>> {
///     let provider = Arc::new(rustls::crypto::ring::default_provider());
///     let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider.clone())
///         .with_crls([list])
///         .build()?;
///     let config = ClientConfig::builder_with_provider(provider)
///         .with_safe_default_protocol_versions()?
///         .with_webpki_verifier(verifier)
///         .with_no_client_auth();
///     Ok(TlsConfig::from(config))
/// }
/// # }
/// ```
impl From<ClientConfig> for TlsConfig {
    fn from(config: ClientConfig) -> Self {
        Self::from(Arc::new(config))
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
    /// The resolver of that.
    noting: Arc<Noting>,
    /// The store of that.
    sessions: Arc<Sessions>,
    name: ServerName<'static>,
}

impl TlsLogin {
    /// A new connection, control or data, with its ClientHello ready to be sent.
    ///
    /// # Errors
    /// [`ErrorKind::Tls`] when rustls refuses the configuration.
    pub fn connection(&self) -> Result<TlsChannel, Error> {
        let pump = Pump::new(self.config.clone(), self.name.clone())?;
        Ok(TlsChannel::new(pump.noting(self.noting.clone())))
    }

    /// Whether this server was seen to give no ticket with a connection that resumed TLS 1.3: those of
    /// the login are then soon used up.
    pub(crate) fn is_ticketless(&self) -> bool {
        self.noting.is_ticketless()
    }

    /// The same for another login to the same server, which may have had no occasion to see it.
    pub(crate) fn inherit(&self, before: &Self) {
        if before.is_ticketless() {
            self.noting.note_no_ticket();
        }
    }

    /// Whether a new connection may not be made now, because it would take a ticket that is
    /// [to be spared](Tickets::AllButLast).
    ///
    /// ```
    /// # #[cfg(feature = "ring")] {
    /// use ftp_proto::tls::{Tickets, TlsConfig};
    ///
    /// let login = TlsConfig::dangerous_accept_any_certificate()?.login("ftp.example.org")?;
    /// assert!(!login.must_spare(Tickets::AllButLast)); // there is none at all yet
    /// # }
    /// # Ok::<(), ftp_proto::Error>(())
    /// ```
    pub fn must_spare(&self, tickets: Tickets) -> bool {
        tickets == Tickets::AllButLast && self.sessions.has_one_ticket_left()
    }
}

impl fmt::Debug for TlsLogin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TlsLogin")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}
