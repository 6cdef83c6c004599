//! `ftpx cat`: writes files to standard output.

use std::fs::File;

use clap::Args;
use ftp_blocking::{Client, Error, TransferOptions, UrlType};

use super::paths;
use super::whole_file::names_directory;
use crate::context::Context;
use crate::failure::Failure;
use crate::sessions::renew;

/// Writes files to standard output
#[derive(Args, Debug)]
pub(crate) struct Cat {
    /// Files, or patterns such as 'host/pub/*.txt'
    #[arg(value_name = "TARGET", required = true)]
    targets: Vec<String>,
}

impl Cat {
    pub(crate) fn run(&self, context: &mut Context) -> Result<(), Failure> {
        run(&self.targets, context)
    }
}

/// Writes all these files to standard output.
pub(super) fn run(targets: &[String], context: &mut Context) -> Result<(), Failure> {
    paths::for_each(targets, context, one)
}

fn one(target: &str, context: &mut Context) -> Result<(), Failure> {
    let mut spot = context.sessions.at(target)?;
    let options = match spot.kind {
        Some(UrlType::Ascii) => TransferOptions::text(),
        Some(UrlType::Directory) => return Err(names_directory()),
        _ => TransferOptions::new(),
    };
    if spot.path.is_empty() || spot.path.ends_with(b"/") {
        return Err(Failure::usage("this names a directory, not a file"));
    }
    for file in paths::files(&mut spot, &context.settings)? {
        let saved = save(spot.client, &file, &options, context.out.file()?);
        saved.map_err(|error| match is_gone(&error) {
            true => Failure::from(std::io::Error::from(std::io::ErrorKind::BrokenPipe)),
            false => Failure::downloading(error),
        })?;
    }
    Ok(())
}

fn save(
    client: &mut Client,
    path: &[u8],
    options: &TransferOptions,
    to: &File,
) -> Result<(), Error> {
    let mut moved = 0;
    let mut save = |client: &mut Client| {
        let download = client.download_with(path, options)?;
        let saved = download.save_to(to, |progress| moved = progress.done);
        saved.map(drop)
    };
    let error = match save(client) {
        Ok(()) => return Ok(()),
        Err(error) => error,
    };
    if moved > 0 {
        return Err(error);
    }
    renew(client, error)?;
    client
        .download_with(path, options)?
        .save_to(to, |_| ())
        .map(drop)
}

/// Whether the reader of standard output has ended, as `head` does.
fn is_gone(error: &Error) -> bool {
    let inner = error
        .inner()
        .and_then(|it| it.downcast_ref::<std::io::Error>());
    error.is_local() && inner.is_some_and(|it| it.kind() == std::io::ErrorKind::BrokenPipe)
}
