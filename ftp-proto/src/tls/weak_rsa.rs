//! Verifying signatures by RSA keys that are too short for rustls' providers (RFC 8017 section 8).
//!
//! If you pin such a key, the server must still prove that it has the private key. The code in this
//! file only verifies signatures. It holds no secret, so it need not take constant time, and it
//! uses the simplest arithmetic.

use alloc::vec;
use alloc::vec::Vec;

use rustls::SignatureScheme;
use rustls::crypto::hash::{Hash, HashAlgorithm};

use super::certificate::RsaKey;

#[cfg(all(test, feature = "ring"))]
#[allow(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::unwrap_used,
    reason = "tests"
)]
mod tests;

/// The shortest key that is accepted, in bits. Shorter keys have been broken, so their signatures
/// prove nothing.
const LEAST: usize = 1024;

/// The longest exponent that is accepted, in bytes. The usual exponent, 65537, has three bytes.
/// Without this limit, a server could make the verification take very long.
const LONGEST_EXPONENT: usize = 5;

impl RsaKey<'_> {
    /// Whether this key has signed the message. `hash` returns the provider's function for a hash
    /// algorithm.
    pub(super) fn has_signed(
        &self,
        message: &[u8],
        scheme: SignatureScheme,
        signature: &[u8],
        hash: impl Fn(HashAlgorithm) -> Option<&'static dyn Hash>,
    ) -> bool {
        let (padding, algorithm) = match scheme {
            SignatureScheme::RSA_PKCS1_SHA256 => (Padding::Pkcs1, HashAlgorithm::SHA256),
            SignatureScheme::RSA_PKCS1_SHA384 => (Padding::Pkcs1, HashAlgorithm::SHA384),
            SignatureScheme::RSA_PSS_SHA256 => (Padding::Pss, HashAlgorithm::SHA256),
            SignatureScheme::RSA_PSS_SHA384 => (Padding::Pss, HashAlgorithm::SHA384),
            _ => return false,
        };
        let padded = || {
            let encoded = self.encoded_message(signature)?;
            let hash = hash(algorithm)?;
            match padding {
                Padding::Pkcs1 => Some(encoded == pkcs1(hash, message, encoded.len())?),
                Padding::Pss => is_pss(hash, message, &encoded, self.length().checked_sub(1)?),
            }
        };
        padded() == Some(true)
    }

    /// Raises the signature to the power of the exponent, modulo the modulus (RSAVP1, RFC 8017
    /// section 5.2.2). The result has as many bytes as the modulus.
    fn encoded_message(&self, signature: &[u8]) -> Option<Vec<u8>> {
        let sound = self.length() >= LEAST
            && self.modulus.last()? % 2 == 1
            && signature.len() == self.modulus.len()
            && self.exponent.len() <= LONGEST_EXPONENT;
        let (modulus, signature) = (Number::of(self.modulus), Number::of(signature));
        if !sound || !signature.is_below(&modulus) {
            return None;
        }
        let power = signature.power(self.exponent, &modulus);
        Some(power.bytes(self.modulus.len()))
    }
}

#[derive(Clone, Copy)]
enum Padding {
    Pkcs1,
    Pss,
}

/// Encodes a message by EMSA-PKCS1-v1_5 (RFC 8017 section 9.2). The caller compares the whole
/// result with the decrypted signature.
fn pkcs1(hash: &dyn Hash, message: &[u8], length: usize) -> Option<Vec<u8>> {
    // The parts of DigestInfo that differ between the hashes: three lengths, and the last byte of
    // the hash algorithm's object identifier.
    let (whole, inside, algorithm, digest) = match hash.algorithm() {
        HashAlgorithm::SHA256 => (0x31, 0x0d, 1, 0x20),
        HashAlgorithm::SHA384 => (0x41, 0x0d, 2, 0x30),
        _ => return None,
    };
    let info = [
        &[0x30, whole, 0x30, inside, 0x06, 0x09][..],
        &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, algorithm],
        &[0x05, 0x00, 0x04, digest],
        hash.hash(message).as_ref(),
    ]
    .concat();
    let filling = length.checked_sub(info.len())?.checked_sub(3)?;
    (filling >= 8).then(|| [&[0, 1][..], &vec![0xff; filling], &[0], &info].concat())
}

