//! `ftpx mv`: renames files and directories.

use clap::Args;

use crate::context::Context;
use crate::failure::Failure;
use crate::names::{joined, last_name};

/// Renames a file or a directory, or moves it to another directory of the same server
#[derive(Args, Debug)]
pub(crate) struct Mv {
    /// What is renamed
    target: String,
    /// The new path on the same server, or its URL. In one that ends with `/`, the name stays
    #[arg(value_name = "NEW")]
    new: String,
}

impl Mv {
    pub(crate) fn run(&self, context: &mut Context) -> Result<(), Failure> {
        let new = context.sessions.beside(&self.target, &self.new)?;
        let spot = context.sessions.at(&self.target)?;
        spot.has_path()?;
        let new = match new.is_empty() || new.ends_with(b"/") {
            true => joined(&new, last_name(&spot.path)),
            false => new,
        };
        spot.client.rename(&spot.path, new)?;
        Ok(())
    }
}
