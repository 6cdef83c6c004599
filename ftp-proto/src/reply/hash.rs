//! Reads the hash of a file from the reply to HASH, XCRC, XMD5, XSHA, MD5 and the like.

use alloc::vec::Vec;
use core::fmt;

use super::Malformed;
use super::number::decimal;
use crate::wire::Reply;

/// A hash algorithm.
///
/// ```
/// use ftp_proto::reply::Algorithm;
///
/// assert_eq!(Algorithm::Sha256.name(), "SHA-256");
/// assert_eq!(Algorithm::Sha256.length(), 32);
/// assert!(Algorithm::ALL.contains(&Algorithm::Crc32));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Algorithm {
    /// CRC-32 of ISO 3309, as in ZIP. It shows transfer errors, but not whether somebody has
    /// changed the file deliberately.
    Crc32,
    /// MD5. It shows transfer errors, but not whether somebody has changed the file deliberately.
    Md5,
    /// SHA-1. It shows transfer errors, but not whether somebody has changed the file deliberately.
    Sha1,
    /// SHA-256.
    Sha256,
    /// SHA-512.
    Sha512,
}

/// The hash of a file, as the server has computed it.
///
/// `Display` writes the hash in lower-case hexadecimal digits, as `sha256sum` and others do.
///
/// ```
/// use ftp_proto::reply::{Algorithm, hash};
/// use ftp_proto::wire::Reply;
///
/// let reply = Reply::parse(b"250 3610A686\r\n")?;
/// let theirs = hash(&reply, Algorithm::Crc32)?;
/// let ours = 0x3610_a686_u32.to_be_bytes(); // the CRC-32 of the local file
/// assert_eq!(theirs.as_bytes(), ours);
/// assert_eq!(theirs.to_string(), "3610a686");
/// # Ok::<(), ftp_proto::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct FileHash {
    algorithm: Algorithm,
    bytes: Vec<u8>,
    range: Option<(u64, u64)>,
}

impl Algorithm {
    /// All algorithms that this crate knows.
    pub const ALL: &'static [Self] = &[
        Self::Crc32,
        Self::Md5,
        Self::Sha1,
        Self::Sha256,
        Self::Sha512,
    ];

    /// Returns the name of the algorithm in FEAT and in OPTS HASH: `CRC32`, `MD5`, `SHA-1`,
    /// `SHA-256` or `SHA-512`. All but `CRC32` are names in IANA's registry of hash function names.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Crc32 => "CRC32",
            Self::Md5 => "MD5",
            Self::Sha1 => "SHA-1",
            Self::Sha256 => "SHA-256",
            Self::Sha512 => "SHA-512",
        }
    }

    /// Returns how many bytes the hash has.
    #[must_use]
    pub const fn length(self) -> usize {
        match self {
            Self::Crc32 => 4,
            Self::Md5 => 16,
            Self::Sha1 => 20,
            Self::Sha256 => 32,
            Self::Sha512 => 64,
        }
    }

    /// Returns the algorithm with this name. Case and `-` are ignored, because servers also write
    /// `CRC-32`, `SHA1` and so on.
    pub(crate) fn named(name: &[u8]) -> Option<Self> {
        let plain = |name: &[u8]| {
            let letters = name.iter().filter(|byte| **byte != b'-');
            letters.map(u8::to_ascii_uppercase).collect::<Vec<_>>()
        };
        let mut all = Self::ALL.iter().copied();
        all.find(|algorithm| plain(algorithm.name().as_bytes()) == plain(name))
    }
}

