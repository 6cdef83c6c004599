//! Where programs are killed: a server, and the directories between which files are transferred.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use fastrand::Rng;

use super::super::random_tree::give;
use super::super::trust::{Secured, Trust};
use super::super::way;
use crate::console::say;
use crate::servers::Result;
use crate::servers::foreign::{Foreign, Kind, Setting};
use crate::servers::tls::TlsVersion;
use crate::servers::tree::WRITABLE;
use crate::workspace;

/// The hidden job of `cargo xtask` that makes one call, and is killed.
pub(crate) const VICTIM: &str = "kill-victim";

/// The variable that is set if the victim pipelines everything from the beginning.
pub(super) const PIPELINED: &str = "KILL_VICTIM_PIPELINED";

/// The server, and the two directories between which files are transferred.
pub(super) struct Ground {
    server: Foreign,
    certificate: PathBuf,
    pub(super) remote: PathBuf,
    pub(super) local: PathBuf,
    pub(super) random: Rng,
    /// How long a victim that is not killed takes, from the start of its program.
    pub(super) usual: Duration,
}

/// How the kills went.
#[derive(Default)]
pub(super) struct Tally {
    killed: usize,
    /// The victim had ended before it was killed.
    late: usize,
    /// Kills that left a partial file.
    pub(super) partial: usize,
    /// Repeated calls that used a partial file.
    pub(super) resumed: usize,
}

impl Ground {
    pub(super) fn new(seed: u64) -> Result<Self> {
        let workdir = workspace::root()?.join("target/interop");
        let trust = Trust::new()?;
        let program = Kind::Vsftpd.fetch(&workdir)?;
        let server = program.start(&Setting {
            tls: Some(trust.server(Secured::new(TlsVersion::Both))),
            ..Setting::default()
        })?;
        let remote = server.root().join(WRITABLE);
        let local = workdir.join(format!("kills-{}", std::process::id()));
        fs::create_dir_all(&local)?;
        let certificate = workdir.join(format!("kills-{}.pem", std::process::id()));
        fs::write(&certificate, trust.root_pem())?;
        Ok(Self {
            server,
            certificate,
            remote,
            local,
            random: Rng::with_seed(seed),
            usual: Duration::ZERO,
        })
    }

    /// Removes everything from both directories.
    pub(super) fn clear(&self) -> Result<()> {
        for directory in [&self.remote, &self.local] {
            for entry in fs::read_dir(directory)? {
                let path = entry?.path();
                match path.symlink_metadata()?.is_dir() {
                    true => fs::remove_dir_all(path)?,
                    false => fs::remove_file(path)?,
                }
            }
        }
        Ok(())
    }

    /// Gives everything in the server's directory to the user of its sessions.
    pub(super) fn give_to_sessions(&self) -> Result<()> {
        give(&self.remote, &fs::metadata(&self.remote)?)
    }

    /// Starts a victim. `what` says what it does.
    fn victim(&self, what: &[&str], local: &Path) -> Result<Child> {
        let mut victim = Command::new(env::current_exe()?);
        if way::is_everything_pipelined() {
            victim.env(PIPELINED, "1");
        }
        let victim = victim
            .arg(VICTIM)
            .arg(self.server.host())
            .arg(self.server.port().to_string())
            .arg(&self.certificate)
            .args([self.server.user(), self.server.password()])
            .arg(local)
            .args(what)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        Ok(victim)
    }

    /// Starts a victim, and kills it at a random time.
    pub(super) fn kill_one(
        &mut self,
        what: &[&str],
        local: &Path,
        tally: &mut Tally,
    ) -> Result<()> {
        let mut victim = self.victim(what, local)?;
        thread::sleep(self.usual.mul_f64(self.random.f64()));
        let late = victim.try_wait()?.is_some();
        tally.late += usize::from(late);
        tally.killed += usize::from(!late);
        // The load of the machine changes, and with it the time that a victim takes. These factors
        // keep one kill in six too late.
        self.usual = self.usual.mul_f64(if late { 0.9 } else { 1.02 });
        victim.kill()?;
        victim.wait()?;
        Ok(())
    }

    /// Makes the same call again, and lets it end. Returns what it printed.
    pub(super) fn repeat(&self, what: &[&str], local: &Path) -> Result<String> {
        let output = self.victim(what, local)?.wait_with_output()?;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into());
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }
}

impl Drop for Ground {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.local);
        let _ = fs::remove_file(&self.certificate);
    }
}

impl Tally {
    /// Prints how the kills of `what` went. Fails if too few victims were killed in the middle.
    pub(super) fn end(&self, what: &str) -> Result<()> {
        let Self {
            killed,
            late,
            partial,
            resumed,
        } = *self;
        if killed < late || partial == 0 || resumed == 0 {
            let text = format!("only {killed} killed, {partial} in the middle, {resumed} resumed");
            return Err(text.into());
        }
        say(&format!(
            "{killed} {what} killed, {partial} of them with a partial file, of which {resumed} were \
             resumed; {late} had ended before. Each was repeated: equal files, nothing else left"
        ));
        Ok(())
    }
}
