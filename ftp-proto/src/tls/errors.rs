//! Turns errors of rustls into errors of this crate.

use alloc::boxed::Box;
use alloc::string::ToString as _;
use alloc::vec::Vec;

use rustls::{AlertDescription, CertificateError, PeerIncompatible};

use super::login_notes::CertificateRequest;
use super::reason::Reason;
use super::refusal::Refusal;
use crate::error::{Error, ErrorKind};

pub(super) fn tls_error(error: impl Into<Box<dyn core::error::Error + Send + Sync>>) -> Error {
    Error::new(ErrorKind::Tls).with_source(error)
}

/// Turns an error of rustls into an error of this crate, with a reason if the reason is clear. What
/// an alert means depends on whether the server has asked for a client certificate (`request`), and
/// on whether a handshake of this login has succeeded before (`agreed`). If an alert stays
/// ambiguous, the error has no reason, only rustls' message.
pub(super) fn with_reason(
    error: rustls::Error,
    request: CertificateRequest,
    agreed: bool,
) -> Error {
    let refusal = match &error {
        rustls::Error::InvalidCertificate(error) => Refusal::inside(error),
        _ => None,
    };
    let key = refusal.and_then(Refusal::key);
    let error = refusal.and_then(Refusal::original).unwrap_or(error);
    let reason = reason(&error, request, agreed);
    let error = tls_error(error).with_server_key(key);
    match reason {
        Some(reason) => error.with_tls_reason(reason),
        None => error,
    }
}

fn reason(error: &rustls::Error, request: CertificateRequest, agreed: bool) -> Option<Reason> {
    match error {
        rustls::Error::InvalidCertificate(error) => Some(of_certificate(error)),
        rustls::Error::PeerIncompatible(lack) => of_lack(lack),
        rustls::Error::AlertReceived(alert) => of_alert(*alert, request, agreed),
        _ => None,
    }
}

fn of_lack(lack: &PeerIncompatible) -> Option<Reason> {
    match lack {
        PeerIncompatible::ServerDoesNotSupportTls12Or13
        | PeerIncompatible::ServerTlsVersionIsDisabledByOurConfig => Some(Reason::NoCommonVersion),
        PeerIncompatible::NoCipherSuitesInCommon
        | PeerIncompatible::NoKxGroupsInCommon
        | PeerIncompatible::NoEcPointFormatsInCommon
        | PeerIncompatible::NoSignatureSchemesInCommon
        | PeerIncompatible::NoCertificateRequestSignatureSchemesInCommon => {
            Some(Reason::NothingInCommon)
        }
        _ => None,
    }
}

/// Returns the reason for which the server sent this alert (RFC 5246 section 7.2.2, RFC 8446
/// section 6.2). `None` if the alert is ambiguous.
fn of_alert(alert: AlertDescription, request: CertificateRequest, agreed: bool) -> Option<Reason> {
    match alert {
        AlertDescription::ProtocolVersion => Some(Reason::NoCommonVersion),
        AlertDescription::InsufficientSecurity => Some(Reason::NothingInCommon),
        AlertDescription::UnrecognisedName => Some(Reason::UnknownName),
        AlertDescription::InternalError => Some(Reason::ServerFailed),
        AlertDescription::CertificateRequired => Some(Reason::CertificateDemanded),
        AlertDescription::HandshakeFailure => match request {
            // TLS 1.2 has no alert for a missing certificate, so OpenSSL sends `handshake_failure`.
            CertificateRequest::Unanswered => Some(Reason::CertificateDemanded),
            // The client sends its certificate only after the cipher suite was chosen. So this
            // alert is not about cipher suites, and the server must have refused the certificate.
            CertificateRequest::Answered => Some(Reason::CertificateRefused),
            CertificateRequest::NotSent | CertificateRequest::AnsweredBefore if !agreed => {
                Some(Reason::NothingInCommon)
            }
            _ => None,
        },
        AlertDescription::BadCertificate
        | AlertDescription::UnsupportedCertificate
        | AlertDescription::CertificateRevoked
        | AlertDescription::CertificateExpired
        | AlertDescription::CertificateUnknown
        | AlertDescription::UnknownCA
        | AlertDescription::AccessDenied => match request {
            CertificateRequest::Unanswered => Some(Reason::CertificateDemanded),
            CertificateRequest::Answered
            | CertificateRequest::AnsweredBefore
            | CertificateRequest::Unknown => Some(Reason::CertificateRefused),
            CertificateRequest::NotSent => None,
        },
        _ => None,
    }
}

fn of_certificate(error: &CertificateError) -> Reason {
    match error {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => Reason::Expired,
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            Reason::NotYetValid
        }
        CertificateError::UnknownIssuer => Reason::UnknownIssuer,
        CertificateError::Revoked => Reason::Revoked,
        CertificateError::UnknownRevocationStatus
        | CertificateError::ExpiredRevocationList
        | CertificateError::ExpiredRevocationListContext { .. } => Reason::RevocationUnknown,
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
        other => {
            let ours = Refusal::inside(other).and_then(Refusal::reason);
            ours.cloned().unwrap_or(Reason::BadCertificate)
        }
    }
}

/// Returns the name `example.org` from webpki's text `DnsName("example.org")`.
fn bare(name: &str) -> &str {
    let inner = name.split_once('(').and_then(|(_, rest)| {
        let rest = rest.strip_suffix(')')?;
        Some(rest.trim_matches('"'))
    });
    inner.unwrap_or(name)
}
