//! The TLS settings of client and server, for the contract table and for all tests that do not test
//! certificates. Tests of certificates use `certificates.rs`.

use std::sync::{Arc, LazyLock};

use ftp_proto::simulator::contract::TlsEnds;
use ftp_proto::tls::{TlsConfig, rustls};

/// Returns the TLS settings of a client and a server, once for TLS 1.2 and once for TLS 1.3. Both
/// use certificates of the same private CA.
pub(crate) fn tls() -> &'static [TlsEnds] {
    static ENDS: LazyLock<Vec<TlsEnds>> = LazyLock::new(both_versions);
    &ENDS
}

/// Returns settings as [`tls`] does, but with another private CA, which the clients of `tls` do not
/// trust.
pub(crate) fn other_tls() -> &'static [TlsEnds] {
    static ENDS: LazyLock<Vec<TlsEnds>> = LazyLock::new(both_versions);
    &ENDS
}

fn both_versions() -> Vec<TlsEnds> {
    let certified = rcgen::generate_simple_self_signed(["localhost".to_owned()])
        .expect("a certificate can be made");
    [&rustls::version::TLS12, &rustls::version::TLS13]
        .map(|version| ends(&certified, version))
        .into()
}

fn ends(
    certified: &rcgen::CertifiedKey<rcgen::KeyPair>,
    version: &'static rustls::SupportedProtocolVersion,
) -> TlsEnds {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut roots = rustls::RootCertStore::empty();
    let certificate = certified.cert.der().clone();
    roots.add(certificate.clone()).expect("it is its own root");
    let client = rustls::ClientConfig::builder_with_provider(provider.clone())
        .with_protocol_versions(&[version])
        .expect("the provider knows it")
        .with_root_certificates(roots)
        .with_no_client_auth();
    let key = rustls::pki_types::PrivateKeyDer::try_from(certified.signing_key.serialize_der())
        .expect("a key of ours");
    let server = rustls::ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[version])
        .expect("the provider knows it")
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .expect("certificate and key belong together");
    TlsEnds {
        server: Arc::new(server),
        client: TlsConfig::from(client),
    }
}
