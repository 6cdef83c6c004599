//! The interop tests: they run both adapters against servers of other projects, in clear text and
//! over TLS. There are whole jobs (`jobs.rs`) and a set of questions (`suite.rs`).
//!
//! A question is a row of the contract table (in `ftp-proto`'s simulator) that needs no fault, or a
//! task of `tasks.rs`, which does not fit into a row.

mod capture;
mod cell;
mod dropped;
mod exceptions;
mod idle;
mod jobs;
mod kills;
mod many;
mod metadata;
mod names;
mod program;
mod proxies;
mod question;
mod random_tree;
mod record;
mod report;
mod rows;
mod store;
mod suite;
mod tasks;
mod trees;
mod trust;
mod way;
mod whole_files;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::servers::Result;
use crate::servers::foreign::{Kind, Program};
use crate::workspace;

pub(crate) use kills::{VICTIM, victim};

/// The argument that runs only the tests through proxies.
const PROXIES: &str = "proxies";

/// The argument that runs only the tests of the object store.
const STORE: &str = "store";

/// The argument that runs only the tests of the program `ftpx`.
const PROGRAM: &str = "program";

/// How many of the interop tests run.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    /// The tests put every question to the common servers. They put only the most useful questions
    /// to the rarely used servers, in the most useful ways of connecting.
    Gate,
    /// The tests put every question to every server, in every way of connecting.
    Full,
}

impl Extent {
    fn is_brief(self, kind: Kind) -> bool {
        self == Self::Gate && kind.is_seldom_met()
    }
}

/// Runs the interop tests with the servers that the arguments name, or else with all servers. With
/// `--full`, or if servers are named, all tests run. With `--record`, no test runs: instead, a
/// session with each server is recorded. With `--capture`, their listings are captured. With
/// `--pipelined`, all clients pipeline everything from the beginning (`Pipelining::always`). With
/// `proxies` alone, only the tests through proxies run; with `--full` alone they run too. With `store`
/// alone, only the tests of the object store run (`store.rs`), and with `program` those of the program
/// `ftpx` (`program/`). `--kills
/// 500` kills transfers of whole files instead, `--kills-of-trees 1000` syncs of trees (`kills`), and
/// `--many 1000` transfers this many small files with each server (`many`). `--dropped 8 1500` drops
/// futures at any poll, in 8 sessions of 1500 operations in each way (`dropped`).
pub(crate) fn run(arguments: &[&str]) -> Result<()> {
    if arguments.contains(&"--pipelined") {
        way::pipeline_everything();
    }
    match arguments {
        ["--kills", count, ..] => return kills::run(kills::Prey::Files, count.parse()?),
        ["--kills-of-trees", count, ..] => return kills::run(kills::Prey::Trees, count.parse()?),
        ["--dropped", seeds, operations, servers @ ..] => {
            return dropped(seeds.parse()?, operations.parse()?, servers);
        }
        ["--many", count, servers @ ..] => {
            if !cfg!(feature = "embedded") {
                return again(arguments);
            }
            let programs = fetched(servers)?;
            return many::run(&programs, &trust::Trust::new()?, count.parse()?);
        }
        _ => {}
    }
    let workdir = workspace::root()?.join("target/interop");
    if arguments == [PROXIES] {
        return proxies::run(&workdir, &trust::Trust::new()?);
    }
    if arguments == [STORE] {
        return store::run(&workdir, &trust::Trust::new()?);
    }
    if let [PROGRAM, arguments @ ..] = arguments {
        return program::run(arguments, &workdir, &trust::Trust::new()?);
    }
    let kinds = named(arguments)?;
    let is_all = kinds.is_empty();
    let is_full = arguments.contains(&"--full") || !is_all;
    let extent = if is_full { Extent::Full } else { Extent::Gate };
    if (is_all || kinds.contains(&Kind::Libunftp)) && !cfg!(feature = "embedded") {
        return again(arguments);
    }
    let programs = fetched(arguments)?;
    if arguments.contains(&"--record") {
        return record::run(&programs);
    }
    if arguments.contains(&"--capture") {
        return capture::run(&programs);
    }
    let trust = trust::Trust::new()?;
    let (jobs, suite) = thread::scope(|scope| {
        let jobs = scope.spawn(|| {
            let jobs = jobs::run(&programs, &trust, extent);
            jobs.map_err(|error| error.to_string())
        });
        let suite = suite::run(&programs, &trust, extent);
        let jobs = jobs.join().unwrap_or_else(|_| Err("panicked".to_owned()));
        (jobs.map_err(Into::into), suite)
    });
    let proxies = match is_all && extent == Extent::Full {
        true => proxies::run(&workdir, &trust),
        false => Ok(()),
    };
    jobs.and(suite).and(proxies)
}

/// Drops futures in sessions with the servers that the arguments name, or else with vsftpd, which
/// has a process for each session, and pyftpdlib, which has one for all.
fn dropped(seeds: u64, operations: usize, servers: &[&str]) -> Result<()> {
    let servers = match servers {
        [] => &["vsftpd", "pyftpdlib"],
        servers => servers,
    };
    dropped::run(&fetched(servers)?, &trust::Trust::new()?, seeds, operations)
}

/// Builds this program with libunftp, and starts the tests in it.
fn again(arguments: &[&str]) -> Result<()> {
    workspace::again(&["--features", "embedded"], "interop", arguments)
}

/// Returns the servers that the arguments name.
fn named(arguments: &[&str]) -> Result<Vec<Kind>> {
    let mut kinds = Vec::new();
    for argument in arguments
        .iter()
        .filter(|argument| !argument.starts_with("--"))
    {
        let kind = Kind::ALL
            .iter()
            .find(|kind| kind.name().eq_ignore_ascii_case(argument));
        kinds.push(*kind.ok_or_else(|| format!("{argument} is none of the servers"))?);
    }
    Ok(kinds)
}

/// Fetches the servers that the arguments name, or else all.
fn fetched(arguments: &[&str]) -> Result<Vec<Program>> {
    let workdir = workspace::root()?.join("target/interop");
    let named = named(arguments)?;
    let kinds = match named.as_slice() {
        [] => &Kind::ALL[..],
        named => named,
    };
    kinds.iter().map(|kind| kind.fetch(&workdir)).collect()
}

/// How many servers the jobs, and how many the questions, are put to at the same time. Both run at
/// once. A test waits most of its time, so six lanes suit two processors.
const LANES: usize = 3;

/// Calls `work` for each server, in [`LANES`] threads. A thread that is done with a server takes
/// the next one. The results come in the order of the servers.
fn in_lanes<T: Send>(
    programs: &[Program],
    work: impl Fn(&Program) -> Result<Vec<T>> + Sync,
) -> Result<Vec<T>> {
    let next = AtomicUsize::new(0);
    let lane = || {
        let mut done = Vec::new();
        loop {
            let place = next.fetch_add(1, Ordering::Relaxed);
            let Some(program) = programs.get(place) else {
                return Ok(done);
            };
            let own = work(program).map_err(|error| error.to_string())?;
            done.push((place, own));
        }
    };
    let lanes: Vec<_> = thread::scope(|scope| {
        let lanes: Vec<_> = (0..LANES).map(|_| scope.spawn(lane)).collect();
        lanes.into_iter().map(|lane| lane.join()).collect()
    });
    let mut all = Vec::new();
    for lane in lanes {
        let done: std::result::Result<_, String> = lane.map_err(|_| "a lane panicked")?;
        all.extend(done?);
    }
    all.sort_by_key(|(place, _)| *place);
    Ok(all.into_iter().flat_map(|(_, own)| own).collect())
}
