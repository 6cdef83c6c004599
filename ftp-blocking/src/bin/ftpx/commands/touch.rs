//! `ftpx touch`: sets times, and makes empty files.

use std::time::SystemTime;

use clap::Args;
use ftp_blocking::{Client, Error, Existence, Timestamp};

use super::paths;
use crate::arguments::values;
use crate::context::Context;
use crate::failure::Failure;

/// Sets the modification time of files, and makes those that are not there
#[derive(Args, Debug)]
pub(crate) struct Touch {
    /// The files
    #[arg(value_name = "TARGET", required = true)]
    targets: Vec<String>,
    /// The time in UTC, such as 2026-01-02T03:04:05 [default: now]
    #[arg(short, long, value_parser = values::time)]
    time: Option<Timestamp>,
    /// Makes no new files
    #[arg(short = 'c', long)]
    no_create: bool,
}

impl Touch {
    pub(crate) fn run(&self, context: &mut Context) -> Result<(), Failure> {
        paths::for_each(&self.targets, context, |target, context| {
            let mut spot = context.sessions.at(target)?;
            spot.has_path()?;
            Ok(spot.run(|client, path| self.touch(client, path))?)
        })
    }

    fn touch(&self, client: &mut Client, path: &[u8]) -> Result<(), Error> {
        match client.exists(path)? {
            Existence::Absent if self.no_create => return Ok(()),
            Existence::Absent => {
                client.upload(path)?.finish()?;
                if self.time.is_none() {
                    return Ok(());
                }
            }
            // To append nothing makes a file too, and leaves one that is there as it is.
            Existence::Unknown if !self.no_create => drop(client.append(path)?.finish()?),
            _ => {}
        }
        let time = match self.time {
            Some(time) => time,
            None => Timestamp::try_from(SystemTime::now()).map_err(Error::from)?,
        };
        client.set_modified(path, time).map(drop)
    }
}
