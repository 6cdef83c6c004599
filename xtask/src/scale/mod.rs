//! Opens thousands of sessions at once, with both adapters: what does an idle session hold in
//! memory, and do all sessions transfer a file and close without an error? The server is a cheap
//! one, in a process of its own, and so is each client.

mod client;
#[path = "../../../ftp-blocking/tests/support/server_process.rs"]
#[allow(dead_code, reason = "the tests use the rest")]
mod server_process;

use std::env;
use std::fs;
use std::process::Command;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use self::server_process::ServerProcess;
use crate::console::{Result, say};
use crate::workspace;

pub(crate) use self::client::run as client;
pub(crate) use self::server_process::serve_if_asked as serve;

/// The job of xtask that runs a client.
pub(crate) const CLIENT: &str = "scale-client";

/// The job of xtask that runs the server.
pub(crate) const SERVER: &str = "scale-server";

/// How many sessions are idle at the same time, and how many transfer a file.
const IDLE: usize = 1_000;
const MANY: usize = 5_000;

/// The descriptors that a process needs besides one for each session: those of transfers under way.
const SPARE: u64 = 1_000;

/// The most KiB of resident memory that a session of ftp-smol may hold, after its login and after a
/// small file, in clear text and under TLS.
const MOST_KIB: [f64; 2] = [3.5, 10.5];

/// How the clients connect.
const CHANNELS: [&str; 2] = ["clear", "TLS 1.3"];

/// Runs the job. The only argument, if there is one, is the number of sessions that transfer a
/// file.
pub(crate) fn run(arguments: &[&str]) -> Result<()> {
    let many = match arguments {
        [] => MANY,
        [many] => many.parse()?,
        _ => return Err("this job takes one number at most".into()),
    };
    raise_limit(IDLE.max(many) as u64 + SPARE)?;
    let directory = workspace::root()?.join("target/scale");
    fs::create_dir_all(&directory)?;
    let certificate = directory.join("certificate.pem");
    let server = ServerProcess::start_by(SERVER)?;
    fs::write(&certificate, server.certificate())?;
    let measure = |adapter: &str, channel: &str, what: &str, count: usize| {
        let mut command = Command::new(env::current_exe()?);
        command.args([CLIENT, adapter, what, &count.to_string()]);
        command.arg(server.port().to_string());
        if channel != CHANNELS[0] {
            command.arg(&certificate);
        }
        workspace::output(&mut command)
    };
    let mut failures = Vec::new();
    for adapter in client::ADAPTERS {
        for (channel, most) in CHANNELS.into_iter().zip(MOST_KIB) {
            let said = measure(adapter, channel, "idle", IDLE)?;
            say(&format!("{adapter:<9} {channel:<8} {}", said.trim()));
            let words = said.split_whitespace();
            let kib = words.filter(|word| word.contains('.'));
            for kib in kib.map(str::parse::<f64>) {
                let kib = kib?;
                if adapter == "smol" && kib > most {
                    failures.push(format!("{channel}: {kib} KiB a session, more than {most}"));
                }
            }
        }
    }
    for adapter in client::ADAPTERS {
        for channel in CHANNELS {
            let said = measure(adapter, channel, "all", many);
            match said {
                Ok(said) => say(&format!("{adapter:<9} {channel:<8} {}", said.trim())),
                Err(error) => failures.push(format!("{adapter}, {channel}: {error}")),
            }
        }
    }
    match failures.as_slice() {
        [] => Ok(()),
        failures => Err(failures.join("\n").into()),
    }
}

/// Lets this process and its children open this many descriptors.
fn raise_limit(descriptors: u64) -> Result<()> {
    let limit = getrlimit(Resource::Nofile);
    if limit.current.is_none_or(|current| current >= descriptors) {
        return Ok(());
    }
    let raised = Rlimit {
        current: Some(descriptors),
        ..limit
    };
    setrlimit(Resource::Nofile, raised).map_err(|error| {
        format!("{descriptors} descriptors are needed, `ulimit -Hn` allows fewer: {error}").into()
    })
}
