//! What rustls says, in this crate's words.

use alloc::boxed::Box;
use alloc::string::ToString as _;
use alloc::vec::Vec;

use rustls::{AlertDescription, CertificateError, PeerIncompatible};

use super::reason::Reason;
use crate::error::{Error, ErrorKind};

pub(super) fn tls_error(error: impl Into<Box<dyn core::error::Error + Send + Sync>>) -> Error {
    Error::new(ErrorKind::Tls).with_source(error)
}

/// The same with the reason, where there is one.
pub(super) fn named(error: rustls::Error) -> Error {
    match reason(&error) {
        Some(reason) => tls_error(error).with_tls_reason(reason),
        None => tls_error(error),
    }
}

fn reason(error: &rustls::Error) -> Option<Reason> {
    Some(match error {
        rustls::Error::InvalidCertificate(error) => of_certificate(error),
        rustls::Error::PeerIncompatible(
            PeerIncompatible::ServerDoesNotSupportTls12Or13
            | PeerIncompatible::ServerTlsVersionIsDisabledByOurConfig,
        )
        | rustls::Error::AlertReceived(AlertDescription::ProtocolVersion) => {
            Reason::NoCommonVersion
        }
        rustls::Error::AlertReceived(AlertDescription::CertificateRequired) => {
            Reason::CertificateDemanded
        }
        rustls::Error::AlertReceived(
            AlertDescription::BadCertificate
            | AlertDescription::UnsupportedCertificate
            | AlertDescription::CertificateRevoked
            | AlertDescription::CertificateExpired
            | AlertDescription::CertificateUnknown
            | AlertDescription::UnknownCA
            | AlertDescription::AccessDenied,
        ) => Reason::CertificateRefused,
        _ => return None,
    })
}

fn of_certificate(error: &CertificateError) -> Reason {
    match error {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => Reason::Expired,
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            Reason::NotYetValid
        }
        CertificateError::UnknownIssuer => Reason::UnknownIssuer,
        CertificateError::Revoked => Reason::Revoked,
        CertificateError::NotValidForName => Reason::WrongName {
            expected: "the name that was asked for".into(),
            presented: Vec::new(),
        },
        CertificateError::NotValidForNameContext {
            expected,
            presented,
        } => Reason::WrongName {
            expected: expected.to_str().to_string(),
            presented: presented.iter().map(|name| bare(name).into()).collect(),
        },
        CertificateError::Other(other) => {
            let ours = other.0.downcast_ref::<Reason>();
            ours.cloned().unwrap_or(Reason::BadCertificate)
        }
        _ => Reason::BadCertificate,
    }
}

/// `example.org` out of webpki's `DnsName("example.org")`.
fn bare(name: &str) -> &str {
    let inner = name.split_once('(').and_then(|(_, rest)| {
        let rest = rest.strip_suffix(')')?;
        Some(rest.trim_matches('"'))
    });
    inner.unwrap_or(name)
}
