//! Hashes of local files.

use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::reply::Algorithm;

/// Computes the hash of a local file, to compare it with the hash of the server's file.
///
/// SHA-256 comes from the TLS provider (`ring` or `aws-lc-rs`). The feature `hashes` adds the
/// others.
///
/// ```
/// use ftp_proto::files::Hasher;
/// use ftp_proto::reply::Algorithm;
///
/// if let Some(mut hasher) = Hasher::new(Algorithm::Sha256) {
///     hasher.update(b"abc");
///     assert_eq!(hasher.finish()[..4], [0xba, 0x78, 0x16, 0xbf]);
/// }
/// ```
pub struct Hasher(Box<dyn Running + Send>);

/// The algorithms that this crate can compute, from the most to the least useful.
const PREFERRED: &[Algorithm] = &[
    Algorithm::Sha256,
    Algorithm::Sha512,
    Algorithm::Sha1,
    Algorithm::Md5,
    Algorithm::Crc32,
];

trait Running {
    fn update(&mut self, bytes: &[u8]);
    fn finish(self: Box<Self>) -> Vec<u8>;
}

impl Hasher {
    /// Makes a hasher. `None` if this build cannot compute the algorithm.
    #[must_use]
    pub fn new(algorithm: Algorithm) -> Option<Self> {
        start(algorithm).map(Self)
    }

    /// Returns the algorithms that this build can compute. The most useful is the first.
    pub fn algorithms() -> impl Iterator<Item = Algorithm> {
        let all = PREFERRED.iter().copied();
        all.filter(|algorithm| start(*algorithm).is_some())
    }

    /// Adds bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// Returns the hash of all the bytes.
    #[must_use]
    pub fn finish(self) -> Vec<u8> {
        self.0.finish()
    }
}

impl core::fmt::Debug for Hasher {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Hasher").finish_non_exhaustive()
    }
}

#[cfg(feature = "hashes")]
fn start(algorithm: Algorithm) -> Option<Box<dyn Running + Send>> {
    use digest::Digest as _;

    Some(match algorithm {
        Algorithm::Sha256 => Box::new(Digest(sha2::Sha256::new())),
        Algorithm::Sha512 => Box::new(Digest(sha2::Sha512::new())),
        Algorithm::Sha1 => Box::new(Digest(sha1::Sha1::new())),
        Algorithm::Md5 => Box::new(Digest(md5::Md5::new())),
        Algorithm::Crc32 => Box::new(crc32fast::Hasher::new()),
    })
}

#[cfg(all(any(feature = "ring", feature = "aws-lc-rs"), not(feature = "hashes")))]
fn start(algorithm: Algorithm) -> Option<Box<dyn Running + Send>> {
    use rustls::crypto::hash::HashAlgorithm;

    // Every provider has a cipher suite with SHA-256, and rustls hands out the hash of a suite.
    let provider = crate::tls::provider();
    let mut hashes = provider.cipher_suites.iter().map(|suite| match suite {
        rustls::SupportedCipherSuite::Tls12(suite) => suite.common.hash_provider,
        rustls::SupportedCipherSuite::Tls13(suite) => suite.common.hash_provider,
    });
    match algorithm {
        Algorithm::Sha256 => {
            let hash = hashes.find(|hash| hash.algorithm() == HashAlgorithm::SHA256)?;
            Some(Box::new(hash.start()))
        }
        _ => None,
    }
}

#[cfg(not(any(feature = "ring", feature = "aws-lc-rs", feature = "hashes")))]
fn start(_: Algorithm) -> Option<Box<dyn Running + Send>> {
    None
}

/// A hash of RustCrypto.
#[cfg(feature = "hashes")]
struct Digest<D>(D);

#[cfg(feature = "hashes")]
impl<D: digest::Digest> Running for Digest<D> {
    fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn finish(self: Box<Self>) -> Vec<u8> {
        self.0.finalize().to_vec()
    }
}

#[cfg(feature = "hashes")]
impl Running for crc32fast::Hasher {
    fn update(&mut self, bytes: &[u8]) {
        self.update(bytes);
    }

    fn finish(self: Box<Self>) -> Vec<u8> {
        self.finalize().to_be_bytes().to_vec()
    }
}

#[cfg(all(any(feature = "ring", feature = "aws-lc-rs"), not(feature = "hashes")))]
impl Running for Box<dyn rustls::crypto::hash::Context> {
    fn update(&mut self, bytes: &[u8]) {
        (**self).update(bytes);
    }

    fn finish(self: Box<Self>) -> Vec<u8> {
        (*self).finish().as_ref().to_vec()
    }
}

#[cfg(all(test, any(feature = "hashes", feature = "ring", feature = "aws-lc-rs")))]
mod tests {
    use super::*;

    #[test]
    fn each_algorithm_gives_the_hash_of_its_standard() {
        for (algorithm, hash) in [
            (Algorithm::Crc32, "352441c2"),
            (Algorithm::Md5, "900150983cd24fb0d6963f7d28e17f72"),
            (Algorithm::Sha1, "a9993e364706816aba3e25717850c26c9cd0d89d"),
            (
                Algorithm::Sha256,
                "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
            ),
            (
                Algorithm::Sha512,
                "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a\
                 2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
            ),
        ] {
            let Some(mut hasher) = Hasher::new(algorithm) else {
                assert!(!cfg!(feature = "hashes") && algorithm != Algorithm::Sha256);
                continue;
            };
            hasher.update(b"a");
            hasher.update(b"bc");
            let digits: Vec<_> = hasher
                .finish()
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect();
            assert_eq!(digits.concat(), hash, "{algorithm:?}");
        }
    }
}
