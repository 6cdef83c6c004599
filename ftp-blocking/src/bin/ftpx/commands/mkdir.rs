//! `ftpx mkdir`: makes directories.

use clap::Args;

use super::paths;
use crate::context::Context;
use crate::failure::Failure;

/// Makes directories
#[derive(Args, Debug)]
pub(crate) struct Mkdir {
    /// The new directories
    #[arg(value_name = "TARGET", required = true)]
    targets: Vec<String>,
    /// Makes the directories above too. One that is there already is no failure
    #[arg(short, long)]
    parents: bool,
}

impl Mkdir {
    pub(crate) fn run(&self, context: &mut Context) -> Result<(), Failure> {
        paths::for_each(&self.targets, context, |target, context| {
            let spot = context.sessions.at(target)?;
            spot.has_path()?;
            match self.parents {
                true => spot.client.make_directories(&spot.path)?,
                false => drop(spot.client.mkd(&spot.path)?),
            }
            Ok(())
        })
    }
}
