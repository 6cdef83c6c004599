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
use clap::{CommandFactory as _, Parser};

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
        Self::try_parse().map_err(|error| match error.kind() {
            ErrorKind::DisplayHelp => say(&help()),
            ErrorKind::DisplayVersion => say(&error.render().to_string()),
            _ => complain(&error),
        })
    }
}

/// Returns the help text of the program, or of the command that the command line names. Options for
/// all commands are in the help text of the program only.
fn help() -> String {
    let mut program = Arguments::command();
    // Gives the options for all commands to each command.
    program.build();
    let mut words = env::args().skip(1);
    let command = match words.find_map(|word| program.find_subcommand(word).cloned()) {
        None => program.after_help(Exit::table()),
        Some(command) => command
            .mut_args(|arg| match arg.is_global_set() {
                true => arg.hide(true),
                false => arg,
            })
            .after_help("`ftpx --help` lists the options for all commands, and the exit codes."),
    };
    let about = command.get_long_about().or(command.get_about()).cloned();
    let command = command.about(about.unwrap_or_default());
    let mut command = command.mut_arg("help", |arg| arg.help("Shows this text"));
    command.render_help().to_string()
}

/// Prints a text that the user has asked for.
fn say(text: &str) -> ExitCode {
    // A reader that has gone wants no text any more.
    let _ = write!(io::stdout(), "{text}");
    ExitCode::SUCCESS
}

/// Prints what is wrong with the words of the process. Returns the exit code.
fn complain(error: &clap::Error) -> ExitCode {
    let words: Vec<_> = env::args_os().collect();
    let words: Vec<_> = words.iter().map(|word| word.to_string_lossy()).collect();
    eprint!("{}", complaint(error, &words));
    if error.kind() == ErrorKind::InvalidSubcommand {
        eprintln!("Name a command before the target, such as `ftpx ls ftp.example.org`.");
    }
    Exit::Usage.into()
}

/// Returns what is wrong with these words, without the passwords in them.
pub(crate) fn complaint(error: &clap::Error, words: &[impl AsRef<str>]) -> String {
    let mut text = error.render().to_string();
    for word in words.iter().map(AsRef::as_ref) {
        if let Cow::Owned(safe) = names::without_password(word) {
            text = text.replace(word, &safe);
        }
    }
    text
}

#[cfg(test)]
mod tests;
