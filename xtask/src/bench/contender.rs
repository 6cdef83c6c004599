//! The programs that take part in the comparison.

use std::env;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::console::complain;
use crate::servers::Result;
use crate::servers::package::{Unpacked, library_path_of};
use crate::workspace::output;

use super::site::{Case, Protection, SUITE, Site, programs};

/// A program that takes part in the comparison: it moves a file.
pub(super) struct Contender {
    pub(super) name: &'static str,
    pub(super) role: Role,
    program: Program,
}

/// The role of a program in the comparison. The role decides which limits of `report.rs` apply to
/// the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// A transfer without FTP and without the server, which shows what the system itself needs.
    Bare,
    /// A transfer from or to the server without an FTP client: the least that a client can take,
    /// since the cost of receiving depends on how the server sends.
    BareServed,
    /// An adapter that uses the kernel's fast paths.
    Kernel,
    /// An adapter that is used as a plain stream (`Read` and `Write`), with its default settings.
    Stream,
    /// A program whose cost is shown, but sets and has no limit: an adapter that is used in another
    /// way, or a client of another project with its best settings.
    Shown,
    /// A client of another project, with its default settings.
    Peer,
}

impl Role {
    /// Returns whether programs of this role take part in this case. On one CPU, only the fast
    /// paths are compared with the calls that they consist of.
    pub(super) fn takes_part(self, case: Case) -> bool {
        !case.is_on_one_cpu() || matches!(self, Self::BareServed | Self::Kernel)
    }
}

/// The client with whose CPU time the report compares all other programs.
pub(super) const REFERENCE: &str = "curl";

enum Program {
    /// This program, which is started again with the arguments `bench-client NAME`.
    Own,
    /// The program curl, with these options.
    Curl(&'static [&'static str]),
    /// The program lftp: its path, and its settings as a script.
    Lftp(PathBuf, &'static str),
    /// Python's ftplib: the path of Python, and the size of a block in bytes.
    Ftplib(String, &'static str),
}

impl Contender {
    /// Returns all programs, in the order in which they run. If a client is not installed, the
    /// error says how to get it.
    pub(super) fn all(protection: Protection) -> Result<Vec<Self>> {
        let own = |name, role| Self {
            name,
            role,
            program: Program::Own,
        };
        let other = |name, role, program| Self {
            name,
            role,
            program,
        };
        let mut all = vec![
            other(REFERENCE, Role::Peer, Program::Curl(&[])),
            own("blocking-kernel", Role::Kernel),
            own("smol-kernel", Role::Kernel),
            own("blocking-copy", Role::Stream),
            own("blocking-256k", Role::Shown),
            own("smol-copy", Role::Shown),
            own("smol-256k", Role::Shown),
            other("curl-tuned", Role::Shown, Program::Curl(CURL_TUNED)),
        ];
        // Leaves out these programs under TLS: the bare transfers have no TLS, and the other
        // programs cannot be limited to one cipher suite, or do not resume TLS sessions.
        if protection == Protection::Clear {
            let bare = [
                own("bare", Role::Bare),
                own("bare-served", Role::BareServed),
            ];
            all.splice(0..0, bare);
            let program = lftp()?;
            let python = python()?;
            let lftp = |settings| Program::Lftp(program.clone(), settings);
            let ftplib = |block| Program::Ftplib(python.clone(), block);
            all.extend([
                other("lftp", Role::Peer, lftp("")),
                other("lftp-pipelined", Role::Shown, lftp(LFTP_PIPELINED)),
                other("ftplib", Role::Peer, ftplib("8192")),
                other("ftplib-256k", Role::Shown, ftplib("262144")),
            ]);
        }
        all.push(own("suppaftp", Role::Peer));
        all.push(own("suppaftp-256k", Role::Shown));
        Ok(all)
    }

    /// Returns the command that moves the file. `bare` is the address of the peer for a transfer
    /// without FTP, and `None` for other programs.
    pub(super) fn command(&self, case: Case, site: &Site, bare: Option<String>) -> Result<Command> {
        let (remote, local) = match case.is_up() {
            true => (site.upload_url(), site.content()),
            false => (site.content_url(), site.target(case)),
        };
        Ok(match &self.program {
            Program::Own => {
                let mut command = Command::new(env::current_exe()?);
                let remote = bare.unwrap_or(remote);
                command.args(["bench-client", self.name]);
                command.env("BENCH_ROOTS", site.roots());
                match case.is_up() {
                    true => command.arg("put").arg(local).arg(remote),
                    false => command.arg("get").arg(remote).arg(local),
                };
                command
            }
            Program::Curl(settings) => {
                let mut command = curl(settings, site.protection(), &site.roots());
                match case.is_up() {
                    true => command.arg("--upload-file").arg(local),
                    false => command.arg("--output").arg(local),
                };
                command.arg(url_for_curl(&remote));
                command
            }
            Program::Lftp(program, settings) => lftp_command(program, settings, case, site)?,
            Program::Ftplib(python, block) => {
                let mut command = Command::new(python);
                command.args(["-I", "-c", FTPLIB, block]);
                command.arg(if case.is_up() { "put" } else { "get" });
                command.arg(site.port().to_string());
                command.arg(path_of(&remote)).arg(local);
                command
            }
        })
    }
}

/// The options of curl with which it transfers a file with the fewest commands.
pub(super) const CURL_TUNED: &[&str] = &["--ftp-method", "nocwd", "--ignore-content-length"];

/// The settings of lftp with which it waits for the fewest replies.
pub(super) const LFTP_PIPELINED: &str = "set ftp:sync-mode off; set ftp:use-size off; \
     set ftp:use-mdtm off; set ftp:use-feat off; set ftp:use-site-utime off;";

/// Returns curl without the files and URLs.
pub(super) fn curl(settings: &[&str], protection: Protection, roots: &Path) -> Command {
    let mut command = Command::new("curl");
    command.args(["--disable", "--silent", "--show-error", "--fail"]);
    command.args(settings);
    if protection == Protection::Tls {
        command.args(["--ssl-reqd", "--tlsv1.3", "--tls13-ciphers", SUITE]);
        command.arg("--cacert").arg(roots);
    }
    command
}

/// curl has no scheme `ftpes`. Instead the option `--ssl-reqd` asks for explicit TLS.
pub(super) fn url_for_curl(url: &str) -> String {
    url.replace("ftpes://", "ftp://")
}

/// A Python program that transfers a file as the manual of ftplib shows.
const FTPLIB: &str = r#"
import ftplib, sys
block, verb, port, remote, local = sys.argv[1:]
ftp = ftplib.FTP()
ftp.connect("127.0.0.1", int(port))
ftp.login("anonymous", "bench")
if verb == "get":
    with open(local, "wb") as file:
        ftp.retrbinary("RETR " + remote, file.write, int(block))
else:
    with open(local, "rb") as file:
        ftp.storbinary("STOR " + remote, file, int(block))
ftp.quit()
"#;

/// Returns the path of a URL. The URLs of the comparison contain no escapes such as `%20`, so the
/// path needs no decoding.
fn path_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.find('/').map_or("/", |slash| &rest[slash..])
}

