//! `ftpx rm`: deletes files and directories.

use clap::Args;
use ftp_blocking::tree::OnError;
use ftp_blocking::{Client, DeleteOptions, Error};

use super::paths;
use crate::context::Context;
use crate::failure::Failure;
use crate::failures::Failures;
use crate::sessions::Spot;

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
            spot.has_path()?;
            if self.recursive && !paths::is_pattern(&spot.path, &context.settings) {
                return self.tree(&mut spot);
            }
            paths::for_each_file(target, context, |file, context| {
                let client = context.sessions.at(target)?.client;
                let deleted = client.delete(file).map(drop);
                deleted.or_else(|error| self.refused(error, client))
            })
        })
    }

    fn tree(&self, spot: &mut Spot<'_>) -> Result<(), Failure> {
        let options = DeleteOptions::new().with_on_error(OnError::Continue);
        let deleted = match spot.run(|client, path| client.delete_tree_with(path, &options)) {
            Err(error) => return self.refused(error, spot.client),
            Ok(deleted) => deleted,
        };
        let mut failures = Failures::new();
        deleted
            .errors
            .into_iter()
            .for_each(|error| failures.show(error));
        failures.result()
    }

    /// Decides whether an error is a failure. With `--force`, a file that is not there is none.
    fn refused(&self, error: Error, client: &mut Client) -> Result<(), Failure> {
        let error = client.explain(error);
        match self.force && error.is_not_found() {
            true => Ok(()),
            false => Err(error.into()),
        }
    }
}
