//! The names of partial files, and how much of a partial file is compared.

use alloc::string::ToString as _;
use alloc::vec::Vec;

use super::version::Version;

/// How many bytes at the end of a partial file are compared with the other side.
pub(super) const BLOCK: usize = 64 * 1024;

/// Returns the path of the partial file on the server: `a/.b.ftp-part` for `a/b`.
pub(super) fn beside(path: &[u8]) -> Vec<u8> {
    let at = memchr::memrchr(b'/', path).map_or(0, |slash| slash.saturating_add(1));
    let (directory, name) = path.split_at_checked(at).unwrap_or((b"", path));
    [directory, b".", name, b".ftp-part"].concat()
}

/// Returns a number for one version of a remote file. It is another number for another server,
/// path, size or modification time, except by chance (FNV-1a with 64 bits).
pub(super) fn tag(server: &[u8], path: &[u8], version: &Version) -> u64 {
    let size = version.size().map(u64::to_be_bytes);
    let modified = version.modified().map(|time| time.to_string());
    let parts = [
        server,
        path,
        size.as_ref().map_or(b"-", |size| &size[..]),
        modified.as_ref().map_or(b"-", |time| time.as_bytes()),
    ];
    // A byte that no path holds separates the parts.
    let bytes = parts.into_iter().flat_map(|part| part.iter().chain(b"\n"));
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// How many bytes at the end of a partial file of this length are compared.
pub(super) fn block_of(length: u64) -> usize {
    usize::try_from(length).map_or(BLOCK, |length| length.min(BLOCK))
}

#[cfg(test)]
mod tests {
    use alloc::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_partial_file_is_beside_its_target() {
        for (path, partial) in [
            ("b", ".b.ftp-part"),
            ("a/b", "a/.b.ftp-part"),
            ("/b", "/.b.ftp-part"),
        ] {
            assert_eq!(beside(path.as_bytes()), partial.as_bytes());
        }
    }

    #[test]
    fn another_version_has_another_tag() {
        let version =
            |size, time: Option<&str>| Version::new(size, time.and_then(|time| time.parse().ok()));
        let (time, later) = (Some("20260102030405"), Some("20260102030406"));
        let first = version(Some(1), time);
        let tags = [
            tag(b"a:21", b"f", &first),
            tag(b"b:21", b"f", &first),
            tag(b"a:21", b"g", &first),
            tag(b"a:21", b"f", &version(Some(2), time)),
            tag(b"a:21", b"f", &version(Some(1), later)),
            tag(b"a:21", b"f", &version(Some(1), Some("20260102030405.5"))),
            tag(b"a:21", b"f", &version(None, time)),
            tag(b"a:21", b"f", &version(Some(1), None)),
        ];
        let different: BTreeSet<_> = tags.iter().collect();
        assert_eq!(different.len(), tags.len());
    }
}
