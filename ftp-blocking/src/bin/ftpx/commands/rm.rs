//! `ftpx rm`: deletes files and directories.

use clap::Args;
use ftp_blocking::DeleteOptions;
use ftp_blocking::tree::OnError;

use super::paths;
use crate::context::Context;
use crate::failure::Failure;

/// Deletes files
#[derive(Args, Debug)]
pub(crate) struct Rm {
    /// Files, or patterns such as 'host/pub/*.tmp'
    #[arg(value_name = "TARGET", required = true)]
    targets: Vec<String>,
    /// Deletes directories too, with all that is in them. Links are deleted and never followed
    #[arg(short, long)]
    recursive: bool,
    /// A file that is not there is no failure
    #[arg(short, long)]
    force: bool,
}

impl Rm {
    pub(crate) fn run(&self, context: &mut Context) -> Result<(), Failure> {
        paths::for_each(&self.targets, context, |target, context| {
            let mut spot = context.sessions.at(target)?;
            if spot.path.is_empty() {
                return Err(Failure::usage("this names all that is on the server"));
            }
            if self.recursive && !paths::is_pattern(&spot.path, &context.settings) {
                return self.tree(target, context);
            }
            let is_pattern = paths::is_pattern(&spot.path, &context.settings);
            for file in paths::files(&mut spot, is_pattern)? {
                let Err(error) = spot.client.delete(file) else {
                    continue;
                };
                let error = spot.client.explain(error);
                if !(self.force && error.is_not_found()) {
                    return Err(error.into());
                }
            }
            Ok(())
        })
    }

    fn tree(&self, target: &str, context: &mut Context) -> Result<(), Failure> {
        let spot = context.sessions.at(target)?;
        let options = DeleteOptions::new().with_on_error(OnError::Continue);
        let deleted = match spot.client.delete_tree_with(&spot.path, &options) {
            Err(error) => {
                let error = spot.client.explain(error);
                return match self.force && error.is_not_found() {
                    true => Ok(()),
                    false => Err(error.into()),
                };
            }
            Ok(deleted) => deleted,
        };
        let mut first = None;
        for error in deleted.errors {
            let failure = Failure::from(error);
            failure.show();
            first.get_or_insert(failure.exit());
        }
        first.map_or(Ok(()), |exit| Err(Failure::told(exit)))
    }
}
