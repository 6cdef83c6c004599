//! A verifier of server certificates that says what is wrong with a certificate.

use alloc::string::ToString as _;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;
use core::iter::once;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::verify_server_name;
use rustls::crypto::CryptoProvider;
use rustls::crypto::hash::{Hash, HashAlgorithm};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, SignatureScheme};

use super::certificate::Certificate;
use super::key_verifier::{hash_of, key_hash};
use super::pin::KeyPin;
use super::reason::Reason;
use super::refusal::Refusal;

/// Verifies certificates by another verifier. If that verifier refuses a certificate with an error
/// that does not say why, this one finds the reason. It also accepts a server's certificate that is
/// itself one of the trusted roots.
pub(super) struct ExplainingVerifier {
    verifier: Arc<dyn ServerCertVerifier>,
    /// The trusted roots. A server may also present one of them as its own certificate.
    trusted: Vec<CertificateDer<'static>>,
    /// SHA-256, for the server's key in an error. `None` if the provider has none.
    sha256: Option<&'static dyn Hash>,
}

impl ExplainingVerifier {
    pub(super) fn new(
        verifier: Arc<dyn ServerCertVerifier>,
        trusted: Vec<CertificateDer<'static>>,
        provider: &CryptoProvider,
    ) -> Self {
        Self {
            verifier,
            trusted,
            sha256: hash_of(provider, HashAlgorithm::SHA256),
        }
    }
}

impl fmt::Debug for ExplainingVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ExplainingVerifier")
            .field(&self.verifier)
            .finish()
    }
}

impl ServerCertVerifier for ExplainingVerifier {
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
            // The certificate is itself a trusted root, so no chain leads to it, and its own
            // signature would prove nothing more. webpki has checked its dates before it returned
            // `CaUsedAsEndEntity`, but has not checked its name. After this function, rustls calls
            // `verify_tls12_signature` or `verify_tls13_signature`, which checks that the server
            // holds the private key.
            verify_server_name(&ParsedCertificate::try_from(end_entity)?, server_name)
                .map_err(|error| Refusal::of_rustls(error, self.key(end_entity)))?;
            return Ok(ServerCertVerified::assertion());
        }
        let key = self.key(end_entity);
        Err(match self.cause(wrong, end_entity, intermediates) {
            Some(reason) => Refusal::ours(reason, key),
            None => Refusal::of_rustls(error, key),
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
            .map_err(|error| self.weak(error, certificate))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.verifier
            .verify_tls13_signature(message, certificate, signature)
            .map_err(|error| self.weak(error, certificate))
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

impl ExplainingVerifier {
    /// Returns the key in a certificate. `None` if the certificate cannot be read.
    fn key(&self, certificate: &CertificateDer<'_>) -> Option<KeyPin> {
        let hash = key_hash(self.sha256?, certificate).ok()?;
        Some(KeyPin::from(hash))
    }

    /// If the server's key is too short, returns this as the error. No provider verifies signatures
    /// of such a key, so the provider's own error does not name the cause.
    fn weak(&self, error: rustls::Error, certificate: &CertificateDer<'_>) -> rustls::Error {
        let weakness = Certificate::parse(certificate).and_then(|parsed| parsed.key.weakness());
        match (&error, weakness) {
            (rustls::Error::InvalidCertificate(_), Some(weakness)) => {
                Refusal::ours(weakness, self.key(certificate))
            }
            _ => error,
        }
    }

    /// Finds the reason why the wrapped verifier refused the certificate. `None` if none is found,
    /// or if the verifier's error already tells the reason.
    fn cause(
        &self,
        wrong: &CertificateError,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
    ) -> Option<Reason> {
        let parsed = Certificate::parse(end_entity)?;
        let intermediates = || {
            intermediates
                .iter()
                .filter_map(|der| Certificate::parse(der))
        };
        let own_issuer = || parsed.is_its_own_issuer().then_some(Reason::SelfSigned);
        match wrong {
            wrong if is_authority(wrong) => own_issuer(),
            CertificateError::BadEncoding | CertificateError::Other(_) => {
                let mut versions = once(parsed.version).chain(intermediates().map(|c| c.version));
                let version = versions.find(|version| *version != 3)?;
                Some(Reason::OldCertificate { version })
            }
            CertificateError::UnknownIssuer => own_issuer(),
            // webpki found a trusted root with the issuer's name, but with another key. If the
            // certificate names itself as its issuer, it is self-signed and only happens to have
            // the name of that root.
            CertificateError::BadSignature => own_issuer().or_else(|| {
                let trusted = self
                    .trusted
                    .iter()
                    .filter_map(|der| Certificate::parse(der));
                let signers: Vec<_> = intermediates().chain(trusted).collect();
                let signed: Vec<_> = once(parsed).chain(intermediates()).collect();
                let of_use = |signer: &&Certificate<'_>| {
                    signed.iter().any(|signed| signed.may_be_signed_by(signer))
                };
                let mut weak = signers.iter().filter(of_use);
                let weak = weak.find_map(|signer| signer.key.weakness());
                Some(weak.unwrap_or(Reason::UnknownIssuer))
            }),
            CertificateError::UnsupportedSignatureAlgorithmContext { .. } => {
                let old = || once(&parsed).find_map(Certificate::old_signature);
                let above = || intermediates().find_map(|signer| signer.old_signature());
                own_issuer().or_else(old).or_else(above)
            }
            _ => None,
        }
    }
}

/// Whether webpki refused the server's certificate because it is a CA certificate. Most self-signed
/// servers use one, because `openssl req -x509` makes CA certificates by default. webpki's error
/// can be recognised only by its text. If a new version of webpki changes the text, such servers
/// will be refused.
fn is_authority(error: &CertificateError) -> bool {
    match error {
        CertificateError::Other(error) => error.0.to_string() == "CaUsedAsEndEntity",
        _ => false,
    }
}
