//! `ftpx batch`: runs commands from a file or from standard input, in one session.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

use clap::Args;

use super::line::{self, Went};
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::failures::Failures;
use crate::names::shown_path;
use crate::streams::tell;

/// Runs commands from a file or from standard input, a line each, in one session
///
/// The commands are those of the program and of `ftpx shell`. Paths are those on the server. What
/// follows a `#` is a comment. The first command that fails ends the batch.
#[derive(Args, Debug)]
pub(crate) struct Batch {
    /// The server, and the directory in which the commands begin
    target: String,
    /// The file. `-` and no file are standard input
    file: Option<PathBuf>,
    /// Goes on after a command that fails. The exit code is then that of the first failure
    #[arg(long)]
    keep_going: bool,
}

impl Batch {
    pub(crate) fn run(&self, context: &mut Context) -> Result<(), Failure> {
        let file = self.file.as_deref().filter(|file| *file != Path::new("-"));
        let reader: Box<dyn BufRead> = match file {
            None => Box::new(io::stdin().lock()),
            Some(path) => Box::new(BufReader::new(File::open(path).map_err(|error| {
                Failure::new(Exit::Read, format!("{}: {error}", shown_path(path)))
            })?)),
        };
        context.sessions.enter(&self.target)?;
        let mut failures = Failures::new();
        for (number, text) in reader.lines().enumerate() {
            let text = text.map_err(|error| match error.kind() {
                io::ErrorKind::InvalidData => {
                    let why = format!("line {} is not UTF-8", number + 1);
                    Failure::new(Exit::Read, why)
                }
                _ => Failure::new(Exit::Read, format!("the commands cannot be read: {error}")),
            })?;
            match line::run(&text, context) {
                Ok(Went::On) => {}
                Ok(Went::Out) => break,
                Err(failure) => {
                    failures.show(failure);
                    tell(format_args!("ftpx: line {} failed\n", number + 1));
                    if !self.keep_going || context.interrupt.is_stopped() {
                        break;
                    }
                }
            }
        }
        failures.result()
    }
}
