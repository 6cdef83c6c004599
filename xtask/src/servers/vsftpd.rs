//! vsftpd, a strict server written in C. It uses the machine's list of users, which the tests must
//! not change, so clients log in as guests.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use super::Result;
use super::account::Account;
use super::foreign::Setting;
use super::listening::Family;
use super::package::library_path_of;
use super::process::Process;
use super::tls::{Data, Files, OPENSSL_CONF};
use super::tree::open_directory;

/// The path of the server's program in its package.
pub(super) const PROGRAM: &str = "usr/sbin/vsftpd";

// The names of files in a server's directory.
const CONFIGURATION: &str = "vsftpd.conf";
const LOG: &str = "vsftpd.log";
/// An empty directory. Each session has a privileged process, which confines itself to this
/// directory by chroot.
const EMPTY: &str = "empty";

/// Starts the server. Only root can do this, because the server confines its sessions by chroot.
pub(crate) fn start(program: &Path, workdir: &Path, setting: &Setting<'_>) -> Result<Process> {
    let program = program.canonicalize()?;
    let prepare = |process: &Process| {
        if !process.is_roots()? {
            return Err("vsftpd has to be started by root: it confines sessions by chroot".into());
        }
        let account = Account::find(process)?;
        process.plant(&account, setting.room)?;
        open_directory(&process.path(EMPTY))?;
        let files = setting.tls.map(|tls| tls.write(process)).transpose()?;
        let mut settings = settings(process, &account.name, setting)?;
        if let Some(files) = &files {
            settings.extend(secured(setting, files));
        }
        let mut text = String::new();
        for (name, value) in settings {
            writeln!(text, "{name}={value}")?;
        }
        fs::write(process.path(CONFIGURATION), text)?;
        let mut command = Command::new(&program);
        command.arg(process.path(CONFIGURATION));
        library_path_of(&program, &mut command);
        if let Some(files) = files {
            command.env(OPENSSL_CONF, files.openssl);
        }
        Ok(command)
    };
    Process::start("vsftpd", workdir, setting, &[LOG], prepare)
}

type Settings = Vec<(&'static str, String)>;

fn settings(process: &Process, user: &str, setting: &Setting<'_>) -> Result<Settings> {
    let path = |name: &str| process.text(name);
    let (mine, other, address) = match setting.family {
        Family::V4 => ("listen", "listen_ipv6", "listen_address"),
        Family::V6 => ("listen_ipv6", "listen", "listen_address6"),
    };
    let ports = setting.ports.range();
    let mut settings = vec![
        (mine, yes()),
        (other, no()),
        (address, setting.family.address().to_string()),
        ("listen_port", process.port().to_string()),
        ("background", no()),
        ("pasv_min_port", ports.start().to_string()),
        ("pasv_max_port", ports.end().to_string()),
        ("ftp_username", user.to_owned()),
        ("nopriv_user", user.to_owned()),
        ("secure_chroot_dir", path(EMPTY)?),
        // Turns off these sandboxes, because containers often forbid them. A session behaves the
        // same without them.
        ("isolate", no()),
        ("isolate_network", no()),
        ("seccomp_sandbox", no()),
        ("local_enable", no()),
        ("anonymous_enable", yes()),
        ("anon_root", path("root")?),
        ("anon_umask", "022".to_owned()),
        ("anon_world_readable_only", no()),
        ("anon_upload_enable", yes()),
        ("anon_mkdir_write_enable", yes()),
        // Allows guests to rename, delete, overwrite, append and resume.
        ("anon_other_write_enable", yes()),
        ("write_enable", yes()),
        ("download_enable", yes()),
        ("ls_recurse_enable", no()),
        // Without these two settings, the server ignores TYPE A.
        ("ascii_upload_enable", yes()),
        ("ascii_download_enable", yes()),
        ("xferlog_enable", yes()),
        // Chooses vsftpd's own log format, because only this format contains the commands.
        ("xferlog_std_format", no()),
        ("log_ftp_protocol", yes()),
        ("vsftpd_log_file", path(LOG)?),
    ];
    if let Some(idle) = setting.idle {
        settings.push(("idle_session_timeout", idle.as_secs().to_string()));
    }
    Ok(settings)
}

fn secured(setting: &Setting<'_>, files: &Files) -> Settings {
    let is_private = setting.tls.is_some_and(|tls| tls.data == Data::Private);
    let mut settings = vec![
        ("ssl_enable", yes()),
        ("implicit_ssl", yes_or_no(setting.is_implicit())),
        ("allow_anon_ssl", yes()),
        ("force_anon_logins_ssl", yes()),
        ("force_anon_data_ssl", yes_or_no(is_private)),
        ("require_ssl_reuse", yes()),
        // With these two settings, a transfer that ends without close_notify is an error, in both
        // directions.
        ("strict_ssl_read_eof", yes()),
        ("strict_ssl_write_shutdown", yes()),
        // Replaces the default, a single cipher that has been obsolete for years.
        ("ssl_ciphers", "HIGH".to_owned()),
        // In spite of their names, these two settings take keys of every kind, not only RSA.
        ("rsa_cert_file", files.certificate.clone()),
        ("rsa_private_key_file", files.key.clone()),
        ("debug_ssl", yes()),
    ];
    if let Some(clients) = &files.clients {
        settings.extend([
            ("require_cert", yes()),
            ("validate_cert", yes()),
            ("ca_certs_file", clients.clone()),
        ]);
    }
    settings
}

fn yes() -> String {
    yes_or_no(true)
}

fn no() -> String {
    yes_or_no(false)
}

fn yes_or_no(value: bool) -> String {
    if value { "YES" } else { "NO" }.to_owned()
}
