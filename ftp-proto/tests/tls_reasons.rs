//! The reasons why TLS fails: alerts and what they mean, and certificates that are demanded,
//! refused or revoked.
#![cfg(feature = "ring")]

use std::sync::{Arc, LazyLock};

use ftp_proto::ErrorKind;
use ftp_proto::tls::{Next, Reason, TlsChannel, TlsConfig, TlsLogin, TlsVersion, rustls};
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, DnType, IsCa, Issuer,
    KeyIdMethod, KeyPair, RevokedCertParams, SerialNumber, date_time_ymd,
};
use rustls::client::{ResolvesClientCert, WebPkiServerVerifier};
use rustls::crypto::CryptoProvider;
use rustls::crypto::ring::cipher_suite;
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::{
    ClientConfig, RootCertStore, ServerConfig, ServerConnection, SignatureScheme,
    SupportedCipherSuite, SupportedProtocolVersion,
};

type Version = &'static SupportedProtocolVersion;

const VERSIONS: [Version; 2] = [&rustls::version::TLS12, &rustls::version::TLS13];

/// A CA that signs certificates for the server and for the client.
struct Authority {
    pem: String,
    der: CertificateDer<'static>,
    issuer: Issuer<'static, KeyPair>,
}

static CA: LazyLock<Authority> = LazyLock::new(|| Authority::new("the CA"));
static OTHER_CA: LazyLock<Authority> = LazyLock::new(|| Authority::new("another CA"));

impl Authority {
    fn new(name: &str) -> Self {
        let mut params = CertificateParams::new(Vec::new()).expect("no names");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, name);
        let key = KeyPair::generate().expect("a key");
        let made = params.self_signed(&key).expect("a certificate");
        Self {
            pem: made.pem(),
            der: made.der().clone(),
            issuer: Issuer::new(params, key),
        }
    }

    fn roots(&self) -> Arc<RootCertStore> {
        let mut roots = RootCertStore::empty();
        roots.add(self.der.clone()).expect("a root");
        Arc::new(roots)
    }

    fn certify(&self) -> Identity {
        let mut params = CertificateParams::new(["localhost".to_owned()]).expect("a name");
        params.serial_number = Some(SerialNumber::from(SERIAL));
        let key = KeyPair::generate().expect("a key");
        let made = params.signed_by(&key, &self.issuer).expect("signed");
        Identity {
            chain_pem: made.pem(),
            chain: vec![made.der().clone()],
            key_pem: key.serialize_pem(),
            key: PrivateKeyDer::try_from(key.serialize_der()).expect("a key"),
        }
    }

    /// Returns a list of revoked certificates, which is valid until the year `until`.
    fn revoke(&self, serials: &[u64], until: i32) -> CertificateRevocationListDer<'static> {
        let revoked = serials.iter().map(|serial| RevokedCertParams {
            serial_number: SerialNumber::from(*serial),
            revocation_time: date_time_ymd(2020, 1, 1),
            reason_code: None,
            invalidity_date: None,
        });
        let list = CertificateRevocationListParams {
            this_update: date_time_ymd(2020, 1, 1),
            next_update: date_time_ymd(until, 1, 1),
            crl_number: SerialNumber::from(1_u64),
            issuing_distribution_point: None,
            revoked_certs: revoked.collect(),
            key_identifier_method: KeyIdMethod::Sha256,
        };
        let list = list.signed_by(&self.issuer).expect("signed");
        list.der().clone()
    }
}

const SERIAL: u64 = 77;

struct Identity {
    chain_pem: String,
    chain: Vec<CertificateDer<'static>>,
    key_pem: String,
    key: PrivateKeyDer<'static>,
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

fn trusting() -> TlsConfig {
    TlsConfig::with_roots_pem(&CA.pem).expect("a root")
}

fn showing(identity: &Identity) -> TlsConfig {
    let config = trusting().with_client_certificate(&identity.chain_pem, &identity.key_pem);
    config.expect("they belong together")
}

fn login(config: &TlsConfig) -> TlsLogin {
    config.login("localhost").expect("a name")
}

fn serving(version: Version) -> ServerConfig {
    let identity = CA.certify();
    ServerConfig::builder_with_provider(provider())
        .with_protocol_versions(&[version])
        .expect("a version")
        .with_no_client_auth()
        .with_single_cert(identity.chain, identity.key)
        .expect("they belong together")
}

/// Returns a server that demands a client certificate from this CA.
fn demanding(version: Version) -> ServerConfig {
    let verifier = WebPkiClientVerifier::builder_with_provider(CA.roots(), provider());
    let identity = CA.certify();
    ServerConfig::builder_with_provider(provider())
        .with_protocol_versions(&[version])
        .expect("a version")
        .with_client_cert_verifier(verifier.build().expect("a verifier"))
        .with_single_cert(identity.chain, identity.key)
        .expect("they belong together")
}

/// A connection with both sides: the client and the server.
struct Meeting {
    client: TlsChannel,
    server: ServerConnection,
}

impl Meeting {
    fn new(login: &TlsLogin, server: ServerConfig) -> Self {
        Self {
            client: login.connection().expect("a connection"),
            server: ServerConnection::new(Arc::new(server)).expect("a server"),
        }
    }

