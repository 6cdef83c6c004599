//! Proxies of other projects: at least one for each kind that the clients know.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::Result;
use super::account::Account;
use super::package::{Unpacked, library_path_of};
use super::pip;
use super::process::Process;

/// The login at the proxies that demand one.
pub(crate) const USER: &str = "pat";
pub(crate) const PASSWORD: &str = "word";

const CONFIGURATION: &str = "proxy.conf";

const TWISTED: &str = "Twisted==26.10.0";

/// Runs Twisted's SOCKS4a proxy from the directory in the first argument.
const TWISTED_SCRIPT: &str = "\
import sys
packages, address, port = sys.argv[1:]
sys.path.insert(0, packages)
from twisted.internet import reactor
from twisted.protocols.socks import SOCKSv4Factory
reactor.listenTCP(int(port), SOCKSv4Factory(None), interface=address)
reactor.run()
";

/// A program that is a proxy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// SOCKS5 with a login.
    Microsocks,
    /// SOCKS4 and SOCKS5, without a login.
    Dante,
    /// SOCKS4a. Dante does not take names in SOCKS4.
    Twisted,
    /// HTTP with CONNECT and a login.
    Tinyproxy,
    /// The FTP proxy of the SuSE proxy suite: `USER user@host:port`.
    FtpProxy,
}

/// A proxy's program, and the directory in which the directories of its running proxies are
/// created.
pub(crate) struct Program {
    pub(crate) kind: Kind,
    path: PathBuf,
    workdir: PathBuf,
}

impl Kind {
    pub(crate) const ALL: [Self; 5] = [
        Self::Microsocks,
        Self::Dante,
        Self::Twisted,
        Self::Tinyproxy,
        Self::FtpProxy,
    ];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Microsocks => "microsocks",
            Self::Dante => "dante",
            Self::Twisted => "Twisted",
            Self::Tinyproxy => "tinyproxy",
            Self::FtpProxy => "ftp-proxy",
        }
    }

    /// Fetches the proxy's program into a directory of its own in `workdir`.
    pub(crate) fn fetch(self, workdir: &Path) -> Result<Program> {
        let workdir = workdir.join(self.name().to_ascii_lowercase());
        let unpacked = |package, program| Unpacked::fetch(&workdir, package, program);
        let path = match self {
            Self::Microsocks => unpacked("microsocks", "usr/bin/microsocks"),
            Self::Dante => unpacked("dante-server", "usr/sbin/danted"),
            Self::Twisted => pip::fetch(&workdir, &[TWISTED]),
            Self::Tinyproxy => unpacked("tinyproxy-bin", "usr/bin/tinyproxy"),
            Self::FtpProxy => unpacked("ftp-proxy", "usr/sbin/ftp-proxy"),
        };
        let path = path.map_err(|error| format!("{}: {error}", self.name()))?;
        Ok(Program {
            kind: self,
            path: path.canonicalize()?,
            workdir,
        })
    }
}

impl Program {
    /// Starts the proxy in a directory of its own, and waits until it accepts connections.
    pub(crate) fn start(&self) -> Result<Process> {
        let prepare = |process: &Process| {
            let mut command = Command::new(&self.path);
            library_path_of(&self.path, &mut command);
            let text = match self.kind {
                Kind::Microsocks => {
                    let port = process.port().to_string();
                    command.args(["-i", &process.address().ip().to_string(), "-p", &port]);
                    command.args(["-u", USER, "-P", PASSWORD]);
                    return Ok(command);
                }
                Kind::Twisted => return self.twisted(process),
                Kind::Dante => dante(process)?,
                Kind::Tinyproxy => tinyproxy(process),
                Kind::FtpProxy => ftp_proxy(process)?,
            };
            fs::write(process.path(CONFIGURATION), text)?;
            match self.kind {
                Kind::Dante => command.args(["-f", CONFIGURATION]),
                Kind::Tinyproxy => command.args(["-d", "-c", CONFIGURATION]),
                _ => command.args(["-n", "-d", "-f", CONFIGURATION]),
            };
            Ok(command)
        };
        Process::start_silent(self.kind.name(), &self.workdir, prepare)
    }

    fn twisted(&self, process: &Process) -> Result<Command> {
        let script = process.path("socks4a.py");
        fs::write(&script, TWISTED_SCRIPT)?;
        let mut command = pip::command(&script);
        command.arg(&self.path);
        let (address, port) = (process.address().ip(), process.port());
        command.args([address.to_string(), port.to_string()]);
        Ok(command)
    }
}

fn dante(process: &Process) -> Result<String> {
    let (address, port) = (process.address().ip(), process.port());
    let user = Account::find(process)?.name;
    Ok(format!(
        "logoutput: stderr
internal: {address} port = {port}
external: {address}
clientmethod: none
socksmethod: none
user.unprivileged: {user}
client pass {{
    from: 127.0.0.0/8 to: 0.0.0.0/0
}}
socks pass {{
    from: 127.0.0.0/8 to: 0.0.0.0/0
}}
"
    ))
}

fn tinyproxy(process: &Process) -> String {
    let (address, port) = (process.address().ip(), process.port());
    format!(
        "Listen {address}
Port {port}
Timeout 60
LogLevel Warning
BasicAuth {USER} {PASSWORD}
"
    )
}

/// Without `AllowMagicUser`, the proxy would lead all clients to the one server of its
/// configuration.
fn ftp_proxy(process: &Process) -> Result<String> {
    let (address, port) = (process.address().ip(), process.port());
    let log = process.text("console.txt")?;
    Ok(format!(
        "[-Global-]
ServerType standalone
Listen {address}
Port {port}
DestinationAddress {address}
AllowMagicUser yes
DestinationTransferMode passive
LogDestination {log}
"
    ))
}
