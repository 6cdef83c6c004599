//! Measures clients that compare a large tree of a real server with an empty directory, and say what
//! they would download: this project's adapters, and `lftp mirror --dry-run`.

use std::env;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use ftp_blocking::sync::{SyncOptions, SyncPlan};

use crate::console::say;
use crate::servers::Result;
use crate::servers::foreign::{Foreign, Kind, Setting};
use crate::servers::package::library_path_of;
use crate::servers::scratch::Scratch;

use super::client::Url;
use super::contender::lftp;
use super::measure::{self, Cost};
use super::report::{Outcome, Verdict, least, median};
use super::site::{MEMORY, programs};

pub(super) const DIRECTORIES: usize = 1_000;
pub(super) const FILES: usize = 100_000;

/// The directory that is compared.
const TREE: &str = "tree";

/// The limit for the adapters, as a fraction of lftp's CPU time.
const OF_PEER: f64 = 0.5;

/// The limit for the resident memory of an adapter's whole process, in KiB.
const PEAK: u64 = 40 * 1024;

/// The clients. The last one, lftp, is the peer with which the adapters are compared.
const CLIENTS: [&str; 3] = ["blocking", "smol", "lftp"];

/// Plans the download with all clients in each round, and returns whether each limit holds.
pub(super) fn run(rounds: usize) -> Result<Vec<Outcome>> {
    let lftp = lftp()?;
    let mut verdicts = Vec::new();
    for kind in [Kind::ProFtpd, Kind::Vsftpd] {
        let scratch = Scratch::new(Path::new(MEMORY), "ftp-bench-trees")?;
        // The server is created after `scratch`, so Rust drops it before `scratch`. The server then
        // ends before its directory is removed.
        let server = kind.fetch(&programs()?)?.within(&scratch.0);
        let server = server.start(&Setting::default())?;
        fill(&server.root().join(TREE))?;
        let empty = scratch.0.join("empty");
        fs::create_dir(&empty)?;
        let mut costs = vec![Vec::with_capacity(rounds); CLIENTS.len()];
        // The first round fills the caches, and does not count.
        for round in 0..=rounds {
            for (client, costs) in CLIENTS.iter().zip(&mut costs) {
                let cost = planned(&mut command(client, &lftp, &server, &empty)?)
                    .map_err(|error| format!("{client}: {error}"))?;
                if round > 0 {
                    costs.push(cost);
                }
            }
        }
        let name = kind.name();
        say(&format!(
            "\n{name}, {FILES} files in {DIRECTORIES} directories, {rounds} rounds"
        ));
        table(&costs);
        verdicts.extend(limits(name, &costs));
    }
    say("");
    for verdict in &verdicts {
        say(verdict);
    }
    Ok(verdicts.iter().map(|verdict| verdict.outcome).collect())
}

/// Creates the tree. Each file has a size, but no bytes are written to it.
pub(super) fn fill(tree: &Path) -> Result<()> {
    fs::create_dir(tree)?;
    for number in 0..DIRECTORIES {
        let directory = tree.join(format!("run-{number:04}"));
        fs::create_dir(&directory)?;
        for at in 0..FILES / DIRECTORIES {
            let file = File::create(directory.join(format!("sample-{at:06}.fastq.gz")))?;
            file.set_len((at * 7919 % 10_000_000) as u64)?;
        }
    }
    Ok(())
}

/// Returns the command that prints a line for each file of the tree.
fn command(client: &str, lftp: &PathBuf, server: &Foreign, empty: &Path) -> Result<Command> {
    let (user, password) = (server.user(), server.password());
    let (host, port) = (server.host(), server.port());
    if client != "lftp" {
        let mut command = Command::new(env::current_exe()?);
        let url = format!("ftp://{user}:{password}@{host}:{port}/{TREE}");
        command.args(["bench-client", client, "plan", &url]);
        command.arg(empty);
        return Ok(command);
    }
    let script = format!(
        "set cmd:interactive no; set cmd:fail-exit yes; set net:max-retries 1; set net:timeout 20; \
         set ftp:ssl-allow no; open -u '{user},{password}' ftp://{host}:{port}; \
         mirror --dry-run {TREE} '{}'",
        empty.display()
    );
    let mut command = Command::new(lftp);
    // Gives lftp no home directory, so that it reads no settings of the machine's user.
    command.env("HOME", "/nonexistent").arg("-c").arg(script);
    library_path_of(lftp, &mut command);
    Ok(command)
}

