//! A directory of many small files: `ftpx mirror` beside lftp's `mirror`.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use crate::job::content;
use crate::servers::Result;
use crate::servers::foreign::{FEW_PASSIVE_PORTS, Ports};

use super::super::compare::progress;
use super::super::contender;
use super::super::measure;
use super::super::report::Verdict;
use super::super::site::{Protection, ROOTS, serve};
use super::super::small::relay::Relay;
use super::peers::Place;
use super::{Row, named, protected, table, wall};

const FILES: usize = 1_000;
const SIZE: usize = 1024;

/// The directory that is mirrored.
const TREE: &str = "tree";

/// How many files move at a time.
const JOBS: [&str; 2] = ["1", "4"];

/// The time limit of a run. With the delay, lftp takes minutes.
const PATIENCE: Duration = Duration::from_secs(900);

/// What is between the programs and the server.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Network {
    Loopback,
    /// A relay that makes a round trip take 20 ms. It does not delay the opening of a connection.
    Delayed,
}

impl Network {
    const fn name(self) -> &'static str {
        match self {
            Self::Loopback => "no delay",
            Self::Delayed => "20 ms",
        }
    }
}

pub(super) fn run(program: &Path, rounds: usize, network: Network) -> Result<Vec<Verdict>> {
    let lftp = contender::lftp()?;
    let mut verdicts = Vec::new();
    for protection in [Protection::Clear, Protection::Tls] {
        let (scratch, server) = serve(protection, Ports::Few)?;
        let tree = server.root().join(TREE);
        fs::create_dir(&tree)?;
        for number in 0..FILES {
            fs::write(tree.join(name(number)), content::bytes(number as u64, SIZE))?;
        }
        let server_address = SocketAddr::from(([127, 0, 0, 1], server.port()));
        let relay = match network {
            Network::Loopback => None,
            Network::Delayed => Some(Relay::start(
                server_address,
                FEW_PASSIVE_PORTS,
                Duration::from_millis(10),
            )?),
        };
        let place = Place {
            address: relay.as_ref().map_or(server_address, Relay::address),
            protection,
            roots: &scratch.0.join(ROOTS),
        };
        let to = scratch.0.join("mirrored");
        let mut rows = Vec::new();
        for jobs in JOBS {
            let own = place.ftpx_mirror(program, jobs, TREE, &to);
            rows.push(Row::new(format!("ftpx -j {jobs}"), own));
            let work = format!("mirror --parallel={jobs} /{TREE} '{}'", to.display());
            let peer = place.lftp(&lftp, &work);
            rows.push(Row::new(format!("lftp -j {jobs}"), peer));
        }
        // Each byte is compared in the first round. Without a delay, this round is not measured,
        // because the caches are cold.
        let first = usize::from(network == Network::Delayed);
        for round in first..=rounds {
            for row in &mut rows {
                let failed = |error| format!("{}, {}: {error}", row.name, protected(protection));
                progress(&format!(
                    "{}: {round} of {rounds}, {}",
                    network.name(),
                    row.name
                ));
                let (cost, _) = measure::run_within(PATIENCE, &mut row.command).map_err(failed)?;
                check(&to, round == first).map_err(failed)?;
                fs::remove_dir_all(&to)?;
                if round > 0 {
                    row.costs.push(cost);
                }
            }
        }
        progress("");
        let title = format!(
            "mirror of {FILES} files of {SIZE} bytes, {}, {}, {rounds} rounds",
            protected(protection),
            network.name(),
        );
        table(&title, &rows);
        for jobs in JOBS {
            let named = |program| named(&rows, &format!("{program} -j {jobs}"));
            if let (Some(own), Some(peer)) = (named("ftpx"), named("lftp")) {
                verdicts.push(own.at_most(1.0, peer, "time", wall));
            }
        }
    }
    Ok(verdicts)
}

fn name(number: usize) -> String {
    format!("small-{number:04}")
}

/// Checks that all files are there. If `thorough`, compares each byte.
fn check(to: &Path, thorough: bool) -> Result<()> {
    let count = fs::read_dir(to)?.count();
    content::equal("files that arrived", &FILES, &count)?;
    for number in (0..FILES).filter(|_| thorough) {
        let found = fs::read(to.join(name(number)))?;
        content::compare(&name(number), &content::bytes(number as u64, SIZE), &found)?;
    }
    Ok(())
}
