//! `ftpx rmdir`: removes empty directories.

use clap::Args;

use super::paths;
use crate::context::Context;
use crate::failure::Failure;

/// Removes empty directories
#[derive(Args, Debug)]
pub(crate) struct Rmdir {
    /// The directories
    #[arg(value_name = "TARGET", required = true)]
    targets: Vec<String>,
}

impl Rmdir {
    pub(crate) fn run(&self, context: &mut Context) -> Result<(), Failure> {
        paths::for_each(&self.targets, context, |target, context| {
            let spot = context.sessions.at(target)?;
            spot.has_path()?;
            spot.client.rmd(&spot.path)?;
            Ok(())
        })
    }
}
