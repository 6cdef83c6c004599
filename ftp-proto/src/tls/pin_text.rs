//! Parses a pinned key from text.

use core::str::FromStr;

use super::pin::KeyPin;
use crate::error::Error;

impl FromStr for KeyPin {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let hash = match text.strip_prefix("sha256//") {
            Some(base64) => from_base64(base64.as_bytes()),
            None => from_hexadecimal(text.as_bytes()),
        };
        hash.map(Self::from).ok_or_else(|| {
            Error::option("a pinned key is 64 hexadecimal digits, or sha256// and base64")
        })
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

/// Decodes base64 (RFC 4648 section 4). The 32 bytes of a pin are 43 characters and one `=`. The
/// last character has two bits too many, which must be zero.
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
