//! The costs as tables, and the limits that this project has set itself.

use std::fmt;

use super::contender::{Contender, REFERENCE, Role};
use super::measure::Cost;
use super::site::{Case, Protection};

/// Of the reference's CPU, through the kernel's own paths.
const OF_REFERENCE: f64 = 0.6;

/// Of the reference's CPU under TLS, through the calls for files and, down, as a plain stream.
const OF_REFERENCE_TLS: f64 = 0.7;

/// Of what the system takes without FTP, through the kernel's own paths.
const OF_BARE: f64 = 1.3;

/// Of the best peer's CPU with its best settings, as a plain stream with its defaults.
const OF_BEST_PEER: f64 = 1.0;

/// One case: what each contender cost in each round.
pub(super) struct Report<'a> {
    rows: Vec<Row<'a>>,
    gib: f64,
}

struct Row<'a> {
    contender: &'a Contender,
    costs: Vec<Cost>,
}

/// Whether a limit holds.
pub(super) struct Verdict {
    pub(super) outcome: Outcome,
    text: String,
}

/// By two measures: the median of the ratios within one round each, which what the machine does
/// meanwhile hits alike, and the ratio of the least, which it hits least.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// By both.
    Holds,
    /// By one of them: the machine is too busy to tell.
    Unsure,
    /// By neither.
    Broken,
}

impl<'a> Report<'a> {
    pub(super) fn new(contenders: &'a [Contender], costs: Vec<Vec<Cost>>, mib: usize) -> Self {
        let rows = contenders.iter().zip(costs);
        Self {
            rows: rows
                .map(|(contender, costs)| Row { contender, costs })
                .collect(),
            gib: mib as f64 / 1024.0,
        }
    }

    /// CPU in seconds per GiB, in relation to the reference and to the bare transfer in the same
    /// round; time in seconds, memory in MiB.
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
        let (reference, bare) = (self.named(REFERENCE), self.of(Role::Bare));
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

    /// All limits that those who took part are under.
    pub(super) fn verdicts(&self, case: Case, protection: Protection) -> Vec<Verdict> {
        match protection {
            Protection::Clear => self.verdicts_in_clear(case),
            Protection::Tls => self.verdicts_under_tls(case),
        }
    }

    fn verdicts_under_tls(&self, case: Case) -> Vec<Verdict> {
        let Some(reference) = self.named(REFERENCE) else {
            return Vec::new();
        };
        let judged = self.rows.iter().filter(|row| match row.contender.role {
            Role::Kernel => true,
            // Uploads are written, not read.
            Role::Stream => case != Case::Up,
            _ => false,
        });
        judged
            .map(|row| row.at_most(OF_REFERENCE_TLS, reference, REFERENCE))
            .collect()
    }

    fn verdicts_in_clear(&self, case: Case) -> Vec<Verdict> {
        let mut verdicts = Vec::new();
        let (reference, bare) = (self.named(REFERENCE), self.of(Role::Bare));
        for row in self
            .rows
            .iter()
            .filter(|row| row.contender.role == Role::Kernel)
        {
            if let Some(reference) = reference {
                verdicts.push(row.at_most(OF_REFERENCE, reference, REFERENCE));
            }
            if let Some(bare) = bare {
                let what = match case {
                    Case::Up => "a bare sendfile",
                    _ => "a bare splice",
                };
                verdicts.push(row.at_most(OF_BARE, bare, what));
            }
        }
        // Uploads are written, not read.
        if case == Case::Up {
            return verdicts;
        }
        let peers = self
            .rows
            .iter()
            .filter(|row| row.contender.role == Role::Peer);
        let best = peers.min_by(|one, other| median(one.cpu()).total_cmp(&median(other.cpu())));
        for row in self
            .rows
            .iter()
            .filter(|row| row.contender.role == Role::Stream)
        {
            if let Some(best) = best {
                let what = format!("the best peer, {}", best.contender.name);
                verdicts.push(row.at_most(OF_BEST_PEER, best, &what));
            }
        }
        verdicts
    }

    fn named(&self, name: &str) -> Option<&Row<'a>> {
        self.rows.iter().find(|row| row.contender.name == name)
    }

    fn of(&self, role: Role) -> Option<&Row<'a>> {
        self.rows.iter().find(|row| row.contender.role == role)
    }
}

impl Row<'_> {
    fn cpu(&self) -> impl Iterator<Item = f64> {
        self.costs.iter().map(|cost| cost.cpu)
    }

    /// The median of the ratios within one round each.
    fn times(&self, other: &Self) -> f64 {
        median(self.cpu().zip(other.cpu()).map(|(own, other)| own / other))
    }

    fn at_most(&self, limit: f64, other: &Self, what: &str) -> Verdict {
        let paired = self.times(other);
        let of_least = least(self.cpu()) / least(other.cpu());
        let (outcome, word) = match (paired <= limit, of_least <= limit) {
            (true, true) => (Outcome::Holds, "holds"),
            (false, false) => (Outcome::Broken, "BROKEN"),
            _ => (Outcome::Unsure, "unsure"),
        };
        Verdict {
            outcome,
            text: format!(
                "  {word:6} {}: {paired:.2} times the CPU of {what}, at most {limit:.1} \
                 ({of_least:.2} by the least of each)",
                self.contender.name,
            ),
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() % 2 {
        _ if values.is_empty() => f64::NAN,
        0 => (values[middle - 1] + values[middle]) / 2.0,
        _ => values[middle],
    }
}

fn least(values: impl Iterator<Item = f64>) -> f64 {
    values.fold(f64::INFINITY, f64::min)
}
