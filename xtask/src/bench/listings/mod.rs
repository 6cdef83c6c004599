//! Measures listings: the parsers alone, and the clients that list a large directory.

mod directory;
mod endless;
mod parsers;

use crate::console::say;
use crate::servers::Result;

use super::report::{Outcome, Verdict};

/// Runs all measurements, and returns whether each limit holds.
pub(super) fn run(rounds: usize) -> Result<Vec<Outcome>> {
    let mut verdicts = parsers::run(rounds)?;
    verdicts.extend(directory::run(rounds)?);
    verdicts.extend(endless::run()?);
    say("");
    for verdict in &verdicts {
        say(verdict);
    }
    Ok(verdicts.iter().map(|verdict| verdict.outcome).collect())
}

/// The limit for the resident memory of a client that streams a listing, in KiB. The pages of the
/// program's file and of its libraries do not count, because this program contains much code
/// besides the client.
const PEAK: u64 = 2 * 1024;

/// Returns whether a client keeps to [`PEAK`] in all rounds.
fn memory(client: &str, what: &str, peaks: impl Iterator<Item = u64>) -> Verdict {
    let mib = |kib: u64| kib as f64 / 1024.0;
    let peak = peaks.max().unwrap_or(u64::MAX);
    let outcome = match peak < PEAK {
        true => Outcome::Holds,
        false => Outcome::Broken,
    };
    let (peak, limit) = (mib(peak), mib(PEAK));
    let text = format!("{client}, {what}: peak {peak:.1} MiB of its own, below {limit:.0}");
    Verdict::new(outcome, &text)
}
