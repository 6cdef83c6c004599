//! `ftpx mirror`: makes one directory as another one is, down or up.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, ValueEnum};
use ftp_blocking::sync::{LetterCase, SyncFailure};
use ftp_blocking::tree::Links;
use ftp_blocking::{
    Compare, Error, ErrorKind, Extra, Filter, Options, Pattern, Pool, PoolOptions, SyncOptions,
    SyncPlan, SyncReport, WalkOptions,
};

use super::paths;
use crate::arguments::values;
use crate::context::Context;
use crate::counted::{self, counted};
use crate::exit::{Doing, Exit};
use crate::failure::Failure;
use crate::failures::Failures;
use crate::reports::{Planned, SyncDone};
use crate::settings::Settings;

/// Makes a local directory as one on a server is, or with --up the other way around
///
/// Only what is new or has changed is transferred. The source comes first, and the destination
/// second:
///
///   ftpx mirror ftp.example.org/pub/data data
///   ftpx mirror --up site ftps://ada@ftp.example.org/htdocs
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct Mirror {
    /// Where the files are: a target, or with --up a local directory
    source: String,
    /// Where they go: a local directory [default: the current one], or with --up a target
    destination: Option<String>,
    /// Uploads
    #[arg(short = 'R', long, visible_alias = "reverse")]
    up: bool,
    /// Deletes in the destination what the source does not have
    #[arg(long)]
    delete: bool,
    /// Shows what would be done, and does nothing
    #[arg(short = 'n', long)]
    dry_run: bool,
    /// Leaves out what fits this pattern: `*.tmp` at any depth, `/a` only at the top, `.git/` only
    /// directories
    #[arg(short = 'X', long, value_name = "PATTERN")]
    exclude: Vec<String>,
    /// Takes back what --exclude leaves out. To take only some files: -X '*' -I '*/' -I '*.csv'
    #[arg(short = 'I', long, value_name = "PATTERN")]
    include: Vec<String>,
    /// Which files are transferred: those that differ in this way
    #[arg(long, value_enum, value_name = "HOW", default_value_t = By::SizeOrNewer)]
    by: By,
    /// Moves this many files at a time, over as many sessions
    #[arg(short, long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=64))]
    jobs: u8,
    /// Reads at most this many levels of directories
    #[arg(long, value_name = "N", value_parser = values::levels)]
    max_depth: Option<usize>,
    /// Follows symbolic links of the source. Otherwise they are left out
    #[arg(short = 'L', long)]
    follow_links: bool,
    /// Takes `a` and `A` for the same name in the destination
    #[arg(long)]
    ignore_case: bool,
    /// Writes the report as a line of JSON, or with --dry-run a line for each change
    #[arg(long)]
    json: bool,
}

/// How files are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum By {
    /// Another size, or newer in the source
    SizeOrNewer,
    /// Newer in the source, whatever the size
    Newer,
    /// Another size, or another time
    SizeOrTime,
    /// Another size
    Size,
    /// Another size or hash, if the server computes hashes
    Hash,
    /// Not there at all
    Missing,
    /// All files
    All,
}

/// Whether the first connection is tried again, as the rest is. A wrong host should fail at once,
/// unless the user has asked for retries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum FirstTry {
    Alone,
    OfMany,
}

/// How long a job waits for a session, if the server allows fewer than --jobs: as long as it takes.
const PATIENCE: Duration = Duration::from_secs(24 * 60 * 60);

impl Mirror {
    pub(crate) fn run(&self, context: &mut Context) -> Result<(), Failure> {
        let options = self.options(&context.settings)?;
        let (target, local) = self.sides(context)?;
        let first_try = match context.settings.common.transfer.retries {
            None => FirstTry::Alone,
            Some(_) => FirstTry::OfMany,
        };
        let waiting = context.bars.waiting("comparing");
        let planned = context.sessions.with_options(&target, |server, remote| {
            self.plan(server, remote, &local, &options, first_try)
        });
        waiting.finish_and_clear();
        let (pool, plan) = planned.map_err(|failure| self.explained(failure))?;
        let report = match self.dry_run {
            true => return self.show(&plan, context),
            false => {
                let mut bars = context.bars.sync();
                let report = pool.sync_with(plan, |it| bars.show(&it));
                bars.finish();
                report
            }
        };
        pool.close();
        self.tell(&report, context)
    }

    /// Returns the target and the local directory.
    fn sides(&self, context: &Context) -> Result<(String, PathBuf), Failure> {
        let second = self.destination.as_deref();
        let (target, local) = match (self.up, second) {
            (false, second) => (self.source.as_str(), second.unwrap_or(".")),
            (true, Some(target)) => (target, self.source.as_str()),
            (true, None) if context.sessions.is_at_home() => (".", self.source.as_str()),
            (true, None) => {
                return Err(Failure::usage(
                    "name the target too: ftpx mirror --up site host/dir",
                ));
            }
        };
        if crate::target::is_url(local) {
            let (right, wrong) = match self.up {
                true => ("without --up", "the source of --up"),
                false => ("with --up", "the destination"),
            };
            let why = format!("{wrong} is a local directory, not a URL");
            return Err(Failure::usage(why).with_hint(format!("did you mean `mirror` {right}?")));
        }
        Ok((target.to_owned(), PathBuf::from(local)))
    }

