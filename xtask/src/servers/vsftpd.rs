//! vsftpd, a strict server written in C, as the foreign end of the
//! interoperability runs.

use std::{
    fmt::Write as _,
    fs::{self, File, Permissions},
    io::{BufRead, BufReader, Write as _},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    ops::RangeInclusive,
    os::unix::{
        ffi::OsStrExt,
        fs::{MetadataExt, PermissionsExt, chown},
    },
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use super::{
    Result,
    authority::Identity,
    package::{Unpacked, library_path},
};

/// Unprivileged users that systems have by themselves, since the list of users
/// must stay as it is. Sessions run as the first whose home directory exists:
/// vsftpd enters that on the way to where it is told to go.
const UNPRIVILEGED: [&str; 3] = ["nobody", "daemon", "bin"];

/// The directory in the root where everything is permitted.
pub(crate) const WRITABLE: &str = "work";

/// How long a server may take from its start to its first greeting.
const START_TIMEOUT: Duration = Duration::from_secs(10);

/// How long sessions may take to go, once told.
const STOP_TIMEOUT: Duration = Duration::from_secs(2);

/// How often the start is tried, should somebody else get hold of the port
/// between choosing it and listening on it.
const ATTEMPTS: usize = 3;

/// A version of TLS to hold a server to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TlsVersion {
    /// TLS 1.2 only.
    Tls12,
    /// TLS 1.3 only.
    Tls13,
}

impl TlsVersion {
    const fn openssl_name(self) -> &'static str {
        match self {
            Self::Tls12 => "TLSv1.2",
            Self::Tls13 => "TLSv1.3",
        }
    }
}

/// What a [`Vsftpd`] is to be like.
#[derive(Clone, Debug)]
pub(crate) struct VsftpdOptions {
    /// Plain FTP when nothing, otherwise TLS of exactly this version, without
    /// which no login and no transfer is allowed.
    pub(crate) tls: Option<TlsVersion>,
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
}

impl Default for VsftpdOptions {
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
        }
    }
}

