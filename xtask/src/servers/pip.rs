//! Python packages. pip puts them into a directory, from which they run. Nothing is installed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{Result, package};

pub(super) const PYTHON: &str = "python3";

/// Returns the directory in `workdir` with these packages, each as `name==version`. Calls pip if
/// they are not there yet.
pub(super) fn fetch(workdir: &Path, packages: &[&str]) -> Result<PathBuf> {
    let folder = workdir.join(packages.join("-").replace("==", "-"));
    let complete = folder.join("complete");
    if complete.is_file() {
        return Ok(folder);
    }
    fs::create_dir_all(&folder)?;
    package::run(
        Command::new(PYTHON)
            .args("-m pip install --quiet --disable-pip-version-check".split(' '))
            .args(["--upgrade", "--target"])
            .arg(&folder)
            .args(packages),
    )?;
    fs::write(complete, "")?;
    Ok(folder)
}

/// Returns the command that runs a server's script. Python then imports nothing of the user's, and
/// writes no files.
pub(super) fn command(script: &Path) -> Command {
    let mut command = Command::new(PYTHON);
    command.args(["-I", "-B", "-u"]).arg(script);
    command
}
