//! Runs a server in a process and a directory of its own, and stops it again.

use std::fs::{self, File};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::thread;
use std::time::{Duration, Instant};

use super::Result;
use super::descendants::{descendants, signal};
use super::foreign::Setting;
use super::listening::{Family, free_port, greeting, is_about_the_port};
use super::tree::open_directory;
use super::watchdog::Watchdog;

/// How long a server may take from its start to its first greeting.
const START_TIMEOUT: Duration = Duration::from_secs(20);

/// How long the sessions of a stopped server may take to end after SIGKILL.
const STOP_TIMEOUT: Duration = Duration::from_secs(2);

/// How many times [`Process::start`] tries to start a server, each time on a new port. Another try
/// is needed if another program takes the port after it was chosen and before the server listens.
const ATTEMPTS: usize = 3;

/// The log file for everything that a server and the loader print. A server may also write other
/// log files itself.
const CONSOLE: &str = "console.txt";

/// A server's process and its directory. Dropping this value kills the server with all its
/// sessions, and removes the directory.
pub(crate) struct Process {
    name: &'static str,
    // The server's process. `None` before the server is started: the directory exists already, and
    // must be removed even then.
    child: Option<Child>,
    watchdog: Option<Watchdog>,
    directory: PathBuf,
    address: SocketAddr,
    /// The names of the server's log files.
    logs: &'static [&'static str],
    afterwards: Option<Afterwards>,
}

type Afterwards = Box<dyn FnOnce() + Send + Sync>;

