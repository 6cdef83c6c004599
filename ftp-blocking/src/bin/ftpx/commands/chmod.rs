//! `ftpx chmod`: sets permissions.

use clap::Args;

use super::paths;
use crate::arguments::values;
use crate::context::Context;
use crate::failure::Failure;

/// Sets the permissions of files and directories (SITE CHMOD, MFF)
#[derive(Args, Debug)]
pub(crate) struct Chmod {
    /// The permissions in octal digits, such as 644
    #[arg(value_parser = values::mode)]
    mode: u32,
    /// Files and directories, or patterns
    #[arg(value_name = "TARGET", required = true)]
    targets: Vec<String>,
}

impl Chmod {
    pub(crate) fn run(&self, context: &mut Context) -> Result<(), Failure> {
        paths::for_each(&self.targets, context, |target, context| {
            let mut spot = context.sessions.at(target)?;
            let is_pattern = paths::is_pattern(&spot.path, &context.settings);
            for file in paths::files(&mut spot, is_pattern)? {
                spot.client.chmod(file, self.mode)?;
            }
            Ok(())
        })
    }
}
