//! The failures of a command that goes on after a failure.

use crate::exit::Exit;
use crate::failure::Failure;

/// The failures so far. The first of them decides the exit code.
#[derive(Debug, Default)]
pub(crate) struct Failures {
    first: Option<Exit>,
    /// What was said about what the user can do. It is said once.
    hints: Vec<String>,
}

impl Failures {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Shows a failure.
    pub(crate) fn show(&mut self, failure: impl Into<Failure>) {
        let mut failure = failure.into();
        failure.leave_out(&self.hints);
        failure.show();
        self.hints.extend_from_slice(failure.hints());
        self.first.get_or_insert(failure.exit());
    }

    /// Shows the failure of a result.
    pub(crate) fn check(&mut self, result: Result<(), impl Into<Failure>>) {
        if let Err(failure) = result {
            self.show(failure);
        }
    }

    /// Returns the failure of the whole command.
    pub(crate) fn result(self) -> Result<(), Failure> {
        self.first
            .map_or(Ok(()), |exit| Err(Failure::shown_before(exit)))
    }
}
