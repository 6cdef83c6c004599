//! Runs the programs of a comparison, by turns or all at once.

use std::thread;
use std::time::Duration;

use crate::servers::Result;

use super::super::compare::progress;
use super::super::measure::{self, Cost};
use super::Row;

/// How programs run.
pub(super) struct Turns<'t> {
    /// What they do, for the line of the progress.
    pub(super) what: &'t str,
    /// How often each runs.
    pub(super) count: usize,
    /// The time limit of a run.
    pub(super) patience: Duration,
}

/// A program that takes longer for one run, in seconds, runs only once. This keeps the job short.
/// It waits most of this time, so that cold caches do not matter.
const SLOW: f64 = 10.0;

impl Turns<'_> {
    /// Lets the programs take turns, so that other work on the machine affects all of them alike.
    /// One turn more comes first, which does not count, because the caches are cold.
    ///
    /// After each run, `check` gets the program's name, checks what has arrived, and takes it away.
    /// It also gets whether this is the first run.
    pub(super) fn run(
        &self,
        rows: &mut [Row],
        check: impl Fn(&str, bool) -> Result<()>,
    ) -> Result<()> {
        for turn in 0..=self.count {
            for row in rows.iter_mut().filter(|row| !row.is_slow()) {
                progress(&format!(
                    "{}: {turn} of {}, {}",
                    self.what, self.count, row.name
                ));
                let cost = self.once(row)?;
                check(&row.name, turn == 0)
                    .map_err(|error| format!("{}, {}: {error}", row.name, self.what))?;
                if turn > 0 || cost.wall > SLOW {
                    row.costs.push(cost);
                }
            }
        }
        progress("");
        Ok(())
    }

    /// Runs all programs once, at the same time. This suits programs that wait for the network and
    /// do little else. Their CPU time is not known: the system tells only that of all together.
    pub(super) fn run_at_once(
        &self,
        rows: &mut [Row],
        check: impl Fn(&str, bool) -> Result<()>,
    ) -> Result<()> {
        progress(self.what);
        let costs: Vec<_> = thread::scope(|scope| {
            let run = |row| scope.spawn(|| self.once(row).map_err(|error| error.to_string()));
            let threads: Vec<_> = rows.iter_mut().map(run).collect();
            threads.into_iter().map(|thread| thread.join()).collect()
        });
        progress("");
        for (row, cost) in rows.iter_mut().zip(costs) {
            let cost = cost.map_err(|_| format!("{}: the thread panicked", row.name))??;
            check(&row.name, true)
                .map_err(|error| format!("{}, {}: {error}", row.name, self.what))?;
            row.costs.push(Cost {
                cpu: f64::NAN,
                ..cost
            });
        }
        Ok(())
    }

    fn once(&self, row: &mut Row) -> Result<Cost> {
        let ran = measure::run_within(self.patience, &mut row.command);
        let (cost, _) = ran.map_err(|error| format!("{}, {}: {error}", row.name, self.what))?;
        Ok(cost)
    }
}

impl Row {
    fn is_slow(&self) -> bool {
        self.costs.first().is_some_and(|cost| cost.wall > SLOW)
    }
}
