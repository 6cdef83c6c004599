//! Names from servers and disks: safe on a terminal, exact elsewhere.

use std::borrow::Cow;
use std::path::Path;

use ftp_blocking::wire::Escaped;
use serde::{Serialize, Serializer};

/// A name or a path in JSON: text if it is UTF-8, and otherwise a list of bytes, as the library
/// writes the names of entries.
#[derive(Clone, Debug)]
pub(crate) struct JsonName<'n>(Cow<'n, [u8]>);

impl<'n> JsonName<'n> {
    pub(crate) fn new(name: &'n [u8]) -> Self {
        Self(Cow::Borrowed(name))
    }

    pub(crate) fn of_path(path: &'n Path) -> Self {
        Self::new(path.as_os_str().as_encoded_bytes())
    }
}

impl Serialize for JsonName<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match std::str::from_utf8(&self.0) {
            Ok(text) => serializer.serialize_str(text),
            Err(_) => serializer.collect_seq(self.0.iter()),
        }
    }
}

/// Returns a name as text that is safe to show.
pub(crate) fn shown(name: &[u8]) -> String {
    Escaped::new(name).to_string()
}

/// Returns a local path as text that is safe to show.
pub(crate) fn shown_path(path: &Path) -> String {
    shown(path.as_os_str().as_encoded_bytes())
}

/// Returns a target as text that is safe to show, with `***` in the place of a password.
pub(crate) fn shown_target(target: &str) -> String {
    shown(without_password(target).as_bytes())
}

/// Returns a word of the command line with `***` in the place of the password of a URL.
pub(crate) fn without_password(word: &str) -> Cow<'_, str> {
    let begin = word.find("://").map_or(0, |at| at + 3);
    let authority = word[begin..].split('/').next().unwrap_or_default();
    let login = authority.rsplit_once('@').map_or("", |(login, _)| login);
    match login.split_once(':') {
        None | Some((_, "")) => word.into(),
        Some((user, _)) => {
            let (before, after) = (begin + user.len() + 1, begin + login.len());
            format!("{}***{}", &word[..before], &word[after..]).into()
        }
    }
}

/// Returns the last name of a path on the server.
pub(crate) fn last_name(path: &[u8]) -> &[u8] {
    let path = path.strip_suffix(b"/").unwrap_or(path);
    path.rsplit(|byte| *byte == b'/').next().unwrap_or(path)
}

/// Puts a name after a directory on the server.
pub(crate) fn joined(directory: &[u8], name: &[u8]) -> Vec<u8> {
    match directory {
        b"" | b"." => name.to_vec(),
        directory if directory.ends_with(b"/") => [directory, name].concat(),
        directory => [directory, b"/", name].concat(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_holds_names_of_any_bytes() {
        let text = |name: &[u8]| serde_json::to_string(&JsonName::new(name)).expect("it is JSON");
        assert_eq!(text(b"a\x1b[2J"), r#""a\u001b[2J""#);
        assert_eq!(text(b"\xff"), "[255]");
    }

    #[test]
    fn a_target_is_shown_without_its_password() {
        let rows = [
            ("ftp://ada:p@ss@host/a", "ftp://ada:***@host/a"),
            ("ada:secret@host", "ada:***@host"),
            ("host:2121/a@b", "host:2121/a@b"),
            ("ftps://ada@host", "ftps://ada@host"),
        ];
        for (target, text) in rows {
            assert_eq!(shown_target(target), text);
        }
    }

    #[test]
    fn a_path_ends_with_a_name() {
        assert_eq!(last_name(b"pub/a"), b"a");
        assert_eq!(last_name(b"pub/"), b"pub");
        assert_eq!(joined(b"pub/", b"a"), b"pub/a");
        assert_eq!(joined(b".", b"a"), b"a");
        assert_eq!(joined(b"/", b"a"), b"/a");
    }
}
