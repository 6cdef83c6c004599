//! A server that runs in a process of its own: where it lives, when it is there, how it goes.

use std::{
    collections::BTreeMap,
    fs::{self, File, Permissions},
    io::{BufRead, BufReader, Write as _},
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream},
    os::unix::{
        fs::{MetadataExt, PermissionsExt, chown},
        process::CommandExt,
    },
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use super::{
    Result,
    tls::{Start, Tls},
};

/// Unprivileged users that systems have by themselves, since the list of users must stay as it is.
/// Sessions run as the first whose home directory exists: vsftpd enters that on the way to where it
/// is told to go.
const UNPRIVILEGED: [&str; 3] = ["nobody", "daemon", "bin"];

/// The directory in the root where everything is permitted; in the root itself nothing is.
pub(crate) const WRITABLE: &str = "open";

/// How long a server may take from its start to its first greeting.
const START_TIMEOUT: Duration = Duration::from_secs(20);

/// How long sessions may take to go, once told.
const STOP_TIMEOUT: Duration = Duration::from_secs(2);

/// How often the start is tried, should somebody else get hold of the port between choosing it and
/// listening on it.
const ATTEMPTS: usize = 3;

/// What a server says when its port is taken: vsftpd, Pure-FTPd and pyftpdlib, ProFTPD.
const PORT_IS_TAKEN: [&str; 3] = ["could not bind", "ddress already in use", "unable to bind"];

/// What a server and the loader print; every other file of a log is the server's own.
const CONSOLE: &str = "console.txt";

/// The version of IP that a server listens with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Family {
    #[default]
    V4,
    V6,
}

impl Family {
    pub(crate) const fn address(self) -> IpAddr {
        match self {
            Self::V4 => IpAddr::V4(Ipv4Addr::LOCALHOST),
            Self::V6 => IpAddr::V6(Ipv6Addr::LOCALHOST),
        }
    }
}

/// How a server begins with a client.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Greets {
    /// By a reply in clear.
    #[default]
    InClear,
    /// By nothing, before TLS has begun.
    UnderTls,
}

impl Greets {
    pub(super) fn with(tls: Option<&Tls<'_>>) -> Self {
        match tls.map(|tls| tls.start) {
            Some(Start::Implicit) => Self::UnderTls,
            _ => Self::InClear,
        }
    }
}

/// Where clients may do everything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Room {
    /// In [`WRITABLE`], and only look above it.
    #[default]
    Below,
    /// In the root, where there is nothing.
    Root,
}

/// A directory with a server in it; dropping it kills the server with all its sessions and removes
/// the directory.
pub(crate) struct Process {
    name: &'static str,
    // An option only until the process runs: the directory has to be removed even if it never
    // does.
    child: Option<Child>,
    watchdog: Option<Watchdog>,
    directory: PathBuf,
    address: SocketAddr,
    /// The names of the files that the server writes its log to.
    logs: &'static [&'static str],
    afterwards: Option<Afterwards>,
}

type Afterwards = Box<dyn FnOnce() + Send + Sync>;

