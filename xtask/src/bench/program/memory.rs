//! The largest resident memory of `ftpx mirror` for a tree of 100,000 files, beside lftp's `mirror`.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use crate::servers::Result;
use crate::servers::foreign::{Foreign, Ports};
use crate::servers::scratch::Scratch;

use super::super::compare::progress;
use super::super::report::{Outcome, Verdict};
use super::super::site::{Protection, serve};
use super::super::trees::{DIRECTORIES, FILES, fill};
use super::super::{contender, measure};
use super::peers::Place;
use super::{Row, named, table};

const TREE: &str = "tree";

/// The option of both programs for [`Work::Plan`].
const DRY: &str = "--dry-run";

/// The limit for the resident memory of the program, in KiB.
const PEAK: u64 = 40 * 1024;

/// The time limit of a run.
const PATIENCE: Duration = Duration::from_secs(300);

/// What the programs do with the tree.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Work {
    /// Say what they would transfer.
    Plan,
    Transfer,
}

/// Compares the tree with an empty directory, and transfers nothing.
pub(super) fn plan(program: &Path) -> Result<Vec<Verdict>> {
    let (scratch, server) = serve(Protection::Clear, Ports::Many)?;
    fill(&server.root().join(TREE))?;
    let title = format!("plan for {FILES} files in {DIRECTORIES} directories, 1 round");
    measured(program, &scratch, &server, Work::Plan, &title)
}

/// Downloads a tree with as many files, of a few bytes each. Without lftp, which takes a minute and
/// a half: [`plan`] shows its memory.
pub(super) fn transfer(program: &Path) -> Result<Vec<Verdict>> {
    let (scratch, server) = serve(Protection::Clear, Ports::Many)?;
    for number in 0..DIRECTORIES {
        let directory = server.root().join(format!("{TREE}/run-{number:04}"));
        fs::create_dir_all(&directory)?;
        for at in 0..FILES / DIRECTORIES {
            fs::write(
                directory.join(format!("sample-{at:06}.fastq.gz")),
                b"some bytes",
            )?;
        }
    }
    let title = format!("mirror of {FILES} files of 10 bytes, 4 at a time, 1 round");
    measured(program, &scratch, &server, Work::Transfer, &title)
}

fn measured(
    program: &Path,
    scratch: &Scratch,
    server: &Foreign,
    work: Work,
    title: &str,
) -> Result<Vec<Verdict>> {
    let place = Place {
        address: SocketAddr::from(([127, 0, 0, 1], server.port())),
        protection: Protection::Clear,
        roots: Path::new(""),
    };
    let to = scratch.0.join("mirrored");
    let mut rows = vec![Row::new("ftpx", place.ftpx_mirror(program, "4", TREE, &to))];
    if work == Work::Plan {
        let script = format!("mirror --parallel=4 {DRY} /{TREE} '{}'", to.display());
        rows[0].command.arg(DRY);
        rows.push(Row::new("lftp", place.lftp(&contender::lftp()?, &script)));
    }
    for row in &mut rows {
        progress(&format!("{}: {title}", row.name));
        let failed = |error| format!("{}: {error}", row.name);
        let (cost, said) = measure::run_within(PATIENCE, &mut row.command).map_err(failed)?;
        let done = match work {
            Work::Transfer => files(&to)?,
            Work::Plan => said
                .lines()
                .filter(|line| line.contains(".fastq.gz"))
                .count(),
        };
        if done != FILES {
            return Err(format!("{}: {done} of {FILES} files", row.name).into());
        }
        if to.exists() {
            fs::remove_dir_all(&to)?;
        }
        row.costs.push(cost);
    }
    progress("");
    table(title, &rows);
    let peak = named(&rows, "ftpx").and_then(|row| row.costs.first());
    let peak = peak.map_or(u64::MAX, |cost| cost.resident);
    let holds = peak <= PEAK;
    Ok(vec![Verdict::new(
        Outcome::of(holds, holds),
        &format!(
            "ftpx: peak {:.1} MiB, at most {}",
            peak as f64 / 1024.0,
            PEAK / 1024
        ),
    )])
}

/// Counts the files in the directories of a directory.
fn files(tree: &Path) -> Result<usize> {
    let mut count = 0;
    for directory in fs::read_dir(tree)? {
        count += fs::read_dir(directory?.path())?.count();
    }
    Ok(count)
}
