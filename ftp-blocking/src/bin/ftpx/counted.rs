//! Numbers with their nouns: `1 file`, `2 files`.

/// Returns a number and its noun.
pub(crate) fn counted(count: u64, one: &str, many: &str) -> String {
    match count {
        1 => format!("1 {one}"),
        _ => format!("{count} {many}"),
    }
}

/// Returns a number of bytes.
pub(crate) fn bytes(count: u64) -> String {
    counted(count, "byte", "bytes")
}

/// Returns a number of files.
pub(crate) fn files(count: u64) -> String {
    counted(count, "file", "files")
}

/// Returns a number of directories.
pub(crate) fn directories(count: u64) -> String {
    counted(count, "directory", "directories")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_singular_and_nothing_is_plural() {
        assert_eq!(bytes(0), "0 bytes");
        assert_eq!(files(1), "1 file");
        assert_eq!(directories(1), "1 directory");
        assert_eq!(directories(2), "2 directories");
    }
}
