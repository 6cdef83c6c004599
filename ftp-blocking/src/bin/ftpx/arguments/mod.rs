//! The words of the command line: the options, a file for each group, and the command.

pub(crate) mod common;
pub(crate) mod connection;
pub(crate) mod deviation;
pub(crate) mod login;
pub(crate) mod tls;
pub(crate) mod transfer;
pub(crate) mod values;
pub(crate) mod verbosity;

use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{CommandFactory as _, FromArgMatches as _, Parser};

use crate::commands::Command;
use crate::exit::Exit;
use common::Common;

/// Lists, moves and mirrors files on FTP and FTPS servers.
///
/// A TARGET is where a file or a directory is on a server:
///
///   ftp.example.org/pub/a.txt     a host and a path, in clear text
///   ftp://host:2121/pub/a.txt     a URL: ftp:// is clear text, ftpes:// is explicit TLS, and
///                                 ftps:// is implicit TLS
///   work/in/a.txt                 a bookmark and a path below it
///
/// The path begins in the directory in which the login ends. A second slash makes it absolute:
/// host//etc/motd. Write a blank as %20, # as %23 and % as %25. Without a user, the login is
/// anonymous.
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
        let command = Self::command().after_long_help(Exit::table());
        let parsed = command
            .try_get_matches()
            .and_then(|matches| Self::from_arg_matches(&matches));
        parsed.map_err(|error| {
            let _ = error.print();
            match error.kind() {
                ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => ExitCode::SUCCESS,
                _ => Exit::Usage.into(),
            }
        })
    }
}
