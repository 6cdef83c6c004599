//! A server that the program `ftpx` is asked about, and the directories on both sides.

use std::cell::Cell;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, UNIX_EPOCH};

use serde_json::Value;

use super::super::random_tree::give;
use super::ftpx::{Ftpx, Said};
use crate::job::content::{bytes, equal};
use crate::servers::Result;
use crate::servers::foreign::{Foreign, Kind};
use crate::servers::tree::WRITABLE;

/// A server, the program, and the directories on both sides.
pub(super) struct Site<'s> {
    pub(super) ftpx: &'s Ftpx,
    pub(super) server: &'s Foreign,
    /// Another server, in clear text, for copies from server to server.
    pub(super) other: &'s Foreign,
    pub(super) scheme: Scheme,
    /// The certificate that has signed the one of the server.
    pub(super) root: &'s Path,
    /// The local directory in which the program runs.
    pub(super) local: PathBuf,
    /// How often the program has run.
    pub(super) runs: Cell<usize>,
}

/// How the program connects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scheme {
    Clear,
    Explicit,
    Implicit,
}

/// The time of the files that a test begins with: 2020-01-02T03:04:05.
pub(super) const MODIFIED: Duration = Duration::from_secs(1_577_934_245);

/// The files that a test begins with, below the directory `d`.
pub(super) const FILES: [(&str, usize); 5] = [
    ("a.txt", 5),
    ("b.bin", 70_000),
    ("empty.txt", 0),
    ("sub/inner.txt", 9),
    ("two words.txt", 12),
];

impl Scheme {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Clear => "clear text",
            Self::Explicit => "explicit TLS",
            Self::Implicit => "implicit TLS",
        }
    }

    const fn of_url(self) -> &'static str {
        match self {
            Self::Clear => "ftp",
            Self::Explicit => "ftpes",
            Self::Implicit => "ftps",
        }
    }
}

impl Site<'_> {
    pub(super) fn kind(&self) -> Kind {
        self.server.kind
    }

    /// Removes everything from both directories, and writes the files that a test begins with.
    pub(super) fn begin(&self) -> Result<()> {
        for directory in [&self.there(""), &self.local, &self.elsewhere("")] {
            empty(directory)?;
        }
        for (seed, (name, size)) in FILES.into_iter().enumerate() {
            self.place(&format!("d/{name}"), &bytes(seed as u64, size))?;
        }
        Ok(())
    }

    /// Returns the URL of a path in the directory in which clients may write.
    pub(super) fn url(&self, path: &str) -> String {
        let (scheme, address) = (self.scheme.of_url(), self.address());
        format!("{scheme}://{address}/{WRITABLE}/{path}")
    }

    /// Returns the URL of a path in the server's root.
    pub(super) fn url_of_root(&self, path: &str) -> String {
        format!("{}://{}/{path}", self.scheme.of_url(), self.address())
    }

    /// Returns the URL of a path on the other server, with its user.
    pub(super) fn url_elsewhere(&self, path: &str) -> String {
        let (host, port) = (self.other.host(), self.other.port());
        let (user, password) = (self.other.user(), self.other.password().replace(' ', "%20"));
        format!("ftp://{user}:{password}@{host}:{port}/{WRITABLE}/{path}")
    }

    pub(super) fn address(&self) -> String {
        format!("{}:{}", self.server.host(), self.server.port())
    }

    /// Returns a path on the server's disk.
    pub(super) fn there(&self, name: &str) -> PathBuf {
        self.server.root().join(WRITABLE).join(name)
    }

    /// Returns a path on the disk of the other server.
    pub(super) fn elsewhere(&self, name: &str) -> PathBuf {
        self.other.root().join(WRITABLE).join(name)
    }

    /// Returns a local path.
    pub(super) fn here(&self, name: &str) -> PathBuf {
        self.local.join(name)
    }

    /// Writes a file on the server's disk.
    pub(super) fn place(&self, name: &str, bytes: &[u8]) -> Result<()> {
        let path = self.there(name);
        write_old(&path, bytes)?;
        self.give_to_sessions()
    }

    /// Writes a bookmark for the directory in which clients may write.
    pub(super) fn bookmark(&self, name: &str) -> Result<()> {
        let mut text = format!("[{name}]\nurl = \"{}\"\n", self.url(""));
        if self.scheme != Scheme::Clear {
            text += &format!("cacert = \"{}\"\n", self.root.display());
        }
        self.write("home/.config/ftpx/bookmarks.toml", text.as_bytes())
    }

    /// Writes a local file.
    pub(super) fn write(&self, name: &str, bytes: &[u8]) -> Result<()> {
        write_old(&self.here(name), bytes)
    }

    /// Gives all that clients may write to the user of the server's sessions.
    pub(super) fn give_to_sessions(&self) -> Result<()> {
        let room = self.there("");
        give(&room, &fs::metadata(&room)?)
    }

    /// Returns a command that runs the program, as the server's user.
    pub(super) fn command<W: AsRef<str>>(&self, words: impl IntoIterator<Item = W>) -> Command {
        let words = words.into_iter().map(|word| word.as_ref().to_owned());
        let mut words: Vec<String> = words.collect();
        if self.scheme != Scheme::Clear {
            let root = self.root.display().to_string();
            words.splice(0..0, ["--cacert".to_owned(), root]);
        }
        self.command_of_stranger(words)
    }

    /// Returns a command that knows of no certificate.
    pub(super) fn command_of_stranger<W: AsRef<OsStr>>(
        &self,
        words: impl IntoIterator<Item = W>,
    ) -> Command {
        self.runs.set(self.runs.get() + 1);
        let mut command = self.ftpx.command(&self.local, words);
        command
            .env("FTPX_USER", self.server.user())
            .env("FTPX_PASSWORD", self.server.password());
        command
    }

    /// Runs the program to its end.
    pub(super) fn run<W: AsRef<str>>(&self, words: impl IntoIterator<Item = W>) -> Result<Said> {
        Said::by(&mut self.command(words))
    }

    /// Runs the program, which must do all. Returns what it has written to standard output.
    pub(super) fn done<W: AsRef<str>>(&self, words: impl IntoIterator<Item = W>) -> Result<String> {
        self.run(words)?.done()
    }

    /// Runs the program, which must fail with this code.
    pub(super) fn failed<W: AsRef<str>>(
        &self,
        code: i32,
        words: impl IntoIterator<Item = W>,
    ) -> Result<Said> {
        self.run(words)?.failed(code)
    }

    /// Runs the program, which must write lines of JSON.
    pub(super) fn json<W: AsRef<str>>(
        &self,
        words: impl IntoIterator<Item = W>,
    ) -> Result<Vec<Value>> {
        values(&self.done(words)?)
    }

    /// Checks that a file on the server's disk has the same bytes as a local one.
    pub(super) fn same(&self, there: &str, here: &str) -> Result<()> {
        same_files(&self.there(there), &self.here(here))
    }
}

