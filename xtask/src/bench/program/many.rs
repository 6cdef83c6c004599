//! A directory of many small files: `ftpx mirror` beside lftp's `mirror`.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use crate::job::content;
use crate::servers::Result;
use crate::servers::foreign::{FEW_PASSIVE_PORTS, Ports};

use super::super::contender;
use super::super::report::Verdict;
use super::super::site::{Protection, ROOTS, serve};
use super::super::small::relay::Relay;
use super::peers::Place;
use super::turns::Turns;
use super::{Row, named, protected, table, wall};

const FILES: usize = 1_000;
const SIZE: usize = 1024;

/// The directory that is mirrored.
const TREE: &str = "tree";

/// How many files move at a time.
const JOBS: [&str; 2] = ["1", "4"];

/// The time limit of a run. With the delay, lftp takes minutes.
const PATIENCE: Duration = Duration::from_secs(400);

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
    let mut verdicts = Vec::new();
    for protection in [Protection::Clear, Protection::Tls] {
        let rows = measured(program, rounds, network, protection)?;
        for jobs in JOBS {
            let named = |program| named(&rows, &format!("{program} -j {jobs}"));
            if let (Some(own), Some(peer)) = (named("ftpx"), named("lftp")) {
                verdicts.push(own.at_most(1.0, peer, "time", wall));
            }
        }
    }
    Ok(verdicts)
}

fn measured(
    program: &Path,
    rounds: usize,
    network: Network,
    protection: Protection,
) -> Result<Vec<Row>> {
    let lftp = contender::lftp()?;
    let (scratch, server) = serve(protection, Ports::Few)?;
    let tree = server.root().join(TREE);
    fs::create_dir(&tree)?;
    for number in 0..FILES {
        fs::write(tree.join(name(number)), content::bytes(number as u64, SIZE))?;
    }
    let address = SocketAddr::from(([127, 0, 0, 1], server.port()));
    let way = Duration::from_millis(10);
    let relay = (network == Network::Delayed)
        .then(|| Relay::start(address, FEW_PASSIVE_PORTS, way))
        .transpose()?;
    let place = Place {
        address: relay.as_ref().map_or(address, Relay::address),
        protection,
        roots: &scratch.0.join(ROOTS),
    };
    // Each program has a directory of its own, since they may run at the same time.
    let to = |name: &str| scratch.0.join(name);
    let mut rows = Vec::new();
    for jobs in JOBS {
        let name = format!("ftpx -j {jobs}");
        let own = place.ftpx_mirror(program, jobs, TREE, &to(&name));
        rows.push(Row::new(name, own));
        let name = format!("lftp -j {jobs}");
        let work = format!("mirror --parallel={jobs} /{TREE} '{}'", to(&name).display());
        rows.push(Row::new(name, place.lftp(&lftp, &work)));
    }
    let what = format!("mirror, {}, {}", protected(protection), network.name());
    let turns = Turns {
        what: &what,
        count: rounds,
        patience: PATIENCE,
    };
    let check = |name: &str, thorough| {
        check(&to(name), thorough)?;
        Ok(fs::remove_dir_all(to(name))?)
    };
    let how = match network {
        Network::Loopback => turns.run(&mut rows, check).map(|()| "by turns")?,
        Network::Delayed => turns
            .run_at_once(&mut rows, check)
            .map(|()| "all at once")?,
    };
    let title = format!("{what}, {FILES} files of {SIZE} bytes, {how}");
    table(&title, &rows);
    Ok(rows)
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
