//! One large file, down and up: what the program costs more than the library alone.

use std::net::SocketAddr;
use std::path::Path;

use crate::servers::Result;
use crate::servers::tree::WRITABLE;

use super::super::compare::progress;
use super::super::contender::Contender;
use super::super::measure;
use super::super::report::Verdict;
use super::super::site::{CONTENT, Case, Protection, Site, UPLOADED};
use super::peers::{Place, lftp_and_wget};
use super::{Row, cpu, named, table};

const MIB: usize = 1024;

/// The contender that uses the library as the program does.
const LIBRARY: &str = "blocking-kernel";

/// The other contenders that are shown.
const PEERS: [&str; 2] = ["curl", "lftp"];

/// The limit for the CPU time of the program, as a multiple of the library's.
const OF_LIBRARY: f64 = 1.05;

pub(super) fn run(program: &Path, rounds: usize) -> Result<Vec<Verdict>> {
    let site = Site::start(MIB, Protection::Clear)?;
    let (_, wget) = lftp_and_wget()?;
    let place = Place {
        address: SocketAddr::from(([127, 0, 0, 1], site.port())),
        protection: Protection::Clear,
        roots: &site.roots(),
    };
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
        for contender in Contender::all(Protection::Clear)? {
            if contender.name == LIBRARY || PEERS.contains(&contender.name) {
                let command = contender.command(case, &site, None)?;
                rows.push(Row::new(contender.name, command));
            }
        }
        if case != Case::Up {
            let command = place.wget_get(&wget, CONTENT, &site.target(case));
            rows.push(Row::new("wget", command));
        }
        // The first round is not measured: the caches are cold, and each byte is compared.
        for round in 0..=rounds {
            for row in &mut rows {
                progress(&format!(
                    "{}: {round} of {rounds}, {}",
                    case.name(),
                    row.name
                ));
                let failed = |error| format!("{}, {}: {error}", row.name, case.name());
                let cost = measure::run(&mut row.command).map_err(failed)?;
                site.take_away(case, round == 0).map_err(failed)?;
                if round > 0 {
                    row.costs.push(cost);
                }
            }
        }
        progress("");
        table(
            &format!("{MIB} MiB {}, {rounds} rounds", case.name()),
            &rows,
        );
        if let (Some(own), Some(library)) = (named(&rows, "ftpx"), named(&rows, LIBRARY)) {
            verdicts.push(own.at_most(OF_LIBRARY, library, "CPU time", cpu));
        }
    }
    Ok(verdicts)
}
