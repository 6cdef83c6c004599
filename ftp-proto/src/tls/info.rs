//! The result of a TLS handshake.

use alloc::vec::Vec;
use core::fmt;

use rustls::{CipherSuite, ProtocolVersion};

/// The result of a TLS handshake, as plain values for people and for your own rules.
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
    /// The cipher suite, by its IANA name: `TLS_AES_128_GCM_SHA256`.
    pub cipher_suite: &'static str,
    /// The server's certificates in DER. The first is the server's own. If the session was resumed,
    /// these are the certificates of the earlier connection.
    pub certificates: Vec<Vec<u8>>,
    /// Whether the session of an earlier connection was resumed.
    pub resumed: bool,
}

/// The versions of TLS that this crate speaks. It supports neither older versions nor
/// renegotiation.
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

/// The name of a cipher suite in IANA's registry. rustls uses the same names, except for TLS 1.3
/// (RFC 8446 appendix B.4).
pub(super) fn cipher_suite(suite: CipherSuite) -> &'static str {
    match suite {
        CipherSuite::TLS13_AES_128_GCM_SHA256 => "TLS_AES_128_GCM_SHA256",
        CipherSuite::TLS13_AES_256_GCM_SHA384 => "TLS_AES_256_GCM_SHA384",
        CipherSuite::TLS13_CHACHA20_POLY1305_SHA256 => "TLS_CHACHA20_POLY1305_SHA256",
        CipherSuite::TLS13_AES_128_CCM_SHA256 => "TLS_AES_128_CCM_SHA256",
        CipherSuite::TLS13_AES_128_CCM_8_SHA256 => "TLS_AES_128_CCM_8_SHA256",
        suite => suite.as_str().unwrap_or("unknown"),
    }
}

#[cfg(test)]
mod tests {
    /// For every cipher suite of rustls' providers, `cipher_suite` must return the name in IANA's
    /// registry.
    #[test]
    #[cfg(any(feature = "ring", feature = "aws-lc-rs"))]
    fn cipher_suites_have_their_names_of_iana() {
        const REGISTERED: [(u16, &str); 9] = [
            (0x1301, "TLS_AES_128_GCM_SHA256"),
            (0x1302, "TLS_AES_256_GCM_SHA384"),
            (0x1303, "TLS_CHACHA20_POLY1305_SHA256"),
            (0xc02b, "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"),
            (0xc02c, "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"),
            (0xc02f, "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"),
            (0xc030, "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"),
            (0xcca8, "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"),
            (0xcca9, "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256"),
        ];
        let providers = [
            #[cfg(feature = "ring")]
            rustls::crypto::ring::ALL_CIPHER_SUITES,
            #[cfg(feature = "aws-lc-rs")]
            rustls::crypto::aws_lc_rs::ALL_CIPHER_SUITES,
        ];
        for provider in providers {
            let mut named: Vec<_> = provider
                .iter()
                .map(|suite| (suite.suite().into(), super::cipher_suite(suite.suite())))
                .collect();
            named.sort_unstable();
            assert_eq!(named, REGISTERED);
        }
    }
}
