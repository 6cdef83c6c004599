//! Verifiers of the server's certificate.

use alloc::string::ToString as _;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::verify_server_name;
use rustls::crypto::hash::{Hash, HashAlgorithm};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, OtherError, SignatureScheme};

use super::pin::KeyPin;
use super::reason::Reason;

/// Another verifier, whose "unknown issuer" tells whether the certificate is its own issuer, and
/// which takes a trusted certificate for what it is.
#[derive(Debug)]
pub(super) struct Telling {
    verifier: Arc<dyn ServerCertVerifier>,
    /// Certificates that servers themselves may show.
    trusted: Vec<CertificateDer<'static>>,
}

impl Telling {
    pub(super) fn new(
        verifier: Arc<dyn ServerCertVerifier>,
        trusted: Vec<CertificateDer<'static>>,
    ) -> Self {
        Self { verifier, trusted }
    }
}

impl ServerCertVerifier for Telling {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let verified = self.verifier.verify_server_cert(
            end_entity,
            intermediates,
            server_name,
            ocsp_response,
            now,
        );
        let Err(error) = verified else {
            return verified;
        };
        let rustls::Error::InvalidCertificate(wrong) = &error else {
            return Err(error);
        };
        if is_authority(wrong) && self.trusted.contains(end_entity) {
            // The dates were looked at ahead of that.
            verify_server_name(&ParsedCertificate::try_from(end_entity)?, server_name)?;
            return Ok(ServerCertVerified::assertion());
        }
        let unknown = is_authority(wrong) || *wrong == CertificateError::UnknownIssuer;
        Err(if unknown && is_its_own_issuer(end_entity) {
            other(Reason::SelfSigned)
        } else {
            error
        })
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.verifier
            .verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.verifier
            .verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.verifier.supported_verify_schemes()
    }

    fn requires_raw_public_keys(&self) -> bool {
        self.verifier.requires_raw_public_keys()
    }

    fn root_hint_subjects(&self) -> Option<&[rustls::DistinguishedName]> {
        self.verifier.root_hint_subjects()
    }
}

/// Whoever has a key, whatever the certificate around it says; that the server has it is proved by
/// its signature all the same.
pub(super) struct ByKey {
    provider: Arc<CryptoProvider>,
    keys: Keys,
}

enum Keys {
    Any,
    /// One whose SHA-256 is among these.
    Pinned(Vec<KeyPin>, &'static dyn Hash),
}

impl ByKey {
    pub(super) fn any(provider: Arc<CryptoProvider>) -> Self {
        let keys = Keys::Any;
        Self { provider, keys }
    }

    /// `None` where the provider has no SHA-256.
    pub(super) fn pinned(provider: Arc<CryptoProvider>, keys: Vec<KeyPin>) -> Option<Self> {
        let keys = Keys::Pinned(keys, sha256(&provider)?);
        Some(Self { provider, keys })
    }
}

impl ServerCertVerifier for ByKey {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        if let Keys::Pinned(keys, sha256) = &self.keys {
            let presented = KeyPin::from(key_hash(*sha256, end_entity)?);
            if !keys.contains(&presented) {
                return Err(other(Reason::OtherKey { presented }));
            }
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        let algorithms = &self.provider.signature_verification_algorithms;
        algorithms.supported_schemes()
    }
}

impl fmt::Debug for ByKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.keys {
            Keys::Any => "ByKey::Any",
            Keys::Pinned(..) => "ByKey::Pinned",
        })
    }
}

/// SHA-256 of the certificate's SubjectPublicKeyInfo, in DER (RFC 7469 section 2.4).
pub(super) fn key_hash(
    sha256: &dyn Hash,
    certificate: &CertificateDer<'_>,
) -> Result<[u8; 32], rustls::Error> {
    let key = ParsedCertificate::try_from(certificate)?.subject_public_key_info();
    let hash = sha256.hash(key.as_ref());
    <[u8; 32]>::try_from(hash.as_ref())
        .map_err(|_| rustls::Error::General("SHA-256 has another length".into()))
}

/// A provider shows its hashes with the cipher suites that need them.
pub(super) fn sha256(provider: &CryptoProvider) -> Option<&'static dyn Hash> {
    let hashes = provider.cipher_suites.iter().map(|suite| match suite {
        rustls::SupportedCipherSuite::Tls12(suite) => suite.common.hash_provider,
        rustls::SupportedCipherSuite::Tls13(suite) => suite.common.hash_provider,
    });
    hashes
        .into_iter()
        .find(|hash| hash.algorithm() == HashAlgorithm::SHA256)
}

fn other(reason: Reason) -> rustls::Error {
    CertificateError::Other(OtherError(Arc::new(reason))).into()
}

/// Webpki accepts no certificate that may sign others as a server's own. `openssl req -x509` makes
/// such ones by default, and most servers with a certificate of their own making have them. The
/// error has no name here but its words; if they change, such servers are refused.
fn is_authority(error: &CertificateError) -> bool {
    match error {
        CertificateError::Other(error) => error.0.to_string() == "CaUsedAsEndEntity",
        _ => false,
    }
}

/// Whether issuer and subject are the same (RFC 5280 section 4.1.2): no proof that the certificate
/// signed itself, but a good guess about one that nobody else vouches for.
fn is_its_own_issuer(certificate: &CertificateDer<'_>) -> bool {
    const SEQUENCE: u8 = 0x30;
    const VERSION: u8 = 0xa0;
    let names = || {
        let (_, certificate, _) = element(certificate)?;
        let (_, signed, _) = element(certificate)?;
        let (tag, _, rest) = element(signed)?;
        let rest = if tag == VERSION { rest } else { signed };
        let (_, _serial, rest) = element(rest)?;
        let (_, _algorithm, rest) = element(rest)?;
        let (issuer_tag, issuer, rest) = element(rest)?;
        let (_, _validity, rest) = element(rest)?;
        let (subject_tag, subject, _) = element(rest)?;
        (issuer_tag == SEQUENCE && subject_tag == SEQUENCE).then_some((issuer, subject))
    };
    names().is_some_and(|(issuer, subject)| issuer == subject)
}

/// Tag, content and what is behind, of the first DER element.
fn element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (tag, rest) = der.split_first()?;
    let (first, rest) = rest.split_first()?;
    let (length, rest) = match first.checked_sub(0x80) {
        None => (usize::from(*first), rest),
        Some(bytes @ 1..=4) => {
            let (digits, rest) = rest.split_at_checked(usize::from(bytes))?;
            let length = digits.iter().fold(0_usize, |length, digit| {
                length.wrapping_shl(8) | usize::from(*digit)
            });
            (length, rest)
        }
        Some(_) => return None,
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((*tag, content, rest))
}
