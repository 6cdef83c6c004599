//! Directories that exist as long as a job.

use std::fs;
use std::path::{Path, PathBuf};
use std::process;

use super::Result;

/// A new directory, named after this process. Dropping this value removes it.
pub(crate) struct Scratch(pub(crate) PathBuf);

impl Scratch {
    pub(crate) fn new(parent: &Path, name: &str) -> Result<Self> {
        let path = parent.join(format!("{name}-{}", process::id()));
        if path.exists() {
            // A killed run may have left the directory.
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
