//! Verifiers that check only the server's key, or nothing. They ignore the rest of the certificate.

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::crypto::hash::{Hash, HashAlgorithm};
use rustls::pki_types::{CertificateDer, ServerName, SignatureVerificationAlgorithm, UnixTime};
use rustls::{CertificateError, DigitallySignedStruct, PeerMisbehaved, SignatureScheme};

use super::certificate::{Certificate, PublicKey};
use super::pin::KeyPin;
use super::reason::Reason;
use super::refusal::Refusal;

/// Accepts every server. It does not check the server's signature either: since any certificate is
/// accepted, an attacker could sign with any key. So keys of every kind and length work,
/// such as those of old appliances.
#[derive(Debug)]
pub(super) struct AcceptAnyKey;

impl ServerCertVerifier for AcceptAnyKey {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _certificate: &CertificateDer<'_>,
        _signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _message: &[u8],
        _certificate: &CertificateDer<'_>,
        _signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    /// Lists all signature schemes, with the good ones first. A TLS 1.3 server refuses a client
    /// that does not list the scheme of the server's key.
    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        [
            SignatureScheme::ECDSA_NISTP384_SHA384,
            SignatureScheme::ECDSA_NISTP256_SHA256,
            SignatureScheme::ED25519,
            SignatureScheme::RSA_PSS_SHA512,
            SignatureScheme::RSA_PSS_SHA384,
            SignatureScheme::RSA_PSS_SHA256,
            SignatureScheme::RSA_PKCS1_SHA512,
            SignatureScheme::RSA_PKCS1_SHA384,
            SignatureScheme::RSA_PKCS1_SHA256,
            SignatureScheme::ECDSA_NISTP521_SHA512,
            SignatureScheme::ED448,
            SignatureScheme::RSA_PKCS1_SHA1,
            SignatureScheme::ECDSA_SHA1_Legacy,
        ]
        .to_vec()
    }
}

/// Accepts servers that have one of these keys, each identified by its SHA-256. The server's
/// signature in the handshake proves that it has the private key.
pub(super) struct PinnedKeys {
    provider: Arc<CryptoProvider>,
    keys: Vec<KeyPin>,
    sha256: &'static dyn Hash,
}

impl PinnedKeys {
    /// Creates the verifier. Returns `None` if the provider has no SHA-256.
    pub(super) fn new(provider: Arc<CryptoProvider>, keys: Vec<KeyPin>) -> Option<Self> {
        let sha256 = hash_of(&provider, HashAlgorithm::SHA256)?;
        Some(Self {
            provider,
            keys,
            sha256,
        })
    }

    /// Verifies the server's signature. If the provider has several algorithms for the signature
    /// scheme, only the first `usable` algorithms are tried: all in TLS 1.2, one in TLS 1.3.
    fn verify(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
        usable: usize,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let key = key_of(certificate)?;
        if let (Some(rsa), Some(weak)) = (key.rsa(), key.weakness()) {
            let hash = |algorithm| hash_of(&self.provider, algorithm);
            let signed = rsa.has_signed(message, signature.scheme, signature.signature(), hash);
            return match signed {
                true => Ok(HandshakeSignatureValid::assertion()),
                false => Err(Refusal::ours(weak, None)),
            };
        }
        let known = self
            .provider
            .signature_verification_algorithms
            .mapping
            .iter();
        let mut named = known.filter(|(scheme, _)| *scheme == signature.scheme);
        let (_, algorithms) = named
            .next()
            .ok_or(PeerMisbehaved::SignedHandshakeWithUnadvertisedSigScheme)?;
        let verifies = |algorithm: &&dyn SignatureVerificationAlgorithm| {
            algorithm.public_key_alg_id().as_ref() == key.algorithm
                && algorithm
                    .verify_signature(key.bits, message, signature.signature())
                    .is_ok()
        };
        match algorithms.iter().take(usable).any(verifies) {
            true => Ok(HandshakeSignatureValid::assertion()),
            false => Err(CertificateError::BadSignature.into()),
        }
    }
}

impl ServerCertVerifier for PinnedKeys {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let presented = KeyPin::from(key_hash(self.sha256, end_entity)?);
        if !self.keys.contains(&presented) {
            return Err(Refusal::ours(
                Reason::OtherKey { presented },
                Some(presented),
            ));
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.verify(message, certificate, signature, usize::MAX)
    }

    /// Verifies the server's signature in TLS 1.3. A signature scheme of TLS 1.3 names its curve
    /// (RFC 8446 section 4.2.3), so only the provider's first algorithm for the scheme is tried.
    /// The PKCS #1 schemes are refused, because TLS 1.3 allows them in certificates but not in the
    /// handshake.
    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        match signature.scheme {
            SignatureScheme::ECDSA_NISTP256_SHA256
            | SignatureScheme::ECDSA_NISTP384_SHA384
            | SignatureScheme::ECDSA_NISTP521_SHA512
            | SignatureScheme::RSA_PSS_SHA256
            | SignatureScheme::RSA_PSS_SHA384
            | SignatureScheme::RSA_PSS_SHA512
            | SignatureScheme::ED25519
            | SignatureScheme::ED448 => self.verify(message, certificate, signature, 1),
            _ => Err(PeerMisbehaved::SignedHandshakeWithUnadvertisedSigScheme.into()),
        }
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        let algorithms = &self.provider.signature_verification_algorithms;
        algorithms.supported_schemes()
    }
}

impl fmt::Debug for PinnedKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PinnedKeys").field(&self.keys).finish()
    }
}

fn key_of<'a>(certificate: &'a CertificateDer<'_>) -> Result<PublicKey<'a>, rustls::Error> {
    let parsed = Certificate::parse(certificate).ok_or(CertificateError::BadEncoding)?;
    Ok(parsed.key)
}

/// Returns the SHA-256 of the certificate's SubjectPublicKeyInfo, in DER (RFC 7469 section 2.4).
pub(super) fn key_hash(
    sha256: &dyn Hash,
    certificate: &CertificateDer<'_>,
) -> Result<[u8; 32], rustls::Error> {
    let hash = sha256.hash(key_of(certificate)?.der);
    <[u8; 32]>::try_from(hash.as_ref())
        .map_err(|_| rustls::Error::General("SHA-256 has another length".into()))
}

/// Finds a hash function of the provider among its cipher suites, because a provider has no list of
/// hash functions.
pub(super) fn hash_of(
    provider: &CryptoProvider,
    algorithm: HashAlgorithm,
) -> Option<&'static dyn Hash> {
    let hashes = provider.cipher_suites.iter().map(|suite| match suite {
        rustls::SupportedCipherSuite::Tls12(suite) => suite.common.hash_provider,
        rustls::SupportedCipherSuite::Tls13(suite) => suite.common.hash_provider,
    });
    hashes
        .into_iter()
        .find(|hash| hash.algorithm() == algorithm)
}
