//! vsftpd, a strict server written in C, as the foreign end of the
//! interoperability runs.

use std::{
    fmt::Write as _,
    fs,
    ops::{Deref, RangeInclusive},
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use super::{
    Result,
    account::Account,
    listening::{Family, Greets},
    package::{Unpacked, library_path},
    process::Process,
    tls::{Data, Files, OPENSSL_CONF, Start, Tls},
    tree::{Room, open_directory},
};

/// What a [`Vsftpd`] is to be like.
#[derive(Clone)]
pub(crate) struct VsftpdOptions<'a> {
    /// Plain FTP when nothing.
    pub(crate) tls: Option<Tls<'a>>,
    /// Whether data connections must resume the TLS session of the control
    /// connection, as is vsftpd's default.
    pub(crate) require_session_reuse: bool,
    /// Bytes per second of a transfer, zero for no limit. A slow transfer is
    /// one that can be aborted in the middle.
    pub(crate) max_rate: u64,
    /// Whether an abort is looked for while a transfer runs.
    pub(crate) async_abort: bool,
    /// Whether `TYPE A` converts line ends, instead of being ignored.
    pub(crate) ascii: bool,
    /// The ports for passive data connections.
    pub(crate) passive_ports: RangeInclusive<u16>,
    /// The version of IP that it listens with.
    pub(crate) family: Family,
    /// Where clients may do everything.
    pub(crate) room: Room,
    /// How long a session may stay silent, in whole seconds; five minutes by default.
    pub(crate) idle: Option<Duration>,
}

impl Default for VsftpdOptions<'_> {
    fn default() -> Self {
        Self {
            tls: None,
            require_session_reuse: true,
            max_rate: 0,
            async_abort: false,
            ascii: false,
            // Above what Linux hands out to clients, so that neither is in the
            // other's way.
            passive_ports: 61_000..=65_500,
            family: Family::V4,
            room: Room::default(),
            idle: None,
        }
    }
}

/// A running vsftpd on the loopback interface that takes anonymous logins (`anonymous` or
/// `ftp` with any password) and permits everything in [`WRITABLE`](super::tree::WRITABLE); dropping it
/// kills it and its sessions and deletes its directory.
pub(crate) struct Vsftpd(Process);

impl Vsftpd {
    /// Unpacks vsftpd and the libraries it lacks into `workdir`, unless they
    /// are there, and returns the path of the program.
    ///
    /// # Errors
    ///
    /// Names the tool, package or library that is missing.
    pub(crate) fn fetch(workdir: &Path) -> Result<PathBuf> {
        Unpacked::fetch(workdir, "vsftpd", "usr/sbin/vsftpd")
    }

    /// Starts `binary` with a directory of its own below `workdir`; several
    /// may run at a time. It greets clients by the time this returns.
    ///
    /// # Errors
    ///
    /// When this process is not root's, without whom vsftpd cannot confine a
    /// session, or when the server does not come up; then with all that it
    /// said.
    pub(crate) fn start(
        binary: &Path,
        workdir: &Path,
        options: &VsftpdOptions<'_>,
    ) -> Result<Self> {
        let binary = binary.canonicalize()?;
        let prepare = |process: &Process| {
            let server = Preparing { process, options };
            let files = server.prepare()?;
            Ok(server.command(&binary, files.as_ref()))
        };
        let (family, greets) = (options.family, Greets::with(options.tls.as_ref()));
        Process::start("vsftpd", workdir, family, greets, &[LOG], prepare).map(Self)
    }

    /// As one of several kinds of servers.
    #[must_use]
    pub(crate) fn into_process(self) -> Process {
        self.0
    }
}

impl Deref for Vsftpd {
    type Target = Process;

    fn deref(&self) -> &Process {
        &self.0
    }
}

/// A server that does not run yet.
struct Preparing<'a> {
    process: &'a Process,
    options: &'a VsftpdOptions<'a>,
}

