//! `ftpx raw`: sends any command.

use clap::Args;
use ftp_blocking::{Error, ErrorKind};

use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::names::shown;

/// Sends a command as it is, and shows the reply
#[derive(Args, Debug)]
pub(crate) struct Raw {
    /// The server, and the words of the command: ftpx raw host SITE HELP. In a shell, the command
    /// alone
    #[arg(
        value_name = "TARGET COMMAND",
        required = true,
        trailing_var_arg = true,
        allow_hyphen_values = true
    )]
    words: Vec<String>,
}

impl Raw {
    pub(crate) fn run(&self, context: &mut Context) -> Result<(), Failure> {
        let (target, command) = match context.sessions.is_at_home() {
            true => ("", &self.words[..]),
            false => match self.words.split_first() {
                Some((target, command)) => (target.as_str(), command),
                None => ("", &[][..]),
            },
        };
        if command.is_empty() {
            return Err(Failure::usage("name a command: ftpx raw host SITE HELP"));
        }
        let client = context.sessions.at(target)?.client;
        let reply = client.raw(command.join(" "));
        let reply = reply.map_err(|error| explained(error, command))?;
        for line in reply.lines() {
            context.out.line(shown(line))?;
        }
        match reply.is_refusal() {
            true => Err(Failure::shown_before(Exit::Command)),
            false => Ok(()),
        }
    }
}

/// The commands that need a data connection.
const TRANSFERS: [&str; 7] = ["RETR", "STOR", "APPE", "STOU", "LIST", "NLST", "MLSD"];

fn explained(error: Error, command: &[String]) -> Failure {
    match error.kind() {
        // A transfer, or a command such as AUTH, for which ftpx has no command of its own.
        ErrorKind::Misuse(_) => {
            let failure = Failure::usage("this command needs more than a reply");
            // A single word may be the whole line.
            let verb = command.first().and_then(|it| it.split_whitespace().next());
            let is = |name: &&str| verb.is_some_and(|verb| verb.eq_ignore_ascii_case(name));
            match TRANSFERS.iter().any(is) {
                true => failure.with_hint("use the command of ftpx for it, such as `ftpx get`"),
                false => failure,
            }
        }
        ErrorKind::InvalidArgument => Failure::from(error).with_exit(Exit::Usage),
        _ => error.into(),
    }
}