    /// Passes the client's bytes to the server, and the answer back. Returns whether there was an
    /// answer.
    fn exchange(&mut self) -> bool {
        let outgoing = self.client.outgoing().to_vec();
        self.client.advance(outgoing.len());
        let mut outgoing = outgoing.as_slice();
        while !outgoing.is_empty() {
            self.server.read_tls(&mut outgoing).expect("a slice");
            // If the server fails, the alert that it sends tells why.
            let _ = self.server.process_new_packets();
        }
        let mut wire = Vec::new();
        while self.server.wants_write() {
            self.server.write_tls(&mut wire).expect("a vector");
        }
        feed(&mut self.client, &wire);
        !wire.is_empty()
    }

    /// Makes the handshake and reads once. Returns why the connection fails; `None` if the reason
    /// is unknown, or if the connection does not fail.
    fn reason(&mut self) -> Option<Reason> {
        loop {
            let failed = match self.client.handshake() {
                Ok(_) if self.client.info().is_some() => self.client.read(&mut [0; 64]).err(),
                Ok(_) => None,
                Err(error) => Some(error),
            };
            if let Some(error) = failed {
                assert_eq!(error.kind(), ErrorKind::Tls);
                return error.tls_reason().cloned();
            }
            if !self.exchange() && self.client.outgoing().is_empty() {
                return None;
            }
        }
    }