impl Process {
    /// Creates a directory, starts a server in it, and waits until the server greets clients. Under
    /// implicit TLS it waits only until the server accepts connections.
    ///
    /// `prepare` writes the server's files, and returns the command that starts the server. An
    /// error contains the server's log.
    pub(crate) fn start(
        name: &'static str,
        workdir: &Path,
        setting: &Setting<'_>,
        logs: &'static [&'static str],
        prepare: impl Fn(&Self) -> Result<Command>,
    ) -> Result<Self> {
        let is_silent = setting.is_implicit();
        Self::start_until(name, workdir, setting.family, logs, is_silent, prepare)
    }

    /// Does the same for a server that sends no greeting, such as a SOCKS proxy: waits only until
    /// it accepts connections.
    pub(crate) fn start_silent(
        name: &'static str,
        workdir: &Path,
        prepare: impl Fn(&Self) -> Result<Command>,
    ) -> Result<Self> {
        Self::start_until(name, workdir, Family::V4, &[], true, prepare)
    }

    fn start_until(
        name: &'static str,
        workdir: &Path,
        family: Family,
        logs: &'static [&'static str],
        is_silent: bool,
        prepare: impl Fn(&Self) -> Result<Command>,
    ) -> Result<Self> {
        fs::create_dir_all(workdir)?;
        // Makes all paths absolute, because the server runs in another directory.
        let workdir = workdir.canonicalize()?;
        let attempt = || {
            let mut process = Self::settle(name, &workdir, family, logs)?;
            let mut command = prepare(&process)?;
            process.spawn(&mut command)?;
            process.wait_until_it_greets(is_silent)?;
            Ok(process)
        };
        for _ in 1..ATTEMPTS {
            match attempt() {
                // Tries again with another port, because another program has taken the port before
                // the server listened on it.
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
        // Removes the directory that an earlier run has left, if that run was killed.
        if process.directory.exists() {
            fs::remove_dir_all(&process.directory)?;
        }
        open_directory(&process.directory)?;
        Ok(process)
    }

    /// Kills the server with all its sessions, as if the machine were gone.
    pub(crate) fn kill(&self) {
        if let Some(server) = &self.child {
            end_sessions(server.id());
            signal("KILL", &[server.id()]);
        }
    }

    /// Sets an action that runs after the server has ended.
    pub(crate) fn afterwards(&mut self, action: impl FnOnce() + Send + Sync + 'static) {
        self.afterwards = Some(Box::new(action));
    }

    /// Returns the number of the server's process.
    #[cfg(feature = "bench")]
    pub(crate) fn id(&self) -> Option<u32> {
        self.child.as_ref().map(Child::id)
    }

    /// Returns the address that the server listens on.
    pub(crate) const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns the port of the control connection.
    pub(crate) const fn port(&self) -> u16 {
        self.address.port()
    }

    /// Returns the path of a file in the server's directory.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }

    /// Returns the path of a file in the server's directory as text for a configuration file. A
    /// path with a character that some server's configuration cannot contain is an error.
    pub(crate) fn text(&self, name: &str) -> Result<String> {
        let path = self.path(name);
        match path.to_str() {
            Some(text) if !text.contains(['\n', ' ', '"', '%', ':']) => Ok(text.to_owned()),
            _ => Err(format!("{} cannot be told of {}", self.name, path.display()).into()),
        }
    }

    /// Returns the directory that clients see as `/`.
    pub(crate) fn root(&self) -> PathBuf {
        self.path("root")
    }

    /// Returns whether root starts the servers. Only root can confine sessions by chroot and change
    /// to other users.
    pub(crate) fn is_roots(&self) -> Result<bool> {
        Ok(fs::metadata(&self.directory)?.uid() == 0)
    }

    /// Returns everything that the server has logged so far.
    #[must_use]
    pub(crate) fn log(&self) -> String {
        let mut text = String::new();
        for name in [CONSOLE].iter().chain(self.logs) {
            // Ignores errors and bytes that are not UTF-8: a log may not exist yet, and may contain
            // clients' file names in any encoding.
            let bytes = fs::read(self.path(name)).unwrap_or_default();
            text.push_str(&String::from_utf8_lossy(&bytes));
        }
        text
    }

    fn spawn(&mut self, command: &mut Command) -> Result<()> {
        let console = File::create(self.path(CONSOLE))?;
        let child = command
            .current_dir(&self.directory)
            // Sends descriptor zero to the console file, too: if vsftpd cannot start, it prints the
            // reason to descriptor zero, which in a session is the client's socket.
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

    fn wait_until_it_greets(&mut self, is_silent: bool) -> Result<()> {
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
            let greeting = if is_silent {
                // Connects without waiting for a greeting, because under implicit TLS the server
                // sends nothing before the handshake.
                TcpStream::connect(self.address).map(|_| "220".to_owned())
            } else {
                greeting(self.address)
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
        // All errors are ignored, because `drop` cannot return them.
        if let Some(mut server) = self.child.take() {
            end_sessions(server.id());
            // Ends the watchdog before the server. After the server has ended, another process may
            // get its id, and the watchdog would kill that process.
            self.watchdog = None;
            let _ = server.kill();
            let _ = server.wait();
            if let Some(action) = self.afterwards.take() {
                action();
            }
        }
        // Keeps the directory after a failed assertion, so that a person can look at its files.
        if !thread::panicking() {
            let _ = fs::remove_dir_all(&self.directory);
        }
    }
}

/// Kills all sessions of a server, and leaves the server suspended.
fn end_sessions(server: u32) {
    // After SIGSTOP, the server starts no further sessions. It stays the ancestor of those that run,
    // so that they can be found.
    signal("STOP", &[server]);
    let deadline = Instant::now() + STOP_TIMEOUT;
    loop {
        let sessions = descendants(server);
        if sessions.is_empty() || Instant::now() >= deadline {
            break;
        }
        signal("KILL", &sessions);
        thread::sleep(Duration::from_millis(5));
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::net::TcpListener;
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::path::{Path, PathBuf};
    use std::process::Command;
    use std::{env, fs, process, thread};

    use super::{Process, Result, Setting, descendants};
    use crate::servers::descendants::is_running;

    fn workdir(name: &str) -> PathBuf {
        env::temp_dir().join(format!("xtask-{name}-{}", process::id()))
    }

    /// Starts a shell with two child processes instead of a server. A thread of the test listens on
    /// the server's port and sends the greeting.
    fn start(workdir: &Path) -> Result<Process> {
        Process::start("shell", workdir, &Setting::default(), &[], |process| {
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
        })
    }

    /// Waits until the shell has started its child processes, and returns the ids of all three
    /// processes.
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
    fn a_server_that_does_not_start_says_why() {
        let workdir = workdir("fails");
        let started = Process::start(
            "shell",
            &workdir,
            &Setting::default(),
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
