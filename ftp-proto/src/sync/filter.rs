//! Which paths take part in a sync.

use alloc::vec::Vec;

use crate::error::Error;
use crate::tree::Pattern;

/// Which files and directories take part in a sync. Everything does, unless a rule says otherwise.
/// The rules are patterns in an order, and the last one that fits a path decides.
///
/// A path is relative to the directory of the sync. A pattern without `/` fits the name at any
/// depth: `*.tmp` is the same as `**/*.tmp`. A pattern with `/` fits the whole path, so `/a` fits
/// only the `a` at the top. A pattern that ends with `/` fits directories only. This last `/` does
/// not count otherwise: `.git/` fits a directory `.git` at any depth. [`Pattern`] lists the
/// wildcards.
///
/// A pattern without a last `/` fits files and directories. To leave out files only, take the
/// directories back:
///
/// ```
/// use ftp_proto::sync::Filter;
///
/// let filter = Filter::new().exclude(".git/")?.exclude("*.tmp")?.include("*.tmp/")?;
/// assert!(!filter.wants(b"data/.git", true));
/// assert!(!filter.wants(b"data/a.tmp", false));
/// assert!(filter.wants(b"data/b.tmp", true));
/// # Ok::<(), ftp_proto::Error>(())
/// ```
///
/// What is left out is not deleted in the target
/// ([`Extra::Delete`](super::Extra::Delete)), so a directory that holds it stays too.
///
/// A sync does not go into a directory that is left out, so nothing below it can be taken back.
/// To take only some files, leave out all files and take these back:
///
/// ```
/// use ftp_proto::sync::Filter;
///
/// let filter = Filter::new().exclude("*")?.include("*/")?.include("*.csv")?;
/// assert!(filter.wants(b"data", true));
/// assert!(filter.wants(b"data/a.csv", false));
/// assert!(!filter.wants(b"data/a.txt", false));
/// # Ok::<(), ftp_proto::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Whether the paths that the pattern fits take part.
    rules: Vec<(bool, Pattern)>,
}

impl Filter {
    /// Makes a filter that leaves out nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Leaves out the paths that this pattern fits.
    ///
    /// # Errors
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) for a pattern that is wrong.
    pub fn exclude(self, pattern: impl AsRef<[u8]>) -> Result<Self, Error> {
        self.with_rule(false, pattern.as_ref())
    }

    /// Takes back the paths that this pattern fits, after an earlier rule has left them out.
    ///
    /// # Errors
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) for a pattern that is wrong.
    pub fn include(self, pattern: impl AsRef<[u8]>) -> Result<Self, Error> {
        self.with_rule(true, pattern.as_ref())
    }

    /// Returns whether this path takes part. The path is relative to the directory of the sync.
    #[must_use]
    pub fn wants(&self, path: impl AsRef<[u8]>, is_directory: bool) -> bool {
        let path = path.as_ref();
        let mut rules = self.rules.iter().rev();
        let decisive = rules.find(|(_, pattern)| pattern.fits_path(path, is_directory));
        decisive.is_none_or(|(takes, _)| *takes)
    }

    fn with_rule(mut self, takes: bool, pattern: &[u8]) -> Result<Self, Error> {
        let (top, rest) = match pattern.strip_prefix(b"/") {
            Some(rest) => (true, rest),
            None => (false, pattern),
        };
        let inner = rest.strip_suffix(b"/").unwrap_or(rest);
        let pattern = match top || inner.contains(&b'/') || inner.is_empty() {
            // An empty pattern is an error.
            true => Pattern::new(rest)?,
            false => Pattern::new([b"**/", rest].concat())?,
        };
        self.rules.push((takes, pattern));
        Ok(self)
    }
}