/// A running vsftpd on 127.0.0.1 that takes anonymous logins (`anonymous` or
/// `ftp` with any password) and permits everything in [`WRITABLE`]; dropping it
/// kills it and its sessions and deletes its directory.
pub(crate) struct Vsftpd {
    // An option only until the process runs: the directory has to be removed
    // even if it never does.
    child: Option<Child>,
    directory: PathBuf,
    port: u16,
}

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
    /// session, when TLS is asked for without an identity, or when the server
    /// does not come up; then with all that it said.
    pub(crate) fn start(
        binary: &Path,
        workdir: &Path,
        options: &VsftpdOptions,
        identity: Option<&Identity>,
    ) -> Result<Self> {
        fs::create_dir_all(workdir)?;
        // The server runs in another directory, with all paths in full.
        let workdir = workdir.canonicalize()?;
        let binary = &binary.canonicalize()?;
        for _ in 1..ATTEMPTS {
            match Self::try_start(binary, &workdir, options, identity) {
                // The choice of a port and its use are two steps of two
                // processes, with room between them.
                Err(error) if error.to_string().contains("could not bind") => {}
                other => return other,
            }
        }
        Self::try_start(binary, &workdir, options, identity)
    }

    fn try_start(
        binary: &Path,
        workdir: &Path,
        options: &VsftpdOptions,
        identity: Option<&Identity>,
    ) -> Result<Self> {
        let port = free_port()?;
        let mut server = Self {
            child: None,
            directory: workdir.join(format!("vsftpd-{port}")),
            port,
        };
        // Left behind by a run that was killed.
        if server.directory.exists() {
            fs::remove_dir_all(&server.directory)?;
        }
        server.prepare(options, identity)?;
        server.child = Some(server.spawn(binary, options)?);
        server.wait_until_it_greets()?;
        Ok(server)
    }

    /// The port of the control connection.
    #[must_use]
    pub(crate) const fn port(&self) -> u16 {
        self.port
    }

    /// The directory on disk that clients see as `/`.
    #[must_use]
    pub(crate) fn root(&self) -> PathBuf {
        self.directory.join("root")
    }

    /// Everything the server has said so far: what went over its control
    /// connections, what became of transfers, and what OpenSSL found wrong.
    #[must_use]
    pub(crate) fn log(&self) -> String {
        let mut text = String::new();
        for name in [CONSOLE, LOG] {
            // Neither needs to exist yet, and file names of clients in it need
            // not be UTF-8.
            let bytes = fs::read(self.directory.join(name)).unwrap_or_default();
            text.push_str(&String::from_utf8_lossy(&bytes));
        }
        text
    }

    fn prepare(&self, options: &VsftpdOptions, identity: Option<&Identity>) -> Result<()> {
        open_directory(&self.directory)?;
        if fs::metadata(&self.directory)?.uid() != 0 {
            return Err("vsftpd has to be started by root: it confines sessions by chroot".into());
        }
        // vsftpd turns down a root that the session may write to, so clients
        // write one level below it.
        let writable = self.root().join(WRITABLE);
        open_directory(&self.root())?;
        open_directory(&writable)?;
        let account = Account::find()?;
        chown(&writable, Some(account.user), Some(account.group))?;
        open_directory(&self.directory.join(EMPTY))?;

        if let Some(version) = options.tls {
            let identity = identity.ok_or("TLS needs an identity")?;
            fs::write(self.directory.join(CERTIFICATE), &identity.certificate_pem)?;
            let key = self.directory.join(KEY);
            // Readable by nobody else from the first byte on.
            File::create(&key)?.set_permissions(Permissions::from_mode(0o600))?;
            fs::write(&key, &identity.key_pem)?;
            fs::write(self.directory.join(OPENSSL), openssl_configuration(version))?;
        }
        fs::write(
            self.directory.join(CONFIGURATION),
            self.configuration(options, &account.name)?,
        )?;
        Ok(())
    }

    fn configuration(&self, options: &VsftpdOptions, user: &str) -> Result<String> {
        let path = |name: &str| {
            // One line is one setting.
            let path = self.directory.join(name);
            match path.to_str() {
                Some(text) if !text.contains('\n') => Ok(text.to_owned()),
                _ => Err(format!("vsftpd cannot be told of {}", path.display())),
            }
        };
        let mut settings: Vec<(&str, String)> = vec![
            ("listen", yes()),
            ("listen_ipv6", no()),
            ("listen_address", Ipv4Addr::LOCALHOST.to_string()),
            ("listen_port", self.port.to_string()),
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
        if options.tls.is_some() {
            settings.extend([
                ("ssl_enable", yes()),
                ("allow_anon_ssl", yes()),
                ("force_anon_logins_ssl", yes()),
                ("force_anon_data_ssl", yes()),
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
                ("rsa_cert_file", path(CERTIFICATE)?),
                ("rsa_private_key_file", path(KEY)?),
                ("debug_ssl", yes()),
            ]);
        }
        let mut text = String::new();
        for (name, value) in settings {
            writeln!(text, "{name}={value}")?;
        }
        Ok(text)
    }

    fn spawn(&self, binary: &Path, options: &VsftpdOptions) -> Result<Child> {
        let console = File::create(self.directory.join(CONSOLE))?;
        let mut command = Command::new(binary);
        command
            .arg(self.directory.join(CONFIGURATION))
            .current_dir(&self.directory)
            // The last words of a failing start go to descriptor zero, which
            // is the client for a session.
            .stdin(console.try_clone()?)
            .stdout(console.try_clone()?)
            .stderr(console);
        // `usr/sbin/vsftpd` below the folder it was unpacked into; an installed
        // one finds its libraries by itself.
        if let Some(unpacked) = binary.ancestors().nth(3)
            && unpacked != Path::new("/")
        {
            command.env("LD_LIBRARY_PATH", library_path(unpacked));
        }
        if options.tls.is_some() {
            command.env("OPENSSL_CONF", self.directory.join(OPENSSL));
        }
        Ok(command
            .spawn()
            .map_err(|error| format!("{}: {error}", binary.display()))?)
    }

    /// Kills the processes of sessions and tells whether there were any.
    ///
    /// Each session becomes the leader of a process group and, with the
    /// listener gone, a child of somebody else's. What stays is its command
    /// line, which names the configuration that no other server has.
    fn kill_sessions(&self) -> bool {
        let configuration = self.directory.join(CONFIGURATION);
        let Ok(processes) = fs::read_dir("/proc") else {
            return false;
        };
        let sessions: Vec<_> = processes
            .flatten()
            .filter(|process| {
                fs::read(process.path().join("cmdline")).is_ok_and(|line| {
                    let mut words = line.split(|&byte| byte == 0);
                    words.nth(1) == Some(configuration.as_os_str().as_bytes())
                })
            })
            .map(|process| process.file_name())
            .collect();
        if sessions.is_empty() {
            return false;
        }
        // The standard library signals direct children only.
        let _ = Command::new("kill")
            .args(["-KILL", "--"])
            .args(sessions)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        true
    }

    fn wait_until_it_greets(&mut self) -> Result<()> {
        let deadline = Instant::now() + START_TIMEOUT;
        loop {
            let ended = match &mut self.child {
                Some(child) => child.try_wait()?,
                None => None,
            };
            if let Some(status) = ended {
                return Err(format!("vsftpd ended, {status}: {}", self.log().trim()).into());
            }
            match greeting(self.port) {
                Ok(line) if line.starts_with("220") => return Ok(()),
                Ok(line) => return Err(format!("vsftpd greets with: {}", line.trim()).into()),
                Err(error) if Instant::now() >= deadline => {
                    return Err(format!("vsftpd is silent, {error}: {}", self.log().trim()).into());
                }
                Err(_) => thread::sleep(Duration::from_millis(10)),
            }
        }
    }
}

