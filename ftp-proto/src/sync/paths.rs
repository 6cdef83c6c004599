//! Relative paths of a sync, with `/` between the names.

use alloc::vec::Vec;

/// Returns how many names a relative path has. The empty path has none.
pub(super) fn depth(path: &[u8]) -> usize {
    match path {
        b"" => 0,
        path => memchr::memchr_iter(b'/', path).count().saturating_add(1),
    }
}

/// Returns the directories above a relative path, the nearest first. The last one is the empty
/// path, which is the directory of the sync itself.
pub(super) fn above(path: &[u8]) -> impl Iterator<Item = &[u8]> {
    core::iter::successors(parent(path), |path| parent(path))
}

fn parent(path: &[u8]) -> Option<&[u8]> {
    match memchr::memrchr(b'/', path) {
        Some(slash) => path.get(..slash),
        None => (!path.is_empty()).then_some(b""),
    }
}

/// Returns the path on the server of a relative path below this directory. An empty directory is
/// the current one.
pub(super) fn join(directory: &[u8], path: &[u8]) -> Vec<u8> {
    match (directory, path) {
        (directory, b"") => directory.to_vec(),
        // Some servers drop blanks before a path, and take `~` for the home directory.
        (b"", [b'~' | b' ' | b'\t', ..]) => [b"./", path].concat(),
        (b"", path) => path.to_vec(),
        (directory, path) if directory.ends_with(b"/") => [directory, path].concat(),
        (directory, path) => [directory, b"/", path].concat(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_directory_above_a_path_comes_once_and_the_root_last() {
        let all: Vec<&[u8]> = above(b"a/b/c").collect();
        assert_eq!(all, [&b"a/b"[..], b"a", b""]);
        assert_eq!(above(b"a").collect::<Vec<_>>(), [b""]);
        assert_eq!(above(b"").count(), 0);
    }

    #[test]
    fn a_path_on_the_server_keeps_its_blanks_and_has_one_slash() {
        for (directory, path, joined) in [
            ("", "a", "a"),
            ("", " a", "./ a"),
            ("", "~", "./~"),
            ("", "~a/b", "./~a/b"),
            ("d", "~", "d/~"),
            ("/", "a", "/a"),
            ("d", "a/b", "d/a/b"),
            ("d/", " a", "d/ a"),
            ("d", "", "d"),
        ] {
            let found = join(directory.as_bytes(), path.as_bytes());
            assert_eq!(found, joined.as_bytes());
        }
    }

    #[test]
    fn the_depth_is_the_number_of_names() {
        for (path, names) in [("", 0), ("a", 1), ("a/b", 2)] {
            assert_eq!(depth(path.as_bytes()), names);
        }
    }
}
