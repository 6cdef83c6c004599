//! Servers that this project did not write, each started, asked and stopped in the same way.

use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::listening::Family;
use super::package::Unpacked;
use super::process::Process;
use super::scripted::{AIOFTP, FTP_SRV, PYFTPDLIB, SIMPLE_FTPD, TWISTED};
use super::tls::{Data, Start, Tls};
use super::tree::Room;
use super::{Result, inetutils, libunftp, proftpd, pureftpd, vsftpd};

/// Who may log in where a server has users of its own. No secret: it is good for a directory on the
/// loopback interface that lives for minutes.
pub(super) const USER: &str = "ada";
pub(super) const PASSWORD: &str = "kept for a minute";

/// The password as crypt(3) keeps it, SHA-512: neither the standard library nor every machine has
/// something to make it with.
pub(super) const PASSWORD_HASH: &str = "$6$ftpinterop$X5S01c5jTqLIccRzNfqwS4lzm621rCRXKZSQ36sKXX3qmZh2Q9P7fYZwoQFp8MQ6q4axbrjNB/vYAM0fci1cx0";

/// The ports for passive data connections, above what Linux hands out to clients, so that neither
/// is in the other's way.
pub(super) const PASSIVE_PORTS: RangeInclusive<u16> = 61_000..=65_500;

/// A server that this project did not write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Vsftpd,
    ProFtpd,
    PureFtpd,
    Pyftpdlib,
    Libunftp,
    Inetutils,
    Aioftp,
    Twisted,
    FtpSrv,
    SimpleFtpd,
}

/// What a server is to be like.
#[derive(Clone, Copy, Default)]
pub(crate) struct Setting<'a> {
    /// The version of IP; one server listens on one address.
    pub(crate) family: Family,
    /// Where clients may do everything.
    pub(crate) room: Room,
    /// How long a session may stay silent; Pure-FTPd counts in minutes.
    pub(crate) idle: Option<Duration>,
    /// In clear when nothing.
    pub(crate) tls: Option<Tls<'a>>,
}

/// Where the program of a server was put.
pub(crate) struct Program {
    pub(crate) kind: Kind,
    path: PathBuf,
    workdir: PathBuf,
}

/// A running server; dropping it stops it.
pub(crate) struct Foreign {
    pub(crate) kind: Kind,
    process: Process,
}

impl Kind {
    pub(crate) const ALL: [Self; 10] = [
        Self::Vsftpd,
        Self::ProFtpd,
        Self::PureFtpd,
        Self::Pyftpdlib,
        Self::Libunftp,
        Self::Inetutils,
        Self::Aioftp,
        Self::Twisted,
        Self::FtpSrv,
        Self::SimpleFtpd,
    ];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Vsftpd => "vsftpd",
            Self::ProFtpd => "ProFTPD",
            Self::PureFtpd => "Pure-FTPd",
            Self::Pyftpdlib => "pyftpdlib",
            Self::Libunftp => "libunftp",
            Self::Inetutils => "inetutils",
            Self::Aioftp => "aioftp",
            Self::Twisted => "Twisted",
            Self::FtpSrv => "ftp-srv",
            Self::SimpleFtpd => "simple-ftpd",
        }
    }

    /// Gets the server from whom it comes from, into a folder of its own in `workdir`.
    pub(crate) fn fetch(self, workdir: &Path) -> Result<Program> {
        let workdir = workdir.join(self.name().to_ascii_lowercase());
        let path = match self {
            Self::Vsftpd => Unpacked::fetch(&workdir, "vsftpd", vsftpd::PROGRAM),
            Self::ProFtpd => proftpd::fetch(&workdir),
            Self::PureFtpd => Unpacked::fetch(&workdir, "pure-ftpd", pureftpd::PROGRAM),
            Self::Pyftpdlib => PYFTPDLIB.fetch(&workdir),
            Self::Libunftp => libunftp::fetch(),
            Self::Inetutils => inetutils::fetch(&workdir),
            Self::Aioftp => AIOFTP.fetch(&workdir),
            Self::Twisted => TWISTED.fetch(&workdir),
            Self::FtpSrv => FTP_SRV.fetch(&workdir),
            Self::SimpleFtpd => SIMPLE_FTPD.fetch(&workdir),
        };
        let path = path.map_err(|error| format!("{}: {error}", self.name()))?;
        Ok(Program {
            kind: self,
            path: path.canonicalize()?,
            workdir,
        })
    }

    /// Whether few people have it in front of them.
    pub(crate) const fn is_seldom_met(self) -> bool {
        matches!(
            self,
            Self::Inetutils | Self::Aioftp | Self::Twisted | Self::FtpSrv | Self::SimpleFtpd
        )
    }

    /// Whether it has the commands that whole jobs consist of.
    pub(crate) const fn knows_all_of_the_jobs(self) -> bool {
        !matches!(
            self,
            Self::Aioftp | Self::Twisted | Self::FtpSrv | Self::SimpleFtpd
        )
    }

    /// Whether TLS may begin with the first byte.
    pub(crate) const fn offers_implicit(self) -> bool {
        matches!(
            self,
            Self::Vsftpd | Self::ProFtpd | Self::Aioftp | Self::FtpSrv
        )
    }

    /// Whether TLS may begin after AUTH TLS.
    pub(crate) const fn offers_explicit(self) -> bool {
        !matches!(
            self,
            Self::Inetutils | Self::Aioftp | Self::Twisted | Self::SimpleFtpd
        )
    }

    /// Whether it connects to clients.
    pub(crate) const fn knows_port(self) -> bool {
        !matches!(self, Self::Aioftp | Self::SimpleFtpd)
    }

    /// Whether it connects to clients over IPv6, too.
    pub(crate) const fn knows_eprt(self) -> bool {
        self.knows_port() && !matches!(self, Self::Libunftp)
    }

    /// Whether it listens with IPv6.
    pub(crate) const fn knows_ipv6(self) -> bool {
        !matches!(self, Self::SimpleFtpd)
    }

    /// Whether it can be told to ask clients for certificates.
    pub(crate) const fn asks_for_certificates(self) -> bool {
        !matches!(self, Self::PureFtpd | Self::FtpSrv)
    }

    /// How long a session must at least be allowed to stay silent.
    pub(crate) const fn shortest_idle(self) -> Duration {
        match self {
            Self::PureFtpd => pureftpd::SHORTEST_IDLE,
            _ => Duration::from_secs(2),
        }
    }
}

