//! Temporary directories, which exist as long as a job runs.

use std::fs;
use std::path::{Path, PathBuf};
use std::process;

use super::Result;

/// A new directory, whose name contains the id of this process. Dropping this value removes the
/// directory.
pub(crate) struct Scratch(pub(crate) PathBuf);

impl Scratch {
    pub(crate) fn new(parent: &Path, name: &str) -> Result<Self> {
        let path = parent.join(format!("{name}-{}", process::id()));
        if path.exists() {
            // Removes the directory that an earlier run has left, if that run was killed.
            fs::remove_dir_all(&path)?;
        }
        fs::create_dir_all(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(Self(path))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
