//! Why TLS failed.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use super::pin::KeyPin;
use crate::remedy::{Remedy, write_after};
use crate::wire::Escaped;

/// Why TLS failed, if that is known. [`Error::tls_reason`](crate::Error::tls_reason) returns it.
/// `Display` says in plain words what you can do.
///
/// ```
/// use ftp_proto::Error;
/// use ftp_proto::tls::Reason;
///
/// fn advice(error: &Error) -> Option<String> {
///     Some(match error.tls_reason()? {
///         Reason::Expired => "Ask the operator for a new certificate.".into(),
///         Reason::WrongName { presented, .. } => format!("Try {}.", presented.first()?),
///         other => other.to_string(),
///     })
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// The server's certificate has expired.
    Expired,
    /// The server's certificate is not valid yet.
    NotYetValid,
    /// The server's certificate is self-signed.
    SelfSigned,
    /// No issuer that you trust has signed the server's certificate.
    UnknownIssuer,
    /// The server's certificate is for other names.
    WrongName {
        /// The name or address that you gave.
        expected: String,
        /// The names in the certificate.
        presented: Vec<String>,
    },
    /// The server's certificate was revoked, according to a revocation list in your own
    /// `rustls::ClientConfig`.
    Revoked,
    /// It is unknown whether the server's certificate was revoked, because a revocation list is
    /// missing or too old.
    RevocationUnknown,
    /// The server's key is not one of the pinned keys.
    OtherKey {
        /// The server's key.
        presented: KeyPin,
    },
    /// The server's certificate, or one that signed it, is not X.509 version 3. Only version 3 can
    /// be verified.
    OldCertificate {
        /// The version of X.509: 1 or 2.
        version: u8,
    },
    /// The server's certificate, or one that signed it, has an RSA key that is too short.
    WeakKey {
        /// The length of the key in bits.
        bits: usize,
    },
    /// The server's certificate, or one that signed it, was signed with a hash that is too old.
    WeakSignature {
        /// The name of the hash.
        hash: &'static str,
    },
    /// The server's certificate or its signature is wrong, and no other reason in this list
    /// applies.
    BadCertificate,
    /// The server wants a client certificate, and got none.
    CertificateDemanded,
    /// The server does not accept the client certificate.
    CertificateRefused,
    /// The server and this client support no common version of TLS.
    NoCommonVersion,
    /// The server and this client support no common cipher suite, group or kind of signature.
    NothingInCommon,
    /// The server does not know the host name that the client sent (SNI, RFC 6066 section 3).
    UnknownName,
    /// The server's alert says that the server itself has failed.
    ServerFailed,
    /// The server replied in clear text where implicit TLS should begin, before any AUTH command.
    /// It does not speak implicit TLS at this port, or it has failed.
    PlainServer,
    /// Clear text came after both sides had agreed on TLS, or in the middle of a TLS connection.
    ClearText,
    /// The server speaks TLS where clear text is expected.
    TlsServer,
    /// The server sends nothing where its greeting is expected.
    SilentServer,
    /// The server ended the connection during the handshake.
    EndedInHandshake,
    /// The server refuses a data connection because this connection did not resume the TLS session
    /// of the login, according to the server's reply (522, 425).
    ResumptionDemanded,
    /// The data connection did not resume the TLS session of the login, and you [require
    /// that](crate::Resumption::Required).
    NotResumed,
}

impl Reason {
    /// Whether the client ended the handshake for this reason, not the server.
    pub(crate) fn is_ours(&self) -> bool {
        matches!(
            self,
            Self::Expired
                | Self::NotYetValid
                | Self::SelfSigned
                | Self::UnknownIssuer
                | Self::WrongName { .. }
                | Self::Revoked
                | Self::RevocationUnknown
                | Self::OtherKey { .. }
                | Self::OldCertificate { .. }
                | Self::WeakKey { .. }
                | Self::WeakSignature { .. }
                | Self::BadCertificate
                | Self::PlainServer
                | Self::NotResumed
        )
    }
}

impl Reason {
    /// Returns what your program can do about it.
    pub(crate) const fn remedies(&self) -> &'static [Remedy] {
        match self {
            Self::OldCertificate { .. } | Self::WeakSignature { .. } => &[Remedy::PinKey],
            // RSA keys below 1024 bits can be broken, so a pin of such a key proves nothing.
            Self::WeakKey { bits: 1024.. } => &[Remedy::PinKey],
            Self::SelfSigned => &[Remedy::Root, Remedy::PinKey],
            Self::UnknownIssuer => &[Remedy::Authority],
            Self::CertificateDemanded => &[Remedy::ClientCertificate],
            Self::PlainServer => &[Remedy::ExplicitTls],
            Self::TlsServer | Self::SilentServer => &[Remedy::ImplicitTls],
            Self::ResumptionDemanded | Self::NotResumed => &[Remedy::NewTlsSession],
            _ => &[],
        }
    }
}

