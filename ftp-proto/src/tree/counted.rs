//! A plan that counts its steps.

use super::plan::{Outcome, Plan, Todo};
use crate::error::Error;
use crate::listing::Line;

/// A plan that counts how many of its steps have ended, so that you know after a lost connection
/// whether it has got further.
///
/// ```
/// use ftp_proto::tree::{Counted, MakeDirectories, Outcome, Plan, Todo};
///
/// let mut plan = Counted::new(MakeDirectories::new("backup")?);
/// assert!(matches!(plan.next_step(), Todo::Run(_)));
/// plan.finished(Ok(Outcome::Done));
/// assert_eq!(plan.steps(), 1);
/// # Ok::<(), ftp_proto::Error>(())
/// ```
#[derive(Debug)]
pub struct Counted<P> {
    plan: P,
    steps: u64,
}

impl<P: Plan> Counted<P> {
    /// Counts the steps of this plan from now on.
    pub fn new(plan: P) -> Self {
        Self { plan, steps: 0 }
    }

    /// Returns how many steps have ended.
    pub fn steps(&self) -> u64 {
        self.steps
    }
}

impl<P: Plan> Plan for Counted<P> {
    type Item = P::Item;

    fn next_step(&mut self) -> Todo<Self::Item> {
        self.plan.next_step()
    }

    fn take_line(&mut self, line: Line<'_>) -> Result<(), Error> {
        self.plan.take_line(line)
    }

    fn finished(&mut self, result: Result<Outcome, Error>) {
        self.steps = self.steps.saturating_add(1);
        self.plan.finished(result);
    }
}
