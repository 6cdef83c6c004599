//! `ftpx find`: shows paths below a directory that fit.

use clap::{Args, ValueEnum};
use ftp_blocking::listing::Kind;
use ftp_blocking::tree::{Links, WalkEntry};
use ftp_blocking::{Pattern, Timestamp, WalkOptions};

use super::{ls, paths};
use crate::arguments::values;
use crate::context::Context;
use crate::failure::Failure;
use crate::failures::Failures;

/// Shows the paths below directories, at any depth, that fit all conditions
#[derive(Args, Debug)]
pub(crate) struct Find {
    /// The directories
    #[arg(value_name = "TARGET")]
    targets: Vec<String>,
    /// The name fits this pattern
    #[arg(short, long, value_name = "PATTERN")]
    name: Option<String>,
    /// It is of this kind
    #[arg(short = 't', long = "type", value_enum, value_name = "KIND")]
    kind: Option<Wanted>,
    /// It has at least this many bytes, such as 10M
    #[arg(long, value_name = "BYTES", value_parser = values::bytes)]
    min_size: Option<u64>,
    /// It has at most this many bytes
    #[arg(long, value_name = "BYTES", value_parser = values::bytes)]
    max_size: Option<u64>,
    /// It was changed at this time or later, in UTC: 2026-01-02 or 2026-01-02T03:04:05
    #[arg(long, value_name = "TIME", value_parser = values::time)]
    newer: Option<Timestamp>,
    /// It was changed before this time
    #[arg(long, value_name = "TIME", value_parser = values::time)]
    older: Option<Timestamp>,
    /// Reads at most this many levels of directories
    #[arg(long, value_name = "N", value_parser = values::levels)]
    max_depth: Option<usize>,
    /// Follows symbolic links
    #[arg(short = 'L', long)]
    follow_links: bool,
    /// Shows permissions, size and time too
    #[arg(short, long)]
    long: bool,
    /// Ends each path with a zero byte instead of a line end, for `xargs -0`
    #[arg(short = '0', long, conflicts_with_all = ["long", "json"])]
    null: bool,
    /// Writes a line of JSON for each
    #[arg(long, conflicts_with = "long")]
    json: bool,
}

/// A kind of entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Wanted {
    /// A file
    #[value(name = "f")]
    File,
    /// A directory
    #[value(name = "d")]
    Directory,
    /// A symbolic link
    #[value(name = "l")]
    Link,
}

impl Find {
    pub(crate) fn run(&self, context: &mut Context) -> Result<(), Failure> {
        let pattern = self.name.as_ref().map(Pattern::new).transpose();
        let pattern = pattern.map_err(|error| Failure::usage(error.to_string()))?;
        let targets = paths::or_here(&self.targets, context);
        paths::for_each(&targets, context, |target, context| {
            self.below(target, pattern.as_ref(), context)
        })
    }

    fn below(
        &self,
        target: &str,
        pattern: Option<&Pattern>,
        context: &mut Context,
    ) -> Result<(), Failure> {
        let spot = context.sessions.at(target)?;
        let mut options = WalkOptions::new();
        if let Some(depth) = self.max_depth {
            options = options.with_depth(depth);
        }
        if self.follow_links {
            options = options.with_links(Links::Follow);
        }
        let mut failures = Failures::new();
        for found in paths::walk(spot.client, &spot.path, &options)? {
            let found = match found {
                Ok(found) => found,
                Err(error) => {
                    failures.show(error);
                    continue;
                }
            };
            failures.check(paths::is_entered(&found, self.max_depth));
            if !self.fits(&found, pattern) {
                continue;
            }
            let path = found.path.as_bytes();
            let out = &mut context.out;
            match (self.json, self.long, self.null) {
                (true, ..) => out.json(&ls::Listed::new(path, &found.entry))?,
                (_, true, _) => out.line(ls::long_line(path, &found.entry))?,
                (.., true) => out.ended_by_zero(path)?,
                _ => out.name(path)?,
            }
        }
        failures.result()
    }

    /// Whether an entry fits all conditions. What the listing does not tell does not fit.
    fn fits(&self, found: &WalkEntry, pattern: Option<&Pattern>) -> bool {
        let entry = &found.entry;
        let kind = match self.kind {
            None => true,
            Some(Wanted::File) => entry.kind() == Kind::File,
            Some(Wanted::Directory) => entry.kind() == Kind::Directory,
            Some(Wanted::Link) => entry.kind() == Kind::Link,
        };
        let size = |wanted: Option<u64>, fits: fn(u64, u64) -> bool| {
            wanted.is_none_or(|wanted| entry.size().is_some_and(|size| fits(size, wanted)))
        };
        let time = |wanted: Option<Timestamp>, fits: fn(Timestamp, Timestamp) -> bool| {
            let modified = entry.modified().map(|modified| modified.time());
            wanted.is_none_or(|wanted| modified.is_some_and(|time| fits(time, wanted)))
        };
        kind && pattern.is_none_or(|pattern| pattern.matches(entry.name()))
            && size(self.min_size, |size, least| size >= least)
            && size(self.max_size, |size, most| size <= most)
            && time(self.newer, |time, since| time >= since)
            && time(self.older, |time, before| time < before)
    }
}
