//! Servers that are Python or Node.js libraries. A script turns each library into a server, and
//! takes its settings as arguments. They have one event loop instead of a process per session.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::account::Account;
use super::foreign::Setting;
use super::process::Process;
use super::tree::{CLOSED, Room, WRITABLE};
use super::{Result, npm, pip};

/// A library, and the script that runs it as a server.
pub(super) struct Scripted {
    /// The name of the library and of the script.
    name: &'static str,
    /// The packages. The versions were the newest stable ones when this was written.
    packages: &'static [&'static str],
    runs: Runs,
    script: &'static str,
    /// How long a session may be idle: the library's default.
    idle: Duration,
}

/// The interpreter of the script.
#[derive(Clone, Copy)]
enum Runs {
    Python,
    Node,
}

/// The server that tests of Python programs start. It changes no user, and enforces permissions
/// itself. The other package gives it OpenSSL's TLS.
pub(super) const PYFTPDLIB: Scripted = Scripted {
    name: "pyftpdlib",
    packages: &["pyOpenSSL==26.4.0", "pyftpdlib==2.2.0"],
    runs: Runs::Python,
    script: include_str!("scripts/pyftpdlib.py"),
    idle: Duration::from_secs(300),
};

/// Has implicit TLS, also on data connections.
pub(super) const AIOFTP: Scripted = Scripted {
    name: "aioftp",
    packages: &["aioftp==0.28.3"],
    runs: Runs::Python,
    script: include_str!("scripts/aioftp.py"),
    idle: Duration::from_secs(300),
};

pub(super) const TWISTED: Scripted = Scripted {
    name: "twisted",
    packages: &["Twisted==26.10.0"],
    runs: Runs::Python,
    script: include_str!("scripts/twisted.py"),
    idle: Duration::from_secs(600),
};

pub(super) const FTP_SRV: Scripted = Scripted {
    name: "ftp-srv",
    packages: &["ftp-srv@4.6.3"],
    runs: Runs::Node,
    script: include_str!("scripts/ftp_srv.js"),
    idle: Duration::from_secs(300),
};

/// The library needs the second package without declaring it.
pub(super) const SIMPLE_FTPD: Scripted = Scripted {
    name: "simple-ftpd",
    packages: &["simple-ftpd@0.0.4", "chalk@1.1.3"],
    runs: Runs::Node,
    script: include_str!("scripts/simple_ftpd.js"),
    idle: Duration::from_secs(300),
};

impl Scripted {
    /// Returns the directory in `workdir` with the packages.
    pub(super) fn fetch(&self, workdir: &Path) -> Result<PathBuf> {
        match self.runs {
            Runs::Python => pip::fetch(workdir, self.packages),
            Runs::Node => npm::fetch(workdir, self.packages),
        }
    }

    /// Starts the server.
    pub(super) fn start(
        &self,
        packages: &Path,
        workdir: &Path,
        setting: &Setting<'_>,
    ) -> Result<Process> {
        let packages = packages.canonicalize()?;
        let prepare = |process: &Process| {
            let account = Account::find(process)?;
            process.plant(&account, setting.room)?;
            let script = process.path("server");
            fs::write(&script, self.script)?;
            let mut command = match self.runs {
                Runs::Python => pip::command(&script),
                Runs::Node => {
                    let mut command = Command::new(npm::NODE);
                    command.arg(script);
                    command
                }
            };
            let address = process.address();
            command
                .arg(&packages)
                .arg(address.ip().to_string())
                .arg(address.port().to_string())
                .arg(process.root())
                .arg(match setting.room {
                    Room::Below => WRITABLE,
                    Room::Root => ".",
                })
                .arg(CLOSED)
                .arg(account.user.to_string())
                .arg(account.group.to_string());
            setting.tell(&mut command, process, self.idle)?;
            Ok(command)
        };
        Process::start(self.name, workdir, setting, &[], prepare)
    }
}
