//! Good and bad certificates, and servers that use them.

use std::sync::{Arc, LazyLock, Mutex};

use ftp_proto::tls::rustls;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert, WebPkiClientVerifier};
use rustls::sign::CertifiedKey;
use rustls::{RootCertStore, ServerConfig, SupportedProtocolVersion};

/// Both TLS versions that the client supports.
pub(crate) const VERSIONS: [&SupportedProtocolVersion; 2] =
    [&rustls::version::TLS12, &rustls::version::TLS13];

/// A private CA, which signs certificates for the tests.
pub(crate) struct Authority {
    pub(crate) pem: String,
    der: CertificateDer<'static>,
    issuer: Issuer<'static, KeyPair>,
}

/// The CA that the clients of the tests trust. They do not trust `OTHER_CA` and `NAMESAKE`.
pub(crate) static CA: LazyLock<Authority> = LazyLock::new(|| Authority::new("test CA"));
pub(crate) static OTHER_CA: LazyLock<Authority> = LazyLock::new(|| Authority::new("other CA"));
/// A CA that clients do not trust, although it has the same name as the trusted CA.
static NAMESAKE: LazyLock<Authority> = LazyLock::new(|| Authority::new("test CA"));

/// A certificate and its key.
#[derive(Clone)]
pub(crate) struct Identity {
    pub(crate) pem: String,
    pub(crate) key_pem: String,
    der: CertificateDer<'static>,
    key: Vec<u8>,
}

/// What is wrong with a certificate. `None` is a good certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flaw {
    None,
    SelfSigned,
    /// The certificate is self-signed, and says that it belongs to a CA.
    SelfSignedAuthority,
    SelfSignedAndExpired,
    /// The certificate is self-signed, and has the name of the trusted CA.
    SelfSignedNamesake,
    Expired,
    NotYetValid,
    WrongHost,
    WrongAuthority,
    /// The certificate is signed by a CA that has the name of the trusted CA, but another key.
    NamesakeOfAuthority,
}

/// The flaws that every test of certificates tries.
pub(crate) const FLAWS: [Flaw; 8] = [
    Flaw::SelfSigned,
    Flaw::SelfSignedAuthority,
    Flaw::SelfSignedNamesake,
    Flaw::Expired,
    Flaw::NotYetValid,
    Flaw::WrongHost,
    Flaw::WrongAuthority,
    Flaw::NamesakeOfAuthority,
];

impl Authority {
    fn new(name: &str) -> Self {
        let mut params = CertificateParams::new(Vec::new()).expect("no names");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, name);
        let key = KeyPair::generate().expect("a key");
        let certificate = params.self_signed(&key).expect("a certificate");
        Self {
            pem: certificate.pem(),
            der: certificate.der().clone(),
            issuer: Issuer::new(params, key),
        }
    }
}

impl Identity {
    /// Creates a certificate and a key for this host name or address. The certificate has the flaw.
    pub(crate) fn new(host: &str, flaw: Flaw) -> Self {
        let host = match flaw {
            Flaw::WrongHost => "other.example",
            _ => host,
        };
        let mut params = CertificateParams::new([host.to_owned()]).expect("a name");
        params.distinguished_name.push(DnType::CommonName, host);
        match flaw {
            Flaw::Expired => params.not_after = rcgen::date_time_ymd(2001, 1, 1),
            Flaw::SelfSignedAndExpired => {
                params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
                params.not_after = rcgen::date_time_ymd(2001, 1, 1);
            }
            Flaw::NotYetValid => params.not_before = rcgen::date_time_ymd(4000, 1, 1),
            Flaw::SelfSignedAuthority => {
                params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
            }
            Flaw::SelfSignedNamesake => {
                params
                    .distinguished_name
                    .push(DnType::CommonName, "test CA");
            }
            _ => {}
        }
        let key = KeyPair::generate().expect("a key");
        let certificate = match flaw {
            Flaw::SelfSigned
            | Flaw::SelfSignedAuthority
            | Flaw::SelfSignedAndExpired
            | Flaw::SelfSignedNamesake => params.self_signed(&key),
            Flaw::NamesakeOfAuthority => params.signed_by(&key, &NAMESAKE.issuer),
            Flaw::WrongAuthority => params.signed_by(&key, &OTHER_CA.issuer),
            _ => params.signed_by(&key, &CA.issuer),
        };
        let certificate = certificate.expect("a certificate");
        Self {
            pem: certificate.pem(),
            key_pem: key.serialize_pem(),
            der: certificate.der().clone(),
            key: key.serialize_der(),
        }
    }

