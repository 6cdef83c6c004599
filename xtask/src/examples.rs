//! Runs the short example programs of both adapters against a server, and counts their lines.

use std::env;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use crate::console::{Result, say};
use crate::job::content;
use crate::workspace;

/// The examples, by the names of their files, and how many lines of code each may have in `ftp-blocking`. The async ones have
/// a few more.
const LINES: [(&str, usize); 7] = [
    ("download", 8),
    ("list", 6),
    ("resume", 4),
    ("upload_tree", 5),
    ("sync_down", 8),
    ("parallel", 8),
    ("retry", 15),
];
const MORE_IN_SMOL: usize = 5;

/// The files of the tree that is uploaded and downloaded again.
const TREE: [&str; 2] = ["index.html", "pictures/2026/a.jpg"];

const ADAPTERS: [&str; 2] = ["blocking", "smol"];

/// The size in bytes of the file whose download is interrupted. It takes long enough.
const LARGE: usize = 192 * 1024 * 1024;

/// How long the interrupted program may take to begin.
const PATIENCE: Duration = Duration::from_secs(20);

/// Where the examples find the server.
pub(crate) struct Scene<'a> {
    /// The URL of the server's directory, without a slash at its end.
    pub(crate) url: String,
    /// The server's directory on this machine's disk.
    pub(crate) files: PathBuf,
    /// The certificate of the authority that has signed the server's certificate.
    pub(crate) certificate: &'a Path,
    /// An empty directory, in which the examples run.
    pub(crate) here: PathBuf,
}

/// Runs the examples.
pub(crate) fn run(scene: &Scene<'_>) -> Result<()> {
    count_lines()?;
    let built = workspace::cargo()?
        .args(["build", "--quiet", "--examples"])
        .status()?;
    if !built.success() {
        return Err("the examples do not compile".into());
    }
    fs::create_dir(&scene.here)?;
    fs::write(scene.files.join("image.bin"), content::bytes(5, 3_000_000))?;
    fs::write(
        scene.files.join("large.bin"),
        content::bytes(6, 1024 * 1024).repeat(LARGE >> 20),
    )?;
    for adapter in ADAPTERS {
        scene.download(adapter)?;
        scene.list(adapter)?;
        scene.resume(adapter)?;
        scene.upload_tree(adapter)?;
        scene.sync_down(adapter)?;
        scene.parallel(adapter)?;
        scene.retry(adapter)?;
    }
    say("the seven short examples did what they should, with both adapters");
    Ok(())
}

fn count_lines() -> Result<()> {
    for (name, most) in LINES {
        for adapter in ADAPTERS {
            let path = format!("ftp-{adapter}/examples/{name}.rs");
            let text = fs::read_to_string(workspace::root()?.join(&path))?;
            let lines = text.lines().map(str::trim);
            let code = lines
                .filter(|line| !line.is_empty() && !line.starts_with("//"))
                .count();
            let most = most + if adapter == "smol" { MORE_IN_SMOL } else { 0 };
            if code > most {
                return Err(format!("{path} has {code} lines of code, more than {most}").into());
            }
        }
    }
    Ok(())
}