    /// Continues a TLS 1.2 handshake until the client has replied to the server's demand for a
    /// certificate: with a certificate, or with the message that it has none.
    fn up_to_the_certificate(mut self) -> TlsChannel {
        assert_eq!(self.client.handshake().expect("means well"), Next::Write);
        self.exchange();
        assert_eq!(self.client.handshake().expect("means well"), Next::Write);
        assert!(self.client.info().is_none());
        self.client
    }
}

fn feed(client: &mut TlsChannel, bytes: &[u8]) {
    client.space(bytes.len())[..bytes.len()].copy_from_slice(bytes);
    client.filled(bytes.len());
}

/// Sends a fatal alert to the client. Returns the reason that the client understands.
fn alerted(client: &mut TlsChannel, alert: u8) -> Option<Reason> {
    feed(client, &[0x15, 3, 3, 0, 2, 2, alert]);
    let error = client.handshake().expect_err("an alert");
    assert_eq!(error.kind(), ErrorKind::Tls);
    error.tls_reason().cloned()
}

const HANDSHAKE_FAILURE: u8 = 40;
const BAD_CERTIFICATE: u8 = 42;
const UNKNOWN_CA: u8 = 48;
const ACCESS_DENIED: u8 = 49;

/// The alerts about a certificate.
const ABOUT_CERTIFICATES: [u8; 7] = [BAD_CERTIFICATE, 43, 44, 45, 46, UNKNOWN_CA, ACCESS_DENIED];

#[test]
fn each_alert_in_answer_to_the_client_hello() {
    let bare = login(&trusting());
    let with_certificate = login(&showing(&CA.certify()));
    for alert in 0..=255 {
        let expected = match alert {
            HANDSHAKE_FAILURE | 71 => Some(Reason::NothingInCommon),
            70 => Some(Reason::NoCommonVersion),
            80 => Some(Reason::ServerFailed),
            112 => Some(Reason::UnknownName),
            116 => Some(Reason::CertificateDemanded),
            _ => None,
        };
        let mut client = bare.connection().expect("a connection");
        assert_eq!(alerted(&mut client, alert), expected, "{alert}");
        // If the client resumes a TLS session, it sent its certificate in an earlier handshake. So
        // even an alert that comes right after ClientHello can mean that the server refuses the
        // client's certificate.
        let expected = match alert {
            alert if ABOUT_CERTIFICATES.contains(&alert) => Some(Reason::CertificateRefused),
            _ => expected,
        };
        let mut client = with_certificate.connection().expect("a connection");
        assert_eq!(alerted(&mut client, alert), expected, "{alert}");
    }
}

/// The first connection of this login succeeded. So on a later connection, the alert
/// `handshake_failure` cannot mean that client and server have nothing in common.
#[test]
fn a_later_connection_has_something_in_common() {
    for version in VERSIONS {
        let login = login(&trusting());
        let mut first = Meeting::new(&login, serving(version));
        assert_eq!(first.reason(), None);
        assert_eq!(first.client.resumed(), Some(false));
        let mut second = login.connection().expect("a connection");
        assert_eq!(alerted(&mut second, HANDSHAKE_FAILURE), None);
        let mut third = login.connection().expect("a connection");
        let reason = alerted(&mut third, 80);
        assert_eq!(reason, Some(Reason::ServerFailed));
    }
}

/// TLS 1.2 has no alert for a missing client certificate. ProFTPD and all other servers with
/// OpenSSL send `handshake_failure` instead.
#[test]
fn a_certificate_is_demanded_and_none_is_shown() {
    let vain = |config: &TlsConfig| {
        Meeting::new(&login(config), demanding(&rustls::version::TLS12)).up_to_the_certificate()
    };
    let own = || {
        let config = ClientConfig::builder_with_provider(provider());
        let config = config.with_safe_default_protocol_versions();
        let config = config.expect("versions").with_root_certificates(CA.roots());
        TlsConfig::from(config.with_no_client_auth())
    };
    for alert in ABOUT_CERTIFICATES.into_iter().chain([HANDSHAKE_FAILURE]) {
        for config in [trusting(), own()] {
            let reason = alerted(&mut vain(&config), alert);
            assert_eq!(reason, Some(Reason::CertificateDemanded), "{alert}");
        }
    }
    // Other servers close the connection without an alert. The reason must be the same.
    let mut cut = vain(&trusting());
    cut.receive_eof();
    let error = cut.handshake().expect_err("cut");
    assert_eq!(error.tls_reason(), Some(&Reason::CertificateDemanded));
    assert!(error.to_string().contains("client certificate"), "{error}");

    for version in VERSIONS {
        for config in [trusting(), own()] {
            let reason = Meeting::new(&login(&config), demanding(version)).reason();
            assert_eq!(reason, Some(Reason::CertificateDemanded), "{version:?}");
        }
    }
}

#[test]
fn a_certificate_is_shown_and_refused() {
    let stranger = OTHER_CA.certify();
    for alert in ABOUT_CERTIFICATES.into_iter().chain([HANDSHAKE_FAILURE]) {
        let login = login(&showing(&stranger));
        let mut client =
            Meeting::new(&login, demanding(&rustls::version::TLS12)).up_to_the_certificate();
        let reason = alerted(&mut client, alert);
        assert_eq!(reason, Some(Reason::CertificateRefused), "{alert}");
    }
    for version in VERSIONS {
        let login = login(&showing(&stranger));
        let reason = Meeting::new(&login, demanding(version)).reason();
        assert_eq!(reason, Some(Reason::CertificateRefused), "{version:?}");
    }
}

/// A resolver that works like a browser: it shows only a certificate that the server's list of CAs
/// allows, here none.
#[derive(Debug)]
struct Choosy(SingleCertAndKey);

impl ResolvesClientCert for Choosy {
    fn resolve(&self, authorities: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        assert!(!authorities.is_empty(), "the server's list");
        None
    }

    fn only_raw_public_keys(&self) -> bool {
        self.0.only_raw_public_keys()
    }

