//! The commands. Each has a file with its arguments and with what it does.

mod batch;
mod cat;
mod chmod;
mod completion;
mod cp;
mod du;
mod features;
mod find;
mod ftplib;
mod get;
mod hash;
mod line;
mod ls;
mod mirror;
mod mkdir;
mod mv;
mod paths;
mod placing;
mod put;
mod raw;
mod rm;
mod rmdir;
mod shell;
mod stat;
mod touch;
mod watch;
mod whole_file;

use clap::Subcommand;

use crate::context::Context;
use crate::failure::Failure;

/// A command.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Ls(ls::Ls),
    Get(get::Get),
    Put(put::Put),
    Cat(cat::Cat),
    Mirror(mirror::Mirror),
    Cp(cp::Cp),
    Rm(rm::Rm),
    Mv(mv::Mv),
    Mkdir(mkdir::Mkdir),
    Rmdir(rmdir::Rmdir),
    Stat(stat::Stat),
    Find(find::Find),
    Du(du::Du),
    Chmod(chmod::Chmod),
    Touch(touch::Touch),
    Hash(hash::Hash),
    Features(features::Features),
    #[command(visible_alias = "quote")]
    Raw(raw::Raw),
    Watch(watch::Watch),
    Batch(batch::Batch),
    Shell(shell::Shell),
    Ftplib(ftplib::Ftplib),
}

impl Command {
    /// Whether the command has handlers of signals of its own, after which it installs those of the
    /// program.
    pub(crate) fn sets_handlers(&self) -> bool {
        matches!(self, Self::Shell(_))
    }
}

/// Does what a command says.
pub(crate) fn run(command: &Command, context: &mut Context) -> Result<(), Failure> {
    match command {
        Command::Ls(it) => it.run(context),
        Command::Get(it) => it.run(context),
        Command::Put(it) => it.run(context),
        Command::Cat(it) => it.run(context),
        Command::Mirror(it) => it.run(context),
        Command::Cp(it) => it.run(context),
        Command::Rm(it) => it.run(context),
        Command::Mv(it) => it.run(context),
        Command::Mkdir(it) => it.run(context),
        Command::Rmdir(it) => it.run(context),
        Command::Stat(it) => it.run(context),
        Command::Find(it) => it.run(context),
        Command::Du(it) => it.run(context),
        Command::Chmod(it) => it.run(context),
        Command::Touch(it) => it.run(context),
        Command::Hash(it) => it.run(context),
        Command::Features(it) => it.run(context),
        Command::Raw(it) => it.run(context),
        Command::Watch(it) => it.run(context),
        Command::Batch(it) => it.run(context),
        Command::Shell(it) => it.run(context),
        Command::Ftplib(it) => it.run(context),
    }
}
