//! A parser for certificates (RFC 5280 section 4.1). It also reads certificates that webpki
//! refuses: those of X.509 version 1, or with a serial number or an extension that webpki does not
//! accept.

use super::reason::Reason;

/// The parts of a certificate that this crate needs. Parsing does not verify the certificate.
pub(super) struct Certificate<'a> {
    /// The X.509 version of the certificate: 1, 2 or 3.
    pub(super) version: u8,
    /// The object identifier of the algorithm with which the issuer has signed this certificate.
    signed_by: &'a [u8],
    issuer: &'a [u8],
    subject: &'a [u8],
    pub(super) key: PublicKey<'a>,
}

/// The public key in a certificate.
#[derive(Clone, Copy)]
pub(super) struct PublicKey<'a> {
    /// The whole SubjectPublicKeyInfo, in DER.
    pub(super) der: &'a [u8],
    /// The content of the AlgorithmIdentifier, which says what kind of key this is, such as RSA.
    pub(super) algorithm: &'a [u8],
    /// The content of the BIT STRING, which is the key itself.
    pub(super) bits: &'a [u8],
}

/// An RSA key: modulus and exponent, without leading zeros.
#[derive(Clone, Copy)]
pub(super) struct RsaKey<'a> {
    pub(super) modulus: &'a [u8],
    pub(super) exponent: &'a [u8],
}

/// One DER element: a tag, a length and a content.
struct Element<'a> {
    tag: u8,
    content: &'a [u8],
    /// The bytes of the whole element: tag, length and content.
    whole: &'a [u8],
}

/// The bytes of several DER elements, one after the other. Each read removes the first element.
struct Elements<'a>(&'a [u8]);

const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const OBJECT_IDENTIFIER: u8 = 0x06;
const SEQUENCE: u8 = 0x30;
const VERSION: u8 = 0xa0;

/// The object identifier of RSA keys (RFC 8017 appendix C).
const RSA: [u8; 9] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1];

/// Signature algorithms that the crypto providers of rustls do not accept because they are too old.
/// Each has its object identifier and the name of its hash.
const OLD_SIGNATURES: [(&[u8], &str); 5] = [
    (&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 2], "MD2"),
    (&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 4], "MD5"),
    (&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 5], "SHA-1"),
    (&[0x2b, 0x0e, 3, 2, 0x1d], "SHA-1"),
    (&[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 1], "SHA-1"),
];

/// The length in bits of the shortest RSA key that the crypto providers of rustls accept.
const STRONG: usize = 2048;

impl<'a> Certificate<'a> {
    /// Parses a certificate in DER. Returns `None` if the bytes are not a certificate.
    pub(super) fn parse(der: &'a [u8]) -> Option<Self> {
        let mut outer = Elements(Elements(der).of(SEQUENCE)?.content);
        let mut signed = Elements(outer.of(SEQUENCE)?.content);
        let signed_by = Elements(outer.of(SEQUENCE)?.content).of(OBJECT_IDENTIFIER)?;
        let version = match signed.0.first() {
            Some(&VERSION) => match Elements(signed.of(VERSION)?.content).of(INTEGER)?.content {
                [version @ 0..=2] => version.saturating_add(1),
                _ => return None,
            },
            _ => 1,
        };
        let _serial = signed.of(INTEGER)?;
        let _algorithm = signed.of(SEQUENCE)?;
        let issuer = signed.of(SEQUENCE)?.content;
        let _validity = signed.of(SEQUENCE)?;
        let subject = signed.of(SEQUENCE)?.content;
        Some(Self {
            version,
            signed_by: signed_by.content,
            issuer,
            subject,
            key: PublicKey::parse(signed.of(SEQUENCE)?)?,
        })
    }

    /// Whether the issuer of the certificate has the same name as its subject. If it has, and no
    /// trusted issuer is found, the certificate is probably self-signed. The names alone do not
    /// prove this.
    pub(super) fn is_its_own_issuer(&self) -> bool {
        self.issuer == self.subject
    }

    /// Whether `issuer` has the name of this certificate's issuer. The signature is not verified.
    pub(super) fn may_be_signed_by(&self, issuer: &Certificate<'_>) -> bool {
        self.issuer == issuer.subject
    }

    /// Returns [`Reason::WeakSignature`] if the issuer has signed with a hash that is too old, such
    /// as SHA-1. `None` if the hash is not too old.
    pub(super) fn old_signature(&self) -> Option<Reason> {
        let mut old = OLD_SIGNATURES.iter();
        let (_, hash) = old.find(|(algorithm, _)| *algorithm == self.signed_by)?;
        Some(Reason::WeakSignature { hash })
    }
}

impl<'a> PublicKey<'a> {
    fn parse(info: Element<'a>) -> Option<Self> {
        let mut inside = Elements(info.content);
        let algorithm = inside.of(SEQUENCE)?.content;
        // The content of a BIT STRING begins with the number of its unused bits. For a key this
        // number is 0.
        let [0, bits @ ..] = inside.of(BIT_STRING)?.content else {
            return None;
        };
        Some(Self {
            der: info.whole,
            algorithm,
            bits,
        })
    }

    /// Returns the key as an RSA key. `None` if it is a key of another kind.
    pub(super) fn rsa(&self) -> Option<RsaKey<'a>> {
        if Elements(self.algorithm).of(OBJECT_IDENTIFIER)?.content != RSA {
            return None;
        }
        let mut numbers = Elements(Elements(self.bits).of(SEQUENCE)?.content);
        let mut number = || Some(without_zeros(numbers.of(INTEGER)?.content));
        Some(RsaKey {
            modulus: number()?,
            exponent: number()?,
        })
    }

    /// Returns [`Reason::WeakKey`] if this RSA key is shorter than 2048 bits. `None` for a longer
    /// key, and for a key of another kind.
    pub(super) fn weakness(&self) -> Option<Reason> {
        let bits = self.rsa()?.length();
        (bits < STRONG).then_some(Reason::WeakKey { bits })
    }
}

impl RsaKey<'_> {
    /// Returns the length of the key in bits.
    pub(super) fn length(&self) -> usize {
        let zeros = self.modulus.first().map_or(0, |byte| byte.leading_zeros());
        let zeros = usize::try_from(zeros).unwrap_or(0);
        self.modulus.len().saturating_mul(8).saturating_sub(zeros)
    }
}

impl<'a> Elements<'a> {
    /// Removes the first element and returns it. `None` if the element has another tag than `tag`.
    fn of(&mut self, tag: u8) -> Option<Element<'a>> {
        let element = self.next()?;
        (element.tag == tag).then_some(element)
    }

    fn next(&mut self) -> Option<Element<'a>> {
        let (tag, rest) = self.0.split_first()?;
        let (first, rest) = rest.split_first()?;
        let (length, rest) = match first.checked_sub(0x80) {
            None => (usize::from(*first), rest),
            Some(bytes @ 1..=4) => {
                let (digits, rest) = rest.split_at_checked(usize::from(bytes))?;
                let length = digits.iter().fold(0_usize, |length, digit| {
                    length.wrapping_shl(8) | usize::from(*digit)
                });
                (length, rest)
            }
            Some(_) => return None,
        };
        let (content, rest) = rest.split_at_checked(length)?;
        let whole = self.0.get(..self.0.len().checked_sub(rest.len())?)?;
        self.0 = rest;
        Some(Element {
            tag: *tag,
            content,
            whole,
        })
    }
}

fn without_zeros(number: &[u8]) -> &[u8] {
    let first = number.iter().position(|byte| *byte != 0);
    number
        .get(first.unwrap_or(number.len())..)
        .unwrap_or_default()
}
