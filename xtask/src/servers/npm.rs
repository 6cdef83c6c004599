//! Node.js packages. npm puts them into a directory, from which they run. Nothing is installed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{Result, package};

pub(super) const NODE: &str = "node";

/// Returns the directory in `workdir` whose `node_modules` has these packages, each as
/// `name@version`. Calls npm if they are not there yet.
pub(super) fn fetch(workdir: &Path, packages: &[&str]) -> Result<PathBuf> {
    let folder = workdir.join(packages.join("-").replace('@', "-"));
    let complete = folder.join("complete");
    if complete.is_file() {
        return Ok(folder);
    }
    fs::create_dir_all(&folder)?;
    package::run(
        Command::new("npm")
            .args("install --silent --no-save --no-package-lock --no-audit --no-fund".split(' '))
            // Compiles nothing, and runs no script of a package.
            .args(["--ignore-scripts", "--omit=optional", "--prefix"])
            .arg(&folder)
            .args(packages),
    )?;
    fs::write(complete, "")?;
    Ok(folder)
}
