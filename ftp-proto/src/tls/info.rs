use alloc::vec::Vec;
use core::fmt;

use rustls::{CipherSuite, ProtocolVersion};

/// What a TLS connection came to: plain values, for people and for policies.
///
/// ```
/// use ftp_proto::tls::{TlsInfo, TlsVersion};
///
/// fn is_as_agreed(info: &TlsInfo) -> bool {
///     info.version >= TlsVersion::V1_3 && info.cipher_suite.starts_with("TLS13_AES_256")
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TlsInfo {
    /// The version of the protocol.
    pub version: TlsVersion,
    /// The cipher suite, by its IANA name: `TLS13_AES_128_GCM_SHA256`.
    pub cipher_suite: &'static str,
    /// The server's certificates in DER, its own first; those of the session that was resumed,
    /// where one was.
    pub certificates: Vec<Vec<u8>>,
    /// Whether the session of an earlier connection was resumed.
    pub resumed: bool,
}

/// The versions that are spoken. There is nothing older, and no renegotiation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum TlsVersion {
    /// TLS 1.2 (RFC 5246).
    V1_2,
    /// TLS 1.3 (RFC 8446).
    V1_3,
}

impl TlsVersion {
    pub(super) fn of(version: ProtocolVersion) -> Option<Self> {
        match version {
            ProtocolVersion::TLSv1_2 => Some(Self::V1_2),
            ProtocolVersion::TLSv1_3 => Some(Self::V1_3),
            _ => None,
        }
    }
}

impl fmt::Display for TlsVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::V1_2 => "TLS 1.2",
            Self::V1_3 => "TLS 1.3",
        })
    }
}

pub(super) fn cipher_suite(suite: CipherSuite) -> &'static str {
    suite.as_str().unwrap_or("unknown")
}
