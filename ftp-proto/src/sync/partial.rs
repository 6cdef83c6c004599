//! Recognises the partial files of unfinished transfers by their names.

use alloc::vec::Vec;

use crate::tree::file_name;

/// Returns the name that this partial file gets when it is complete: `a` for `.a.ftp-part`, which an
/// upload makes, and for `.a.0123456789abcdef.ftp-part`, which a download makes. `None` for a file
/// that is not partial.
pub(super) fn final_name(name: &[u8]) -> Option<&[u8]> {
    let name = name.strip_prefix(b".")?.strip_suffix(b".ftp-part")?;
    let untagged = name.split_at_checked(name.len().saturating_sub(17));
    let untagged = untagged.filter(|(name, tag)| {
        let is_tag = |tag: &[u8]| tag.len() == 16 && tag.iter().all(u8::is_ascii_hexdigit);
        !name.is_empty() && tag.strip_prefix(b".").is_some_and(is_tag)
    });
    let name = untagged.map_or(name, |(name, _)| name);
    Some(name).filter(|name| !name.is_empty())
}

/// Returns the path that this partial file gets when it is complete. `None` for a file that is not
/// partial.
pub(super) fn final_path(path: &[u8]) -> Option<Vec<u8>> {
    let name = file_name(path);
    let directory = path.strip_suffix(name).unwrap_or_default();
    Some([directory, final_name(name)?].concat())
}

/// Whether the partial file of this path may have a name from which the path cannot be seen, because
/// the name of the file is too long.
pub(super) fn is_shortened(path: &[u8]) -> bool {
    file_name(path).len() > 200
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_partial_file_has_the_name_of_its_target() {
        for (name, target) in [
            (".a.ftp-part", Some("a")),
            (".a.0123456789abcdef.ftp-part", Some("a")),
            (".a.b.ftp-part", Some("a.b")),
            (".a.0123456789abcdeg.ftp-part", Some("a.0123456789abcdeg")),
            (".0123456789abcdef.ftp-part", Some("0123456789abcdef")),
            ("..0123456789abcdef.ftp-part", Some(".0123456789abcdef")),
            (".ftp-part", None),
            ("a.ftp-part", None),
            (".a.ftp-parts", None),
            ("..ftp-part", None),
        ] {
            let found = final_name(name.as_bytes());
            assert_eq!(found, target.map(str::as_bytes), "{name}");
        }
    }
}
