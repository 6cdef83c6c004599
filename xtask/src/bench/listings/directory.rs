//! Measures clients that list a directory of a real server: MLSD from ProFTPD, and LIST from vsftpd.

use std::env;
use std::fs::{self, File};
use std::path::Path;
use std::process::Command;

use crate::bench::measure::{self, Cost};
use crate::bench::report::{Outcome, Verdict, least, median};
use crate::bench::site::{MEMORY, programs};
use crate::console::say;
use crate::servers::Result;
use crate::servers::foreign::{Foreign, Kind, Setting};
use crate::servers::scratch::Scratch;

use super::memory;

const ENTRIES: usize = 100_000;

/// The directory that is listed.
const MANY: &str = "many";

/// The limit for the adapters, as a fraction of suppaftp's CPU time.
const OF_PEER: f64 = 0.5;

/// The clients, by their names in `client.rs`. The last one, suppaftp, is the peer with which the
/// adapters are compared.
const CLIENTS: [&str; 3] = ["blocking-copy", "smol-copy", "suppaftp"];

/// What it has cost to list a directory.
#[derive(Clone, Copy)]
pub(super) struct Listed {
    cost: Cost,
    /// The largest resident memory in KiB, without the pages of the program's file and of its
    /// libraries.
    pub(super) own: u64,
}

/// Lists the directory with all clients in each round.
pub(super) fn run(rounds: usize) -> Result<Vec<Verdict>> {
    let mut verdicts = Vec::new();
    for (kind, verb) in [(Kind::ProFtpd, "MLSD"), (Kind::Vsftpd, "LIST")] {
        let scratch = Scratch::new(Path::new(MEMORY), "ftp-bench-listings")?;
        // The server is created after `scratch`, so Rust drops it before `scratch`. The server then
        // ends before its directory is removed.
        let server = kind.fetch(&programs()?)?.within(&scratch.0);
        let server = server.start(&Setting::default())?;
        fill(&server.root().join(MANY))?;
        let url = url(&server);
        let mut costs = vec![Vec::with_capacity(rounds); CLIENTS.len()];
        // The first round fills the caches, and does not count.
        for round in 0..=rounds {
            for (client, costs) in CLIENTS.iter().zip(&mut costs) {
                let cost = entries(client, &url, verb, ENTRIES)?;
                if round > 0 {
                    costs.push(cost);
                }
            }
        }
        let what = format!("{verb} of {}", kind.name());
        say(&format!("\n{what}, {ENTRIES} entries, {rounds} rounds"));
        table(&costs);
        verdicts.extend(limits(&what, &costs));
    }
    Ok(verdicts)
}

/// Runs a client that counts the entries of a directory.
pub(super) fn entries(client: &str, url: &str, verb: &str, expected: usize) -> Result<Listed> {
    let mut command = Command::new(env::current_exe()?);
    command.args(["bench-client", client, "entries", url, verb]);
    let (cost, printed) = measure::run_and_read(&mut command)?;
    let numbers: Vec<u64> = printed
        .split_whitespace()
        .map_while(|word| word.parse().ok())
        .collect();
    match *numbers.as_slice() {
        [count, resident, of_files] if count == expected as u64 => Ok(Listed {
            cost: Cost { resident, ..cost },
            own: resident.saturating_sub(of_files),
        }),
        _ => Err(format!("{client}: {expected} entries expected, and it says {printed}").into()),
    }
}

/// Creates a directory with many files. Each file has a size, but no bytes are written to it.
fn fill(directory: &Path) -> Result<()> {
    fs::create_dir(directory)?;
    for at in 0..ENTRIES {
        let file = File::create(directory.join(format!("sample-{at:06}.fastq.gz")))?;
        file.set_len((at * 7919 % 10_000_000) as u64)?;
    }
    Ok(())
}

fn url(server: &Foreign) -> String {
    let (user, password) = (server.user(), server.password());
    let (host, port) = (server.host(), server.port());
    format!("ftp://{user}:{password}@{host}:{port}/{MANY}")
}

/// Prints the CPU time in milliseconds, the duration, and the peak of resident memory: of the whole
/// process, and without the program and its libraries.
pub(super) fn table(costs: &[Vec<Listed>]) {
    say(&format!(
        "{:16} {:>8} {:>8} {:>8} {:>8} {:>8}",
        "client", "CPU ms", "least", "wall ms", "MiB peak", "own"
    ));
    for (client, costs) in CLIENTS.iter().zip(costs) {
        let cpu = || costs.iter().map(|listed| listed.cost.cpu * 1e3);
        let peak = costs.iter().map(|listed| listed.cost.resident).max();
        let own = costs.iter().map(|listed| listed.own).max();
        say(&format!(
            "{client:16} {:8.1} {:8.1} {:8.1} {:8.1} {:8.1}",
            median(cpu()),
            least(cpu()),
            median(costs.iter().map(|listed| listed.cost.wall * 1e3)),
            peak.unwrap_or_default() as f64 / 1024.0,
            own.unwrap_or_default() as f64 / 1024.0,
        ));
    }
}

fn limits(what: &str, costs: &[Vec<Listed>]) -> Vec<Verdict> {
    let Some((peer, own)) = costs.split_last() else {
        return Vec::new();
    };
    let cpu = |costs: &[Listed]| costs.iter().map(|listed| listed.cost.cpu).collect();
    let peer: Vec<f64> = cpu(peer);
    let mut verdicts = Vec::new();
    for (client, costs) in CLIENTS.iter().zip(own) {
        let own: Vec<f64> = cpu(costs);
        let paired = median(own.iter().zip(&peer).map(|(own, peer)| own / peer));
        let of_least = least(own.iter().copied()) / least(peer.iter().copied());
        verdicts.push(memory(client, what, costs.iter().map(|listed| listed.own)));
        verdicts.push(Verdict::new(
            Outcome::of(paired <= OF_PEER, of_least <= OF_PEER),
            &format!(
                "{client}, {what}: {paired:.2} times the CPU of suppaftp, at most {OF_PEER:.1} \
                 ({of_least:.2} by the least of each)"
            ),
        ));
    }
    verdicts
}
