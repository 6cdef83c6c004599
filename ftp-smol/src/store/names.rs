//! Where an object is on the server, and which names cannot be those of objects.

use std::hash::{BuildHasher as _, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};

use object_store::path::{self, Path, PathPart};
use object_store::{Error, Result};

/// The directory on the server that holds all objects. Empty is the directory after the login.
#[derive(Clone, Debug, Default)]
pub(super) struct Root(String);

/// The ends of the name of an upload that is not complete. `put_file` has the same.
const STAGED: (&str, &str) = (".", ".ftp-part");

impl Root {
    pub(super) fn new(path: &str) -> Self {
        let trimmed = path.trim_end_matches('/');
        let is_root = trimmed.is_empty() && !path.is_empty();
        Self(if is_root { "/" } else { trimmed }.to_owned())
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the path of an object.
    pub(super) fn path_of(&self, location: &Path) -> Result<String> {
        let Some(name) = location.filename() else {
            let path = location.to_string();
            return Err(path::Error::EmptySegment { path }.into());
        };
        if is_staged(name) {
            let text = format!("{location}: names of this form are those of incomplete uploads");
            return Err(Error::NotSupported {
                source: text.into(),
            });
        }
        self.below(location)
    }

    /// Returns the directory that holds the objects with this prefix. `None` is the directory after
    /// the login.
    pub(super) fn directory(&self, prefix: &Path) -> Result<Option<String>> {
        match (prefix.is_root(), self.0.is_empty()) {
            (false, _) => self.below(prefix).map(Some),
            (true, false) => Ok(Some(self.0.clone())),
            (true, true) => Ok(None),
        }
    }

    fn below(&self, location: &Path) -> Result<String> {
        // A `Path` has no part `..`. But on Windows, `\` separates directories too.
        let raw = location.as_ref();
        if raw.split(['/', '\\']).any(|part| part == "..") {
            PathPart::parse("..").map_err(|source| {
                let path = location.to_string();
                path::Error::BadSegment { path, source }
            })?;
        }
        Ok(match self.0.as_str() {
            // Some servers take `~` for the home directory, drop blanks, or read options.
            "" if raw.starts_with(['~', ' ', '-']) => format!("./{raw}"),
            "" => raw.to_owned(),
            "/" => format!("/{raw}"),
            root => format!("{root}/{raw}"),
        })
    }
}

/// Returns the directory of this path. `None` if the path has only a name.
pub(super) fn parent(path: &str) -> Option<&str> {
    let (parent, _) = path.rsplit_once('/')?;
    (!matches!(parent, "" | ".")).then_some(parent)
}

/// Returns a path in the same directory, under which an upload is stored until it is complete. The
/// name does not depend on that of the object, which may be as long as the server allows.
pub(super) fn staged(path: &str) -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    // The standard library's random keys make it different in each process.
    let tag = RandomState::new().hash_one(COUNT.fetch_add(1, Ordering::Relaxed));
    let directory = path.rfind('/').map_or("", |slash| &path[..=slash]);
    format!("{directory}{}{tag:016x}{}", STAGED.0, STAGED.1)
}

/// Whether this is the name of an upload that is not complete.
pub(super) fn is_staged(name: &str) -> bool {
    name.starts_with(STAGED.0) && name.ends_with(STAGED.1)
}