impl Process {
    /// Makes a directory and starts a server in it; it greets clients by the time this returns, or
    /// takes their connections where it does not greet in clear.
    ///
    /// `prepare` writes what the server needs and says how to start it.
    ///
    /// # Errors
    ///
    /// What `prepare` says, or that the server does not come up; then with all that it said.
    pub(crate) fn start(
        name: &'static str,
        workdir: &Path,
        family: Family,
        greets: Greets,
        logs: &'static [&'static str],
        prepare: impl Fn(&Self) -> Result<Command>,
    ) -> Result<Self> {
        fs::create_dir_all(workdir)?;
        // Servers run in another directory, with all paths in full.
        let workdir = workdir.canonicalize()?;
        let attempt = || {
            let mut process = Self::settle(name, &workdir, family, logs)?;
            let mut command = prepare(&process)?;
            process.spawn(&mut command)?;
            process.wait_until_it_greets(greets)?;
            Ok(process)
        };
        for _ in 1..ATTEMPTS {
            match attempt() {
                // The choice of a port and its use are two steps of two processes, with room
                // between them.
                Err(error) if is_about_the_port(&error) => {}
                other => return other,
            }
        }
        attempt()
    }

    fn settle(
        name: &'static str,
        workdir: &Path,
        family: Family,
        logs: &'static [&'static str],
    ) -> Result<Self> {
        let address = free_port(family)?;
        let process = Self {
            name,
            child: None,
            watchdog: None,
            directory: workdir.join(format!("{name}-{}", address.port())),
            address,
            logs,
            afterwards: None,
        };
        // Left behind by a run that was killed.
        if process.directory.exists() {
            fs::remove_dir_all(&process.directory)?;
        }
        open_directory(&process.directory)?;
        Ok(process)
    }

    /// What remains to be done once the server is gone.
    pub(crate) fn afterwards(&mut self, action: impl FnOnce() + Send + Sync + 'static) {
        self.afterwards = Some(Box::new(action));
    }

    /// Where the server listens.
    pub(crate) const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The port of the control connection.
    pub(crate) const fn port(&self) -> u16 {
        self.address.port()
    }

    /// A file in the directory of the server.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }

    /// The same for a configuration, in which one line is one setting.
    ///
    /// # Errors
    ///
    /// When the path cannot stand there.
    pub(crate) fn text(&self, name: &str) -> Result<String> {
        let path = self.path(name);
        match path.to_str() {
            Some(text) if !text.contains(['\n', ' ', '"', '%', ':']) => Ok(text.to_owned()),
            _ => Err(format!("{} cannot be told of {}", self.name, path.display()).into()),
        }
    }

    /// The directory on disk that clients see as `/`.
    pub(crate) fn root(&self) -> PathBuf {
        self.path("root")
    }

    /// Makes the tree that clients see, for this account.
    ///
    /// # Errors
    ///
    /// Those of the disk.
    pub(crate) fn plant(&self, account: &Account, room: Room) -> Result<()> {
        open_directory(&self.root())?;
        let writable = match room {
            Room::Below => self.root().join(WRITABLE),
            Room::Root => {
                chown(self.root(), Some(account.user), Some(account.group))?;
                return Ok(());
            }
        };
        open_directory(&writable)?;
        if account.is_other {
            chown(&writable, Some(account.user), Some(account.group))?;
        } else {
            // What the owner may not write to, nobody may.
            fs::set_permissions(self.root(), Permissions::from_mode(0o555))?;
        }
        Ok(())
    }

    /// Whether servers are started by root, who alone can confine sessions by chroot and change
    /// users.
    ///
    /// # Errors
    ///
    /// Those of the disk.
    pub(crate) fn is_roots(&self) -> Result<bool> {
        Ok(fs::metadata(&self.directory)?.uid() == 0)
    }

    /// Everything the server has said so far.
    #[must_use]
    pub(crate) fn log(&self) -> String {
        let mut text = String::new();
        for name in [CONSOLE].iter().chain(self.logs) {
            // Neither needs to exist yet, and file names of clients in it need not be UTF-8.
            let bytes = fs::read(self.path(name)).unwrap_or_default();
            text.push_str(&String::from_utf8_lossy(&bytes));
        }
        text
    }

    fn spawn(&mut self, command: &mut Command) -> Result<()> {
        let console = File::create(self.path(CONSOLE))?;
        let child = command
            .current_dir(&self.directory)
            // The last words of vsftpd, when its start fails, go to descriptor zero, which is the
            // client for a session.
            .stdin(console.try_clone()?)
            .stdout(console.try_clone()?)
            .stderr(console)
            .spawn()
            .map_err(|error| format!("{}: {error}", command.get_program().display()))?;
        let id = child.id();
        self.child = Some(child);
        self.watchdog = Some(Watchdog::over(id)?);
        Ok(())
    }

    fn wait_until_it_greets(&mut self, greets: Greets) -> Result<()> {
        let name = self.name;
        let deadline = Instant::now() + START_TIMEOUT;
        loop {
            let ended = match &mut self.child {
                Some(child) => child.try_wait()?,
                None => None,
            };
            if let Some(status) = ended {
                return Err(format!("{name} ended, {status}: {}", self.log().trim()).into());
            }
            let greeting = match greets {
                Greets::InClear => greeting(self.address),
                Greets::UnderTls => TcpStream::connect(self.address).map(|_| "220".to_owned()),
            };
            match greeting {
                Ok(line) if line.starts_with("220") => return Ok(()),
                Ok(line) => return Err(format!("{name} greets with: {}", line.trim()).into()),
                Err(error) if Instant::now() >= deadline => {
                    return Err(format!("{name} is silent, {error}: {}", self.log().trim()).into());
                }
                Err(_) => thread::sleep(Duration::from_millis(10)),
            }
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Nobody can be told about errors in here.
        if let Some(mut server) = self.child.take() {
            // One that stands still starts no further sessions, and stays the ancestor of those
            // there are.
            signal("STOP", &[server.id()]);
            let deadline = Instant::now() + STOP_TIMEOUT;
            loop {
                let sessions = descendants(server.id());
                if sessions.is_empty() || Instant::now() >= deadline {
                    break;
                }
                signal("KILL", &sessions);
                thread::sleep(Duration::from_millis(5));
            }
            // Not once the number of the server may be somebody else's.
            self.watchdog = None;
            let _ = server.kill();
            let _ = server.wait();
            if let Some(action) = self.afterwards.take() {
                action();
            }
        }
        // After a failed assertion somebody may want to look at it.
        if !thread::panicking() {
            let _ = fs::remove_dir_all(&self.directory);
        }
    }
}

