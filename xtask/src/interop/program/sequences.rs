//! What the program does line by line or over time: `batch`, `shell`, `watch` and `ftplib`.

use std::fs::{self, File, Permissions};
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Child, Command};

use serde_json::Value;

use super::Step;
use super::ftpx::Said;
use super::site::{FILES, Scheme, Site, holds, shows, sorted, values};
use super::stopping::interrupt;
use crate::job::content::equal;
use crate::servers::Result;
use crate::servers::tree::WRITABLE;

pub(super) const STEPS: &[Step] = &[
    ("batch", batch),
    ("batch: a failure", batch_failure),
    ("shell", shell),
    ("watch", watch),
    ("watch: stopped", watch_stopped),
    ("ftplib", ftplib),
];

fn batch(site: &Site<'_>) -> Result<()> {
    site.write("up.txt", b"goes up")?;
    let lines = "# a comment\n\ncd d\npwd\nls\nmkdir -p new/below\nput up.txt new/below/\n\
                 cat new/below/up.txt\nmv new/below/up.txt 'two  blanks'\nrmdir new/below\n\
                 get 'two words.txt'\nmirror sub inner\nrm 'two words.txt'\nstat a.txt\n";
    site.write("lines", lines.as_bytes())?;
    fs::copy(site.there("d/two words.txt"), site.here("expected"))?;
    let text = site.done(["batch", "-q", &site.url(""), "lines"])?;
    let start = format!("/{WRITABLE}/d\na.txt\nb.bin\nempty.txt\nsub\ntwo words.txt\ngoes up-");
    holds(
        text.starts_with(&start),
        format!("the batch shows {text:?}"),
    )?;
    holds(
        text.ends_with("  a.txt\n"),
        format!("the batch shows {text:?}"),
    )?;
    shows(
        "the upload",
        "goes up",
        &fs::read_to_string(site.there("d/two  blanks"))?,
    )?;
    holds(
        site.there("d/new").is_dir() && !site.there("d/new/below").exists(),
        "rmdir",
    )?;
    holds(!site.there("d/two words.txt").exists(), "rm")?;
    super::site::same_files(&site.here("expected"), &site.here("two words.txt"))?;
    site.same("d/sub/inner.txt", "inner/inner.txt")
}

fn batch_failure(site: &Site<'_>) -> Result<()> {
    site.write("lines", b"rm none\nmkdir made\nexit\nmkdir late\n")?;
    let said = site.failed(21, ["batch", &site.url("d"), "lines"])?;
    holds(
        said.err.contains("line 1 failed"),
        format!("which line? {said}"),
    )?;
    holds(!site.there("d/made").exists(), "it went on")?;
    let target = site.url("d");
    let mut command = site.command(["batch", "--keep-going", &target]);
    let output = command.stdin(File::open(site.here("lines"))?).output()?;
    Said::from(output).failed(21)?;
    holds(site.there("d/made").is_dir(), "--keep-going did not go on")?;
    holds(!site.there("d/late").exists(), "it went on after `exit`")
}

fn shell(site: &Site<'_>) -> Result<()> {
    site.write(
        "lines",
        b"cd d\nrm none\npwd\n!echo here\nlcd home\nget a.txt\nquit\nmkdir late\n",
    )?;
    fs::create_dir(site.here("home"))?;
    let mut command = site.command(["shell", &site.url("")]);
    let said = Said::from(command.stdin(File::open(site.here("lines"))?).output()?);
    equal("the code", &Some(0), &said.code)?;
    shows("the shell", &format!("/{WRITABLE}/d\nhere\n"), &said.out)?;
    holds(
        said.err.contains("DELE none"),
        format!("no word about rm: {said}"),
    )?;
    site.same("d/a.txt", "home/a.txt")?;
    holds(!site.there("d/late").exists(), "it went on after `quit`")
}

fn watch(site: &Site<'_>) -> Result<()> {
    let events = site.json(["watch", "-n", "1", "--existing", &site.url("d")])?;
    equal("events", &FILES.len(), &events.len())?;
    for event in &events {
        equal("the event", &Value::from("new"), &event["event"])?;
    }
    let words = [
        "watch",
        "-n",
        "2",
        "-i",
        "0.1",
        "--max-depth",
        "1",
        &site.url("d"),
    ];
    shows("no news", "", &site.done(words)?)
}