    fn has_certs(&self) -> bool {
        true
    }
}

#[test]
fn a_resolver_of_the_callers_decides() {
    let certified = |identity: Identity| {
        CertifiedKey::from_der(identity.chain, identity.key, &provider()).expect("a pair")
    };
    let config = |resolver: Arc<dyn ResolvesClientCert>| {
        let config = ClientConfig::builder_with_provider(provider());
        let config = config.with_safe_default_protocol_versions();
        let config = config.expect("versions").with_root_certificates(CA.roots());
        TlsConfig::from(config.with_client_cert_resolver(resolver))
    };
    for version in VERSIONS {
        let choosy = Choosy(SingleCertAndKey::from(certified(CA.certify())));
        let login_of = |resolver| login(&config(resolver));
        let reason = Meeting::new(&login_of(Arc::new(choosy)), demanding(version)).reason();
        assert_eq!(reason, Some(Reason::CertificateDemanded), "{version:?}");

        // A good certificate is accepted, and later connections resume its session.
        let good = SingleCertAndKey::from(certified(CA.certify()));
        let login = login_of(Arc::new(good));
        let server = demanding(version);
        for resumed in [false, true, true] {
            let mut meeting = Meeting::new(&login, server.clone());
            assert_eq!(meeting.reason(), None);
            assert_eq!(meeting.client.resumed(), Some(resumed), "{version:?}");
        }
    }
}

#[test]
fn no_cipher_suite_in_common() {
    let only = |suite: SupportedCipherSuite| CryptoProvider {
        cipher_suites: vec![suite],
        ..rustls::crypto::ring::default_provider()
    };
    let suites = [
        [
            cipher_suite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
            cipher_suite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
        ],
        [
            cipher_suite::TLS13_AES_128_GCM_SHA256,
            cipher_suite::TLS13_AES_256_GCM_SHA384,
        ],
    ];
    for (version, [ours, theirs]) in VERSIONS.into_iter().zip(suites) {
        let config = ClientConfig::builder_with_provider(Arc::new(only(ours)))
            .with_protocol_versions(&[version])
            .expect("a version")
            .with_root_certificates(CA.roots())
            .with_no_client_auth();
        let identity = CA.certify();
        let server = ServerConfig::builder_with_provider(Arc::new(only(theirs)))
            .with_protocol_versions(&[version])
            .expect("a version")
            .with_no_client_auth()
            .with_single_cert(identity.chain, identity.key)
            .expect("they belong together");
        let reason = Meeting::new(&login(&config.into()), server).reason();
        assert_eq!(reason, Some(Reason::NothingInCommon), "{version:?}");
    }
}

#[test]
fn no_version_in_common() {
    for (ours, theirs) in [
        (TlsVersion::V1_2, &rustls::version::TLS13),
        (TlsVersion::V1_3, &rustls::version::TLS12),
    ] {
        let config = trusting().with_only_version(ours).expect("supported");
        let reason = Meeting::new(&login(&config), serving(theirs)).reason();
        assert_eq!(reason, Some(Reason::NoCommonVersion), "{ours}");
    }
}

/// A program that checks revocation lists must pass its own rustls configuration.
#[test]
fn revoked_certificates() {
    let reason = |lists: Vec<CertificateRevocationListDer<'static>>, version| {
        let verifier = WebPkiServerVerifier::builder_with_provider(CA.roots(), provider())
            .with_crls(lists)
            .enforce_revocation_expiration()
            .build()
            .expect("lists");
        let config = ClientConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_webpki_verifier(verifier)
            .with_no_client_auth();
        let mut meeting = Meeting::new(&login(&config.into()), serving(version));
        let reason = meeting.reason();
        assert_eq!(reason.is_none(), meeting.client.info().is_some());
        reason
    };
    for version in VERSIONS {
        let revoked = CA.revoke(&[1, SERIAL], 2090);
        assert_eq!(reason(vec![revoked], version), Some(Reason::Revoked));
        let others = CA.revoke(&[1, 2], 2090);
        assert_eq!(reason(vec![others], version), None);
        // Neither list tells whether the server's certificate is revoked: the first list is of
        // another CA, and the second is out of date.
        for list in [OTHER_CA.revoke(&[], 2090), CA.revoke(&[1, 2], 2021)] {
            assert_eq!(reason(vec![list], version), Some(Reason::RevocationUnknown));
        }
    }
}

/// Each reason must have its own text.
#[test]
fn words() {
    let reasons = [
        Reason::Expired,
        Reason::NotYetValid,
        Reason::SelfSigned,
        Reason::UnknownIssuer,
        Reason::WrongName {
            expected: "ftp.example.org".to_owned(),
            presented: vec!["other.example".to_owned()],
        },
        Reason::Revoked,
        Reason::RevocationUnknown,
        Reason::OtherKey {
            presented: [0x5a; 32].into(),
        },
        Reason::BadCertificate,
        Reason::CertificateDemanded,
        Reason::CertificateRefused,
        Reason::NoCommonVersion,
        Reason::NothingInCommon,
        Reason::UnknownName,
        Reason::ServerFailed,
        Reason::OldCertificate { version: 1 },
        Reason::WeakKey { bits: 1024 },
        Reason::WeakSignature { hash: "SHA-1" },
        Reason::PlainServer,
        Reason::ClearText,
        Reason::TlsServer,
        Reason::SilentServer,
        Reason::EndedInHandshake,
        Reason::ResumptionDemanded,
        Reason::NotResumed,
    ];
    let mut texts: Vec<_> = reasons.iter().map(ToString::to_string).collect();
    for text in &texts {
        let server =
            text.contains("server") || text.contains("data connection") || text.contains("TLS");
        assert!(
            server && !text.contains("  ") && !text.ends_with('.'),
            "{text}"
        );
    }
    texts.sort_unstable();
    texts.dedup();
    assert_eq!(texts.len(), reasons.len());
}
