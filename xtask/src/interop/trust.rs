//! The certificates for one run of the interop tests, and the TLS settings of the servers and
//! clients that use them.

use ftp_blocking::{Options, Protection, TlsConfig, tls};

use crate::servers::Result;
use crate::servers::authority::{Authority, Identity};
use crate::servers::foreign::Kind;
use crate::servers::listening::Family;
use crate::servers::tls::{Data, Start, Tls, TlsVersion};

/// A certificate authority for this run, and the certificates that it has signed for servers and
/// clients.
pub(super) struct Trust {
    root: String,
    server: Identity,
    client: Identity,
    config: TlsConfig,
}

/// How a server and its clients use TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Secured {
    pub(super) version: TlsVersion,
    pub(super) start: Start,
    pub(super) data: Data,
    pub(super) clients: Clients,
}

/// Which clients the server lets log in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Clients {
    Anybody,
    /// Only clients that show a certificate may log in.
    Certified,
}

impl Secured {
    /// Creates settings with this TLS version: explicit TLS, data connections under TLS, and
    /// clients without a certificate.
    pub(super) const fn new(version: TlsVersion) -> Self {
        Self {
            version,
            start: Start::Explicit,
            data: Data::Private,
            clients: Clients::Anybody,
        }
    }

    /// Adapts the TLS settings to a server. In the tests of implicit TLS and of client
    /// certificates, ProFTPD gets TLS 1.2, because its uploads under TLS 1.3 run out of session
    /// tickets.
    pub(super) fn suited(self, kind: Kind) -> Self {
        let is_about_more = self.start == Start::Implicit || self.clients == Clients::Certified;
        match kind {
            Kind::ProFtpd if is_about_more => Self {
                version: TlsVersion::Tls12,
                ..self
            },
            _ => self,
        }
    }

    /// Returns whether a server of this kind can be started with these TLS settings.
    pub(super) fn is_offered(self, kind: Kind) -> bool {
        let is_started = match self.start {
            Start::Explicit => kind.offers_explicit(),
            Start::Implicit => kind.offers_implicit(),
        };
        is_started && (self.clients == Clients::Anybody || kind.asks_for_certificates())
    }

    /// Returns the TLS version that the client must negotiate: the newest one that the server
    /// accepts.
    pub(super) const fn spoken(self) -> tls::TlsVersion {
        match self.version {
            TlsVersion::Tls12 => tls::TlsVersion::V1_2,
            TlsVersion::Tls13 | TlsVersion::Both => tls::TlsVersion::V1_3,
        }
    }

    pub(super) const IMPLICIT: Self = Self {
        start: Start::Implicit,
        ..Self::new(TlsVersion::Tls13)
    };
}

impl Trust {
    pub(super) fn new() -> Result<Self> {
        let authority = Authority::new()?;
        let root = authority.root_pem();
        Ok(Self {
            server: authority.issue(&[&Family::V4.address().to_string()])?,
            client: authority.issue_to_client("ada")?,
            config: TlsConfig::with_roots_pem(&root)?,
            root,
        })
    }

    /// Returns the TLS settings with which a server is started.
    pub(super) fn server(&self, secured: Secured) -> Tls<'_> {
        Tls {
            start: secured.start,
            data: secured.data,
            clients: (secured.clients == Clients::Certified).then_some(&*self.root),
            ..Tls::new(secured.version, &self.server)
        }
    }

    /// Returns the certificate of the authority that has signed the servers' certificates.
    pub(super) fn root_pem(&self) -> &str {
        &self.root
    }

    /// Returns the certificate of a client and its key.
    pub(super) fn client_pem(&self) -> [&str; 2] {
        [&self.client.certificate_pem, &self.client.key_pem]
    }

    /// Returns the TLS configuration of a client without a certificate.
    pub(super) fn nobody(&self) -> TlsConfig {
        self.config.clone()
    }

    /// Adds to `options` what a client needs for a server that was started with `secured`. The
    /// client accepts TLS 1.2 and 1.3. So the server alone, by `secured.version`, decides which
    /// version the two use.
    pub(super) fn options(&self, options: Options, secured: Secured) -> Result<Options> {
        let (certificate, key) = (&self.client.certificate_pem, &self.client.key_pem);
        let config = match secured.clients {
            Clients::Anybody => self.nobody(),
            Clients::Certified => self.nobody().with_client_certificate(certificate, key)?,
        };
        let options = match secured.start {
            Start::Explicit => options.with_tls(config),
            Start::Implicit => options.with_implicit_tls(config),
        };
        Ok(match secured.data {
            Data::Private => options,
            Data::Any => options.with_config(|config| config.with_protection(Protection::Clear)),
        })
    }
}
