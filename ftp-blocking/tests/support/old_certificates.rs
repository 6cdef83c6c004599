//! Certificates that rcgen cannot create. They come from `openssl x509 -req` of OpenSSL 3. Those of
//! version 1 were made without `-extfile`, and the others with `-sha1`, with `-md5`, or with a key
//! from `openssl genrsa 1024`. They are valid for 100 years.

use std::sync::Arc;

use ftp_proto::tls::rustls;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::{CertifiedKey, Signer, SigningKey};
use rustls::{ServerConfig, SignatureAlgorithm, SignatureScheme, SupportedProtocolVersion};

use super::certificates::builder;

/// The kinds of old certificates. All of them are for the host `localhost`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Old {
    /// X.509 version 1.
    Version1,
    /// X.509 version 1, signed with the certificate's own key.
    Version1SelfSigned,
    /// A certificate for an RSA key of 1024 bits. The test server does not have this key, so
    /// the server's signatures are wrong.
    Rsa1024,
    SignedBySha1,
    SignedByMd5,
    /// Signed by a CA whose RSA key has only 1024 bits.
    SignedByRsa1024,
}

pub(crate) const OLD: [Old; 6] = [
    Old::Version1,
    Old::Version1SelfSigned,
    Old::Rsa1024,
    Old::SignedBySha1,
    Old::SignedByMd5,
    Old::SignedByRsa1024,
];

/// The certificates of the CAs that have signed the old certificates.
pub(crate) const OLD_CAS: &str =
    concat!(include_str!("old/ca.pem"), include_str!("old/weak_ca.pem"));

impl Old {
    pub(crate) fn pem(self) -> &'static str {
        match self {
            Self::Version1 => include_str!("old/v1.pem"),
            Self::Version1SelfSigned => include_str!("old/v1_self_signed.pem"),
            Self::Rsa1024 => include_str!("old/rsa1024.pem"),
            Self::SignedBySha1 => include_str!("old/sha1.pem"),
            Self::SignedByMd5 => include_str!("old/md5.pem"),
            Self::SignedByRsa1024 => include_str!("old/by_weak_ca.pem"),
        }
    }

    pub(crate) fn server(self, version: &'static SupportedProtocolVersion) -> Arc<ServerConfig> {
        let key: Arc<dyn SigningKey> = match self {
            Self::Rsa1024 => Arc::new(NoKey),
            _ => {
                let key = include_str!("old/ecdsa.key").as_bytes();
                let key = PrivateKeyDer::from_pem_slice(key).expect("a key");
                rustls::crypto::ring::sign::any_supported_type(&key).expect("a key")
            }
        };
        let certificate = CertificateDer::from_pem_slice(self.pem().as_bytes());
        let shown = CertifiedKey::new(vec![certificate.expect("one")], key);
        let config = builder(&[version]).with_no_client_auth();
        Arc::new(config.with_cert_resolver(Arc::new(Shown(Arc::new(shown)))))
    }
}

#[derive(Debug)]
struct Shown(Arc<CertifiedKey>);

impl ResolvesServerCert for Shown {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.0.clone())
    }
}

/// Stands in for the key of [`Old::Rsa1024`], which the test server does not have. Its signatures
/// are wrong.
#[derive(Debug)]
struct NoKey;

impl SigningKey for NoKey {
    fn choose_scheme(&self, offered: &[SignatureScheme]) -> Option<Box<dyn Signer>> {
        assert!(offered.contains(&self.scheme()));
        Some(Box::new(Self))
    }

    fn algorithm(&self) -> SignatureAlgorithm {
        SignatureAlgorithm::RSA
    }
}

impl Signer for NoKey {
    fn sign(&self, _: &[u8]) -> Result<Vec<u8>, rustls::Error> {
        Ok(vec![0x55; 128])
    }

    fn scheme(&self) -> SignatureScheme {
        SignatureScheme::RSA_PSS_SHA256
    }
}
