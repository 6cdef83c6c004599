//! A line of a shell or a batch: a command of the program, or one that makes sense in a session
//! only.

use std::env;
use std::path::PathBuf;
use std::process;

use clap::{Parser, Subcommand};

use super::Command;
use crate::arguments;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::names::{shown, shown_path};
use crate::streams::tell;
use crate::target::is_url;

/// What a line was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Went {
    /// The next line can come.
    On,
    /// The session is to end.
    Out,
}

/// The words of a line.
#[derive(Debug, Parser)]
#[command(name = "", no_binary_name = true, disable_version_flag = true)]
struct Line {
    #[command(subcommand)]
    word: Word,
}

#[derive(Debug, Subcommand)]
enum Word {
    #[command(flatten)]
    Command(Box<Command>),
    /// Changes the directory on the server
    Cd {
        /// The directory. Without it: the one above all others
        #[arg(default_value = "/")]
        directory: String,
    },
    /// Shows the directory on the server
    Pwd,
    /// Changes the directory on this machine
    Lcd {
        /// The directory
        directory: PathBuf,
    },
    /// Shows the directory on this machine
    Lpwd,
    /// Logs in to another server
    Open {
        /// The server
        target: String,
    },
    /// Ends the session
    #[command(visible_aliases = ["quit", "bye"])]
    Exit,
}

/// The names of the commands, for completion.
pub(super) fn names() -> Vec<String> {
    let command = <Line as clap::CommandFactory>::command();
    let names = command.get_subcommands().map(|it| it.get_name().to_owned());
    names.chain(["help".to_owned()]).collect()
}

/// Does what a line says. Empty lines, and what follows a `#`, say nothing.
pub(super) fn run(text: &str, context: &mut Context) -> Result<Went, Failure> {
    if let Some(command) = text.trim_start().strip_prefix('!') {
        return here(command, context).map(|()| Went::On);
    }
    let Some(words) = shlex::split(text) else {
        return Err(Failure::usage("a quotation mark or a `\\` has no end"));
    };
    if words.is_empty() {
        return Ok(Went::On);
    }
    let line = match Line::try_parse_from(&words) {
        Ok(line) => line,
        Err(help) if !help.use_stderr() => {
            context.out.line(help.render().to_string())?;
            return Ok(Went::On);
        }
        Err(error) => {
            tell(arguments::complaint(&error, &words));
            return Err(Failure::shown_before(Exit::Usage));
        }
    };
    let result = match line.word {
        Word::Exit => return Ok(Went::Out),
        Word::Command(command) => match *command {
            Command::Shell(_) | Command::Batch(_) | Command::Ftplib(_) => {
                Err(Failure::usage("this command cannot run within a session"))
            }
            command => super::run(&command, context),
        },
        Word::Cd { directory } => cd(&directory, context),
        Word::Pwd => pwd(context),
        Word::Lcd { directory } => env::set_current_dir(&directory).map_err(|error| {
            let why = format!("{}: {error}", shown_path(&directory));
            Failure::new(Exit::Read, why)
        }),
        Word::Lpwd => match env::current_dir() {
            Ok(here) => context.out.name(here.as_os_str().as_encoded_bytes()),
            Err(error) => Err(Failure::new(Exit::Read, error.to_string())),
        },
        Word::Open { target } => {
            context.sessions.close();
            context.sessions.enter(&target)
        }
    };
    let flushed = context.out.flush();
    result.and(flushed).map(|()| Went::On)
}

fn cd(directory: &str, context: &mut Context) -> Result<(), Failure> {
    if is_url(directory) || !context.sessions.is_at_home() {
        return Err(Failure::usage("`open` logs in to a server"));
    }
    context.sessions.at("")?.client.cwd(directory)?;
    Ok(())
}

fn pwd(context: &mut Context) -> Result<(), Failure> {
    if !context.sessions.is_at_home() {
        return Err(Failure::usage("`open` logs in to a server"));
    }
    let path = context.sessions.at("")?.client.pwd()?;
    context.out.name(path.as_bytes())
}

/// Runs a command of this machine.
fn here(command: &str, context: &Context) -> Result<(), Failure> {
    let (shell, option) = match cfg!(windows) {
        true => ("cmd", "/C"),
        false => ("sh", "-c"),
    };
    let mut process = process::Command::new(shell);
    process.arg(option).arg(command);
    let ran = context.interrupt.while_elsewhere(|| process.status());
    match ran {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(Failure::usage(format!(
            "{}: {status}",
            shown(command.as_bytes())
        ))),
        Err(error) => Err(Failure::usage(format!("{shell}: {error}"))),
    }
}
