//! Packages of Node.js, put into a folder by npm and run from there: nothing is installed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{Result, package};

pub(super) const NODE: &str = "node";

/// The folder in `workdir` whose `node_modules` has these packages, each as `name@version`. npm is
/// asked where they are not there yet.
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
            // Nothing is compiled, and no package runs anything here.
            .args(["--ignore-scripts", "--omit=optional", "--prefix"])
            .arg(&folder)
            .args(packages),
    )?;
    fs::write(complete, "")?;
    Ok(folder)
}