fn lftp_command(program: &Path, settings: &str, case: Case, site: &Site) -> Result<Command> {
    let (verb, from, to) = match case.is_up() {
        true => {
            let local = text(site.content().as_os_str())?;
            ("put", local, path_of(&site.upload_url()).to_owned())
        }
        false => {
            let local = text(site.target(case).as_os_str())?;
            ("get", path_of(&site.content_url()).to_owned(), local)
        }
    };
    let work = format!(
        "open -u anonymous,bench ftp://127.0.0.1:{}; {verb} '{from}' -o '{to}'",
        site.port()
    );
    let mut command = lftp_alone(program);
    command.arg("-c");
    command.arg(format!("{LFTP_SETTINGS} {settings} {work}"));
    Ok(command)
}

/// The settings of lftp in all comparisons.
pub(super) const LFTP_SETTINGS: &str = "set cmd:interactive no; set cmd:fail-exit yes; \
     set net:max-retries 1; set net:timeout 20; set xfer:clobber yes; set ftp:ssl-allow no;";

/// Returns lftp without a script.
pub(super) fn lftp_alone(program: &Path) -> Command {
    let mut command = Command::new(program);
    // Gives lftp no home directory, so that it reads no settings of the machine's user.
    command.env("HOME", "/nonexistent");
    library_path_of(program, &mut command);
    command
}

/// Returns a path as text that a script of lftp can quote.
fn text(path: &OsStr) -> Result<String> {
    let text = path.to_str().filter(|text| !text.contains('\''));
    Ok(text.ok_or("a path that lftp cannot be told of")?.to_owned())
}

/// Returns the path of the Python interpreter itself. `python3` may be a shell script that searches
/// for the interpreter, and the cost of the script would be measured, too.
fn python() -> Result<String> {
    let mut command = Command::new("python3");
    let command = command.args(["-c", "import ftplib, sys; print(sys.executable)"]);
    let printed = output(command)
        .map_err(|error| format!("python3, for ftplib: {error}; is it installed?"))?;
    Ok(printed.trim().to_owned())
}

/// Returns the path of lftp. If lftp is not installed, its Debian package is unpacked.
pub(super) fn lftp() -> Result<PathBuf> {
    installed_or_unpacked("lftp")
}

/// Returns the path of a program that has the name of its package. If it is not installed, its Debian
/// package is unpacked.
pub(super) fn installed_or_unpacked(name: &str) -> Result<PathBuf> {
    if Command::new(name).arg("--version").output().is_ok() {
        return Ok(PathBuf::from(name));
    }
    complain(&format!(
        "{name} is not installed: its package is unpacked below target/ instead"
    ));
    let program = Unpacked::fetch(&programs()?.join(name), name, &format!("usr/bin/{name}"))
        .map_err(|error| format!("{name} is neither installed nor to be had: {error}"))?;
    Ok(program.canonicalize()?)
}
