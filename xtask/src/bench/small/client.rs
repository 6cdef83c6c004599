//! The programs that download small files, many in one session.

use std::env;
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::servers::Result;

use super::super::client::{PIPELINING, RELAYED};
use super::super::contender::{
    CURL_TUNED, LFTP_PIPELINED, LFTP_SETTINGS, curl, lftp, lftp_alone, url_for_curl,
};
use super::super::site::Protection;
use super::ground::{Ground, name};
use super::relay::Relay;

/// A program that takes part in the comparison.
pub(super) struct Client {
    pub(super) name: &'static str,
    program: Program,
}

/// The name of the peer with which the adapters are compared.
pub(super) const PEER: &str = "suppaftp";

enum Program {
    /// This program, which is started again as the client of this name, with this way of pipelining.
    Own(&'static str, &'static str),
    /// The program curl, with these options.
    Curl(&'static [&'static str]),
    /// The program lftp: its path, and its settings as a script.
    Lftp(PathBuf, &'static str),
}

/// Returns all programs, in the order in which they run.
pub(super) fn all(protection: Protection) -> Result<Vec<Client>> {
    let client = |name, program| Client { name, program };
    let own = |name, started, way| client(name, Program::Own(started, way));
    let mut all = vec![
        own("blocking-default", "blocking-kernel", "default"),
        own("blocking-always", "blocking-kernel", "always"),
        own("blocking-never", "blocking-kernel", "never"),
        own("smol-default", "smol-kernel", "default"),
        own("smol-always", "smol-kernel", "always"),
        own("smol-never", "smol-kernel", "never"),
        own(PEER, "suppaftp", "default"),
        client("curl", Program::Curl(&[])),
        client("curl-tuned", Program::Curl(CURL_TUNED)),
    ];
    // Under TLS, lftp cannot be limited to one cipher suite.
    if protection == Protection::Clear {
        let program = lftp()?;
        all.push(client("lftp", Program::Lftp(program.clone(), "")));
        all.push(client(
            "lftp-pipelined",
            Program::Lftp(program, LFTP_PIPELINED),
        ));
    }
    Ok(all)
}

impl Client {
    /// Returns whether everything is measured through the relay. If the server replies to EPSV at
    /// once, curl 7.88 often waits for a second before it connects.
    pub(super) const fn needs_relay(&self) -> bool {
        matches!(self.program, Program::Curl(_))
    }

    /// Returns whether the limits apply to this client, or compare others with it.
    pub(super) fn has_limits(&self) -> bool {
        self.name == PEER || matches!(self.program, Program::Own(..))
    }

    /// Returns the command that downloads the first `files` files in one session, through the relay
    /// if there is one.
    pub(super) fn command(
        &self,
        ground: &Ground,
        relay: Option<&Relay>,
        files: usize,
    ) -> Result<Command> {
        let address = relay.map_or_else(|| ground.address(), Relay::address);
        let url = format!(
            "{}://anonymous:bench@{address}/",
            ground.protection.scheme()
        );
        let list = ground.local().join("list");
        let names = || (0..files).map(name);
        let mut text = String::new();
        let command = match &self.program {
            Program::Own(started, way) => {
                for name in names() {
                    writeln!(text, "/{name}")?;
                }
                let mut command = Command::new(env::current_exe()?);
                command.args(["bench-client", started, "getmany", &url]);
                command.arg(&list).arg(ground.downloads());
                command.env("BENCH_ROOTS", ground.roots());
                command.env(PIPELINING, way);
                if relay.is_some() {
                    command.env(RELAYED, "1");
                }
                command
            }
            Program::Curl(settings) => {
                let (url, into) = (url_for_curl(&url), ground.downloads());
                for name in names() {
                    writeln!(text, "url = \"{url}{name}\"")?;
                    writeln!(text, "output = \"{}\"", into.join(name).display())?;
                }
                let mut command = curl(settings, ground.protection, &ground.roots());
                command.arg("--config").arg(&list);
                command
            }
            Program::Lftp(program, settings) => {
                // With PASV, lftp would connect to the server's address, and not to the relay.
                writeln!(text, "{LFTP_SETTINGS} {settings} set ftp:prefer-epsv on;")?;
                writeln!(text, "open -u anonymous,bench ftp://{address};")?;
                writeln!(text, "lcd '{}';", ground.downloads().display())?;
                for name in names() {
                    writeln!(text, "get '/{name}';")?;
                }
                let mut command = lftp_alone(program);
                command.arg("-f").arg(&list);
                command
            }
        };
        fs::write(list, text)?;
        Ok(command)
    }
}
