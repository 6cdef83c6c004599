//! One large file, down and up: what the program costs more than the library alone.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use crate::servers::Result;
use crate::servers::tree::WRITABLE;

use super::super::contender::Contender;
use super::super::report::Verdict;
use super::super::site::{CONTENT, Case, Protection, Site, UPLOADED};
use super::peers::{Place, lftp_and_wget};
use super::turns::Turns;
use super::{Row, cpu, named, table};

const MIB: usize = 1024;

/// The contender that uses the library as the program does.
const LIBRARY: &str = "blocking-kernel";

/// The other contenders that are shown.
const PEERS: [&str; 2] = ["curl", "lftp"];

/// The limit for the CPU time of the program, as a multiple of the library's.
const OF_LIBRARY: f64 = 1.05;

/// How often the program and the library run in a round. A few runs say nothing about a limit of a
/// twentieth.
const PAIRS: usize = 5;

/// The time limit of a run.
const PATIENCE: Duration = Duration::from_secs(60);

pub(super) fn run(program: &Path, rounds: usize) -> Result<Vec<Verdict>> {
    let site = Site::start(MIB, Protection::Clear)?;
    let (_, wget) = lftp_and_wget()?;
    let place = Place {
        address: SocketAddr::from(([127, 0, 0, 1], site.port())),
        protection: Protection::Clear,
        roots: &site.roots(),
    };
    // On two CPUs, the CPU time of single runs differs by a fifth: `one_cpu.rs` says why.
    let _on_one_cpu = site.on_one_cpu()?;
    let mut verdicts = Vec::new();
    for case in [Case::DownToFile, Case::Up] {
        let own = match case {
            Case::Up => {
                let path = format!("{WRITABLE}/{UPLOADED}");
                place.ftpx_put(program, &site.content(), &path)
            }
            _ => place.ftpx_get(program, CONTENT, &site.target(case)),
        };
        let mut rows = vec![Row::new("ftpx", own)];
        let mut peers = Vec::new();
        for contender in Contender::all(Protection::Clear)? {
            let command = contender.command(case, &site, None)?;
            match contender.name {
                LIBRARY => rows.push(Row::new(LIBRARY, command)),
                name if PEERS.contains(&name) => peers.push(Row::new(name, command)),
                _ => {}
            }
        }
        if case != Case::Up {
            let command = place.wget_get(&wget, CONTENT, &site.target(case));
            peers.push(Row::new("wget", command));
        }
        let check = |_: &str, thorough| site.take_away(case, thorough);
        for (rows, count) in [(&mut rows, rounds * PAIRS), (&mut peers, rounds)] {
            let turns = Turns {
                what: case.name(),
                count,
                patience: PATIENCE,
            };
            turns.run(rows, check)?;
        }
        rows.append(&mut peers);
        table(
            &format!(
                "{MIB} MiB {}, on one CPU, {rounds} rounds, {PAIRS} times as many of the first two",
                case.name()
            ),
            &rows,
        );
        if let (Some(own), Some(library)) = (named(&rows, "ftpx"), named(&rows, LIBRARY)) {
            verdicts.push(own.at_most(OF_LIBRARY, library, "CPU time", cpu));
        }
    }
    Ok(verdicts)
}
