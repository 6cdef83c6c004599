//! `ftpx get`: downloads files.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;

use super::whole_file::WholeFile;
use super::{cat, paths};
use crate::context::Context;
use crate::exit::{Doing, Exit};
use crate::failure::Failure;
use crate::names::shown_path;

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
            if self.json {
                let why = "--json: the files themselves go to standard output";
                return Err(Failure::usage(why));
            }
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
        let kind = spot.kind;
        if self.output.is_some() && paths::is_pattern(&spot.path, &context.settings) {
            let why = "--output names one file, but several may fit: use --directory";
            return Err(Failure::usage(why));
        }
        paths::for_each_file(target, context, |path, context| {
            let file = WholeFile::new(path, Doing::Download, kind, context)?;
            self.file(target, path, &file, context)
        })
    }

    fn file(
        &self,
        target: &str,
        remote: &[u8],
        file: &WholeFile<'_>,
        context: &mut Context,
    ) -> Result<(), Failure> {
        let here = self.directory.as_deref().unwrap_or(Path::new("."));
        let local = self.output.as_deref().unwrap_or(here);
        let policy = context.settings.common.transfer.retry_policy();
        let client = context.sessions.at(target)?.client;
        let report = file.with_bar(&context.bars, |options, show| {
            let mut client = client.retrying(&policy);
            client.get_file_with(remote, local, options, show)
        })?;
        if !self.json {
            return Ok(());
        }
        context.out.json(&file.done(&report))
    }
}