/// Kills a server when this process is gone without having stopped it, as when it was killed
/// itself; dropping it calls it off. Sessions then end with their clients.
struct Watchdog(Child);

impl Watchdog {
    fn over(id: u32) -> Result<Self> {
        // It reads from here until nobody can write any more.
        let mut command = Command::new("sh");
        command
            .args(["-c", "read -r _; kill -KILL \"$1\"", "watchdog"])
            .arg(id.to_string())
            // Out of reach of an interrupt from the terminal.
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        Ok(Self(
            command.spawn().map_err(|error| format!("`sh`: {error}"))?,
        ))
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The processes that descend from this one and have not ended.
fn descendants(ancestor: u32) -> Vec<u32> {
    let mut children: BTreeMap<u32, Vec<(u32, bool)>> = BTreeMap::new();
    for process in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let name = process.file_name();
        let Some(id) = name.to_str().and_then(|name| name.parse::<u32>().ok()) else {
            continue;
        };
        if let Some(status) = status(id) {
            let child = (id, status.ended);
            children.entry(status.parent).or_default().push(child);
        }
    }
    let mut found = Vec::new();
    let mut families = vec![ancestor];
    while let Some(parent) = families.pop() {
        for &(child, ended) in children.get(&parent).into_iter().flatten() {
            families.push(child);
            if !ended {
                found.push(child);
            }
        }
    }
    found
}

/// Whether there is a process of this number that has not ended.
pub(super) fn is_running(id: u32) -> bool {
    status(id).is_some_and(|status| !status.ended)
}

struct Status {
    parent: u32,
    ended: bool,
}

fn status(id: u32) -> Option<Status> {
    let line = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    // As in: 4711 (the name (of anything)) S 1 4711 ...
    let (_, fields) = line.rsplit_once(')')?;
    let mut fields = fields.split_whitespace();
    let ended = matches!(fields.next()?, "Z" | "X");
    let parent = fields.next()?.parse().ok()?;
    Some(Status { parent, ended })
}

/// The standard library kills direct children only.
fn signal(name: &str, processes: &[u32]) {
    let _ = Command::new("kill")
        .args([&format!("-{name}"), "--"])
        .args(processes.iter().map(u32::to_string))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
}

fn is_about_the_port(error: &impl ToString) -> bool {
    let text = error.to_string();
    PORT_IS_TAKEN.iter().any(|saying| text.contains(saying))
}

/// A new directory open to every user, whatever the umask.
pub(crate) fn open_directory(path: &Path) -> Result<()> {
    fs::create_dir(path).map_err(|error| format!("{}: {error}", path.display()))?;
    fs::set_permissions(path, Permissions::from_mode(0o755))?;
    Ok(())
}

/// A new file that nobody else can read, from the first byte on.
pub(crate) fn secret_file(path: &Path, content: &str) -> Result<()> {
    File::create(path)?.set_permissions(Permissions::from_mode(0o600))?;
    fs::write(path, content)?;
    Ok(())
}

/// Whom sessions run as: a line of the list of users.
pub(crate) struct Account {
    pub(crate) name: String,
    pub(crate) user: u32,
    pub(crate) group: u32,
    /// Whether it is another one than starts the server.
    pub(crate) is_other: bool,
}

impl Account {
    /// For root the first of [`UNPRIVILEGED`] that servers can use; for others they themselves.
    ///
    /// # Errors
    ///
    /// When there is none.
    pub(crate) fn find(process: &Process) -> Result<Self> {
        let accounts = fs::read_to_string("/etc/passwd")?;
        let accounts = || accounts.lines().filter_map(Self::parse);
        let owner = fs::metadata(&process.directory)?;
        if owner.uid() != 0 {
            let name = accounts()
                .find(|(account, _)| account.user == owner.uid())
                .map_or_else(|| owner.uid().to_string(), |(account, _)| account.name);
            return Ok(Self {
                name,
                user: owner.uid(),
                group: owner.gid(),
                is_other: false,
            });
        }
        UNPRIVILEGED
            .iter()
            .find_map(|name| {
                accounts().find_map(|(account, home)| {
                    (account.name == *name && home.is_dir()).then_some(account)
                })
            })
            .ok_or_else(|| format!("none of {UNPRIVILEGED:?} is a user with a home here").into())
    }

