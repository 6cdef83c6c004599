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
            paths::for_each_file(target, context, |file, context| {
                context.sessions.at(target)?.client.chmod(file, self.mode)?;
                Ok(())
            })
        })
    }
}