/// Verifies a message by EMSA-PSS-VERIFY (RFC 8017 section 9.1.2). The salt must be as long as the
/// hash.
fn is_pss(hash: &dyn Hash, message: &[u8], encoded: &[u8], bits: usize) -> Option<bool> {
    let size = hash.output_len();
    // If the modulus has 8n + 1 bits, it has one byte more than the encoded message. The extra
    // byte, `ahead`, must be zero.
    let (ahead, encoded) =
        encoded.split_at_checked(encoded.len().checked_sub(bits.div_ceil(8))?)?;
    let (masked, rest) =
        encoded.split_at_checked(encoded.len().checked_sub(size)?.checked_sub(1)?)?;
    let (seal, trailer) = rest.split_at_checked(size)?;
    let unused = encoded.len().checked_mul(8)?.checked_sub(bits)?;
    let top = 0xff_u8.checked_shr(u32::try_from(unused).ok()?)?;
    let mut block: Vec<u8> = masked
        .iter()
        .zip(mask(hash, seal))
        .map(|(a, b)| a ^ b)
        .collect();
    let first = block.first_mut()?;
    *first &= top;
    let (filling, salt) = block.split_at_checked(block.len().checked_sub(size)?)?;
    let (one, zeros) = filling.split_last()?;
    let digest = hash.hash(message);
    let sealed = hash.hash(&[&[0; 8][..], digest.as_ref(), salt].concat());
    Some(
        trailer == [0xbc]
            && ahead.iter().all(|byte| *byte == 0)
            && masked.first()? & !top == 0
            && zeros.iter().all(|byte| *byte == 0)
            && *one == 1
            && sealed.as_ref() == seal,
    )
}

/// The mask generation function MGF1 (RFC 8017 appendix B.2.1).
fn mask(hash: &dyn Hash, seed: &[u8]) -> impl Iterator<Item = u8> {
    (0_u32..).flat_map(move |counter| {
        let block = hash.hash(&[seed, &counter.to_be_bytes()].concat());
        block.as_ref().to_vec()
    })
}

/// A number of as many 64-bit limbs as the modulus has, with the lowest limb first.
#[derive(Clone)]
struct Number(Vec<u64>);

impl Number {
    fn of(bytes: &[u8]) -> Self {
        let limbs = bytes.rchunks(8).map(|chunk| {
            let digit = |number: u64, byte: &u8| number.wrapping_shl(8) | u64::from(*byte);
            chunk.iter().fold(0, digit)
        });
        Self(limbs.collect())
    }

    /// Returns the lowest `length` bytes, with the highest byte first.
    fn bytes(&self, length: usize) -> Vec<u8> {
        let bytes = self.0.iter().flat_map(|limb| limb.to_le_bytes());
        let mut bytes: Vec<u8> = bytes.take(length).collect();
        bytes.reverse();
        bytes
    }

    fn is_below(&self, other: &Self) -> bool {
        self.0.iter().rev().lt(other.0.iter().rev())
    }

    /// Computes the power modulo the modulus, by squaring and multiplying.
    fn power(&self, exponent: &[u8], modulus: &Self) -> Self {
        let mut bits = bits_of(exponent).skip_while(|bit| !bit);
        // The loop begins with `self`, which is the power for the first 1 bit of the exponent. So
        // the loop skips this bit.
        bits.next();
        bits.fold(self.clone(), |power, bit| {
            let square = power.times(&power, modulus);
            match bit {
                true => square.times(self, modulus),
                false => square,
            }
        })
    }

    /// Computes the product modulo the modulus, by doubling and adding.
    fn times(&self, other: &Self, modulus: &Self) -> Self {
        let zero = Self(vec![0; modulus.0.len()]);
        let bytes = self.bytes(self.0.len().saturating_mul(8));
        bits_of(&bytes).fold(zero, |sum, bit| {
            let double = sum.plus(&sum, modulus);
            match bit {
                true => double.plus(other, modulus),
                false => double,
            }
        })
    }

    /// Adds two numbers modulo the modulus. Both numbers must be smaller than the modulus.
    fn plus(&self, other: &Self, modulus: &Self) -> Self {
        let mut carry = false;
        let sum = self.0.iter().zip(&other.0).map(|(a, b)| {
            let (sum, first) = a.overflowing_add(*b);
            let (sum, second) = sum.overflowing_add(u64::from(carry));
            carry = first || second;
            sum
        });
        let sum = Self(sum.collect());
        match carry || !sum.is_below(modulus) {
            true => sum.minus(modulus),
            false => sum,
        }
    }

    /// Subtracts `other`. If `self` is smaller, the borrow out of the top limb is dropped. This
    /// happens only after `plus` has dropped a carry out of the top limb. Carry and borrow cancel
    /// out, so the result is still right.
    fn minus(&self, other: &Self) -> Self {
        let mut borrow = false;
        let difference = self.0.iter().zip(&other.0).map(|(a, b)| {
            let (difference, first) = a.overflowing_sub(*b);
            let (difference, second) = difference.overflowing_sub(u64::from(borrow));
            borrow = first || second;
            difference
        });
        Self(difference.collect())
    }
}

/// Returns the bits of these bytes, with the highest bit first.
fn bits_of(bytes: &[u8]) -> impl Iterator<Item = bool> {
    bytes
        .iter()
        .flat_map(|byte| (0..8).rev().map(move |bit| byte.wrapping_shr(bit) & 1 == 1))
}
