//! Pure-FTPd, a small server that is configured by its command line only. Its users come from a
//! list of its own and not from the machine.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use super::Result;
use super::account::Account;
use super::descendants::is_running;
use super::foreign::{PASSIVE_PORTS, Setting};
use super::package::{self, library_path};
use super::process::Process;
use super::tls::{Data, OPENSSL_CONF, Start, Tls};

/// The paths of the server's program, and of the program that makes a database of the list of
/// users.
pub(super) const PROGRAM: &str = "usr/sbin/pure-ftpd";
const MAKE_USERS: &str = "usr/bin/pure-pw";

// The names of files in a server's directory.
const USERS: &str = "users";
const DATABASE: &str = "users.pdb";

/// The directory in which Pure-FTPd's sessions record who is logged in. No setting changes this
/// path.
const SCOREBOARD: &str = "/run/pure-ftpd";

/// Whether [`SCOREBOARD`] existed before this program started its first server. If it existed, it
/// is not removed.
static WAS_THERE: OnceLock<bool> = OnceLock::new();

/// The shortest idle limit that Pure-FTPd supports.
pub(crate) const SHORTEST_IDLE: Duration = Duration::from_secs(60);

/// Starts the server. Only root can do this, because the server confines its sessions by chroot.
pub(crate) fn start(program: &Path, workdir: &Path, setting: &Setting<'_>) -> Result<Process> {
    let unknown = |tls: &Tls<'_>| tls.start == Start::Implicit || tls.clients.is_some();
    if setting.tls.as_ref().is_some_and(unknown) {
        return Err("Pure-FTPd has neither implicit TLS nor certificates of clients".into());
    }
    let unpacked = program.ancestors().nth(3).unwrap_or(Path::new("/"));
    let prepare = |process: &Process| {
        if !process.is_roots()? {
            return Err(
                "Pure-FTPd has to be started by root: it confines sessions by chroot".into(),
            );
        }
        let account = Account::find(process)?;
        process.plant(&account, setting.room)?;
        // The line ends with twelve fields for limits, which are empty: no limit is set.
        account.write_user(process, USERS, "/./::::::::::::")?;
        package::run(
            Command::new(unpacked.join(MAKE_USERS))
                .arg("mkdb")
                .arg(process.path(DATABASE))
                .arg("-f")
                .arg(process.path(USERS))
                .env("LD_LIBRARY_PATH", library_path(unpacked)),
        )?;
        let address = process.address();
        let mut command = Command::new(program);
        command
            .args(["-S", &format!("{},{}", address.ip(), address.port())])
            .args(["-l", &format!("puredb:{}", process.text(DATABASE)?)])
            .args(["-g", &process.text("pid")?])
            .args([
                "-p",
                &format!("{}:{}", PASSIVE_PORTS.start(), PASSIVE_PORTS.end()),
            ])
            // Allows no anonymous logins, looks up no host names, and writes nothing to the
            // system's log.
            .args(["-E", "-H", "-f", "none"])
            .env("LD_LIBRARY_PATH", library_path(unpacked));
        if let Some(tls) = &setting.tls {
            let files = tls.write(process)?;
            let demand = match tls.data {
                Data::Any => "2",
                Data::Private => "3",
            };
            command
                .args(["-Y", demand])
                .args(["-2", &format!("{},{}", files.certificate, files.key)])
                .env(OPENSSL_CONF, files.openssl);
        }
        if let Some(idle) = setting.idle {
            // The option `-I` counts in minutes.
            let minutes = idle.max(SHORTEST_IDLE).as_secs() / 60;
            command.args(["-I", &minutes.to_string()]);
        }
        Ok(command)
    };
    let was_there = *WAS_THERE.get_or_init(|| Path::new(SCOREBOARD).exists());
    let mut process = Process::start("pure-ftpd", workdir, setting, &[], prepare)?;
    process.afterwards(move || {
        if !was_there {
            clear_scoreboard();
        }
    });
    Ok(process)
}

/// Removes the records of sessions that were killed or idle too long. Then removes the directory,
/// unless it contains records of other servers.
fn clear_scoreboard() {
    for entry in fs::read_dir(SCOREBOARD).into_iter().flatten().flatten() {
        let name = entry.file_name();
        // The name of a record contains the id of the session's process, for example
        // `client-00004711`.
        let session = name.to_str().and_then(|name| name.strip_prefix("client-"));
        if session.is_some_and(|id| id.parse().is_ok_and(|id| !is_running(id))) {
            let _ = fs::remove_file(entry.path());
        }
    }
    let _ = fs::remove_dir(SCOREBOARD);
}
