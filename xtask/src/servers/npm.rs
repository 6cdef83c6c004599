//! Node.js packages. npm puts them into a directory below `target/`, so that nothing is installed
//! on the machine.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{Result, package};

pub(super) const NODE: &str = "node";

/// Returns a directory in `workdir` whose `node_modules` has these packages, each given as
/// `name@version`. npm downloads them if they are not there yet.
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
            // With these options, npm compiles nothing and runs no script of a package.
            .args(["--ignore-scripts", "--omit=optional", "--prefix"])
            .arg(&folder)
            .args(packages),
    )?;
    fs::write(complete, "")?;
    Ok(folder)
}
