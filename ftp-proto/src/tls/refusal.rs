//! A refused certificate, in the form in which it passes rustls.

use alloc::sync::Arc;
use core::fmt;

use rustls::{CertificateError, OtherError};

use super::pin::KeyPin;
use super::reason::Reason;

/// Why a verifier of this crate has refused a certificate, and the key in the certificate. A
/// `rustls::Error` has no place for the key, so this value travels inside of one.
#[derive(Debug)]
pub(super) struct Refusal {
    why: Why,
    key: Option<KeyPin>,
}

#[derive(Debug)]
enum Why {
    Ours(Reason),
    Rustls(CertificateError),
}

impl Refusal {
    /// Makes the error for a reason that rustls has no error for.
    pub(super) fn ours(reason: Reason, key: Option<KeyPin>) -> rustls::Error {
        Self {
            why: Why::Ours(reason),
            key,
        }
        .into_error()
    }

    /// Adds the key to an error of rustls.
    pub(super) fn of_rustls(error: rustls::Error, key: Option<KeyPin>) -> rustls::Error {
        match error {
            rustls::Error::InvalidCertificate(error) if key.is_some() => Self {
                why: Why::Rustls(error),
                key,
            }
            .into_error(),
            error => error,
        }
    }

    /// Returns the refusal inside an error of rustls.
    pub(super) fn inside(error: &CertificateError) -> Option<&Self> {
        match error {
            CertificateError::Other(other) => other.0.downcast_ref(),
            _ => None,
        }
    }

    /// Returns this crate's reason. `None` if [`original`](Self::original) has the reason.
    pub(super) fn reason(&self) -> Option<&Reason> {
        match &self.why {
            Why::Ours(reason) => Some(reason),
            Why::Rustls(_) => None,
        }
    }

    /// Returns the error of rustls, without the key.
    pub(super) fn original(&self) -> Option<rustls::Error> {
        match &self.why {
            Why::Ours(_) => None,
            Why::Rustls(error) => Some(error.clone().into()),
        }
    }

    /// Returns the key in the certificate, if it could be read.
    pub(super) fn key(&self) -> Option<KeyPin> {
        self.key
    }

    fn into_error(self) -> rustls::Error {
        CertificateError::Other(OtherError(Arc::new(self))).into()
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.why {
            Why::Ours(reason) => fmt::Display::fmt(reason, f),
            Why::Rustls(error) => fmt::Display::fmt(error, f),
        }
    }
}

impl core::error::Error for Refusal {}
