//! Servers that this project did not write, through both adapters, in clear and over TLS: the main
//! job, hundreds of transfers in one login, and every operation by its name.

use crate::servers::Result;

/// Runs it.
#[cfg(not(unix))]
pub(crate) fn run(_: &[&str]) -> Result<()> {
    Err("the servers of this job run on Debian and its relatives".into())
}

#[cfg(unix)]
mod cell;
#[cfg(unix)]
mod contract;
#[cfg(unix)]
mod different;
#[cfg(unix)]
mod exceptions;
#[cfg(unix)]
mod idle;
#[cfg(unix)]
mod jobs;
#[cfg(unix)]
mod matrix;
#[cfg(unix)]
mod operation;
#[cfg(unix)]
mod perform;
#[cfg(unix)]
mod record;
#[cfg(unix)]
mod report;
#[cfg(unix)]
mod telnet;
#[cfg(unix)]
mod trust;

/// Runs it; arguments are the names of servers, all of them if there is none. With `--record` it
/// records a session with each, and does nothing else.
#[cfg(unix)]
pub(crate) fn run(arguments: &[&str]) -> Result<()> {
    use crate::servers::foreign::Kind;
    use crate::workspace;

    let workdir = workspace::root()?.join("target/interop");
    let mut kinds = Vec::new();
    for argument in arguments.iter().filter(|argument| **argument != "--record") {
        let kind = Kind::ALL
            .iter()
            .find(|kind| kind.name().eq_ignore_ascii_case(argument));
        kinds.push(*kind.ok_or_else(|| format!("{argument} is none of the servers"))?);
    }
    if kinds.is_empty() {
        kinds.extend(Kind::ALL);
    }
    if kinds.contains(&Kind::Libunftp) && !cfg!(feature = "embedded") {
        return workspace::again(&["--features", "embedded"], "interop", arguments);
    }
    let programs = kinds
        .into_iter()
        .map(|kind| kind.fetch(&workdir))
        .collect::<Result<Vec<_>>>()?;
    if arguments.contains(&"--record") {
        return record::run(&programs);
    }
    let trust = trust::Trust::new()?;
    let jobs = jobs::run(&programs, &trust);
    let contract = contract::run(&programs);
    let telnet = telnet::run(&programs);
    let matrix = matrix::run(&programs, &trust);
    jobs.and(contract).and(telnet).and(matrix)
}