    /// Returns a certificate for `localhost` without a flaw.
    pub(crate) fn good() -> Self {
        static GOOD: LazyLock<Identity> = LazyLock::new(|| Identity::new("localhost", Flaw::None));
        GOOD.clone()
    }

    /// Returns a server's TLS configuration that shows this certificate and allows one TLS version.
    pub(crate) fn server(&self, version: &'static SupportedProtocolVersion) -> Arc<ServerConfig> {
        self.server_of(&[version])
    }

    /// Returns a server's TLS configuration that shows this certificate and allows these TLS
    /// versions.
    pub(crate) fn server_of(
        &self,
        versions: &[&'static SupportedProtocolVersion],
    ) -> Arc<ServerConfig> {
        let config = builder(versions).with_no_client_auth();
        let config = config.with_single_cert(vec![self.der.clone()], self.private_key());
        Arc::new(config.expect("certificate and key belong together"))
    }

    /// Returns a server's TLS configuration that shows this certificate and allows TLS 1.2 and 1.3.
    /// Its TLS 1.2 cipher suites need an RSA key, and its key is of another kind, so handshakes
    /// succeed only with TLS 1.3.
    pub(crate) fn server_sharing_13_alone(&self) -> Arc<ServerConfig> {
        let mut provider = rustls::crypto::ring::default_provider();
        provider.cipher_suites.retain(|suite| {
            let name = format!("{:?}", suite.suite());
            name.starts_with("TLS13") || name.contains("RSA")
        });
        let config = ServerConfig::builder_with_provider(provider.into())
            .with_protocol_versions(&VERSIONS)
            .expect("the provider knows both")
            .with_no_client_auth()
            .with_single_cert(vec![self.der.clone()], self.private_key());
        Arc::new(config.expect("certificate and key belong together"))
    }

    /// Returns a server's TLS configuration that shows this certificate and demands a client
    /// certificate signed by the [`CA`].
    pub(crate) fn demanding_server(
        &self,
        version: &'static SupportedProtocolVersion,
    ) -> Arc<ServerConfig> {
        let mut roots = RootCertStore::empty();
        roots.add(CA.der.clone()).expect("a root");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider)
            .build()
            .expect("a verifier");
        let config = builder(&[version]).with_client_cert_verifier(verifier);
        let config = config.with_single_cert(vec![self.der.clone()], self.private_key());
        Arc::new(config.expect("certificate and key belong together"))
    }

    /// Returns a server's TLS configuration that shows this certificate. It adds to `names` the
    /// host names that clients send as SNI.
    pub(crate) fn listening_server(
        &self,
        version: &'static SupportedProtocolVersion,
        names: &Names,
    ) -> Arc<ServerConfig> {
        let provider = rustls::crypto::ring::default_provider();
        let key = CertifiedKey::from_der(vec![self.der.clone()], self.private_key(), &provider);
        let resolver = Resolver {
            key: Arc::new(key.expect("certificate and key belong together")),
            names: names.clone(),
        };
        let config = builder(&[version]).with_no_client_auth();
        Arc::new(config.with_cert_resolver(Arc::new(resolver)))
    }

    fn private_key(&self) -> PrivateKeyDer<'static> {
        PrivateKeyDer::try_from(self.key.clone()).expect("a key of ours")
    }
}

/// For each ClientHello, in their order: the host name that the client sent as SNI, or `None` if it
/// sent none.
pub(crate) type Names = Arc<Mutex<Vec<Option<String>>>>;

#[derive(Debug)]
struct Resolver {
    key: Arc<CertifiedKey>,
    names: Names,
}

impl ResolvesServerCert for Resolver {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let name = hello.server_name().map(str::to_owned);
        self.names.lock().expect("no panic").push(name);
        Some(self.key.clone())
    }
}

pub(crate) fn builder(
    versions: &[&'static SupportedProtocolVersion],
) -> rustls::ConfigBuilder<ServerConfig, rustls::WantsVerifier> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(versions)
        .expect("the provider knows it")
}
