//! `ftpx get`: downloads files.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::Args;
use ftp_blocking::files::Resume;
use ftp_blocking::{FileOptions, LocalName, Progress, TransferOptions, UrlType};

use super::{cat, paths};
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::names::{JsonName, last_name, shown, shown_path};
use crate::reports::FileDone;

/// Downloads files. Each appears under its name when it is complete
#[derive(Args, Debug)]
pub(crate) struct Get {
    /// Files, or patterns such as 'host/pub/*.gz'
    #[arg(value_name = "TARGET", required = true)]
    targets: Vec<String>,
    /// The name of the local file. `-` is standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// The local directory, which is made if it is not there [default: the current one]
    #[arg(short, long, value_name = "DIR", conflicts_with = "output")]
    directory: Option<PathBuf>,
    /// Writes a line of JSON for each file
    #[arg(long)]
    json: bool,
}

impl Get {
    pub(crate) fn run(&self, context: &mut Context) -> Result<(), Failure> {
        if self.output.as_deref() == Some(Path::new("-")) {
            return cat::run(&self.targets, context);
        }
        if self.output.is_some() && self.targets.len() > 1 {
            let why = "--output names one file, but there are several targets: use --directory";
            return Err(Failure::usage(why));
        }
        if let Some(directory) = &self.directory {
            fs::create_dir_all(directory).map_err(|error| {
                let why = format!("making {}: {error}", shown_path(directory));
                Failure::new(Exit::Write, why)
            })?;
        }
        paths::for_each(&self.targets, context, |target, context| {
            self.one(target, context)
        })
    }

    fn one(&self, target: &str, context: &mut Context) -> Result<(), Failure> {
        let spot = context.sessions.at(target)?;
        if spot.path.is_empty() || spot.path.ends_with(b"/") {
            let why = "this names a directory, not a file";
            return Err(Failure::usage(why).with_hint("`ftpx mirror` downloads directories"));
        }
        let options = options(context.settings.common.transfer.file_options(), spot.kind)?;
        if self.output.is_some() && paths::is_pattern(&spot.path, &context.settings) {
            let why = "--output names one file, but several may fit: use --directory";
            return Err(Failure::usage(why));
        }
        paths::for_each_file(target, context, |file, context| {
            self.file(target, file, &options, context)
        })
    }

    fn file(
        &self,
        target: &str,
        remote: &[u8],
        options: &FileOptions,
        context: &mut Context,
    ) -> Result<(), Failure> {
        let here = self.directory.as_deref().unwrap_or(Path::new("."));
        let local = self.output.as_deref().unwrap_or(here);
        let policy = context.settings.common.transfer.retry_policy();
        let client = context.sessions.at(target)?.client;
        let mut bar = context.bars.file(remote);
        let mut kept = 0;
        let begun = Instant::now();
        let result = client
            .retrying(&policy)
            .get_file_with(remote, local, options, |it| {
                kept = it.done;
                bar.show(it);
            });
        bar.finish();
        match result {
            Ok(report) if self.json => {
                let path = place(local, remote, client.encoding());
                let (remote, local) = (JsonName::new(remote), JsonName::of_path(&path));
                let time = begun.elapsed();
                context
                    .out
                    .json(&FileDone::new(remote, local, &report, time))
            }
            Ok(_) => Ok(()),
            Err(error) => {
                let failure = Failure::downloading(error);
                Err(resumable(failure, remote, kept, options))
            }
        }
    }
}

/// Adds how the file of a URL is transferred.
pub(super) fn options(options: FileOptions, kind: Option<UrlType>) -> Result<FileOptions, Failure> {
    match kind {
        Some(UrlType::Ascii) => Ok(options.with_transfer(TransferOptions::text())),
        Some(UrlType::Directory) => Err(Failure::usage("this URL names a directory (;type=d)")),
        _ => Ok(options),
    }
}

/// Says what an interrupted transfer has left.
pub(super) fn resumable(
    failure: Failure,
    name: &[u8],
    kept: u64,
    options: &FileOptions,
) -> Failure {
    let may_go_on = matches!(
        failure.exit(),
        Exit::Interrupted | Exit::Partial | Exit::Time | Exit::Receive | Exit::Send
    );
    if !may_go_on || kept == 0 {
        return failure;
    }
    let (name, moved) = (shown(last_name(name)), Progress::new(kept, None));
    match options.resume {
        Resume::Never => failure,
        _ => failure.with_hint(format!(
            "{moved} of {name} have moved: the same command goes on from there"
        )),
    }
}

/// Returns where the library has put a file.
fn place(local: &Path, remote: &[u8], encoding: &ftp_blocking::Encoding) -> PathBuf {
    match LocalName::new(last_name(remote), encoding) {
        Ok(name) if local == Path::new(".") => PathBuf::from(name.as_str()),
        Ok(name) if local.is_dir() => name.join_to(local),
        _ => local.to_path_buf(),
    }
}
