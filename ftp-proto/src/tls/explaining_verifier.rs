//! A verifier of server certificates that says what is wrong with a certificate.

use alloc::string::ToString as _;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::iter::once;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::verify_server_name;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, OtherError, SignatureScheme};

use super::certificate::Certificate;
use super::reason::Reason;

/// A verifier that wraps another verifier. If the error of the wrapped verifier does not name the
/// cause, this verifier finds the cause. It also accepts a certificate that is itself a trusted
/// root.
#[derive(Debug)]
pub(super) struct ExplainingVerifier {
    verifier: Arc<dyn ServerCertVerifier>,
    /// Trusted certificates that a server may use as its own.
    trusted: Vec<CertificateDer<'static>>,
}

impl ExplainingVerifier {
    pub(super) fn new(
        verifier: Arc<dyn ServerCertVerifier>,
        trusted: Vec<CertificateDer<'static>>,
    ) -> Self {
        Self { verifier, trusted }
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
            // The wrapped verifier has already checked the dates, because it does so before it can
            // return this error. Only the name is still to be checked.
            verify_server_name(&ParsedCertificate::try_from(end_entity)?, server_name)?;
            return Ok(ServerCertVerified::assertion());
        }
        let cause = self.cause(wrong, end_entity, intermediates);
        Err(cause.map_or(error, other))
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.verifier
            .verify_tls12_signature(message, certificate, signature)
            .map_err(|error| weak(error, certificate))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.verifier
            .verify_tls13_signature(message, certificate, signature)
            .map_err(|error| weak(error, certificate))
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
    /// Finds the cause of an error that does not name its cause. `None` if none is found.
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
            // A bad signature on a certificate that is its own issuer only means that a trusted
            // root happens to have the same name.
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

/// If the server's key is too short, makes that the cause, because no provider can verify a
/// signature of such a key.
fn weak(error: rustls::Error, certificate: &CertificateDer<'_>) -> rustls::Error {
    let weakness = Certificate::parse(certificate).and_then(|parsed| parsed.key.weakness());
    match error {
        rustls::Error::InvalidCertificate(_) => weakness.map_or(error, other),
        error => error,
    }
}

pub(super) fn other(reason: Reason) -> rustls::Error {
    CertificateError::Other(OtherError(Arc::new(reason))).into()
}

/// Whether webpki refused the certificate because it may sign other certificates. webpki does not
/// accept such a certificate as a server's own. But `openssl req -x509` makes them by default, and
/// most self-signed servers use one. This error of webpki can be recognised only by its text. If a
/// new version of webpki changes the text, such servers will be refused.
fn is_authority(error: &CertificateError) -> bool {
    match error {
        CertificateError::Other(error) => error.0.to_string() == "CaUsedAsEndEntity",
        _ => false,
    }
}
