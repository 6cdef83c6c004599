//! `ftpx shell`: commands from a person, with history and completion of names on the server.

use std::borrow::Cow;
use std::cell::RefCell;

use clap::Args;
use rustyline::error::ReadlineError;
use rustyline::history::DefaultHistory;
use rustyline::{CompletionType, Config, Editor};

use super::completion::Completing;
use super::line::{self, Went};
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::names;
use crate::own_files;

/// Runs commands that you type, in one session
///
/// The commands are those of the program. Paths are those on the server. There are also `cd`,
/// `pwd`, `lcd`, `lpwd`, `open` and `exit`. `!` before a command runs it on this machine. The tab
/// key completes names.
#[derive(Args, Debug)]
pub(crate) struct Shell {
    /// The server, and the directory in which the session begins
    target: Option<String>,
}

/// The most lines of the history.
const HISTORY: usize = 1000;

impl Shell {
    pub(crate) fn run(&self, context: &mut Context) -> Result<(), Failure> {
        let directory = context.settings.directory.clone();
        let interrupt = context.interrupt.clone();
        let context = RefCell::new(context);
        let config = Config::builder()
            .completion_type(CompletionType::List)
            .max_history_size(HISTORY)
            .map_err(about_terminal)?
            .build();
        let mut editor: Editor<Completing<'_, '_>, DefaultHistory> =
            Editor::with_config(config).map_err(about_terminal)?;
        editor.set_helper(Some(Completing::new(&context)));
        // The editor has taken the signals, for lines that are being typed. It needs none of them:
        // the terminal then sends no signals.
        interrupt.install()?;
        if let Some(target) = &self.target {
            context.borrow_mut().sessions.enter(target)?;
        }
        let history = directory.as_ref().map(|it| it.join(own_files::HISTORY));
        if let Some(history) = &history {
            // Without a history there is nothing to load.
            let _ = editor.load_history(history);
        }
        loop {
            let text = match interrupt.while_idle(|| editor.readline("ftpx> ")) {
                Ok(text) => text,
                Err(ReadlineError::Interrupted) => continue,
                Err(ReadlineError::Eof) => break,
                Err(error) => return Err(about_terminal(error)),
            };
            // Ctrl-C may have come after the end of the command before.
            if interrupt.is_set() {
                context.borrow_mut().renew();
            }
            if is_for_history(&text) {
                // A history that is full is no reason to fail.
                let _ = editor.add_history_entry(&text);
            }
            match line::run(&text, &mut context.borrow_mut()) {
                Ok(Went::On) => {}
                Ok(Went::Out) => break,
                Err(failure) => failure.show(),
            }
            if interrupt.is_stopped() {
                context.borrow_mut().renew();
            }
        }
        if let (Some(directory), Some(history)) = (&directory, &history) {
            // A history that cannot be saved is no reason to fail.
            let _ = std::fs::create_dir_all(directory);
            let _ = editor.save_history(history);
        }
        Ok(())
    }
}

/// Whether a line may be kept: it has no password, and says something.
fn is_for_history(line: &str) -> bool {
    let words = || line.split_whitespace();
    let has_password = words().any(|word| matches!(names::without_password(word), Cow::Owned(_)));
    let is_raw = words()
        .next()
        .is_some_and(|word| matches!(word, "raw" | "quote"));
    !line.trim().is_empty() && !has_password && !is_raw
}

fn about_terminal(error: ReadlineError) -> Failure {
    Failure::new(Exit::Read, format!("the terminal cannot be read: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_history_keeps_no_password() {
        assert!(is_for_history("open ftp://ada@host"));
        for line in ["", " ", "open ftp://ada:secret@host", "raw PASS secret"] {
            assert!(!is_for_history(line), "{line}");
        }
    }
}
