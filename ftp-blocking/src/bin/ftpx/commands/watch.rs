//! `ftpx watch`: tells what is new or has changed below a directory.

use std::collections::BTreeMap;
use std::thread;
use std::time::{Duration, Instant};

use clap::Args;
use ftp_blocking::listing::{Kind, Modified};
use ftp_blocking::{Client, Entry, Error, RetryPolicy, WalkOptions};
use serde::Serialize;

use super::paths;
use crate::arguments::values;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::names::JsonName;

/// Looks at a directory again and again, and writes a line of JSON for each file that is new, has
/// changed, or is gone
#[derive(Args, Debug)]
pub(crate) struct Watch {
    /// The directory. What is below it at any depth is watched too
    #[arg(value_name = "TARGET")]
    target: String,
    /// The seconds between two looks
    #[arg(short, long, value_name = "SECONDS", default_value = "10", value_parser = values::seconds)]
    interval: Duration,
    /// Tells the files that are there at the first look too
    #[arg(short, long)]
    existing: bool,
    /// Tells a file only after two looks have found the same size and time, so that an upload
    /// under way is left alone
    #[arg(short, long)]
    settled: bool,
    /// Reads at most this many levels of directories
    #[arg(long, value_name = "N", value_parser = values::levels)]
    max_depth: Option<usize>,
    /// Ends after this many looks [default: never]
    #[arg(short = 'n', long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    rounds: Option<u64>,
}

/// What one look has found: the files, by their paths.
type Seen = BTreeMap<Vec<u8>, File>;

/// A file, and whether it was told.
#[derive(Clone, Debug)]
struct File {
    entry: Entry<'static>,
    told: Told,
}

/// Whether a file was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Told {
    /// Not yet.
    Never,
    /// As it was before it changed.
    Before,
    /// As it is now.
    Now,
}

/// A line of the output.
#[derive(Serialize)]
struct Event<'e> {
    event: &'static str,
    path: JsonName<'e>,
    #[serde(flatten)]
    entry: &'e Entry<'e>,
}

impl Watch {
    pub(crate) fn run(&self, context: &mut Context) -> Result<(), Failure> {
        let mut before: Option<Seen> = None;
        let mut round = 0_u64;
        loop {
            let policy = context.settings.common.transfer.retry_policy();
            let spot = context.sessions.at(&self.target)?;
            let now = self.look(spot.client, &spot.path, &policy)?;
            before = Some(self.tell(before, now, context)?);
            context.out.flush()?;
            round += 1;
            if self.rounds.is_some_and(|rounds| round >= rounds) {
                return Ok(());
            }
            self.pause(context)?;
        }
    }

    /// Reads all that is below the directory. If anything could not be read, the look has failed:
    /// a file that was not seen is not gone.
    fn look(&self, client: &mut Client, path: &[u8], policy: &RetryPolicy) -> Result<Seen, Error> {
        let mut options = WalkOptions::new();
        if let Some(depth) = self.max_depth {
            options = options.with_depth(depth);
        }
        client.retrying(policy).run(|client| {
            let mut seen = Seen::new();
            for found in paths::walk(client, path, &options)? {
                let found = found?;
                if let Some(note) = found.note.filter(|_| self.max_depth.is_none()) {
                    return Err(note.into());
                }
                if found.entry.kind() == Kind::Directory {
                    continue;
                }
                let file = File {
                    entry: found.entry,
                    told: Told::Never,
                };
                seen.insert(found.path.as_bytes().to_vec(), file);
            }
            Ok(seen)
        })
    }

    /// Tells the differences between two looks. Returns what the next look is compared with.
    fn tell(
        &self,
        before: Option<Seen>,
        mut now: Seen,
        context: &mut Context,
    ) -> Result<Seen, Failure> {
        let is_first = before.is_none();
        let before = before.unwrap_or_default();
        for (path, file) in &mut now {
            let old = before.get(path);
            let is_same = old.is_some_and(|old| old.state() == file.state());
            file.told = match old {
                Some(old) if is_same || old.told == Told::Never => old.told,
                Some(_) => Told::Before,
                // What was there from the start is no news.
                None if is_first && !self.existing => Told::Now,
                None => Told::Never,
            };
            let event = match file.told {
                Told::Now => continue,
                _ if self.settled && !is_same => continue,
                Told::Never => "new",
                Told::Before => "changed",
            };
            tell(event, path, &file.entry, context)?;
            file.told = Told::Now;
        }
        for (path, file) in before.iter().filter(|(path, _)| !now.contains_key(*path)) {
            if file.told != Told::Never {
                tell("gone", path, &file.entry, context)?;
            }
        }
        Ok(now)
    }

    /// Waits for the next look, or for Ctrl-C.
    fn pause(&self, context: &Context) -> Result<(), Failure> {
        let begun = Instant::now();
        while begun.elapsed() < self.interval {
            if context.interrupt.is_stopped() {
                return Err(Failure::new(Exit::Interrupted, "stopped on request"));
            }
            let left = self.interval.saturating_sub(begun.elapsed());
            thread::sleep(left.min(Duration::from_millis(100)));
        }
        Ok(())
    }
}

impl File {
    /// What changes when the file changes.
    fn state(&self) -> (Option<u64>, Option<Modified>, Option<&[u8]>) {
        let entry = &self.entry;
        (entry.size(), entry.modified(), entry.link_target())
    }
}

fn tell(
    event: &'static str,
    path: &[u8],
    entry: &Entry<'_>,
    context: &mut Context,
) -> Result<(), Failure> {
    context.out.json(&Event {
        event,
        path: JsonName::new(path),
        entry,
    })
}
