//! ProFTPD, the server of many hosting companies. It answers ABOR at once, and removes Telnet
//! signals from commands.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::Result;
use super::account::Account;
use super::foreign::{PASSIVE_PORTS, Setting};
use super::listening::Family;
use super::package::{Unpacked, library_path};
use super::process::Process;
use super::tls::{Data, Files, Start, Tls};

/// The paths of the server's program, its modules, and its TLS module, which is in another package.
const PROGRAM: &str = "usr/sbin/proftpd";
const MODULES: &str = "usr/lib/proftpd";
const MOD_TLS: &str = "usr/lib/proftpd/mod_tls.so";

// The names of files in a server's directory.
const CONFIGURATION: &str = "proftpd.conf";
const USERS: &str = "users";
const LOG: &str = "proftpd.log";
const TLS_LOG: &str = "tls.log";

/// Unpacks the server and the libraries that the machine lacks into `workdir`, unless they are
/// there.
pub(crate) fn fetch(workdir: &Path) -> Result<PathBuf> {
    let program = Unpacked::fetch(workdir, "proftpd-core", PROGRAM)?;
    Unpacked::fetch(workdir, "proftpd-mod-crypto", MOD_TLS)?;
    Ok(program)
}

/// Starts the server. If root starts it, sessions are confined to the directory that clients see as
/// `/`. Otherwise sessions begin in that directory, but clients can leave it.
pub(crate) fn start(program: &Path, workdir: &Path, setting: &Setting<'_>) -> Result<Process> {
    let unpacked = program.ancestors().nth(3).unwrap_or(Path::new("/"));
    let prepare = |process: &Process| {
        let account = Account::find(process)?;
        process.plant(&account, setting.room)?;
        account.write_user(process, USERS, ":/bin/sh")?;
        let modules = unpacked.join(MODULES);
        let modules = modules.to_str().ok_or("a path that is no text")?;
        // The server computes hashes by mod_digest.
        let mut configuration = format!("ModulePath {modules}\nLoadModule mod_digest.c\n");
        configuration += &self::configuration(process, &account, setting)?;
        if let Some(tls) = &setting.tls {
            configuration += &secured(tls, &tls.write(process)?);
            configuration += &format!("TLSLog {}\n", process.text(TLS_LOG)?);
        }
        fs::write(process.path(CONFIGURATION), configuration)?;
        let mut command = Command::new(program);
        command
            .args(["--nodaemon", "--quiet", "--config"])
            .arg(process.path(CONFIGURATION))
            .env("LD_LIBRARY_PATH", library_path(unpacked))
            // Gives the server a UTF-8 locale, because it converts file names to the character set
            // of its locale.
            .env("LC_ALL", "C.UTF-8");
        Ok(command)
    };
    Process::start("proftpd", workdir, setting, &[LOG, TLS_LOG], prepare)
}

fn configuration(process: &Process, account: &Account, setting: &Setting<'_>) -> Result<String> {
    let address = process.address();
    let (first, last) = (PASSIVE_PORTS.start(), PASSIVE_PORTS.end());
    let ipv6 = match setting.family {
        Family::V4 => "off",
        Family::V6 => "on",
    };
    let mut lines = vec![
        "ServerType standalone".to_owned(),
        "ServerName interop".to_owned(),
        format!("UseIPv6 {ipv6}"),
        format!("DefaultAddress {}", address.ip()),
        format!("Port {}", address.port()),
        // Makes the server listen on `DefaultAddress` only.
        "SocketBindTight on".to_owned(),
        format!("PassivePorts {first} {last}"),
        "AuthOrder mod_auth_file.c".to_owned(),
        format!("AuthUserFile {}", process.text(USERS)?),
        "RequireValidShell off".to_owned(),
        "AllowOverwrite on".to_owned(),
        "AllowStoreRestart on".to_owned(),
        "UseReverseDNS off".to_owned(),
        // Turns off the delay engine, which would make each login take as long as the slowest one
        // so far.
        "DelayEngine off".to_owned(),
        // These settings keep the server from writing files outside its directory.
        "WtmpLog off".to_owned(),
        "TransferLog none".to_owned(),
        format!("SystemLog {}", process.text(LOG)?),
        format!("PidFile {}", process.text("pid")?),
        format!("ScoreboardFile {}", process.text("scoreboard")?),
        format!("ScoreboardMutex {}", process.text("scoreboard.lock")?),
        "<IfModule mod_ctrls.c>".to_owned(),
        "ControlsEngine off".to_owned(),
        format!("ControlsSocket {}", process.text("controls")?),
        "</IfModule>".to_owned(),
    ];
    // These lines are needed even if root does not start the server: by default it tries to become
    // root.
    lines.push(format!("User {}", account.name));
    lines.push(format!("Group {}", account.group_name()?));
    if account.is_other {
        lines.push("DefaultRoot ~".to_owned());
    }
    if let Some(idle) = setting.idle {
        lines.push(format!("TimeoutIdle {}", idle.as_secs()));
    }
    Ok(lines.join("\n") + "\n")
}

/// Returns the TLS settings. They do not mention resumption, because by default the server demands
/// that data connections resume the TLS session.
fn secured(tls: &Tls<'_>, files: &Files) -> String {
    let mut lines = vec![
        "LoadModule mod_tls.c".to_owned(),
        "TLSEngine on".to_owned(),
        format!("TLSProtocol {}", tls.version.openssl_names().join(" ")),
        format!("TLSECCertificateFile {}", files.certificate),
        format!("TLSECCertificateKeyFile {}", files.key),
        "TLSRenegotiate none".to_owned(),
    ];
    lines.push(match tls.data {
        Data::Private => "TLSRequired on".to_owned(),
        Data::Any => "TLSRequired ctrl".to_owned(),
    });
    if tls.start == Start::Implicit {
        lines.push("TLSOptions UseImplicitSSL".to_owned());
    }
    if let Some(clients) = &files.clients {
        lines.push(format!("TLSCACertificateFile {clients}"));
        lines.push("TLSVerifyClient on".to_owned());
    }
    lines.join("\n") + "\n"
}
