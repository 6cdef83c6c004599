use core::fmt;
use core::str::FromStr;

use crate::error::Error;

/// A public key by its SHA-256, of the DER of SubjectPublicKeyInfo (RFC 7469 section 2.4), as
/// [`TlsConfig::with_pinned_keys`](super::TlsConfig) takes it and
/// [`Reason::OtherKey`](super::Reason::OtherKey) tells it.
///
/// It is read from hexadecimal digits, of any case and with or without colons between the bytes, or
/// from `sha256//` and base64 as curl's `--pinnedpubkey` takes it. `Display` writes the digits.
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
/// [`Misuse::Option`](crate::Misuse::Option), when parsed from anything else.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeyPin([u8; 32]);

impl KeyPin {
    /// The bytes of the hash.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl From<[u8; 32]> for KeyPin {
    fn from(hash: [u8; 32]) -> Self {
        Self(hash)
    }
}

impl FromStr for KeyPin {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let hash = match text.strip_prefix("sha256//") {
            Some(base64) => from_base64(base64.as_bytes()),
            None => from_hexadecimal(text.as_bytes()),
        };
        hash.map(Self).ok_or_else(|| {
            Error::option("a pinned key is 64 hexadecimal digits, or sha256// and base64")
        })
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

fn from_hexadecimal(text: &[u8]) -> Option<[u8; 32]> {
    let mut hash = [0; 32];
    let mut rest = text;
    for (number, byte) in hash.iter_mut().enumerate() {
        if number > 0 {
            rest = rest.strip_prefix(b":").unwrap_or(rest);
        }
        let (digits, behind) = rest.split_at_checked(2)?;
        for digit in digits {
            let digit = char::from(*digit).to_digit(16)?;
            *byte = (*byte << 4) | u8::try_from(digit).ok()?;
        }
        rest = behind;
    }
    rest.is_empty().then_some(hash)
}

/// 32 bytes are 42 characters, one that has two bits too many, which are zero, and a sign for what
/// is missing (RFC 4648 section 4).
fn from_base64(text: &[u8]) -> Option<[u8; 32]> {
    let mut hash = [0; 32];
    let mut bytes = hash.iter_mut();
    let (mut held, mut bits) = (0_u32, 0_u32);
    for character in text.strip_suffix(b"=")? {
        let value = match character {
            b'A'..=b'Z' => character.wrapping_sub(b'A'),
            b'a'..=b'z' => character.wrapping_sub(b'a').wrapping_add(26),
            b'0'..=b'9' => character.wrapping_sub(b'0').wrapping_add(52),
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        held = (held << 6) | u32::from(value);
        bits = bits.wrapping_add(6);
        if bits >= 8 {
            bits = bits.wrapping_sub(8);
            *bytes.next()? = u8::try_from(held >> bits).ok()?;
            held &= u32::MAX.checked_shl(bits).map_or(0, |high| !high);
        }
    }
    (bytes.len() == 0 && bits == 2 && held == 0).then_some(hash)
}
