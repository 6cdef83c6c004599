//! Kills programs in the middle of `get_file` and `put_file`, and checks that the same call then
//! succeeds and leaves nothing else. The server is vsftpd under TLS.

use std::env;
use std::fs;
use std::os::unix::fs::{MetadataExt as _, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use fastrand::Rng;
use ftp_blocking::{Client, Credentials, FileOptions, FileReport, Options, TlsConfig};

use super::trust::{Secured, Trust};
use crate::console::say;
use crate::servers::Result;
use crate::servers::foreign::{Foreign, Kind, Setting};
use crate::servers::tls::TlsVersion;
use crate::servers::tree::WRITABLE;
use crate::workspace;

/// The hidden job of `cargo xtask` that makes one transfer, and is killed.
pub(crate) const VICTIM: &str = "kill-victim";

/// The most bytes of a file. Over the loopback interface, such a file takes longer than the login.
const LARGEST: usize = 24 * 1024 * 1024;

/// A file is transferred over this one.
const OLD: &[u8] = b"the old content";

/// One transfer: what the victim does.
#[derive(Clone, Copy)]
struct Case {
    direction: &'static str,
    adapter: &'static str,
    resume: &'static str,
}

const CASES: [Case; 8] = [
    case("get", "blocking", "from-start"),
    case("put", "blocking", "from-start"),
    case("get", "smol", "from-start"),
    case("put", "smol", "from-start"),
    case("get", "blocking", "resume"),
    case("put", "blocking", "resume"),
    case("get", "smol", "resume"),
    case("put", "smol", "resume"),
];

const fn case(direction: &'static str, adapter: &'static str, resume: &'static str) -> Case {
    Case {
        direction,
        adapter,
        resume,
    }
}

/// The server, and the two directories between which files are transferred.
struct Scene {
    server: Foreign,
    certificate: PathBuf,
    remote: PathBuf,
    local: PathBuf,
    random: Rng,
    /// How long a transfer that is not killed takes at least, from the start of its program.
    usual: Duration,
}

/// How the kills went.
#[derive(Default)]
struct Tally {
    killed: usize,
    /// The victim had ended before it was killed.
    late: usize,
    /// Kills that left a partial file.
    partial: usize,
    /// Repeated calls that used the partial file.
    resumed: usize,
}

/// Kills `count` transfers at random times.
pub(crate) fn run(count: usize) -> Result<()> {
    let seed = fastrand::u64(..);
    say(&format!("the seed is {seed}"));
    let mut scene = Scene::new(seed)?;
    let mut tally = Tally::default();
    for number in 0..count {
        let case = CASES[number % CASES.len()];
        let outcome = scene.kill_one(case, &mut tally);
        outcome.map_err(|error| {
            let Case {
                direction,
                adapter,
                resume,
            } = case;
            format!("kill {number} ({direction}, {adapter}, {resume}): {error}")
        })?;
    }
    let Tally {
        killed,
        late,
        partial,
        resumed,
    } = tally;
    if killed * 2 < count || partial == 0 || resumed == 0 {
        return Err(
            format!("only {killed} killed, {partial} in the middle, {resumed} resumed").into(),
        );
    }
    say(&format!(
        "{killed} transfers killed, {partial} of them with a partial file, of which {resumed} were \
         resumed; {late} had ended before. Each was repeated: equal files, nothing else left"
    ));
    Ok(())
}

impl Scene {
    fn new(seed: u64) -> Result<Self> {
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
        let mut scene = Self {
            server,
            certificate,
            remote,
            local,
            random: Rng::with_seed(seed),
            usual: Duration::ZERO,
        };
        scene.measure()?;
        Ok(scene)
    }

    /// Finds out how long the transfer of a file takes at least.
    fn measure(&mut self) -> Result<()> {
        let content = self.content(LARGEST);
        self.usual = Duration::MAX;
        for case in CASES {
            self.place(case, &content, false)?;
            let begin = Instant::now();
            self.repeat(case)?;
            self.usual = self.usual.min(begin.elapsed());
        }
        Ok(())
    }

    fn kill_one(&mut self, case: Case, tally: &mut Tally) -> Result<()> {
        let length = self.random.usize(LARGEST / 2..LARGEST);
        let content = self.content(length);
        let has_old = self.random.bool();
        self.place(case, &content, has_old)?;
        let mut victim = self.victim(case)?;
        let delay = self.usual.mul_f64(self.random.f64());
        thread::sleep(delay);
        match victim.try_wait()? {
            Some(_) => tally.late += 1,
            None => tally.killed += 1,
        }
        victim.kill()?;
        victim.wait()?;
        let target = self.target(case);
        match fs::read(&target) {
            Ok(found) if found == content || has_old && found == OLD => {}
            Ok(found) => return Err(format!("{} bytes under the final name", found.len()).into()),
            Err(_) if !has_old => {}
            Err(error) => return Err(error.into()),
        }
        tally.partial += usize::from(self.strays(case)? > 0);
        let report = self.repeat(case)?;
        let resumed = report.starts_with("Proven") || report.starts_with("Unproven");
        tally.resumed += usize::from(resumed);
        if fs::read(&target)? != content {
            return Err("the files differ after the call was repeated".into());
        }
        match self.strays(case)? {
            0 => Ok(()),
            _ => Err("a partial file is left".into()),
        }
    }

    fn content(&mut self, length: usize) -> Vec<u8> {
        let mut content = vec![0; length];
        self.random.fill(&mut content);
        content
    }

    /// Writes the source, and removes everything else. With `has_old`, the target exists.
    fn place(&self, case: Case, content: &[u8], has_old: bool) -> Result<()> {
        for directory in [&self.remote, &self.local] {
            for entry in fs::read_dir(directory)? {
                fs::remove_file(entry?.path())?;
            }
        }
        let source = self.source(case);
        fs::write(&source, content)?;
        if has_old {
            fs::write(self.target(case), OLD)?;
        }
        let owner = fs::metadata(&self.remote)?;
        for entry in fs::read_dir(&self.remote)? {
            chown(entry?.path(), Some(owner.uid()), Some(owner.gid()))?;
        }
        Ok(())
    }

    fn source(&self, case: Case) -> PathBuf {
        match case.direction {
            "get" => self.remote.join("file.bin"),
            _ => self.local.join("file.bin"),
        }
    }

    fn target(&self, case: Case) -> PathBuf {
        match case.direction {
            "get" => self.local.join("file.bin"),
            _ => self.remote.join("file.bin"),
        }
    }

    /// How many files lie beside the target.
    fn strays(&self, case: Case) -> Result<usize> {
        let target = self.target(case);
        let directory = target.parent().unwrap_or(Path::new("."));
        let mut count = 0;
        for entry in fs::read_dir(directory)? {
            count += usize::from(entry?.path() != target);
        }
        Ok(count)
    }

    fn victim(&self, case: Case) -> Result<Child> {
        let victim = Command::new(env::current_exe()?)
            .args([VICTIM, case.direction, case.adapter, case.resume])
            .arg(self.server.host())
            .arg(self.server.port().to_string())
            .arg(&self.certificate)
            .args([self.server.user(), self.server.password()])
            .arg(self.local.join("file.bin"))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        Ok(victim)
    }

    /// Makes the same call again, and lets it end. Returns what it printed.
    fn repeat(&self, case: Case) -> Result<String> {
        let output = self.victim(case)?.wait_with_output()?;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into());
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }
}

