//! How each program is started. None of them reads settings of the machine's user.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::servers::Result;
use crate::servers::package::library_path_of;

use super::super::contender::{self, LFTP_SETTINGS};
use super::super::site::Protection;

/// A server: where it is, and how connections to it are protected.
pub(super) struct Place<'p> {
    pub(super) address: SocketAddr,
    pub(super) protection: Protection,
    /// The PEM file with the root certificate that programs trust under TLS.
    pub(super) roots: &'p Path,
}

impl Place<'_> {
    fn url(&self, scheme: &str, path: &str) -> String {
        format!("{scheme}://anonymous:bench@{}/{path}", self.address)
    }

    /// Returns `ftpx` with its first words.
    fn ftpx(&self, program: &Path, words: &[&str]) -> Command {
        let mut command = Command::new(program);
        command.env("HOME", "/nonexistent");
        if self.protection == Protection::Tls {
            command.arg("--cacert").arg(self.roots);
        }
        command.args(words);
        command
    }

    pub(super) fn ftpx_get(&self, program: &Path, path: &str, to: &Path) -> Command {
        let mut command = self.ftpx(program, &["get", "--output"]);
        command
            .arg(to)
            .arg(self.url(self.protection.scheme(), path));
        command
    }

    pub(super) fn ftpx_put(&self, program: &Path, from: &Path, path: &str) -> Command {
        let mut command = self.ftpx(program, &["put"]);
        command
            .arg(from)
            .arg(self.url(self.protection.scheme(), path));
        command
    }

    pub(super) fn ftpx_mirror(&self, program: &Path, jobs: &str, path: &str, to: &Path) -> Command {
        let mut command = self.ftpx(program, &["mirror", "--jobs", jobs]);
        command
            .arg(self.url(self.protection.scheme(), path))
            .arg(to);
        command
    }

    pub(super) fn curl_get(&self, path: &str, to: &Path) -> Command {
        let mut command = contender::curl(&[], self.protection, self.roots);
        command.arg("--output").arg(to).arg(self.url("ftp", path));
        command
    }

    pub(super) fn wget_get(&self, program: &Path, path: &str, to: &Path) -> Command {
        let mut command = Command::new(program);
        library_path_of(program, &mut command);
        command.env("HOME", "/nonexistent");
        command.args(["--no-config", "--quiet", "--tries=1"]);
        command
            .arg("--output-document")
            .arg(to)
            .arg(self.url("ftp", path));
        command
    }

    /// Returns lftp, which logs in and then does this work.
    pub(super) fn lftp(&self, program: &Path, work: &str) -> Command {
        let tls = match self.protection {
            Protection::Clear => String::new(),
            Protection::Tls => format!(
                "set ftp:ssl-allow yes; set ftp:ssl-force yes; set ftp:ssl-protect-data yes; \
                 set ssl:ca-file '{}';",
                self.roots.display()
            ),
        };
        // With PASV, lftp would connect to the server's address, and not to the relay.
        let script = format!(
            "{LFTP_SETTINGS} {tls} set ftp:prefer-epsv on; open -u anonymous,bench ftp://{}; {work}",
            self.address
        );
        let mut command = contender::lftp_alone(program);
        command.arg("-c").arg(script);
        command
    }
}

/// Returns the paths of lftp and wget.
pub(super) fn lftp_and_wget() -> Result<(PathBuf, PathBuf)> {
    Ok((
        contender::lftp()?,
        contender::installed_or_unpacked("wget")?,
    ))
}