impl Preparing<'_> {
    fn prepare(&self) -> Result<Option<Files>> {
        if !self.process.is_roots()? {
            return Err("vsftpd has to be started by root: it confines sessions by chroot".into());
        }
        // vsftpd turns down a root that the session may write to, so clients
        // write one level below it.
        let account = Account::find(self.process)?;
        self.process.plant(&account, self.options.room)?;
        open_directory(&self.process.path(EMPTY))?;

        let tls = self.options.tls;
        let files = tls.map(|tls| tls.write(self.process)).transpose()?;
        fs::write(
            self.process.path(CONFIGURATION),
            self.configuration(&account.name, files.as_ref())?,
        )?;
        Ok(files)
    }

    fn configuration(&self, user: &str, files: Option<&Files>) -> Result<String> {
        let options = self.options;
        let path = |name: &str| self.process.text(name);
        let (mine, other, address) = match options.family {
            Family::V4 => ("listen", "listen_ipv6", "listen_address"),
            Family::V6 => ("listen_ipv6", "listen", "listen_address6"),
        };
        let mut settings: Vec<(&str, String)> = vec![
            (mine, yes()),
            (other, no()),
            (address, options.family.address().to_string()),
            ("listen_port", self.process.address().port().to_string()),
            ("background", no()),
            ("pasv_min_port", options.passive_ports.start().to_string()),
            ("pasv_max_port", options.passive_ports.end().to_string()),
            ("ftp_username", user.to_owned()),
            ("nopriv_user", user.to_owned()),
            ("secure_chroot_dir", path(EMPTY)?),
            // Containers often forbid both. Without them a session behaves the
            // same, and so does a machine that would allow them.
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
            // Rename, delete, overwrite, append and resume.
            ("anon_other_write_enable", yes()),
            ("anon_max_rate", options.max_rate.to_string()),
            ("write_enable", yes()),
            ("download_enable", yes()),
            ("ls_recurse_enable", no()),
            ("async_abor_enable", yes_or_no(options.async_abort)),
            ("ascii_upload_enable", yes_or_no(options.ascii)),
            ("ascii_download_enable", yes_or_no(options.ascii)),
            ("xferlog_enable", yes()),
            // The format of its own, the only one that takes in the commands.
            ("xferlog_std_format", no()),
            ("log_ftp_protocol", yes()),
            ("vsftpd_log_file", path(LOG)?),
        ];
        if let (Some(tls), Some(files)) = (options.tls, files) {
            settings.extend([
                ("ssl_enable", yes()),
                ("implicit_ssl", yes_or_no(tls.start == Start::Implicit)),
                ("allow_anon_ssl", yes()),
                ("force_anon_logins_ssl", yes()),
                ("force_anon_data_ssl", yes_or_no(tls.data == Data::Private)),
                (
                    "require_ssl_reuse",
                    yes_or_no(options.require_session_reuse),
                ),
                // A transfer that ends without close_notify is an error here,
                // in both directions.
                ("strict_ssl_read_eof", yes()),
                ("strict_ssl_write_shutdown", yes()),
                // The default is one cipher, obsolete for years.
                ("ssl_ciphers", "HIGH".to_owned()),
                // In spite of their names they take keys of every kind.
                ("rsa_cert_file", files.certificate.clone()),
                ("rsa_private_key_file", files.key.clone()),
                ("debug_ssl", yes()),
            ]);
            if let Some(clients) = &files.clients {
                settings.extend([
                    ("require_cert", yes()),
                    ("validate_cert", yes()),
                    ("ca_certs_file", clients.clone()),
                ]);
            }
        }
        if let Some(idle) = options.idle {
            settings.push(("idle_session_timeout", idle.as_secs().to_string()));
        }
        let mut text = String::new();
        for (name, value) in settings {
            writeln!(text, "{name}={value}")?;
        }
        Ok(text)
    }

    fn command(&self, binary: &Path, files: Option<&Files>) -> Command {
        let mut command = Command::new(binary);
        command.arg(self.process.path(CONFIGURATION));
        // `usr/sbin/vsftpd` below the folder it was unpacked into; an installed
        // one finds its libraries by itself.
        if let Some(unpacked) = binary.ancestors().nth(3)
            && unpacked != Path::new("/")
        {
            command.env("LD_LIBRARY_PATH", library_path(unpacked));
        }
        if let Some(files) = files {
            command.env(OPENSSL_CONF, &files.openssl);
        }
        command
    }
}

// Names within the directory of a server.
const CONFIGURATION: &str = "vsftpd.conf";
const LOG: &str = "vsftpd.log";
/// Where the privileged half of a session locks itself in.
const EMPTY: &str = "empty";

fn yes() -> String {
    yes_or_no(true)
}

fn no() -> String {
    yes_or_no(false)
}

fn yes_or_no(value: bool) -> String {
    if value { "YES" } else { "NO" }.to_owned()
}