impl Drop for Scene {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.local);
        let _ = fs::remove_file(&self.certificate);
    }
}

/// The program that is killed: makes one transfer, and prints how it went.
pub(crate) fn victim(arguments: &[&str]) -> Result<()> {
    let [
        direction,
        adapter,
        resume,
        host,
        port,
        certificate,
        user,
        password,
        local,
    ] = arguments
    else {
        return Err("this job is for `cargo xtask interop --kills`".into());
    };
    let options = Options::new(*host)
        .with_port(port.parse()?)
        .with_credentials(Credentials::new(user, password)?)
        .with_tls(TlsConfig::with_roots_pem(fs::read(certificate)?)?);
    let how = match *resume {
        "resume" => FileOptions::resuming(),
        _ => FileOptions::new(),
    };
    let report = match *adapter {
        "smol" => smol::block_on(asynchronous(options, direction, local, &how))?,
        _ => blocking(options, direction, local, &how)?,
    };
    say(&format!("{:?}", report.resumed));
    Ok(())
}

const REMOTE: &str = "open/file.bin";

fn blocking(
    options: Options,
    direction: &str,
    local: &str,
    how: &FileOptions,
) -> Result<FileReport> {
    let mut client = Client::connect(options)?;
    let report = match direction {
        "get" => client.get_file_with(REMOTE, local, how, |_| ())?,
        _ => client.put_file_with(local, REMOTE, how, |_| ())?,
    };
    client.quit()?;
    Ok(report)
}

async fn asynchronous(
    options: Options,
    direction: &str,
    local: &str,
    how: &FileOptions,
) -> Result<FileReport> {
    let mut client = ftp_smol::Client::connect(options).await?;
    let report = match direction {
        "get" => client.get_file_with(REMOTE, local, how, |_| ()).await?,
        _ => client.put_file_with(local, REMOTE, how, |_| ()).await?,
    };
    client.quit().await?;
    Ok(report)
}
