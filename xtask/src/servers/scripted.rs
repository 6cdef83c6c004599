//! Servers that are Python or Node.js libraries. A script makes a server of each library, and takes
//! the settings as arguments. Such a server has one event loop for all sessions instead of a
//! process for each.

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
    /// The name of the library, for the server's directory and for errors.
    name: &'static str,
    /// The packages to fetch. Their versions were the newest stable ones when this was written.
    packages: &'static [&'static str],
    runs: Runs,
    script: &'static str,
    /// How long a session may be idle if the test sets no limit: the library's default.
    idle: Duration,
}

/// The interpreter that runs the script.
#[derive(Clone, Copy)]
enum Runs {
    Python,
    Node,
}

/// pyftpdlib, the server that tests of Python programs often start. It does not change to another
/// user, but checks the permissions of files itself. The package pyOpenSSL gives it TLS.
pub(super) const PYFTPDLIB: Scripted = Scripted {
    name: "pyftpdlib",
    packages: &["pyOpenSSL==26.4.0", "pyftpdlib==2.2.0"],
    runs: Runs::Python,
    script: include_str!("scripts/pyftpdlib.py"),
    idle: Duration::from_secs(300),
};

/// aioftp, which supports implicit TLS, also on data connections, but not explicit TLS.
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

/// simple-ftpd. The library needs the package chalk, but does not declare this.
pub(super) const SIMPLE_FTPD: Scripted = Scripted {
    name: "simple-ftpd",
    packages: &["simple-ftpd@0.0.4", "chalk@1.1.3"],
    runs: Runs::Node,
    script: include_str!("scripts/simple_ftpd.js"),
    idle: Duration::from_secs(300),
};

impl Scripted {
    /// Returns a directory in `workdir` with the packages, which are downloaded if they are not
    /// there.
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
