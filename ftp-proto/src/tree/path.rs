//! Helpers for paths: splitting, joining and checking names between slashes.

use alloc::borrow::Cow;
use alloc::vec::Vec;

/// Splits a path into the directory and the name in it. The directory is `None` if the path has
/// only a name. The name is empty if the path has none, like `/`.
pub(super) fn split(path: &[u8]) -> (Option<&[u8]>, &[u8]) {
    let path = without_final_slashes(path);
    let Some(slash) = memchr::memrchr(b'/', path) else {
        return (None, path);
    };
    let (parent, name) = path.split_at(slash);
    let name = name.get(1..).unwrap_or_default();
    match without_final_slashes(parent) {
        b"" => (Some(b"/"), name),
        parent => (Some(parent), name),
    }
}

/// Returns the path in a form that no server changes: `./` precedes a blank at its beginning,
/// because some servers drop such blanks.
pub(super) fn with_blanks_kept(path: &[u8]) -> Cow<'_, [u8]> {
    match path {
        [b' ' | b'\t', ..] => Cow::Owned([b"./", path].concat()),
        _ => Cow::Borrowed(path),
    }
}

/// Returns the last part of a path.
pub(crate) fn file_name(path: &[u8]) -> &[u8] {
    split(path).1
}

/// Returns the path of `name` in `directory`.
pub(super) fn join(directory: &[u8], name: &[u8]) -> Vec<u8> {
    match directory.ends_with(b"/") {
        true => [directory, name].concat(),
        false => [directory, b"/", name].concat(),
    }
}

/// Whether `name` is a single name, so that its path stays below the directory. Some servers run on
/// systems where `\` separates directories like `/`, so `a\..` is not safe either.
pub(crate) fn is_safe_name(name: &[u8]) -> bool {
    let leads_up = || {
        let mut parts = name.split(|byte| *byte == b'\\');
        parts.any(|part| part == b"..")
    };
    !name.is_empty()
        && name != b"."
        && !name
            .iter()
            .any(|byte| matches!(byte, b'/' | b'\r' | b'\n' | 0))
        && !leads_up()
}

/// Whether the path has a part `..`.
pub(super) fn has_parent_parts(path: &[u8]) -> bool {
    path.split(|byte| matches!(byte, b'/' | b'\\'))
        .any(|part| part == b"..")
}

/// Whether the path is only the root, the current directory or empty, such as `/`, `.` or `./`.
pub(crate) fn is_root_or_here(path: &[u8]) -> bool {
    path.split(|byte| matches!(byte, b'/' | b'\\'))
        .all(|part| matches!(part, b"" | b"."))
}

/// Returns where the link target `target` leads from `directory`, without `.` and `..`. `None` if
/// it leads above a relative `directory`, such as `../..` from `a`.
pub(super) fn resolve(directory: &[u8], target: &[u8]) -> Option<Vec<u8>> {
    let is_absolute = target.starts_with(b"/") || directory.starts_with(b"/");
    let directory = if target.starts_with(b"/") {
        b""
    } else {
        directory
    };
    let mut parts: Vec<&[u8]> = Vec::new();
    for part in [directory, target]
        .into_iter()
        .flat_map(|path| path.split(|byte| *byte == b'/'))
    {
        match part {
            b"" | b"." => {}
            b".." => match parts.pop() {
                Some(_) => {}
                // The root is its own parent, so `..` in the root stays in the root.
                None if is_absolute => {}
                None => return None,
            },
            name => parts.push(name),
        }
    }
    let path = parts.join(&b'/');
    Some(match is_absolute {
        true => [b"/", path.as_slice()].concat(),
        false => path,
    })
}

/// Returns the path without the slashes at its end. The result is empty for `/`.
pub(super) fn without_final_slashes(path: &[u8]) -> &[u8] {
    let end = path.iter().rposition(|byte| *byte != b'/');
    let end = end.and_then(|last| last.checked_add(1)).unwrap_or(0);
    path.get(..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_has_a_directory_and_a_name() {
        for (path, directory, name) in [
            ("a", None, "a"),
            ("/a", Some("/"), "a"),
            ("//a//", Some("/"), "a"),
            ("a/b", Some("a"), "b"),
            ("/a//b/", Some("/a"), "b"),
            ("a/..", Some("a"), ".."),
            ("/", None, ""),
            ("", None, ""),
        ] {
            let expected = (directory.map(str::as_bytes), name.as_bytes());
            assert_eq!(split(path.as_bytes()), expected, "{path}");
        }
    }

    #[test]
    fn a_name_is_joined_with_one_slash() {
        for (directory, name, path) in [("/", "a", "/a"), ("d", "a", "d/a"), ("d/", "a", "d/a")] {
            let joined = join(directory.as_bytes(), name.as_bytes());
            assert_eq!(joined, path.as_bytes());
        }
    }

    #[test]
    fn a_safe_name_stays_below_its_directory() {
        for name in ["a", "...", "a b", "..a", "C:x", r"a\b", "-rf", "*"] {
            assert!(is_safe_name(name.as_bytes()), "{name}");
        }
        for name in [
            "", ".", "..", "a/b", "/", "../a", r"..\a", r"a\..", "a\0", "a\r",
        ] {
            assert!(!is_safe_name(name.as_bytes()), "{name}");
        }
    }

    #[test]
    fn a_link_is_resolved_against_its_directory() {
        for (directory, target, path) in [
            ("a/b", "c", Some("a/b/c")),
            ("a/b", "..", Some("a")),
            ("a", "..", Some("")),
            ("a", "../..", None),
            ("", ".", Some("")),
            ("/a", "../../b", Some("/b")),
            ("a", "/x/./y/", Some("/x/y")),
        ] {
            let resolved = resolve(directory.as_bytes(), target.as_bytes());
            assert_eq!(
                resolved.as_deref(),
                path.map(str::as_bytes),
                "{directory} {target}"
            );
        }
    }
}
