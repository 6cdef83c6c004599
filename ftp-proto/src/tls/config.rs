//! Which servers TLS trusts, and which versions and certificate the client offers.

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

use super::channel::TlsChannel;
use super::errors::tls_error;
#[cfg(any(feature = "ring", feature = "aws-lc-rs"))]
use super::explaining_verifier::ExplainingVerifier;
use super::info::TlsVersion;
#[cfg(any(feature = "ring", feature = "aws-lc-rs"))]
use super::key_verifier::{AcceptAnyKey, PinnedKeys};
use super::login_notes::LoginNotes;
#[cfg(any(feature = "ring", feature = "aws-lc-rs"))]
use super::pin::KeyPin;
use super::pump::Pump;
use super::session_store::SessionStore;
use super::tickets::Tickets;
use crate::error::{Error, ErrorKind};

/// Which servers to trust, on control and data connections alike, and the client's own certificate.
///
/// Certificates are verified against the host name or address that you gave, not against the
/// addresses that the connections go to. There are two exceptions: `with_pinned_keys` checks only
/// the key, and `dangerous_accept_any_certificate` checks nothing. If you want other checks, or
/// revocation lists, make a `rustls::ClientConfig` with a verifier of your own and convert it
/// ([`From`]).
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
/// You can also convert a configuration of your own. Its verifier and its TLS versions are then
/// used:
///
/// ```
/// # #[cfg(feature = "ring")] {
/// use ftp_proto::tls::{TlsConfig, rustls};
///
/// let provider = rustls::crypto::ring::default_provider();
/// let roots = rustls::RootCertStore::empty(); // add the roots that you trust
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
    /// The object that verifies certificates for `config`. `None` if the configuration is your own,
    /// because rustls gives no access to it.
    verifier: Option<Arc<dyn ServerCertVerifier>>,
    /// The only TLS version that the configuration uses. `None` if no single version was chosen.
    only: Option<TlsVersion>,
}

impl TlsConfig {
    /// Trusts the certificates in this PEM text and the certificates that they have signed. No
    /// other certificate is trusted. Use it for a private CA, or for a server's own certificate,
    /// such as `openssl req -x509` makes. The name and the dates in the server's certificate must
    /// be right too.
    ///
    /// # Errors
    /// [`ErrorKind::Tls`] if the text holds no certificate, or one that cannot be read.
    #[cfg(any(feature = "ring", feature = "aws-lc-rs"))]
    pub fn with_roots_pem(pem: impl AsRef<[u8]>) -> Result<Self, Error> {
        let mut roots = RootCertStore::empty();
        let trusted = certificates(pem.as_ref())?;
        for certificate in &trusted {
            roots.add(certificate.clone()).map_err(tls_error)?;
        }
        Self::with_roots(roots, trusted)
    }

