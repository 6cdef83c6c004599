//! Python packages, put into a folder by pip and run from there: nothing is installed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{Result, package};

pub(super) const PYTHON: &str = "python3";

/// The folder in `workdir` that has these packages, each as `name==version`. pip is asked where they
/// are not there yet.
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

/// Python with a script that a server is. Nothing of the user's own is imported, nothing is written.
pub(super) fn command(script: &Path) -> Command {
    let mut command = Command::new(PYTHON);
    command.args(["-I", "-B", "-u"]).arg(script);
    command
}