/// Leaves out what your program can do, if the format is `{:#}`.
impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_problem(f)?;
        write_after(self.remedies(), f)
    }
}

impl Reason {
    fn write_problem(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WrongName {
                expected,
                presented,
            } => wrong_name(f, expected, presented),
            Self::OtherKey { presented } => write!(
                f,
                "the server's key is not a pinned one: the server has a new key, or this is \
                 another server; if the new key is right, pin it: {presented}"
            ),
            Self::OldCertificate { version } => write!(
                f,
                "the server's certificate is of X.509 version {version}, which cannot be verified: \
                 {REPLACE}"
            ),
            Self::WeakKey { bits } => write!(
                f,
                "the server's certificate, or one that signed it, has a {bits}-bit key, which is \
                 too short: {REPLACE}"
            ),
            Self::WeakSignature { hash } => write!(
                f,
                "the server's certificate, or one that signed it, is signed with {hash}, which \
                 can be forged: {REPLACE}"
            ),
            reason => f.write_str(reason.about_certificates()),
        }
    }
}

/// The advice if the certificate's version is too old, or if its key or its signature is too weak.
const REPLACE: &str = "replace it on the server";

impl Reason {
    fn about_certificates(&self) -> &'static str {
        match self {
            Self::Expired => {
                "the server's certificate has expired: renew it on the server, or check this \
                 machine's clock"
            }
            Self::NotYetValid => {
                "the server's certificate is not valid yet: check this machine's clock"
            }
            Self::SelfSigned => "the server's certificate is self-signed",
            Self::UnknownIssuer => "no trusted authority has signed the server's certificate",
            Self::Revoked => {
                "the server's certificate was revoked, and its key may be known to others: \
                 replace both on the server"
            }
            Self::RevocationUnknown => {
                "it is not known whether the server's certificate was revoked: fetch the \
                 issuer's current revocation list"
            }
            Self::CertificateDemanded => "the server wants a client certificate",
            Self::CertificateRefused => {
                "the server does not accept the client certificate: it may have expired, or the \
                 server does not know its authority; see the server's log"
            }
            reason => reason.about_connections(),
        }
    }

    fn about_connections(&self) -> &'static str {
        match self {
            Self::NoCommonVersion => {
                "the server and this client have no version of TLS in common: TLS 1.0 and 1.1 \
                 are too \
                 old and refused; allow TLS 1.2 or 1.3 on the server"
            }
            Self::NothingInCommon => {
                "the server and this client have no cipher suite, group or signature in common: \
                 on the server, allow ECDHE with AES-GCM or ChaCha20-Poly1305"
            }
            Self::UnknownName => {
                "the server does not know this host name: connect by the name that it is \
                 configured with"
            }
            Self::ServerFailed => "the server reports an internal error: see the server's log",
            Self::PlainServer => "the server answered in clear text instead of TLS",
            Self::ClearText => {
                "clear text came after both sides had agreed on TLS: probably the server has \
                 failed, as vsftpd does by `500 OOPS`; see the server's log"
            }
            Self::TlsServer => "the server begins with TLS, without a command",
            Self::SilentServer => {
                "the server sent nothing; it may wait for TLS, or not be an FTP server"
            }
            Self::EndedInHandshake => {
                "the server closed the connection during the handshake: see the server's log"
            }
            Self::ResumptionDemanded => {
                "probably because the data connection did not resume the TLS session of the login"
            }
            Self::NotResumed => {
                "the data connection did not resume the TLS session of the login, as you required"
            }
            Self::BadCertificate
            | Self::Expired
            | Self::NotYetValid
            | Self::SelfSigned
            | Self::UnknownIssuer
            | Self::Revoked
            | Self::RevocationUnknown
            | Self::CertificateDemanded
            | Self::CertificateRefused
            | Self::WrongName { .. }
            | Self::OldCertificate { .. }
            | Self::WeakKey { .. }
            | Self::WeakSignature { .. }
            | Self::OtherKey { .. } => "the server's certificate cannot be accepted",
        }
    }
}

impl core::error::Error for Reason {}

fn wrong_name(f: &mut fmt::Formatter<'_>, expected: &str, presented: &[String]) -> fmt::Result {
    write!(
        f,
        "the server's certificate is not for {}, but for ",
        Escaped::new(expected)
    )?;
    match presented {
        [] => f.write_str("no name at all"),
        names => {
            names.iter().enumerate().try_for_each(|(index, name)| {
                let comma = if index == 0 { "" } else { ", " };
                write!(f, "{comma}{}", Escaped::new(name))
            })?;
            f.write_str(": connect by a name in the certificate")
        }
    }
}