    /// A local directory in the place of the host is a mistake that people make.
    fn explained(&self, failure: Failure) -> Failure {
        match !self.up && failure.exit() == Exit::Host && Path::new(&self.source).is_dir() {
            true => failure.with_hint("the source is a local directory: did you mean --up?"),
            false => failure,
        }
    }

    fn options(&self, settings: &Settings) -> Result<SyncOptions, Failure> {
        let mut filter = Filter::new();
        for pattern in self.exclude.iter().chain(&self.include) {
            // The filter itself counts places from the beginning of a longer pattern.
            Pattern::new(pattern).map_err(|error| Failure::usage(error.to_string()))?;
        }
        for pattern in &self.exclude {
            filter = filter
                .exclude(pattern)
                .map_err(|error| paths::about_pattern(&error))?;
        }
        for pattern in &self.include {
            filter = filter
                .include(pattern)
                .map_err(|error| paths::about_pattern(&error))?;
        }
        let mut walk = WalkOptions::new();
        if let Some(depth) = self.max_depth {
            walk = walk.with_depth(depth);
        }
        if self.follow_links {
            walk = walk.with_links(Links::Follow);
        }
        let transfer = &settings.common.transfer;
        let options = SyncOptions::new()
            .with_compare(self.by.compare())
            .with_filter(filter)
            .with_walk(walk)
            .with_files(transfer.file_options())
            .with_retry(transfer.retry_policy());
        let options = match self.delete {
            true => options.with_extra(Extra::Delete),
            false => options,
        };
        Ok(match self.ignore_case {
            true => options.with_letter_case(LetterCase::Ignored),
            false => options,
        })
    }

    fn plan(
        &self,
        server: Options,
        remote: &[u8],
        local: &PathBuf,
        options: &SyncOptions,
        first_try: FirstTry,
    ) -> Result<(Pool, SyncPlan), Error> {
        let sessions = PoolOptions::new(self.jobs.into()).with_patience(PATIENCE);
        let pool = Pool::with_options(server, sessions);
        if first_try == FirstTry::Alone {
            drop(pool.get()?);
        }
        let remote: &[u8] = match remote {
            b"" => b".",
            remote => remote,
        };
        let plan = match self.up {
            true => pool.plan_upload(local, remote, options),
            false => pool.plan_download(remote, local, options),
        };
        plan.map(|plan| (pool, plan))
    }

    /// Shows what would be done.
    fn show(&self, plan: &SyncPlan, context: &mut Context) -> Result<(), Failure> {
        for action in plan.changes() {
            match self.json {
                true => context.out.json(&Planned::new(action))?,
                false => context.out.line(action.to_string())?,
            }
        }
        if !self.json && !context.is_quiet() {
            let files = counted::files(plan.transfers());
            let bytes = counted::bytes(plan.bytes());
            context.out.line(format!("{files} to transfer, {bytes}"))?;
        }
        self.failures(plan.failures())
    }

    /// Shows what was done.
    fn tell(&self, report: &SyncReport, context: &mut Context) -> Result<(), Failure> {
        if self.json {
            context.out.json(&SyncDone::new(report))?;
        } else if !context.is_quiet() {
            context.out.line(summary(report))?;
        }
        let result = self.failures(&report.failures);
        if context.interrupt.is_stopped() {
            return Err(Failure::new(Exit::Interrupted, "stopped on request")
                .with_hint("the same command goes on from there"));
        }
        match (result, report.is_complete()) {
            (Ok(()), false) => Err(Failure::new(Exit::Partial, "not all of it was done")),
            (result, _) => result,
        }
    }

    fn failures(&self, failures: &[SyncFailure]) -> Result<(), Failure> {
        let doing = match self.up {
            true => Doing::Other,
            false => Doing::Download,
        };
        let mut shown = Failures::new();
        for failed in failures {
            // What Ctrl-C has stopped has not failed.
            if failed.error.kind() != ErrorKind::Aborted {
                shown.show(Failure::syncing(failed, doing));
            }
        }
        shown.result()
    }
}

impl By {
    fn compare(self) -> Compare {
        match self {
            Self::SizeOrNewer => Compare::SizeOrNewer,
            Self::Newer => Compare::Newer,
            Self::SizeOrTime => Compare::SizeOrTime,
            Self::Size => Compare::Size,
            Self::Hash => Compare::Hash,
            Self::Missing => Compare::Existence,
            Self::All => Compare::Never,
        }
    }
}

fn summary(report: &SyncReport) -> String {
    // What Ctrl-C has stopped has not failed.
    let failures = report.failures.iter();
    let stopped = failures.filter(|it| it.error.kind() == ErrorKind::Aborted);
    let failed = report.failure_count.saturating_sub(stopped.count() as u64);
    let mut text = format!(
        "{} new, {} changed, {} deleted, {}, {} failed; {}",
        report.created,
        report.updated,
        report.deleted,
        counted(report.skipped, "as it was", "as they were"),
        failed,
        counted::bytes(report.transferred)
    );
    for (count, what) in [(report.resumed, "resumed"), (report.undone, "not done")] {
        if count > 0 {
            text.push_str(&format!(", {count} {what}"));
        }
    }
    text
}
