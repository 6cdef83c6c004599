//! Formats the costs as tables, and compares them with the limits that this project has set for
//! itself.

use std::fmt;

use super::contender::{Contender, REFERENCE, Role};
use super::measure::Cost;
use super::site::{Case, Protection};

/// The limit in clear text for adapters that use the kernel's fast paths, as a fraction of curl's
/// CPU time.
const OF_REFERENCE: f64 = 0.6;

/// The limit under TLS, as a fraction of curl's CPU time. It applies to the adapters' methods for
/// files, and in downloads also to a plain stream.
const OF_REFERENCE_TLS: f64 = 0.7;

/// The limit for adapters that use the kernel's fast paths, as a multiple of the CPU time of the
/// same calls on a data connection of the same server ([`Role::BareServed`]). They are compared on
/// one CPU; `one_cpu.rs` says why.
const OF_BARE: f64 = 1.3;

/// The limit for a plain stream with default settings, as a fraction of the CPU time of the best
/// [`Role::Peer`]: the client of another project that needs the least CPU time with its defaults.
const OF_BEST_PEER: f64 = 1.1;

/// The limit for ftp-smol, as a multiple of the CPU time of ftp-blocking in the same way: the kernel's
/// fast paths, and streams with a large buffer.
const OF_BLOCKING: f64 = 1.2;

/// What is compared by [`OF_BLOCKING`].
const SMOL_AND_BLOCKING: [(&str, &str); 2] = [
    ("smol-kernel", "blocking-kernel"),
    ("smol-256k", "blocking-256k"),
];

/// The costs of each program in each round, in one case: one direction of the transfer, and one
/// place where its bytes are written.
pub(super) struct Report<'a> {
    rows: Vec<Row<'a>>,
    gib: f64,
}

struct Row<'a> {
    contender: &'a Contender,
    costs: Vec<Cost>,
}

/// Whether a program keeps a limit, and the line of the report that says so.
pub(super) struct Verdict {
    pub(super) outcome: Outcome,
    text: String,
}

/// Whether a program keeps its limit relative to another program, by two measures. The first is the
/// median of the ratios within each round, because other work on the machine slows a whole round
/// alike. The second is the ratio of the least CPU times, which other work affects least.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The program keeps the limit by both measures.
    Holds,
    /// The program keeps the limit by only one measure: the machine is too busy to tell.
    Unsure,
    /// The program exceeds the limit by both measures.
    Broken,
}

impl Outcome {
    /// Returns the outcome of a limit that holds by both, one or neither measure.
    pub(super) const fn of(by_median: bool, by_least: bool) -> Self {
        match (by_median, by_least) {
            (true, true) => Self::Holds,
            (false, false) => Self::Broken,
            _ => Self::Unsure,
        }
    }
}

impl Verdict {
    /// Makes a verdict from the outcome and from a text, which names the limit and the measured
    /// value.
    pub(super) fn new(outcome: Outcome, text: &str) -> Self {
        let word = match outcome {
            Outcome::Holds => "holds",
            Outcome::Unsure => "unsure",
            Outcome::Broken => "BROKEN",
        };
        let text = format!("  {word:6} {text}");
        Self { outcome, text }
    }
}

impl<'a> Report<'a> {
    pub(super) fn new(contenders: &[&'a Contender], costs: Vec<Vec<Cost>>, mib: usize) -> Self {
        let rows = contenders.iter().zip(costs);
        Self {
            rows: rows
                .map(|(&contender, costs)| Row { contender, costs })
                .collect(),
            gib: mib as f64 / 1024.0,
        }
    }

    /// Returns the table of costs: CPU time in seconds per GiB, duration in seconds, and memory in
    /// MiB. Two more columns compare the CPU time with that of curl, and with that of the transfer
    /// without FTP. They show the median of the ratios within each round.
    pub(super) fn table(&self) -> String {
        let mut text = format!(
            "{:16} {:>7} {:>7} {:>7} {:>7} {:>7} {:>7} {:>7}\n{:16} {:>15} {:>15} {:>15} {:>7}",
            "",
            "median",
            "least",
            "curl's",
            "bare's",
            "median",
            "least",
            "MiB",
            "client",
            "CPU s/GiB",
            "times",
            "wall s",
            "peak",
        );
        let (reference, bare) = (self.named(REFERENCE), self.of(&[Role::BareServed]).next());
        for row in &self.rows {
            let ratio = |other: Option<&Row<'_>>| {
                other.map_or_else(
                    || "-".to_owned(),
                    |other| format!("{:.2}", row.times(other)),
                )
            };
            let walls = || row.costs.iter().map(|cost| cost.wall);
            let resident = row.costs.iter().map(|cost| cost.resident).max();
            text.push_str(&format!(
                "\n{:16} {:7.3} {:7.3} {:>7} {:>7} {:7.2} {:7.2} {:7.1}",
                row.contender.name,
                median(row.cpu()) / self.gib,
                least(row.cpu()) / self.gib,
                ratio(reference),
                ratio(bare),
                median(walls()),
                least(walls()),
                resident.unwrap_or_default() as f64 / 1024.0,
            ));
        }
        text
    }