    /// Trusts every certificate that the operating system trusts.
    ///
    /// # Errors
    /// [`ErrorKind::Tls`] if the system's certificates cannot be loaded.
    #[cfg(all(
        feature = "platform-verifier",
        any(feature = "ring", feature = "aws-lc-rs")
    ))]
    pub fn platform() -> Result<Self, Error> {
        let provider = provider();
        let verifier = rustls_platform_verifier::Verifier::new(provider.clone());
        let verifier = Arc::new(verifier.map_err(tls_error)?);
        let verifier = ExplainingVerifier::new(verifier, Vec::new(), &provider);
        Self::with_verifier(provider, Arc::new(verifier))
    }

    /// Trusts Mozilla's certificate authorities, which are compiled in.
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
    /// [`ErrorKind::Tls`] if the provider supports no usable protocol version.
    #[cfg(all(feature = "webpki-roots", any(feature = "ring", feature = "aws-lc-rs")))]
    pub fn webpki_roots() -> Result<Self, Error> {
        let roots = webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect();
        Self::with_roots(roots, Vec::new())
    }

    /// Trusts servers that have one of these keys, and no others. You identify a key by the SHA-256
    /// of the certificate's SubjectPublicKeyInfo in DER, as RFC 7469 and curl's `--pinnedpubkey`
    /// do. The rest of the certificate (names, dates, issuer) is not checked, so you can pin the
    /// keys of self-signed certificates and of old ones: X.509 version 1 and RSA keys of 1024 bits
    /// or more are accepted. A server with another key is refused with
    /// [`Reason::OtherKey`](super::Reason::OtherKey), which holds the server's key.
    ///
    /// # Errors
    /// [`Misuse::Option`](crate::Misuse::Option) if there is no key.
    ///
    /// ```
    /// # #[cfg(feature = "ring")] {
    /// use ftp_proto::tls::TlsConfig;
    ///
    /// // openssl x509 -in cert.pem -pubkey -noout | openssl pkey -pubin -outform der | sha256sum
    /// let key = "5a91fa5d2a4d1e2e8a9d6d1ee6f1f2b5d2e5f6a7b8c9d0e1f2a3b4c5d6e7f809".parse()?;
    /// // The next key of this server, in the form of curl's `--pinnedpubkey`.
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
            return Err(Error::option("the list of pinned keys is empty"));
        }
        let provider = provider();
        let verifier = PinnedKeys::new(provider.clone(), keys);
        let verifier = verifier.ok_or_else(|| tls_error("the provider has no SHA-256"))?;
        Self::with_verifier(provider, Arc::new(verifier))
    }

    /// **Dangerous**: accepts any certificate from anyone, of any age and with any key.
    ///
    /// The connection is encrypted, but you do not know to whom. An attacker in the network can
    /// pose as the server, read the password and every file, and change them, and you will not
    /// notice. Use it only to look at a server on a cable of your own. For everything else, use
    /// [`with_roots_pem`](Self::with_roots_pem) or [`with_pinned_keys`](Self::with_pinned_keys).
    ///
    /// # Errors
    /// [`ErrorKind::Tls`] if the provider supports no usable protocol version.
    #[cfg(any(feature = "ring", feature = "aws-lc-rs"))]
    pub fn dangerous_accept_any_certificate() -> Result<Self, Error> {
        Self::with_verifier(provider(), Arc::new(AcceptAnyKey))
    }

    /// Sends this client certificate to servers that ask for one, on control and data connections
    /// alike. Give the chain, with the client's own certificate first, and the private key, not
    /// encrypted, both in PEM.
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
    /// [`ErrorKind::Tls`] if there is no certificate or no key, if one of them cannot be read, or
    /// if they do not belong together.
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

    /// Speaks only this version of TLS. Some servers work with only one of the two versions.
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
    /// [`Misuse::Option`](crate::Misuse::Option) if you made this from a `rustls::ClientConfig`,
    /// which has its own versions; [`ErrorKind::Tls`] if the provider does not support the version.
    pub fn with_only_version(self, version: TlsVersion) -> Result<Self, Error> {
        let option = || {
            Error::option(
                "this TlsConfig has your own rustls::ClientConfig: set the versions there",
            )
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
        config.key_log.clone_from(&self.config.key_log);
        Ok(Self {
            config: Arc::new(config),
            verifier: Some(verifier),
            only,
        })
    }

    /// **For debugging**: writes the keys of each connection to the file that the environment
    /// variable `SSLKEYLOGFILE` names. With this file Wireshark can decrypt a recording of the
    /// connections, and so can everyone who has both. Nothing is written if the variable is not
    /// set.
    ///
    /// ```no_run
    /// # #[cfg(feature = "ring")] {
    /// use ftp_proto::tls::TlsConfig;
    ///
    /// let config = TlsConfig::with_roots_pem(std::fs::read("company-ca.pem")?)?.with_key_log_file();
    /// # let _ = config;
    /// # }
    /// # Ok::<(), ftp_proto::Error>(())
    /// ```
    #[must_use]
    pub fn with_key_log_file(mut self) -> Self {
        Arc::make_mut(&mut self.config).key_log = Arc::new(rustls::KeyLogFile::new());
        self
    }

    /// Returns a copy that uses only TLS 1.2, because a TLS 1.2 session can be resumed many times.
    /// `None` if the configuration does not allow TLS 1.2, or already uses a single version.
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
        let verifier = ExplainingVerifier::new(verifier, trusted, &provider);
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

    /// Begins the TLS setup of a login to this host, which is a DNS name or an IP address. A login
    /// has its own store of TLS sessions, so it resumes no session of another login.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] if the host is neither a DNS name nor an IP address.
    pub fn login(&self, host: &str) -> Result<TlsLogin, Error> {
        let name = ServerName::try_from(host)
            .map_err(|error| Error::new(ErrorKind::InvalidArgument).with_source(error))?
            .to_owned();
        // rustls resumes a TLS session only if the verifier and the resolver of the client
        // certificate are the same objects as before. So one login keeps both.
        let mut config = ClientConfig::clone(&self.config);
        let login_notes = Arc::new(LoginNotes::new(config.client_auth_cert_resolver));
        config.client_auth_cert_resolver = login_notes.clone();
        let sessions = Arc::new(SessionStore::new(name.clone()));
        config.resumption = Resumption::store(sessions.clone());
        Ok(TlsLogin {
            config: Arc::new(config),
            login_notes,
            sessions,
            name,
        })
    }
}

