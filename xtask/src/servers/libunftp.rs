//! libunftp, a server in Rust that uses rustls and tokio. Like the other servers, it runs in its
//! own process: this program, which is started a second time.

use std::os::unix::{fs::chown, process::CommandExt as _};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::Result;
use super::account::Account;
use super::foreign::Setting;
use super::process::Process;
use super::tls::KEY;

/// The job of xtask that runs the server.
pub(crate) const JOB: &str = "libunftp";

/// How long a session may be idle if the test sets no limit: libunftp's default.
const IDLE: Duration = Duration::from_secs(600);

/// The path of this program. Unlike the path of its file, it stays valid after a build has replaced
/// the file.
const PROGRAM: &str = "/proc/self/exe";

/// Returns the path of this program. Nothing is fetched, because cargo has built libunftp into it.
pub(crate) fn fetch() -> Result<PathBuf> {
    if cfg!(feature = "embedded") {
        Ok(PROGRAM.into())
    } else {
        Err("it takes the feature `embedded` of xtask".into())
    }
}

/// Starts the server as the unprivileged user of its sessions, because libunftp cannot change to
/// another user itself.
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
            // The server runs as the account's user and must read the key, so this user must own
            // the file.
            chown(process.path(KEY), Some(account.user), Some(account.group))?;
        }
        Ok(command)
    };
    Process::start("libunftp", workdir, setting, &[], prepare)
}

/// Runs the server until the process is killed. The arguments are those that [`start`] gives.
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