/// Reads the reply to HASH, XCRC, XMD5, XSHA, XSHA1, XSHA256, XSHA512, MD5 or MMD5. `algorithm` is
/// the one that you asked for. If the reply names another algorithm, the hash has that algorithm.
///
/// These forms are known. The text may have lines before it, as in ProFTPD.
///
/// ```text
/// 213 SHA-256 0-49 HEX name      HASH (draft-bryan-ftpext-hash)
/// 250 HEX                        XCRC and others
/// 251 name HEX                   MD5 (draft-twine-ftpmd5)
/// 252 name HEX                   MMD5
/// 213 HEX                        other servers
/// 250 XMD5 HEX
/// ```
///
/// # Errors
/// [`Malformed::NoHash`] if there are no hexadecimal digits of the right number. A CRC-32 may lack
/// its leading zeros.
///
/// ```
/// use ftp_proto::reply::{Algorithm, hash};
/// use ftp_proto::wire::Reply;
///
/// let reply = Reply::parse(b"250-Computing CRC32 digest\r\n250 3610A686\r\n").unwrap();
/// let hash = hash(&reply, Algorithm::Crc32).unwrap();
/// assert_eq!(hash.to_string(), "3610a686");
/// ```
pub fn hash(reply: &Reply, algorithm: Algorithm) -> Result<FileHash, Malformed> {
    let text = reply.text_lines().last().unwrap_or_default();
    let words = text.split(u8::is_ascii_whitespace);
    let words: Vec<&[u8]> = words.filter(|word| !word.is_empty()).collect();
    if let [name, range, digits, ..] = words.as_slice() {
        if let (Some(algorithm), Some(range)) = (Algorithm::named(name), span(range)) {
            let bytes = hexadecimal(digits, algorithm).ok_or(Malformed::NoHash)?;
            return Ok(FileHash {
                algorithm,
                bytes,
                range: Some(range),
            });
        }
    }
    let named_first = matches!(reply.code().value(), 251..=253);
    let first = words.first().filter(|_| !named_first);
    // The reply also holds the file's name, which may look like a hash. So the first word is tried
    // before all others, except for the codes 251 to 253, where the first word is the name. After
    // that, the words are tried from the last to the first.
    let mut candidates = first.into_iter().chain(words.iter().rev());
    let bytes = candidates.find_map(|word| hexadecimal(word, algorithm));
    Ok(FileHash {
        algorithm,
        bytes: bytes.ok_or(Malformed::NoHash)?,
        range: None,
    })
}

/// Decodes a hash in hexadecimal digits. `None` if the word has other characters, or not as many
/// digits as the algorithm needs. Only a CRC-32 may lack its leading zeros.
fn hexadecimal(word: &[u8], algorithm: Algorithm) -> Option<Vec<u8>> {
    let word = word.strip_prefix(b"\"").unwrap_or(word);
    let end = word.iter().rposition(u8::is_ascii_alphanumeric)?;
    let word = word.get(..=end)?;
    let word = word.strip_prefix(b"0x").unwrap_or(word);
    let wanted = algorithm.length().saturating_mul(2);
    let missing = wanted.checked_sub(word.len())?;
    if missing > 0 && algorithm != Algorithm::Crc32 {
        return None;
    }
    let digits = core::iter::repeat_n(&b'0', missing).chain(word);
    let values = digits.map(|digit| char::from(*digit).to_digit(16));
    let values: Vec<u32> = values.collect::<Option<_>>()?;
    let byte = |pair: &[u32]| pair.iter().fold(0, |byte, digit| byte << 4 | digit);
    let bytes = values.chunks(2).map(byte).map(u8::try_from);
    bytes.collect::<Result<_, _>>().ok()
}

/// Reads a range of offsets such as `0-49`.
fn span(word: &[u8]) -> Option<(u64, u64)> {
    let at = word.iter().position(|byte| *byte == b'-')?;
    let (start, end) = word.split_at_checked(at)?;
    Some((decimal(start)?, decimal(end.get(1..)?)?))
}

impl FileHash {
    /// Returns the algorithm of the hash.
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Returns the bytes of the hash. The bytes of a CRC-32 are in big-endian order.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Returns the range of the file that was hashed, as first and last offset. Some servers
    /// include the byte at the last offset, others do not. `None` if the reply has no range.
    #[must_use]
    pub const fn range(&self) -> Option<(u64, u64)> {
        self.range
    }
}

impl fmt::Display for FileHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.bytes
            .iter()
            .try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for FileHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FileHash({} {self})", self.algorithm.name())
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
