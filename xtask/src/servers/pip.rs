//! Python packages. pip puts them into a directory below `target/`, so that nothing is installed on
//! the machine.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{Result, package};

pub(super) const PYTHON: &str = "python3";

/// Returns a directory in `workdir` with these packages, each given as `name==version`. pip
/// downloads them if they are not there yet.
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

/// Returns the command that runs a server's script. With these options, Python ignores the packages
/// and the settings of the machine's user, and writes no bytecode files.
pub(super) fn command(script: &Path) -> Command {
    let mut command = Command::new(PYTHON);
    command.args(["-I", "-B", "-u"]).arg(script);
    command
}
