//! Runs the example drivers of the core against a server.

use std::env;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::console::{Result, say};
use crate::job::content;

/// How many sessions the event loop has at the same time.
const SESSIONS: usize = 20;

/// Where the drivers find the server.
pub(crate) struct Scene<'a> {
    /// The URL of the server's directory, with explicit TLS. It has no slash at its end.
    pub(crate) secured: String,
    /// The URL of the same directory in clear text.
    pub(crate) clear: String,
    /// The server's directory on this machine's disk.
    pub(crate) files: PathBuf,
    /// The certificate of the authority that has signed the server's certificate.
    pub(crate) certificate: &'a Path,
}

/// Runs the drivers. `cargo build --examples` has made their programs.
pub(crate) fn run(scene: &Scene<'_>) -> Result<()> {
    let file = content::bytes(8, 2_000_000);
    fs::write(scene.files.join("driven.bin"), &file)?;
    scene.downloads("tokio", &scene.secured, &file)?;
    scene.downloads("no_std", &scene.clear, &file)?;
    scene.many_sessions("mio")?;
    if cfg!(target_os = "linux") {
        let output = scene.downloads("io_uring", &scene.secured, &file)?;
        let shown = String::from_utf8_lossy(&output.stderr);
        say(&format!(
            "the example io_uring ran {}",
            shown.lines().next().unwrap_or_default()
        ));
        scene.uploads("io_uring", &file)?;
    }
    say("the example drivers of the core did what they should");
    Ok(())
}

impl Scene<'_> {
    fn program(&self, name: &str) -> Result<Command> {
        let programs = env::current_exe()?.with_file_name("examples");
        let mut program = Command::new(programs.join(name));
        program
            .env("SSL_CERT_FILE", self.certificate)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        Ok(program)
    }

    /// Downloads the file to standard output.
    fn downloads(&self, name: &str, url: &str, file: &[u8]) -> Result<Output> {
        let url = format!("{url}/driven.bin");
        let output = succeeded(name, self.program(name)?.arg(url).output()?)?;
        match output.stdout == file {
            true => Ok(output),
            false => Err(format!("{name}: the download has other bytes").into()),
        }
    }

    /// Uploads standard input.
    fn uploads(&self, name: &str, file: &[u8]) -> Result<()> {
        let url = format!("{}/up.bin", self.secured);
        let mut program = self.program(name)?.args([&url, "upload"]).spawn()?;
        if let Some(mut input) = program.stdin.take() {
            input.write_all(file)?;
        }
        succeeded(name, program.wait_with_output()?)?;
        match fs::read(self.files.join("up.bin"))? == file {
            true => Ok(()),
            false => Err(format!("{name}: the upload has other bytes").into()),
        }
    }

    /// Downloads the file in many sessions on one thread.
    fn many_sessions(&self, name: &str) -> Result<()> {
        let url = format!("{}/driven.bin", self.secured);
        let output = self
            .program(name)?
            .args([&SESSIONS.to_string(), &url])
            .output()?;
        let output = succeeded(name, output)?;
        let shown = String::from_utf8_lossy(&output.stdout);
        match shown.contains(&format!("{SESSIONS} of {SESSIONS} sessions")) {
            true => Ok(()),
            false => Err(format!("{name}: {shown}").into()),
        }
    }
}

fn succeeded(name: &str, output: Output) -> Result<Output> {
    match output.status.success() {
        true => Ok(output),
        false => Err(format!("{name}: {}", String::from_utf8_lossy(&output.stderr)).into()),
    }
}