    /// The name of its group.
    ///
    /// # Errors
    ///
    /// When the list of groups lacks it.
    pub(crate) fn group_name(&self) -> Result<String> {
        let groups = fs::read_to_string("/etc/group")?;
        let id = self.group.to_string();
        // As in: nogroup:x:65534:
        groups
            .lines()
            .map(|line| line.split(':').collect::<Vec<_>>())
            .find(|fields| fields.get(2) == Some(&id.as_str()))
            .map(|fields| fields[0].to_owned())
            .ok_or_else(|| format!("group {id} has no name").into())
    }

    /// With the home.
    fn parse(line: &str) -> Option<(Self, PathBuf)> {
        // As in: daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin
        let mut fields = line.split(':');
        let name = fields.next()?.to_owned();
        let user = fields.nth(1)?.parse().ok()?;
        let group = fields.next()?.parse().ok()?;
        let home = PathBuf::from(fields.nth(1)?);
        let account = Self {
            name,
            user,
            group,
            is_other: true,
        };
        Some((account, home))
    }
}

fn free_port(family: Family) -> Result<SocketAddr> {
    let listener = TcpListener::bind((family.address(), 0))?;
    Ok(listener.local_addr()?)
}

/// The first line a client sees.
fn greeting(address: SocketAddr) -> std::io::Result<String> {
    const PATIENCE: Duration = Duration::from_secs(2);
    let stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut line = String::new();
    let mut reader = BufReader::new(&stream);
    reader.read_line(&mut line)?;
    if line.is_empty() {
        return Err(std::io::ErrorKind::UnexpectedEof.into());
    }
    // A parting word keeps the log free of a session that seems lost.
    let _ = (&stream).write_all(b"QUIT\r\n");
    while matches!(reader.read_line(&mut String::new()), Ok(1..)) {}
    Ok(line)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::net::TcpListener;
    use std::os::unix::process::ExitStatusExt as _;
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::path::{Path, PathBuf};
    use std::process::Command;
    use std::{env, fs, process, thread};

    use super::{Family, Greets, Process, Result, Watchdog, descendants, is_running};

    fn workdir(name: &str) -> PathBuf {
        env::temp_dir().join(format!("xtask-{name}-{}", process::id()))
    }

    /// A server with a child of its own; somebody else greets in its place.
    fn start(workdir: &Path) -> Result<Process> {
        Process::start(
            "shell",
            workdir,
            Family::V4,
            Greets::InClear,
            &[],
            |process| {
                let listener = TcpListener::bind(process.address())?;
                thread::spawn(move || {
                    let greeted = listener
                        .accept()
                        .and_then(|(mut stream, _)| stream.write_all(b"220 hello\r\n"));
                    assert!(greeted.is_ok());
                });
                let mut command = Command::new("sh");
                command.args(["-c", "sleep 1000 & sleep 1000"]);
                Ok(command)
            },
        )
    }

    /// The server and all that descends from it, once that is there.
    fn family(server: &Process) -> Vec<u32> {
        let id = server.child.as_ref().expect("a process").id();
        loop {
            let children = descendants(id);
            if children.len() == 2 {
                return [vec![id], children].concat();
            }
            thread::yield_now();
        }
    }

    #[test]
    fn a_server_goes_with_all_its_sessions_and_its_directory() {
        let workdir = workdir("drop");
        let server = start(&workdir).expect("a server");
        let family = family(&server);
        assert!(family.iter().all(|id| is_running(*id)));
        drop(server);
        assert!(!family.iter().any(|id| is_running(*id)));
        assert_eq!(fs::read_dir(&workdir).expect("a directory").count(), 0);
        fs::remove_dir(workdir).expect("an empty directory");
    }

    #[test]
    fn a_server_goes_when_a_job_panics() {
        let workdir = workdir("panic");
        let server = start(&workdir).expect("a server");
        let family = family(&server);
        let panicked = catch_unwind(AssertUnwindSafe(move || {
            let _server = server;
            panic!("as a job might");
        }));
        assert!(panicked.is_err());
        assert!(!family.iter().any(|id| is_running(*id)));
        fs::remove_dir_all(workdir).expect("what is left to look at");
    }

    #[test]
    fn a_server_goes_when_whoever_started_it_is_gone() {
        let mut server = Command::new("sleep").arg("1000").spawn().expect("sleep");
        let mut watchdog = Watchdog::over(server.id()).expect("a watchdog");
        // What the kernel does when a process ends.
        drop(watchdog.0.stdin.take());
        let status = server.wait().expect("an end");
        assert_eq!(status.signal(), Some(9));
    }

    #[test]
    fn a_watchdog_that_is_called_off_does_nothing() {
        let mut server = Command::new("sleep").arg("1000").spawn().expect("sleep");
        drop(Watchdog::over(server.id()).expect("a watchdog"));
        assert!(server.try_wait().expect("a status").is_none());
        server.kill().expect("a process");
        server.wait().expect("an end");
    }

    #[test]
    fn a_server_that_does_not_start_says_why() {
        let workdir = workdir("fails");
        let started = Process::start(
            "shell",
            &workdir,
            Family::V4,
            Greets::InClear,
            &["own.log"],
            |process| {
                fs::write(process.path("own.log"), "and more of it")?;
                let mut command = Command::new("sh");
                command.args(["-c", "echo no such setting >&2; exit 3"]);
                Ok(command)
            },
        );
        let error = started.map(|_| ()).map_err(|error| error.to_string());
        let text = error.expect_err("a failure");
        for part in ["exit status: 3", "no such setting", "and more of it"] {
            assert!(text.contains(part), "{text}");
        }
        fs::remove_dir(workdir).expect("an empty directory");
    }
}
