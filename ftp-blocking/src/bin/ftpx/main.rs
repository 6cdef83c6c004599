//! `ftpx`: files on FTP and FTPS servers, from a terminal and in scripts.
//!
//! The program is thin. It turns words into options, calls the library, and turns what comes back
//! into lines, bars and an exit code.
//!
//! | files | what they know |
//! |---|---|
//! | `arguments/` | the words of the command line, a file for each group of options |
//! | `commands/` | a file for each command: its arguments, and what it does |
//! | `context.rs`, `settings.rs` | what a command works with |
//! | `environment.rs`, `own_files.rs` | variables that are read, and files that are read and written |
//! | `target.rs`, `bookmarks.rs` | where a file is: a URL, a host with a path, a bookmark |
//! | `sessions.rs`, `connecting.rs` | the open sessions, and how one is opened |
//! | `credentials.rs`, `trust.rs`, `known_servers.rs` | who logs in, and which servers are trusted |
//! | `exit.rs`, `failure.rs`, `failures.rs` | exit codes, and the one sentence of a failure |
//! | `advice.rs` | what a user can do about an error |
//! | `streams.rs`, `output.rs`, `names.rs`, `counted.rs` | lines, names and numbers |
//! | `progress.rs`, `bar_line.rs` | bars |
//! | `json.rs`, `reports.rs` | JSON |
//! | `interrupt.rs` | Ctrl-C |
//! | `papers/` | the man page and the completions, with the feature `cli-papers` |

#![warn(clippy::too_many_lines)]

mod advice;
mod arguments;
mod bar_line;
mod bookmarks;
mod commands;
mod connecting;
mod context;
mod counted;
mod credentials;
mod environment;
mod exit;
mod failure;
mod failures;
mod interrupt;
mod json;
mod known_servers;
mod names;
mod output;
mod own_files;
#[cfg(feature = "cli-papers")]
mod papers;
mod progress;
mod reports;
mod sessions;
mod settings;
mod streams;
mod target;
mod trust;

use std::process::ExitCode;

use arguments::Arguments;
use context::Context;
use exit::Exit;
use failure::Failure;
use interrupt::Interrupt;

fn main() -> ExitCode {
    #[cfg(feature = "cli-papers")]
    if let Some(written) = papers::asked() {
        return written;
    }
    let arguments = match Arguments::read() {
        Ok(arguments) => arguments,
        Err(asked) => return asked,
    };
    match run(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            failure.show();
            failure.exit().into()
        }
    }
}

fn run(arguments: Arguments) -> Result<(), Failure> {
    let interrupt = Interrupt::default();
    if !arguments.command.sets_handlers() {
        interrupt.install()?;
    }
    let mut context = Context::new(arguments.common, interrupt)?;
    let result = commands::run(&arguments.command, &mut context);
    let flushed = context.out.flush();
    context.sessions.close();
    match context.interrupt.is_stopped() {
        // Whatever failed after Ctrl-C failed because of it.
        true => Err(match result {
            Err(failure) => failure.with_exit(Exit::Interrupted),
            Ok(()) => Failure::new(Exit::Interrupted, "stopped on request"),
        }),
        false => result.and(flushed),
    }
}
