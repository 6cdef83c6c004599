//! GNU inetutils' ftpd, which descends from the ftpd of 4.2BSD. It uses the machine's list of
//! users, which the tests must not change, so clients log in as guests.

use std::env::consts::ARCH;
use std::fs;
use std::path::{Path, PathBuf};

use super::account::Account;
use super::foreign::Setting;
use super::package::{Unpacked, library_path};
use super::process::Process;
use super::{Result, pip};

/// The path of the server's program in its package.
const PROGRAM: &str = "usr/sbin/ftpd";
/// A library of another package, which makes the server read a list of users in a file of the test
/// instead of the machine's list.
const WRAPPER: &str = "libnss_wrapper.so";

/// A script that listens and starts the server for each connection, because the server cannot
/// listen itself.
const INETD: &str = include_str!("scripts/inetd.py");

// The names of files in a server's directory.
const USERS: &str = "users";
const GROUPS: &str = "groups";

/// Unpacks the server, the libraries that the machine lacks, and the wrapper library into
/// `workdir`, unless they are there.
pub(super) fn fetch(workdir: &Path) -> Result<PathBuf> {
    let program = Unpacked::fetch(workdir, "inetutils-ftpd", PROGRAM)?;
    let wrapper = format!("usr/lib/{ARCH}-linux-gnu/{WRAPPER}");
    Unpacked::fetch(workdir, "libnss-wrapper", &wrapper)?;
    Ok(program)
}

/// Starts the server. Only root can do this, because the server confines its sessions by chroot.
pub(super) fn start(program: &Path, workdir: &Path, setting: &Setting<'_>) -> Result<Process> {
    let unpacked = program.ancestors().nth(3).unwrap_or(Path::new("/"));
    let prepare = |process: &Process| {
        if !process.is_roots()? {
            return Err("inetutils-ftpd has to be started by root: it confines by chroot".into());
        }
        let account = Account::find(process)?;
        process.plant(&account, setting.room)?;
        let Account { user, group, .. } = account;
        // The server runs the sessions of guests as the user `ftp` of its own list. This user gets
        // the ids of `account`.
        let guest = format!("ftp:x:{user}:{group}::{}:/bin/sh\n", process.text("root")?);
        fs::write(process.path(USERS), guest)?;
        fs::write(process.path(GROUPS), format!("ftp:x:{group}:\n"))?;
        let script = process.path("inetd");
        fs::write(&script, INETD)?;
        let mut command = pip::command(&script);
        command
            .arg(process.address().ip().to_string())
            .arg(process.port().to_string())
            .arg(program)
            // With these options, only guests may log in, with any password.
            .args(["--auth=default", "--anonymous-only", "--umask=022"])
            .env("LD_LIBRARY_PATH", library_path(unpacked))
            .env("LD_PRELOAD", WRAPPER)
            .env("NSS_WRAPPER_PASSWD", process.path(USERS))
            .env("NSS_WRAPPER_GROUP", process.path(GROUPS));
        if let Some(idle) = setting.idle {
            command.arg(format!("--timeout={}", idle.as_secs()));
        }
        Ok(command)
    };
    Process::start("inetutils-ftpd", workdir, setting, &[], prepare)
}