/// The first look tells what is there, then a file comes, and then the program is stopped.
fn watch_stopped(site: &Site<'_>) -> Result<()> {
    let mut command = site.command(["watch", "-i", "0.1", "--existing", &site.url("d")]);
    let mut program = command.spawn()?;
    let result = watched(site, &mut program);
    if result.is_err() {
        let _ = program.kill();
    }
    let said = Said::from(program.wait_with_output()?);
    result?;
    equal("the code", &Some(130), &said.code)
}

fn watched(site: &Site<'_>, program: &mut Child) -> Result<()> {
    let out = program.stdout.take().ok_or("no output")?;
    let mut lines = BufReader::new(out).lines();
    let mut next = || -> Result<Value> {
        let line = lines.next().ok_or("the program has ended")??;
        Ok(values(&line)?.remove(0))
    };
    for _ in FILES {
        next()?;
    }
    site.place("d/late.txt", b"late")?;
    let event = next()?;
    equal("the event", &Value::from("new"), &event["event"])?;
    let path = format!("{WRITABLE}/d/late.txt");
    equal("the path", &Value::from(path), &event["path"])?;
    fs::remove_file(site.there("d/late.txt"))?;
    // An event of the file's size may come between the two.
    while next()?["event"] != "gone" {}
    interrupt(program)
}

/// Does what `python -m ftplib` does, at the port of the server. The print of bytes is mended:
/// Python up to 3.12 gives them to a stream of text.
const PYTHON: &str = "\
import ftplib, sys
class Out:
    def write(self, it):
        sys.__stdout__.buffer.write(it if isinstance(it, bytes) else it.encode('utf-8'))
    def flush(self):
        sys.__stdout__.buffer.flush()
sys.stdout = Out()
ftplib.FTP.port = int(sys.argv.pop(1))
ftplib.test()
sys.stdout.flush()
";

/// The same words give the same output as those of Python. There is no TLS.
fn ftplib(site: &Site<'_>) -> Result<()> {
    if site.scheme != Scheme::Clear {
        return Ok(());
    }
    let (user, password) = (site.server.user(), site.server.password());
    let entry = format!("machine 127.0.0.1 login {user} password \"{password}\"\n");
    site.write("rc", entry.as_bytes())?;
    fs::set_permissions(site.here("rc"), Permissions::from_mode(0o600))?;
    let (list, change) = (format!("-l{WRITABLE}/d"), format!("-d{WRITABLE}/d"));
    let rows: [&[&str]; 6] = [
        &["-l"],
        &[&list],
        &[&change, "-l"],
        &[&change, "a.txt", "-p", "two words.txt", "-p", "-l"],
        &["-d/", &change, "sub/inner.txt"],
        &[&change, "none"],
    ];
    let port = site.server.port().to_string();
    for row in rows {
        let mut python = Command::new("python3");
        python.args(["-c", PYTHON, &port, "-rrc", "127.0.0.1"]);
        let theirs = python.args(row).current_dir(&site.local).output()?;
        let words = ["ftplib", "-rrc", &site.address()];
        let ours = site.command(words.iter().chain(row)).output()?;
        let what = row.join(" ");
        let is_same = theirs.stdout == ours.stdout;
        let said = Said::from(ours);
        holds(
            is_same,
            format!("ftplib {what}: Python's output is another one: {said}"),
        )?;
        let is_same = theirs.status.success() == (said.code == Some(0));
        holds(
            is_same,
            format!("ftplib {what}: Python {}, and {said}", theirs.status),
        )?;
    }
    let said = site.run(["ftplib", "-d", "-rrc", &site.address(), "-dopen"])?;
    holds(
        said.err.contains("*cmd* 'CWD open'"),
        format!("-d shows no dialogue: {said}"),
    )?;
    holds(
        !sorted(&said.err).iter().any(|line| line.contains(password)),
        "-d shows the password",
    )
}
