//! A pinned key.

use core::fmt;

/// A public key, identified by the SHA-256 of its SubjectPublicKeyInfo in DER (RFC 7469 section
/// 2.4). You give it to [`TlsConfig::with_pinned_keys`](super::TlsConfig), and
/// [`Reason::OtherKey`](super::Reason::OtherKey) holds the key of the server that was refused.
///
/// You can parse it from hexadecimal digits in upper or lower case, with or without colons between
/// the bytes, or from `sha256//` and base64, as in curl's `--pinnedpubkey`. `Display` writes
/// hexadecimal digits.
///
/// ```
/// use ftp_proto::tls::KeyPin;
///
/// // openssl x509 -in cert.pem -pubkey -noout | openssl pkey -pubin -outform der | sha256sum
/// let pin: KeyPin = "5a91fa5d2a4d1e2e8a9d6d1ee6f1f2b5d2e5f6a7b8c9d0e1f2a3b4c5d6e7f809".parse()?;
/// let same: KeyPin = "sha256//WpH6XSpNHi6KnW0e5vHytdLl9qe4ydDh8qO0xdbn+Ak=".parse()?;
/// assert_eq!(pin, same);
/// # Ok::<(), ftp_proto::Error>(())
/// ```
///
/// # Errors
/// [`Misuse::Option`](crate::Misuse::Option) if you parse anything else.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeyPin([u8; 32]);

impl KeyPin {
    /// Returns the bytes of the hash.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl From<[u8; 32]> for KeyPin {
    fn from(hash: [u8; 32]) -> Self {
        Self(hash)
    }
}

impl fmt::Display for KeyPin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for KeyPin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyPin({self})")
    }
}
