//! Which paths take part in a sync.

use alloc::vec::Vec;

use crate::error::Error;
use crate::tree::Pattern;

/// Which files and directories take part in a sync. The last pattern that fits a path decides.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    rules: Vec<(bool, Pattern)>,
}

impl Filter {
    /// Makes a filter that leaves out nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Leaves out the paths that this pattern fits.
    ///
    /// # Errors
    /// A pattern that is wrong.
    pub fn exclude(mut self, pattern: &str) -> Result<Self, Error> {
        self.rules.push((false, Pattern::new(pattern)?));
        Ok(self)
    }
}