/// Runs a client, and checks that its plan has all files.
fn planned(command: &mut Command) -> Result<Cost> {
    let (cost, printed) = measure::run_and_read(command)?;
    let files = printed.lines().filter(|line| line.contains(".fastq.gz"));
    match files.count() {
        FILES => Ok(cost),
        count => Err(format!("{count} of {FILES} files are in its plan").into()),
    }
}

/// Runs an adapter: plans the download, and prints the plan.
pub(super) fn plan(adapter: &str, url: &Url, local: &Path) -> Result<()> {
    let options = SyncOptions::new();
    let plan = match adapter {
        "smol" => smol::block_on(async {
            let mut client = ftp_smol::Client::connect(url.options()?).await?;
            client.login(&url.user, &url.password).await?;
            let plan = client.plan_download(&url.path, local, &options).await?;
            client.quit().await?;
            Ok::<SyncPlan, Box<dyn std::error::Error>>(plan)
        })?,
        _ => {
            let mut client = ftp_blocking::Client::connect(url.options()?)?;
            client.login(&url.user, &url.password)?;
            let plan = client.plan_download(&url.path, local, &options)?;
            client.quit()?;
            plan
        }
    };
    let mut out = BufWriter::new(io::stdout().lock());
    write!(out, "{plan}")?;
    Ok(out.flush()?)
}

fn table(costs: &[Vec<Cost>]) {
    say(&format!(
        "{:16} {:>8} {:>8} {:>8} {:>8}",
        "client", "CPU ms", "least", "wall ms", "MiB peak"
    ));
    for (client, costs) in CLIENTS.iter().zip(costs) {
        let cpu = || costs.iter().map(|cost| cost.cpu * 1e3);
        let peak = costs.iter().map(|cost| cost.resident).max();
        say(&format!(
            "{client:16} {:8.1} {:8.1} {:8.1} {:8.1}",
            median(cpu()),
            least(cpu()),
            median(costs.iter().map(|cost| cost.wall * 1e3)),
            peak.unwrap_or_default() as f64 / 1024.0,
        ));
    }
}

fn limits(server: &str, costs: &[Vec<Cost>]) -> Vec<Verdict> {
    let Some((peer, own)) = costs.split_last() else {
        return Vec::new();
    };
    let mut verdicts = Vec::new();
    for (client, costs) in CLIENTS.iter().zip(own) {
        let cpu = || costs.iter().map(|cost| cost.cpu);
        let of_peer = || peer.iter().map(|cost| cost.cpu);
        let paired = median(cpu().zip(of_peer()).map(|(own, peer)| own / peer));
        let of_least = least(cpu()) / least(of_peer());
        verdicts.push(Verdict::new(
            Outcome::of(paired <= OF_PEER, of_least <= OF_PEER),
            &format!(
                "{client}, {server}: {paired:.2} times the CPU of lftp, at most {OF_PEER:.1} \
                 ({of_least:.2} by the least of each)"
            ),
        ));
        let peak = costs.iter().map(|cost| cost.resident).max();
        let peak = peak.unwrap_or(u64::MAX);
        verdicts.push(Verdict::new(
            Outcome::of(peak <= PEAK, peak <= PEAK),
            &format!(
                "{client}, {server}: peak {:.1} MiB, at most {}",
                peak as f64 / 1024.0,
                PEAK / 1024
            ),
        ));
    }
    verdicts
}
