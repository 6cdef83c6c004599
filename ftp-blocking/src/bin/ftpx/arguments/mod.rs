//! The words of the command line: the options, a file for each group, and the command.

pub(crate) mod common;
pub(crate) mod connection;
pub(crate) mod deviation;
pub(crate) mod login;
pub(crate) mod tls;
pub(crate) mod transfer;
pub(crate) mod values;
pub(crate) mod verbosity;

use std::borrow::Cow;
use std::env;
use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{CommandFactory as _, FromArgMatches as _, Parser};

use crate::commands::Command;
use crate::exit::Exit;
use crate::names;
use common::Common;

/// Lists, transfers and mirrors files on FTP and FTPS servers.
///
/// A TARGET is a file or a directory on a server:
///
///   ftp.example.org/pub/a.txt     a host and a path, in clear text
///   ftpes://ada@host:2121/a.txt   a URL: ftp:// is clear text, ftpes:// is explicit TLS (AUTH TLS),
///                                 ftps:// is implicit TLS
///   work/in/a.txt                 a bookmark and a path below it
///
/// The path begins in the directory of the login. A second slash begins at the top: host//etc/motd.
/// Write a blank as %20, # as %23 and % as %25. Without a user, the login is anonymous.
#[derive(Debug, Parser)]
#[command(
    name = "ftpx",
    version,
    verbatim_doc_comment,
    disable_help_subcommand = true
)]
#[command(subcommand_help_heading = "Commands", max_term_width = 100)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) common: Common,
    #[command(subcommand)]
    pub(crate) command: Command,
}

impl Arguments {
    /// Reads the command line of the process.
    ///
    /// # Errors
    /// The exit code, if the words are wrong or ask for help. The text has been printed then.
    pub(crate) fn read() -> Result<Self, ExitCode> {
        let mut command = Self::command().after_long_help(Exit::table());
        // Gives the options for all commands to each command.
        command.build();
        let parsed = command
            .mut_subcommands(with_short_help)
            .try_get_matches()
            .and_then(|matches| Self::from_arg_matches(&matches));
        parsed.map_err(|error| tell(&error))
    }
}

/// Leaves the options for all commands out of the help text of a command.
fn with_short_help(command: clap::Command) -> clap::Command {
    let hidden = |arg: clap::Arg| match arg.is_global_set() {
        true => arg.hide(true),
        false => arg,
    };
    let command = command.mut_args(hidden);
    command.after_help("`ftpx --help` lists the options for all commands, and the exit codes.")
}

/// Prints a help text, or what is wrong with the words. Returns the exit code.
fn tell(error: &clap::Error) -> ExitCode {
    let mut text = error.render().to_string();
    for word in env::args_os() {
        let word = word.to_string_lossy();
        if let Cow::Owned(safe) = names::without_password(&word) {
            text = text.replace(&*word, &safe);
        }
    }
    if !error.use_stderr() {
        // A reader that has gone wants no help any more.
        let _ = write!(io::stdout(), "{text}");
        return ExitCode::SUCCESS;
    }
    eprint!("{text}");
    if error.kind() == ErrorKind::InvalidSubcommand {
        eprintln!("Name a command before the target, such as `ftpx ls ftp.example.org`.");
    }
    Exit::Usage.into()
}