impl Program {
    /// The same, with the directories of its servers in this one.
    #[cfg(feature = "bench")]
    pub(crate) fn within(self, workdir: &Path) -> Self {
        Self {
            workdir: workdir.to_owned(),
            ..self
        }
    }

    /// Starts a server in a directory of its own; several may run at a time. It greets clients by
    /// the time this returns.
    pub(crate) fn start(&self, setting: &Setting<'_>) -> Result<Foreign> {
        let (path, workdir) = (&self.path, &self.workdir);
        let process = match self.kind {
            Kind::Vsftpd => vsftpd::start(path, workdir, setting),
            Kind::ProFtpd => proftpd::start(path, workdir, setting),
            Kind::PureFtpd => pureftpd::start(path, workdir, setting),
            Kind::Pyftpdlib => PYFTPDLIB.start(path, workdir, setting),
            Kind::Libunftp => libunftp::start(workdir, setting),
            Kind::Inetutils => inetutils::start(path, workdir, setting),
            Kind::Aioftp => AIOFTP.start(path, workdir, setting),
            Kind::Twisted => TWISTED.start(path, workdir, setting),
            Kind::FtpSrv => FTP_SRV.start(path, workdir, setting),
            Kind::SimpleFtpd => SIMPLE_FTPD.start(path, workdir, setting),
        };
        Ok(Foreign {
            kind: self.kind,
            process: process?,
        })
    }
}

impl Setting<'_> {
    /// Whether TLS begins with the first byte.
    pub(super) fn is_implicit(&self) -> bool {
        self.tls.is_some_and(|tls| tls.start == Start::Implicit)
    }

    /// As arguments, for servers that are told in them: who may log in, the ports, how long they
    /// wait, and TLS.
    pub(super) fn tell(
        &self,
        command: &mut Command,
        process: &Process,
        idle: Duration,
    ) -> Result<()> {
        command
            .args([USER, PASSWORD])
            .arg(PASSIVE_PORTS.start().to_string())
            .arg(PASSIVE_PORTS.end().to_string())
            .arg(self.idle.unwrap_or(idle).as_secs().to_string());
        if let Some(tls) = &self.tls {
            let files = tls.write(process)?;
            let data = match tls.data {
                Data::Private => "private",
                Data::Any => "any",
            };
            command
                .args(tls.version.openssl_names())
                .args([files.certificate, files.key, data.to_owned()])
                .arg(match tls.start {
                    Start::Explicit => "explicit",
                    Start::Implicit => "implicit",
                })
                .args(files.clients);
        }
        Ok(())
    }
}

impl Foreign {
    /// The host, as a client's options want it.
    pub(crate) fn host(&self) -> String {
        self.process.address().ip().to_string()
    }

    /// The port of the control connection.
    pub(crate) const fn port(&self) -> u16 {
        self.process.port()
    }

    /// Who may log in. The users of some are the machine's, which is not touched; hence the guest.
    pub(crate) const fn user(&self) -> &'static str {
        match self.kind {
            Kind::Vsftpd | Kind::Inetutils => "anonymous",
            _ => USER,
        }
    }

    pub(crate) const fn password(&self) -> &'static str {
        match self.kind {
            Kind::Vsftpd | Kind::Inetutils => "interop@example.org",
            _ => PASSWORD,
        }
    }

    /// Whether clients see a directory of the server's own as `/`, and nothing else of the disk.
    pub(crate) fn is_confined(&self) -> bool {
        self.kind != Kind::ProFtpd || self.process.is_roots().unwrap_or(false)
    }

    /// The directory on disk that clients see as `/`, where they are confined.
    pub(crate) fn root(&self) -> PathBuf {
        self.process.root()
    }

    /// The last of what the server has said.
    pub(crate) fn log_tail(&self) -> String {
        const LINES: usize = 40;
        let log = self.process.log();
        let lines: Vec<_> = log.lines().collect();
        lines[lines.len().saturating_sub(LINES)..].join("\n")
    }
}