impl Scene<'_> {
    fn download(&self, adapter: &str) -> Result<()> {
        let output = self.program("download", adapter, "/image.bin")?.output()?;
        let shown = String::from_utf8_lossy(&output.stderr);
        match output.status.success() && shown.contains("100 %") {
            true => self.is_here("image.bin"),
            false => Err(format!("download-{adapter}: {shown}").into()),
        }
    }

    fn list(&self, adapter: &str) -> Result<()> {
        let output = self.program("list", adapter, "")?.output()?;
        let shown = String::from_utf8_lossy(&output.stdout);
        let line = shown.lines().find(|line| line.ends_with("image.bin"));
        match line.is_some_and(|line| line.starts_with('-') && line.contains(" 3000000 ")) {
            true => Ok(()),
            false => Err(format!("list-{adapter}: {shown}").into()),
        }
    }

    /// Interrupts a download, and runs the same command again.
    fn resume(&self, adapter: &str) -> Result<()> {
        let mut first = self.program("resume", adapter, "/large.bin")?.spawn()?;
        let begin = Instant::now();
        while self.partial_length()? == 0 && begin.elapsed() < PATIENCE {
            thread::sleep(Duration::from_millis(1));
        }
        first.kill()?;
        first.wait()?;
        if self.partial_length()? == 0 {
            return Err(format!("resume-{adapter} was not interrupted in the middle").into());
        }
        let output = self.program("resume", adapter, "/large.bin")?.output()?;
        match output.status.success() {
            true => self.is_here("large.bin"),
            false => Err(String::from_utf8_lossy(&output.stderr).into()),
        }
    }

    /// Uploads a tree, and finds nothing to upload the second time.
    fn upload_tree(&self, adapter: &str) -> Result<()> {
        let remote = format!("/tree-{adapter}");
        write_tree(&self.here)?;
        let first = shown(self.program("upload-tree", adapter, &remote)?)?;
        let second = shown(self.program("upload-tree", adapter, &remote)?)?;
        expect(&first, "2 created, 0 updated")?;
        expect(&second, "0 created, 0 updated")?;
        let uploaded = self.files.join(&remote[1..]);
        for name in TREE {
            let (here, there) = (self.here.join(name), uploaded.join(name));
            if fs::read(here)? != fs::read(there)? {
                return Err(format!("upload-tree-{adapter}: {name} has other bytes").into());
            }
        }
        self.clear()
    }

    /// Downloads the tree that was uploaded, and then the one file that is newer on the server.
    fn sync_down(&self, adapter: &str) -> Result<()> {
        let remote = format!("/tree-{adapter}");
        let first = shown(self.program("sync-down", adapter, &remote)?)?;
        let newer = self.files.join(&remote[1..]).join(TREE[1]);
        fs::write(&newer, b"newer")?;
        let file = File::options().write(true).open(&newer)?;
        file.set_modified(SystemTime::now() + Duration::from_secs(86_400))?;
        let second = shown(self.program("sync-down", adapter, &remote)?)?;
        expect(&first, "2 created, 0 updated")?;
        expect(&second, "0 created, 1 updated")?;
        if fs::read(self.here.join(TREE[1]))? != b"newer" {
            return Err(format!("sync-down-{adapter}: the newer file did not come").into());
        }
        self.clear()
    }

    fn parallel(&self, adapter: &str) -> Result<()> {
        let names: Vec<String> = (1..=20).map(|number| format!("{number}.gz")).collect();
        for (seed, name) in (10..).zip(&names) {
            fs::write(self.files.join(name), content::bytes(seed, 50_000))?;
        }
        // The login ends above the directory of the URL.
        let directory = self.url.rsplit('/').next().unwrap_or_default();
        let mut program = self.program("parallel", adapter, "")?;
        program.args(names.iter().map(|name| format!("{directory}/{name}")));
        expect(&shown(program)?, "20 created")?;
        for name in &names {
            if fs::read(self.here.join(name))? != fs::read(self.files.join(name))? {
                return Err(format!("parallel-{adapter}: {name} has other bytes").into());
            }
        }
        self.clear()
    }

    /// Downloads a file, and asks for one that is missing.
    fn retry(&self, adapter: &str) -> Result<()> {
        shown(self.program("retry", adapter, "/image.bin")?)?;
        self.is_here("image.bin")?;
        let output = self.program("retry", adapter, "/missing")?.output()?;
        match output.status.code() {
            Some(1) => Ok(()),
            code => Err(format!("retry-{adapter} ended with {code:?}").into()),
        }
    }

    /// Empties the directory in which the examples run.
    fn clear(&self) -> Result<()> {
        fs::remove_dir_all(&self.here)?;
        Ok(fs::create_dir(&self.here)?)
    }

    /// Returns the length of the partial file. 0 if there is none.
    fn partial_length(&self) -> Result<u64> {
        let mut length = 0;
        for entry in fs::read_dir(&self.here)? {
            let entry = entry?;
            if entry.file_name().to_string_lossy().ends_with(".ftp-part") {
                length += entry.metadata().map_or(0, |metadata| metadata.len());
            }
        }
        Ok(length)
    }

    /// Checks that the directory holds this file alone, and removes it.
    fn is_here(&self, name: &str) -> Result<()> {
        let path = self.here.join(name);
        if fs::read(&path)? != fs::read(self.files.join(name))? {
            return Err(format!("{name} has other bytes").into());
        }
        fs::remove_file(path)?;
        match fs::read_dir(&self.here)?.next() {
            None => Ok(()),
            Some(_) => Err(format!("a file is left beside {name}").into()),
        }
    }

    fn program(&self, name: &str, adapter: &str, path: &str) -> Result<Command> {
        let programs = env::current_exe()?.with_file_name("examples");
        let mut program = Command::new(programs.join(format!("{name}-{adapter}")));
        program
            .arg(format!("{}{path}", self.url))
            .current_dir(&self.here)
            .env("SSL_CERT_FILE", self.certificate)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        Ok(program)
    }
}

/// Writes the small tree that is uploaded.
fn write_tree(directory: &Path) -> Result<()> {
    for (seed, name) in (30..).zip(TREE) {
        let path = directory.join(name);
        fs::create_dir_all(path.parent().unwrap_or(directory))?;
        fs::write(path, content::bytes(seed, 70_000))?;
    }
    Ok(())
}

/// Runs a program to its success, and returns what it has printed.
fn shown(mut program: Command) -> Result<String> {
    let output = program.output()?;
    match output.status.success() {
        true => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
        false => Err(String::from_utf8_lossy(&output.stderr).into()),
    }
}

fn expect(shown: &str, text: &str) -> Result<()> {
    match shown.contains(text) {
        true => Ok(()),
        false => Err(format!("expected `{text}`, but an example has printed:\n{shown}").into()),
    }
}
