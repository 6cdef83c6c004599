//! TLS settings for the contract table: a client, and a server with a fixed certificate.

use std::sync::{Arc, LazyLock};
use std::vec::Vec;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::version::{TLS12, TLS13};

use super::contract::TlsEnds;
use crate::tls::TlsConfig;

/// Returns the TLS settings of a client and a server, once for TLS 1.2 and once for TLS 1.3, for
/// [`contract_tests!`](crate::contract_tests). The server's certificate is for `localhost`, and is
/// valid until 2126.
///
/// The certificate and its key are public, because they are a part of this crate. So trust them in
/// tests only.
#[must_use]
pub fn tls_ends() -> &'static [TlsEnds] {
    static ENDS: LazyLock<Vec<TlsEnds>> = LazyLock::new(|| [&TLS12, &TLS13].map(ends).into());
    &ENDS
}

fn ends(version: &'static rustls::SupportedProtocolVersion) -> TlsEnds {
    let certificate = CertificateDer::from_pem_slice(CERTIFICATE).expect("a certificate");
    let key = PrivateKeyDer::from_pem_slice(KEY).expect("a key");
    let provider = crate::tls::provider();
    let mut roots = rustls::RootCertStore::empty();
    roots.add(certificate.clone()).expect("it is its own root");
    let client = rustls::ClientConfig::builder_with_provider(provider.clone())
        .with_protocol_versions(&[version])
        .expect("the provider knows it")
        .with_root_certificates(roots)
        .with_no_client_auth();
    let server = rustls::ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[version])
        .expect("the provider knows it")
        .with_no_client_auth()
        .with_single_cert([certificate].into(), key)
        .expect("certificate and key belong together");
    TlsEnds {
        server: Arc::new(server),
        client: TlsConfig::from(client),
    }
}

const CERTIFICATE: &[u8] = b"\
-----BEGIN CERTIFICATE-----
MIIBcjCCARegAwIBAgIUGuhxsVV6uRD+ZT3iyaQ5a++HkRYwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyODAzMTA0OFoYDzIxMjYxMTA0
MDMxMDQ4WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAQKQONoosUbN8TdC26Owx6mISo//w6tjAoc4DJFLGJzfkikZTkAqUDU
Vr8re2dGabjd1FM1rZytcQlHoCCOdAwpo0UwQzAUBgNVHREEDTALgglsb2NhbGhv
c3QwDAYDVR0TAQH/BAIwADAdBgNVHQ4EFgQU5TEJ7PuqCLMP04sk6a2zx4l0OKQw
CgYIKoZIzj0EAwIDSQAwRgIhAPtoCr6eVRCt5OOVD2a0gRGCyPXpBISdSmJU2rUT
IUJ2AiEAz1u8P3W0BCxh9SpbfV/F5eUsuxssrDFaWA1J3D2OtRg=
-----END CERTIFICATE-----
";

const KEY: &[u8] = b"\
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg88z8icydHfRCoBXS
RQKCZokud0/RpJm+3bTajbVg5yGhRANCAAQKQONoosUbN8TdC26Owx6mISo//w6t
jAoc4DJFLGJzfkikZTkAqUDUVr8re2dGabjd1FM1rZytcQlHoCCOdAwp
-----END PRIVATE KEY-----
";