impl Drop for Vsftpd {
    fn drop(&mut self) {
        // Nobody can be told about errors in here.
        if let Some(mut listener) = self.child.take() {
            let _ = listener.kill();
            let _ = listener.wait();
            // With the listener gone there are no new sessions, but a session
            // may be about to divide once more.
            let deadline = Instant::now() + STOP_TIMEOUT;
            while self.kill_sessions() && Instant::now() < deadline {
                thread::sleep(Duration::from_millis(5));
            }
        }
        // After a failed assertion somebody may want to look at it.
        if !thread::panicking() {
            let _ = fs::remove_dir_all(&self.directory);
        }
    }
}

// Names within the directory of a server.
const CONFIGURATION: &str = "vsftpd.conf";
const OPENSSL: &str = "openssl.cnf";
const CERTIFICATE: &str = "certificate.pem";
const KEY: &str = "key.pem";
const LOG: &str = "vsftpd.log";
const CONSOLE: &str = "console.txt";
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

/// Holds the library to one version, because vsftpd's own switches end at
/// TLS 1.0 in the release that Debian has, and unknown ones are fatal.
fn openssl_configuration(version: TlsVersion) -> String {
    let version = version.openssl_name();
    format!(
        "openssl_conf = main\n\
         [main]\n\
         ssl_conf = modules\n\
         [modules]\n\
         system_default = defaults\n\
         [defaults]\n\
         MinProtocol = {version}\n\
         MaxProtocol = {version}\n"
    )
}

/// A new directory open to every user, whatever the umask.
fn open_directory(path: &Path) -> Result<()> {
    fs::create_dir(path)?;
    fs::set_permissions(path, Permissions::from_mode(0o755))?;
    Ok(())
}

/// A line of the list of users.
struct Account {
    name: String,
    user: u32,
    group: u32,
}

impl Account {
    /// The first of [`UNPRIVILEGED`] that vsftpd can use.
    fn find() -> Result<Self> {
        let accounts = fs::read_to_string("/etc/passwd")?;
        UNPRIVILEGED
            .iter()
            .find_map(|name| accounts.lines().find_map(|line| Self::parse(line, name)))
            .ok_or_else(|| format!("none of {UNPRIVILEGED:?} is a user with a home here").into())
    }

    fn parse(line: &str, wanted: &str) -> Option<Self> {
        // As in: daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin
        let mut fields = line.split(':');
        let name = fields.next().filter(|&name| name == wanted)?.to_owned();
        let user = fields.nth(1)?.parse().ok()?;
        let group = fields.next()?.parse().ok()?;
        let home = Path::new(fields.nth(1)?);
        home.is_dir().then_some(Self { name, user, group })
    }
}

fn free_port() -> Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    Ok(listener.local_addr()?.port())
}

/// The first line a client sees.
fn greeting(port: u16) -> std::io::Result<String> {
    const PATIENCE: Duration = Duration::from_secs(2);
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut line = String::new();
    let mut reader = BufReader::new(&stream);
    reader.read_line(&mut line)?;
    if line.is_empty() {
        return Err(std::io::ErrorKind::UnexpectedEof.into());
    }
    // A parting word keeps the log free of a session that seems lost.
    (&stream).write_all(b"QUIT\r\n")?;
    reader.read_line(&mut String::new())?;
    Ok(line)
}