#[cfg(any(feature = "ring", feature = "aws-lc-rs"))]
pub(crate) fn provider() -> Arc<CryptoProvider> {
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
        // `dangerous` is needed because rustls calls every custom verifier dangerous. The verifiers
        // of this crate are in `explaining_verifier.rs` and `key_verifier.rs`.
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth())
}

fn certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, Error> {
    let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    let certificates = certificates.map_err(tls_error)?;
    if certificates.is_empty() {
        let why = "no certificate in the PEM text: give the text itself, not the path of a file";
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

/// Converts a `rustls::ClientConfig`. Use it for settings that [`TlsConfig`] has no method for,
/// such as revocation lists. The session store of the configuration is not used, because each login
/// has its own.
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

/// What the control connection and all data connections of one login share: the TLS configuration,
/// the server's name, and the store of TLS sessions.
#[derive(Clone)]
pub struct TlsLogin {
    config: Arc<ClientConfig>,
    /// The object by which `config` chooses a client certificate. It also notes whether the server
    /// has asked for one.
    login_notes: Arc<LoginNotes>,
    /// The store in which `config` keeps the TLS sessions of this login.
    sessions: Arc<SessionStore>,
    name: ServerName<'static>,
}

impl TlsLogin {
    /// Makes the TLS side of a new control or data connection. The first handshake message,
    /// ClientHello, is ready to be sent.
    ///
    /// # Errors
    /// [`ErrorKind::Tls`] if rustls refuses the configuration.
    pub fn connection(&self) -> Result<TlsChannel, Error> {
        let pump = Pump::new(self.config.clone(), self.name.clone())?;
        Ok(TlsChannel::new(
            pump.with_login_notes(self.login_notes.clone()),
        ))
    }

    /// Whether the server has ended a resumed TLS 1.3 connection without sending a new session
    /// ticket. The tickets of this login will then soon be used up.
    pub(crate) fn is_ticketless(&self) -> bool {
        self.login_notes.is_ticketless()
    }

    /// Copies a note of an earlier login to the same server: whether the server has ended a resumed
    /// connection without sending a new ticket.
    pub(crate) fn inherit(&self, before: &Self) {
        if before.is_ticketless() {
            self.login_notes.note_no_ticket();
        }
    }

    /// Returns whether you must not make a new connection now, because its handshake would use the
    /// last ticket, which [is to be kept](Tickets::AllButLast).
    ///
    /// ```
    /// # #[cfg(feature = "ring")] {
    /// use ftp_proto::tls::{Tickets, TlsConfig};
    ///
    /// let login = TlsConfig::dangerous_accept_any_certificate()?.login("ftp.example.org")?;
    /// assert!(!login.must_keep_last_ticket(Tickets::AllButLast)); // there is no ticket yet
    /// # }
    /// # Ok::<(), ftp_proto::Error>(())
    /// ```
    pub fn must_keep_last_ticket(&self, tickets: Tickets) -> bool {
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
