//! The servers of other projects that the tests run against. The same functions fetch, start and
//! stop all of them.

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

/// The user name and the password for servers with their own list of users. The password is no
/// secret: it protects a directory that only this machine can reach, and only for minutes.
pub(super) const USER: &str = "ada";
pub(super) const PASSWORD: &str = "kept for a minute";

/// The SHA-512 hash of [`PASSWORD`] for crypt(3). It is written here, because neither the standard
/// library nor every machine can compute it.
pub(super) const PASSWORD_HASH: &str = "$6$ftpinterop$X5S01c5jTqLIccRzNfqwS4lzm621rCRXKZSQ36sKXX3qmZh2Q9P7fYZwoQFp8MQ6q4axbrjNB/vYAM0fci1cx0";

/// The ports for passive data connections. They are above the ports that Linux gives to clients, so
/// that no client can take a port that a server wants.
pub(super) const PASSIVE_PORTS: RangeInclusive<u16> = 61_000..=65_500;

/// The ports for passive data connections with [`Ports::Few`].
#[cfg(feature = "bench")]
pub(crate) const FEW_PASSIVE_PORTS: RangeInclusive<u16> = 65_501..=65_532;

/// A server of another project.
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

/// The settings with which a server is started.
#[derive(Clone, Copy, Default)]
pub(crate) struct Setting<'a> {
    /// The IP version of the loopback address on which the server listens.
    pub(crate) family: Family,
    /// The directory in which clients may write.
    pub(crate) room: Room,
    /// How long a session may be idle; `None` for the server's default. Pure-FTPd counts in whole
    /// minutes.
    pub(crate) idle: Option<Duration>,
    /// The TLS of the server; `None` means clear text.
    pub(crate) tls: Option<Tls<'a>>,
    /// The ports for passive data connections. Only vsftpd knows another choice than the default.
    pub(crate) ports: Ports,
}

/// How many ports a server has for passive data connections.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Ports {
    /// Thousands, so that several servers may run at the same time.
    #[default]
    Many,
    /// So few that a relay can listen on each of them.
    #[cfg(feature = "bench")]
    Few,
}

impl Ports {
    pub(super) const fn range(self) -> RangeInclusive<u16> {
        match self {
            Self::Many => PASSIVE_PORTS,
            #[cfg(feature = "bench")]
            Self::Few => FEW_PASSIVE_PORTS,
        }
    }
}

/// A server's program, and the directory in which the directories of its running servers are
/// created.
pub(crate) struct Program {
    pub(crate) kind: Kind,
    path: PathBuf,
    workdir: PathBuf,
}

/// A running server. Dropping this value stops the server.
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

    /// Fetches the server's program, for example from a Debian package, into a directory of its own
    /// in `workdir`.
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

    /// Returns whether few people use this server. Without `--full`, the interop tests put fewer
    /// questions to it.
    pub(crate) const fn is_seldom_met(self) -> bool {
        matches!(
            self,
            Self::Inetutils | Self::Aioftp | Self::Twisted | Self::FtpSrv | Self::SimpleFtpd
        )
    }

    /// Returns whether the server knows all commands that the jobs send.
    pub(crate) const fn knows_all_of_the_jobs(self) -> bool {
        !matches!(
            self,
            Self::Aioftp | Self::Twisted | Self::FtpSrv | Self::SimpleFtpd
        )
    }

    /// Returns whether the server offers implicit TLS.
    pub(crate) const fn offers_implicit(self) -> bool {
        matches!(
            self,
            Self::Vsftpd | Self::ProFtpd | Self::Aioftp | Self::FtpSrv
        )
    }

    /// Returns whether the server offers explicit TLS (AUTH TLS).
    pub(crate) const fn offers_explicit(self) -> bool {
        !matches!(
            self,
            Self::Inetutils | Self::Aioftp | Self::Twisted | Self::SimpleFtpd
        )
    }

    /// Returns whether the server supports active mode.
    pub(crate) const fn knows_port(self) -> bool {
        !matches!(self, Self::Aioftp | Self::SimpleFtpd)
    }

    /// Returns whether the server supports active mode over IPv6.
    pub(crate) const fn knows_eprt(self) -> bool {
        self.knows_port() && !matches!(self, Self::Libunftp)
    }

    /// Returns whether the server listens on IPv6.
    pub(crate) const fn knows_ipv6(self) -> bool {
        !matches!(self, Self::SimpleFtpd)
    }

    /// Returns whether the server can ask clients for certificates.
    pub(crate) const fn asks_for_certificates(self) -> bool {
        !matches!(self, Self::PureFtpd | Self::FtpSrv)
    }

    /// Returns the shortest idle limit that the server supports.
    pub(crate) const fn shortest_idle(self) -> Duration {
        match self {
            Self::PureFtpd => pureftpd::SHORTEST_IDLE,
            _ => Duration::from_secs(2),
        }
    }
}

impl Program {
    /// Returns the program, changed so that the directories of its running servers are created in
    /// `workdir`.
    #[cfg(feature = "bench")]
    pub(crate) fn within(self, workdir: &Path) -> Self {
        Self {
            workdir: workdir.to_owned(),
            ..self
        }
    }

    /// Starts a server in a directory of its own, and waits until the server greets clients.
    /// Several servers may run at the same time.
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
    pub(super) fn is_implicit(&self) -> bool {
        self.tls.is_some_and(|tls| tls.start == Start::Implicit)
    }

    /// Adds the settings to the server's command line: user, password, ports, idle limit and TLS.
    /// Only some servers are started in this way. If the settings have no idle limit, the server
    /// gets the limit `idle`, which is its default.
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
    /// Kills the server with all its sessions, as if the machine were gone.
    pub(crate) fn kill(&self) {
        self.process.kill();
    }

    /// Returns the server's IP address as text, for the client's options.
    pub(crate) fn host(&self) -> String {
        self.process.address().ip().to_string()
    }

    /// Returns the port of the control connection.
    pub(crate) const fn port(&self) -> u16 {
        self.process.port()
    }

    /// Returns the name of the user who may log in. vsftpd and inetutils use the machine's list of
    /// users, which the tests must not change, so clients log in there as guests.
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

    /// Returns whether clients see only the server's directory, as `/`, and nothing else of the
    /// disk. ProFTPD ensures this only if root has started it.
    pub(crate) fn is_confined(&self) -> bool {
        self.kind != Kind::ProFtpd || self.process.is_roots().unwrap_or(false)
    }

    /// Returns the number of the server's process.
    #[cfg(feature = "bench")]
    pub(crate) fn id(&self) -> Option<u32> {
        self.process.id()
    }

    /// Returns the path of the server's root directory on this machine's disk. Clients that are
    /// confined to this directory see it as `/`.
    pub(crate) fn root(&self) -> PathBuf {
        self.process.root()
    }

    /// Returns the last lines of the server's log.
    pub(crate) fn log_tail(&self) -> String {
        const LINES: usize = 40;
        let log = self.process.log();
        let lines: Vec<_> = log.lines().collect();
        lines[lines.len().saturating_sub(LINES)..].join("\n")
    }
}
