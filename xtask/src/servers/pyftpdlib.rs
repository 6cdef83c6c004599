//! pyftpdlib, which is what tests of Python programs start: no process a session, one event loop.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::account::Account;
use super::foreign::Setting;
use super::process::Process;
use super::tree::{CLOSED, Room, WRITABLE};
use super::{Result, package};

/// The newest stable one, when this was written.
const VERSION: &str = "2.2.0";

/// Its TLS is OpenSSL's, by way of this; the newest stable one, too.
const OPENSSL_VERSION: &str = "26.4.0";

/// What runs it.
const SCRIPT: &str = include_str!("pyftpdlib.py");

/// Its own default.
const IDLE: Duration = Duration::from_secs(300);

const PYTHON: &str = "python3";

/// Has pip put the package into a folder in `workdir`, unless it is there, and returns the folder.
pub(crate) fn fetch(workdir: &Path) -> Result<PathBuf> {
    let packages = workdir.join(format!("packages-{VERSION}-{OPENSSL_VERSION}"));
    // pip writes it last.
    if packages
        .join(format!("pyftpdlib-{VERSION}.dist-info"))
        .is_dir()
    {
        return Ok(packages);
    }
    fs::create_dir_all(&packages)?;
    package::run(
        Command::new(PYTHON)
            .args("-m pip install --quiet --disable-pip-version-check".split(' '))
            .args(["--upgrade", "--target"])
            .arg(&packages)
            .arg(format!("pyOpenSSL=={OPENSSL_VERSION}"))
            .arg(format!("pyftpdlib=={VERSION}")),
    )?;
    Ok(packages)
}

/// Starts it. It needs no root, and runs as the user that started it.
pub(crate) fn start(packages: &Path, workdir: &Path, setting: &Setting<'_>) -> Result<Process> {
    if setting.is_implicit() {
        return Err("pyftpdlib has no implicit TLS".into());
    }
    let packages = packages.canonicalize()?;
    let prepare = |process: &Process| {
        process.plant(&Account::find(process)?, setting.room)?;
        let script = process.path("server.py");
        fs::write(&script, SCRIPT)?;
        let address = process.address();
        let mut command = Command::new(PYTHON);
        command
            // Nothing of the user's own is imported, nothing is written.
            .args(["-I", "-B", "-u"])
            .arg(script)
            .arg(&packages)
            .arg(address.ip().to_string())
            .arg(address.port().to_string())
            .arg(process.root())
            .arg(match setting.room {
                Room::Below => WRITABLE,
                Room::Root => ".",
            })
            .arg(CLOSED);
        setting.tell(&mut command, process, IDLE)?;
        Ok(command)
    };
    Process::start("pyftpdlib", workdir, setting, &[], prepare)
}
