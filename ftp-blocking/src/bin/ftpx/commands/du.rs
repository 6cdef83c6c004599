//! `ftpx du`: counts what is below directories.

use clap::Args;
use ftp_blocking::{Progress, TreeSize};
use serde::Serialize;

use super::paths;
use crate::context::Context;
use crate::counted;
use crate::failure::Failure;
use crate::failures::Failures;
use crate::names::JsonName;
use crate::output::Output;

/// Counts bytes, files and directories below directories
#[derive(Args, Debug)]
pub(crate) struct Du {
    /// The directories
    #[arg(value_name = "TARGET")]
    targets: Vec<String>,
    /// Shows bytes with units, such as 1.5 MiB
    #[arg(short = 'H', long)]
    human: bool,
    /// Writes a line of JSON for each directory
    #[arg(long)]
    json: bool,
}

/// The size of a directory in JSON.
#[derive(Serialize)]
struct Counted<'c> {
    path: JsonName<'c>,
    bytes: u64,
    files: u64,
    directories: u64,
    links: u64,
    others: u64,
    unknown_sizes: u64,
    is_exact: bool,
}

impl Du {
    pub(crate) fn run(&self, context: &mut Context) -> Result<(), Failure> {
        let targets = paths::or_here(&self.targets, context);
        paths::for_each(&targets, context, |target, context| {
            let mut spot = context.sessions.at(target)?;
            let path = spot.directory().to_vec();
            let size = spot.run(|client, _| client.tree_size(&path))?;
            self.show(&path, &size, &mut context.out)?;
            let mut failures = Failures::new();
            size.errors
                .into_iter()
                .for_each(|error| failures.show(error));
            failures.result()
        })
    }

    fn show(&self, path: &[u8], size: &TreeSize, out: &mut Output) -> Result<(), Failure> {
        if self.json {
            return out.json(&Counted {
                path: JsonName::new(path),
                bytes: size.bytes,
                files: size.files,
                directories: size.directories,
                links: size.links,
                others: size.others,
                unknown_sizes: size.unknown_sizes,
                is_exact: size.is_exact(),
            });
        }
        let bytes = match self.human {
            true => Progress::new(size.bytes, None).to_string(),
            false => size.bytes.to_string(),
        };
        // `1 file ` is as wide as `2 files`, so that the paths stand in a column.
        let files = pad(counted::files(size.files), "files");
        let directories = pad(counted::directories(size.directories), "directories");
        let counts = format!("{bytes:>12}  {files:>14}  {directories:>19}  ");
        out.after(&counts, path)
    }
}

/// Adds blanks to a number of one thing, so that its noun is as long as the plural.
fn pad(counted: String, plural: &str) -> String {
    let noun = counted.split(' ').nth(1).unwrap_or_default();
    let missing = plural.len().saturating_sub(noun.len());
    format!("{counted}{}", " ".repeat(missing))
}
