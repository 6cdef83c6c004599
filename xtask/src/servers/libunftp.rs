//! libunftp, a server in Rust on rustls and tokio. Like the other servers it has its own process:
//! this program, started a second time.

use std::os::unix::{fs::chown, process::CommandExt as _};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::Result;
use super::account::Account;
use super::foreign::Setting;
use super::process::Process;
use super::tls::KEY;

/// The job of this program that runs the server.
pub(crate) const JOB: &str = "libunftp";

/// How long a session may be idle: the server's default.
const IDLE: Duration = Duration::from_secs(600);

/// This program, even if a build has replaced its file.
const PROGRAM: &str = "/proc/self/exe";

/// Returns the program's path. Cargo has already built the library.
pub(crate) fn fetch() -> Result<PathBuf> {
    if cfg!(feature = "embedded") {
        Ok(PROGRAM.into())
    } else {
        Err("it takes the feature `embedded` of xtask".into())
    }
}

/// Starts the server as the unprivileged user that sessions run as, since it does not change users.
pub(crate) fn start(workdir: &Path, setting: &Setting<'_>) -> Result<Process> {
    if setting.is_implicit() {
        return Err("libunftp has no implicit TLS".into());
    }
    let prepare = |process: &Process| {
        let account = Account::find(process)?;
        process.plant(&account, setting.room)?;
        let mut command = Command::new(PROGRAM);
        command
            .arg(JOB)
            .arg(process.address().to_string())
            .arg(process.root());
        if account.is_other {
            command.uid(account.user).gid(account.group);
        }
        setting.tell(&mut command, process, IDLE)?;
        if setting.tls.is_some() {
            // The server reads the key as the user that it runs as.
            chown(process.path(KEY), Some(account.user), Some(account.group))?;
        }
        Ok(command)
    };
    Process::start("libunftp", workdir, setting, &[], prepare)
}

/// Runs the server until it is killed. [`start`] makes the arguments.
#[cfg(feature = "embedded")]
pub(crate) fn serve(arguments: &[&str]) -> Result<()> {
    use libunftp::options::{FtpsRequired, TlsFlags};

    use super::embedded::{Embedded, Secured, Service};

    let [address, root, user, password, first, last, idle, tls @ ..] = arguments else {
        return Err(format!("`{JOB}` is a part of `interop`").into());
    };
    let tls = match tls {
        [oldest, newest, certificate, key, data, _, clients @ ..] => Some(Secured {
            certificate: certificate.into(),
            key: key.into(),
            clients: clients.first().map(PathBuf::from),
            versions: match (*oldest, *newest) {
                ("TLSv1.2", "TLSv1.2") => TlsFlags::V1_2,
                ("TLSv1.3", _) => TlsFlags::V1_3,
                _ => TlsFlags::LATEST_VERSIONS,
            },
            data: match *data {
                "private" => FtpsRequired::All,
                _ => FtpsRequired::None,
            },
        }),
        _ => None,
    };
    let _server = Embedded::start(Service {
        address: address.parse()?,
        root: root.into(),
        user: (*user).to_owned(),
        password: (*password).to_owned(),
        passive_ports: first.parse()?..=last.parse()?,
        idle: Duration::from_secs(idle.parse()?),
        tls,
    })?;
    loop {
        std::thread::park();
    }
}
