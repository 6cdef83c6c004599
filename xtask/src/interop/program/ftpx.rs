//! The program `ftpx`, run as a process.

use std::env;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::servers::Result;
use crate::workspace;

/// The program.
pub(super) struct Ftpx {
    path: PathBuf,
}

/// What the program has said.
pub(super) struct Said {
    /// `None`: a signal ended it.
    pub(super) code: Option<i32>,
    pub(super) out: String,
    pub(super) err: String,
}

impl Ftpx {
    /// Builds the program, as this program was built.
    pub(super) fn build() -> Result<Self> {
        let mut cargo = workspace::cargo()?;
        cargo.args(["build", "--quiet", "--package", "ftp-blocking"]);
        cargo.args(["--features", "cli", "--bin", "ftpx"]);
        if !cfg!(debug_assertions) {
            cargo.arg("--release");
        }
        workspace::run(&mut cargo)?;
        let path = env::current_exe()?.with_file_name("ftpx");
        Ok(Self { path })
    }

    /// Returns a command that runs the program in this directory. Nothing of the person who runs
    /// this job has an influence: the home directory is `home` there.
    pub(super) fn command<W: AsRef<OsStr>>(
        &self,
        directory: &Path,
        words: impl IntoIterator<Item = W>,
    ) -> Command {
        let mut command = Command::new(&self.path);
        command
            .args(words)
            .current_dir(directory)
            .env_clear()
            .env("HOME", directory.join("home"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }
}

impl Said {
    /// Waits for the end of a command.
    pub(super) fn by(command: &mut Command) -> Result<Self> {
        Ok(command.output()?.into())
    }

    /// Returns what the program has written to standard output, if all was done and nothing was
    /// said on standard error.
    pub(super) fn done(self) -> Result<String> {
        match (self.code, self.err.as_str()) {
            (Some(0), "") => Ok(self.out),
            _ => Err(self.to_string().into()),
        }
    }

    /// Checks the exit code of a failure, and that there is a sentence about it.
    pub(super) fn failed(self, code: i32) -> Result<Self> {
        let is_told = self.err.starts_with("ftpx: ") || code == 2;
        match self.code == Some(code) && is_told && !self.err.contains("panicked") {
            true => Ok(self),
            false => Err(format!("the exit code is not {code}: {self}").into()),
        }
    }
}

impl From<Output> for Said {
    fn from(output: Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Self {
            code: output.status.code(),
            out: text(&output.stdout),
            err: text(&output.stderr),
        }
    }
}

impl std::fmt::Display for Said {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.code {
            Some(code) => write!(f, "exit code {code}")?,
            None => f.write_str("ended by a signal")?,
        }
        for (name, text) in [("out", &self.out), ("err", &self.err)] {
            write!(f, "; {name}: {:?}", text.trim_end())?;
        }
        Ok(())
    }
}
