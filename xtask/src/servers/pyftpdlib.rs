//! pyftpdlib, which is what tests of Python programs start: no process a session, one event loop.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use super::{
    Result,
    account::Account,
    foreign::{PASSIVE_PORTS, PASSWORD, Setting, USER},
    listening::Greets,
    package,
    process::Process,
    tls::{Data, Start},
    tree::{CLOSED, Room, WRITABLE},
};

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
///
/// # Errors
///
/// When Python or pip are missing, or the package cannot be had.
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
            .args([
                "-m",
                "pip",
                "install",
                "--quiet",
                "--disable-pip-version-check",
            ])
            .args(["--upgrade", "--target"])
            .arg(&packages)
            .arg(format!("pyOpenSSL=={OPENSSL_VERSION}"))
            .arg(format!("pyftpdlib=={VERSION}")),
    )?;
    Ok(packages)
}

/// Starts it. It needs no root, and stays whoever started it.
///
/// # Errors
///
/// As [`Process::start`].
pub(crate) fn start(packages: &Path, workdir: &Path, setting: &Setting<'_>) -> Result<Process> {
    if setting.tls.is_some_and(|tls| tls.start == Start::Implicit) {
        return Err("pyftpdlib has no implicit TLS".into());
    }
    let packages = packages.canonicalize()?;
    let prepare = |process: &Process| {
        process.plant(&Account::find(process)?, setting.room)?;
        let script = process.path("server.py");
        fs::write(&script, SCRIPT)?;
        let address = process.address();
        let idle = setting.idle.unwrap_or(IDLE);
        let mut command = Command::new(PYTHON);
        command
            // Nothing of the user's own is imported, nothing is written.
            .args(["-I", "-B", "-u"])
            .arg(script)
            .arg(&packages)
            .arg(address.ip().to_string())
            .arg(address.port().to_string())
            .args([USER, PASSWORD])
            .arg(process.root())
            .arg(PASSIVE_PORTS.start().to_string())
            .arg(PASSIVE_PORTS.end().to_string())
            .arg(idle.as_secs().to_string())
            .arg(match setting.room {
                Room::Below => WRITABLE,
                Room::Root => ".",
            })
            .arg(CLOSED);
        if let Some(tls) = &setting.tls {
            let files = tls.write(process)?;
            command
                .args(tls.version.openssl_names())
                .args([files.certificate, files.key])
                .arg(match tls.data {
                    Data::Private => "private",
                    Data::Any => "any",
                })
                .args(files.clients);
        }
        Ok(command)
    };
    let (family, greets) = (setting.family, Greets::InClear);
    Process::start("pyftpdlib", workdir, family, greets, &[], prepare)
}