    /// Checks each limit that applies in this case and with this protection. Returns a verdict for
    /// each program and limit.
    pub(super) fn verdicts(&self, case: Case, protection: Protection) -> Vec<Verdict> {
        let (reference, bare) = (self.named(REFERENCE), self.of(&[Role::BareServed]).next());
        // In uploads, a client does not read from the data connection, so the limits for reading a
        // stream apply to downloads only.
        let is_read = !case.is_up();
        let mut verdicts = Vec::new();
        let mut limit = |row: &Row<'_>, limit, other: Option<&Row<'_>>, what: &str| {
            verdicts.extend(other.map(|other| row.at_most(limit, other, what)));
        };
        for (smol, blocking) in SMOL_AND_BLOCKING {
            if let Some(smol) = self.named(smol) {
                limit(smol, OF_BLOCKING, self.named(blocking), blocking);
            }
        }
        if protection == Protection::Tls {
            let read: &[Role] = if is_read { &[Role::Stream] } else { &[] };
            for row in self.of(&[&[Role::Kernel], read].concat()) {
                limit(row, OF_REFERENCE_TLS, reference, REFERENCE);
            }
            return verdicts;
        }
        for row in self.of(&[Role::Kernel]) {
            limit(row, OF_REFERENCE, reference, REFERENCE);
            let call = if is_read {
                "the bare splice with this server"
            } else {
                "the bare sendfile with this server"
            };
            if case.is_on_one_cpu() {
                limit(row, OF_BARE, bare, call);
            }
        }
        let peers = self.of(&[Role::Peer]);
        let best = peers.min_by(|one, other| median(one.cpu()).total_cmp(&median(other.cpu())));
        for row in self.of(&[Role::Stream]).filter(|_| is_read) {
            let name = best.map_or("", |best| best.contender.name);
            limit(row, OF_BEST_PEER, best, &format!("the best peer, {name}"));
        }
        verdicts
    }

    fn named(&self, name: &str) -> Option<&Row<'a>> {
        self.rows.iter().find(|row| row.contender.name == name)
    }

    fn of(&self, roles: &[Role]) -> impl Iterator<Item = &Row<'a>> {
        let is_one = |row: &&Row<'_>| roles.contains(&row.contender.role);
        self.rows.iter().filter(is_one)
    }
}

impl Row<'_> {
    fn cpu(&self) -> impl Iterator<Item = f64> {
        self.costs.iter().map(|cost| cost.cpu)
    }

    /// Divides this program's CPU time by the other program's in each round, and returns the
    /// median.
    fn times(&self, other: &Self) -> f64 {
        median(self.cpu().zip(other.cpu()).map(|(own, other)| own / other))
    }

    fn at_most(&self, limit: f64, other: &Self, what: &str) -> Verdict {
        let paired = self.times(other);
        let of_least = least(self.cpu()) / least(other.cpu());
        let text = format!(
            "{}: {paired:.2} times the CPU of {what}, at most {limit:.1} ({of_least:.2} by the \
             least of each)",
            self.contender.name,
        );
        Verdict::new(Outcome::of(paired <= limit, of_least <= limit), &text)
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

pub(super) fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() % 2 {
        _ if values.is_empty() => f64::NAN,
        0 => (values[middle - 1] + values[middle]) / 2.0,
        _ => values[middle],
    }
}

pub(super) fn least(values: impl Iterator<Item = f64>) -> f64 {
    values.fold(f64::INFINITY, f64::min)
}
