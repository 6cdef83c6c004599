//! Compares the program `ftpx`, built as people get it, with curl, wget and lftp.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::console::say;
use crate::servers::Result;
use crate::workspace;

use super::measure::Cost;
use super::report::{Outcome, Verdict, least, median};
use super::site::Protection;

mod large;
mod many;
mod memory;
mod peers;
mod start;
mod turns;

/// The parts of the comparison, in the order in which they run.
const PARTS: [&str; 7] = [
    "size", "start", "mirror", "delayed", "large", "memory", "real",
];

/// The limit for the size of the program, in bytes.
const SIZE: u64 = 6_000_000;

/// Runs the parts that `only` names, or else all. Returns whether each limit holds.
pub(super) fn run(rounds: usize, only: &[&str]) -> Result<Vec<Outcome>> {
    if let Some(unknown) = only.iter().find(|part| !PARTS.contains(part)) {
        return Err(format!("no such part: {unknown}; there are {}", PARTS.join(", ")).into());
    }
    let program = build()?;
    let mut verdicts = Vec::new();
    for part in PARTS {
        if !only.is_empty() && !only.contains(&part) {
            continue;
        }
        let found = match part {
            "size" => vec![size(fs::metadata(&program)?.len())],
            "start" => start::run(&program, rounds)?,
            "mirror" => many::run(&program, rounds, many::Network::Loopback)?,
            // One run each: these programs wait, and do little else.
            "delayed" => many::run(&program, rounds, many::Network::Delayed)?,
            "large" => large::run(&program, rounds)?,
            "memory" => memory::plan(&program)?,
            _ => memory::transfer(&program)?,
        };
        found.iter().for_each(say);
        verdicts.extend(found);
    }
    Ok(verdicts.iter().map(|verdict| verdict.outcome).collect())
}

/// Builds the program, and returns its path.
fn build() -> Result<PathBuf> {
    let mut build = workspace::cargo()?;
    build.args(["build", "--profile", "dist", "--package", "ftp-blocking"]);
    build.args(["--features", "cli", "--bin", "ftpx"]);
    build.args(["--target-dir", "target"]);
    workspace::run(&mut build)?;
    Ok(workspace::root()?.join("target/dist/ftpx"))
}

fn size(bytes: u64) -> Verdict {
    let holds = bytes <= SIZE;
    Verdict::new(
        Outcome::of(holds, holds),
        &format!("size: {bytes} bytes, at most {SIZE}"),
    )
}

/// A program of the comparison, how it is started, and its costs so far.
struct Row {
    name: String,
    command: Command,
    costs: Vec<Cost>,
}

impl Row {
    fn new(name: impl Into<String>, command: Command) -> Self {
        Self {
            name: name.into(),
            command,
            costs: Vec::new(),
        }
    }

    fn all(&self, of: fn(&Cost) -> f64) -> impl Iterator<Item = f64> + Clone {
        self.costs.iter().map(of)
    }

    /// Returns whether a cost is at most `limit` times that of another program.
    fn at_most(&self, limit: f64, other: &Self, what: &str, of: fn(&Cost) -> f64) -> Verdict {
        // A slow program runs only once.
        let pairs = self.all(of).zip(other.all(of).cycle());
        let paired = median(pairs.map(|(own, other)| own / other));
        let of_least = least(self.all(of)) / least(other.all(of));
        Verdict::new(
            Outcome::of(paired <= limit, of_least <= limit),
            &format!(
                "{}: {paired:.2} times the {what} of {}, at most {limit:.2} ({of_least:.2} by the \
                 least of each)",
                self.name, other.name
            ),
        )
    }
}

fn wall(cost: &Cost) -> f64 {
    cost.wall
}

fn cpu(cost: &Cost) -> f64 {
    cost.cpu
}

fn named<'r>(rows: &'r [Row], name: &str) -> Option<&'r Row> {
    rows.iter().find(|row| row.name == name)
}

fn table(title: &str, rows: &[Row]) {
    say(&format!(
        "\n{title}\n{:16} {:>9} {:>9} {:>9} {:>9} {:>8}",
        "", "wall ms", "least", "CPU ms", "least", "MiB peak"
    ));
    for row in rows {
        let peak = row.all(|cost| cost.resident as f64).fold(0.0, f64::max);
        say(&format!(
            "{:16} {:>9} {:>9} {:>9} {:>9} {:>8}",
            row.name,
            shown(median(row.all(wall)) * 1e3),
            shown(least(row.all(wall)) * 1e3),
            shown(median(row.all(cpu)) * 1e3),
            shown(least(row.all(cpu)) * 1e3),
            shown(peak / 1024.0),
        ));
    }
}

/// Formats a figure. Not all are known: programs that run at the same time share their CPU time, and
/// one may end before its memory is read.
fn shown(figure: f64) -> String {
    match figure.is_finite() && figure > 0.0 {
        true => format!("{figure:.1}"),
        false => "-".to_owned(),
    }
}

const fn protected(protection: Protection) -> &'static str {
    match protection {
        Protection::Clear => "in clear",
        Protection::Tls => "under TLS 1.3",
    }
}