/// Checks that two files have the same bytes.
pub(super) fn same_files(one: &Path, other: &Path) -> Result<()> {
    match fs::read(one)? == fs::read(other)? {
        true => Ok(()),
        false => Err(format!("{} and {} differ", one.display(), other.display()).into()),
    }
}

/// Reads lines of JSON.
pub(super) fn values(text: &str) -> Result<Vec<Value>> {
    let lines = text.lines();
    lines.map(|line| Ok(serde_json::from_str(line)?)).collect()
}

/// Returns the lines of a text in their alphabetical order.
pub(super) fn sorted(text: &str) -> Vec<String> {
    let mut lines: Vec<_> = text.lines().map(str::to_owned).collect();
    lines.sort_unstable();
    lines
}

/// Checks what the program has written.
pub(super) fn shows(what: &str, expected: &str, found: &str) -> Result<()> {
    equal(what, &expected, &found)
}

/// Checks that something holds.
pub(super) fn holds(is_so: bool, what: impl std::fmt::Display) -> Result<()> {
    match is_so {
        true => Ok(()),
        false => Err(what.to_string().into()),
    }
}

/// Returns all paths below a directory, in their alphabetical order.
pub(super) fn paths_below(directory: &Path) -> Result<Vec<String>> {
    let mut paths = Vec::new();
    let mut open = vec![directory.to_owned()];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(next)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                open.push(entry.path());
            }
            let path = entry.path();
            paths.push(path.strip_prefix(directory)?.display().to_string());
        }
    }
    paths.sort_unstable();
    Ok(paths)
}

fn write_old(path: &Path, bytes: &[u8]) -> Result<()> {
    if let Some(directory) = path.parent() {
        fs::create_dir_all(directory)?;
    }
    fs::write(path, bytes)?;
    let file = fs::File::options().write(true).open(path)?;
    file.set_modified(UNIX_EPOCH + MODIFIED)?;
    Ok(())
}

/// Removes everything from a directory, which is made if it is not there.
fn empty(directory: &Path) -> Result<()> {
    fs::create_dir_all(directory)?;
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        match path.symlink_metadata()?.is_dir() {
            true => fs::remove_dir_all(path)?,
            false => fs::remove_file(path)?,
        }
    }
    Ok(())
}
