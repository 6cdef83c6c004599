//! `ftpx shell`: commands from a person, with history and completion of names on the server.

use std::cell::RefCell;

use clap::Args;
use rustyline::completion::{Completer, FilenameCompleter, Pair};
use rustyline::error::ReadlineError;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::history::DefaultHistory;
use rustyline::validate::Validator;
use rustyline::{CompletionType, Config, Editor, Helper};

use super::line::{self, Went};
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::names::shown;

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

/// Completes commands, names on the server, and names on this machine.
struct Completing<'c, 'r> {
    context: &'c RefCell<&'r mut Context>,
    local: FilenameCompleter,
}

/// The most lines of the history.
const HISTORY: usize = 1000;

impl Shell {
    pub(crate) fn run(&self, context: &mut Context) -> Result<(), Failure> {
        if let Some(target) = &self.target {
            context.sessions.enter(target)?;
        }
        let directory = context.settings.directory.clone();
        let interrupt = context.interrupt.clone();
        let context = RefCell::new(context);
        let config = Config::builder()
            .completion_type(CompletionType::List)
            .auto_add_history(true)
            .max_history_size(HISTORY)
            .map_err(about_terminal)?
            .build();
        let mut editor: Editor<Completing<'_, '_>, DefaultHistory> =
            Editor::with_config(config).map_err(about_terminal)?;
        editor.set_helper(Some(Completing {
            context: &context,
            local: FilenameCompleter::new(),
        }));
        let history = directory.as_ref().map(|it| it.join("history"));
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
            match line::run(&text, &mut context.borrow_mut()) {
                Ok(Went::On) => {}
                Ok(Went::Out) => break,
                Err(failure) => failure.show(),
            }
            interrupt.reset();
        }
        if let (Some(directory), Some(history)) = (&directory, &history) {
            // A history that cannot be saved is no reason to fail.
            let _ = std::fs::create_dir_all(directory);
            let _ = editor.save_history(history);
        }
        Ok(())
    }
}

impl Completer for Completing<'_, '_> {
    type Candidate = Pair;

    fn complete(
        &self,
        text: &str,
        position: usize,
        editor: &rustyline::Context<'_>,
    ) -> rustyline::Result<(usize, Vec<Pair>)> {
        let typed = text.get(..position).unwrap_or_default();
        let start = start_of_word(typed);
        let word = typed.get(start..).unwrap_or_default();
        let command = typed.split_whitespace().next().unwrap_or_default();
        if start == 0 {
            let names = line::names();
            let fitting = names.into_iter().filter(|name| name.starts_with(word));
            let pair = |name: String| Pair {
                display: name.clone(),
                replacement: format!("{name} "),
            };
            return Ok((0, fitting.map(pair).collect()));
        }
        if matches!(command, "lcd" | "put") || command.starts_with('!') {
            return self.local.complete(text, position, editor);
        }
        Ok((start, self.on_server(word)))
    }
}

impl Completing<'_, '_> {
    /// Returns the names on the server that begin as a word does. There are none if the server does
    /// not list them.
    fn on_server(&self, word: &str) -> Vec<Pair> {
        let plain = shlex::split(word).and_then(|words| words.into_iter().next());
        let plain = plain.unwrap_or_default();
        let split = plain.rfind('/').map_or(0, |slash| slash + 1);
        let (directory, begin) = plain.split_at(split);
        let mut context = self.context.borrow_mut();
        if !context.sessions.is_at_home() {
            return Vec::new();
        }
        let listed = context.sessions.at(directory).and_then(|spot| {
            let path = spot.directory().to_vec();
            Ok(spot.client.entries(path)?)
        });
        let Ok(listed) = listed else {
            return Vec::new();
        };
        let mut pairs: Vec<Pair> = Vec::new();
        for entry in listed.entries() {
            // A name that is not safe to show is not safe in a line to edit.
            let Ok(name) = std::str::from_utf8(entry.name()) else {
                continue;
            };
            if !name.starts_with(begin) || shown(entry.name()) != name {
                continue;
            }
            let end = match entry.is_dir() {
                true => "/",
                false => " ",
            };
            pairs.push(Pair {
                display: name.to_owned(),
                replacement: format!("{}{end}", escaped(&format!("{directory}{name}"))),
            });
        }
        pairs.sort_by(|one, other| one.display.cmp(&other.display));
        pairs
    }
}

impl Helper for Completing<'_, '_> {}
impl Highlighter for Completing<'_, '_> {}
impl Validator for Completing<'_, '_> {}

impl Hinter for Completing<'_, '_> {
    type Hint = String;
}

/// Returns where the last word begins. A blank after a `\` belongs to the word.
fn start_of_word(typed: &str) -> usize {
    let mut start = 0;
    let mut is_escaped = false;
    for (at, c) in typed.char_indices() {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            ' ' => start = at + 1,
            _ => {}
        }
    }
    start
}

/// Puts a `\` before each sign that has a meaning in a line.
fn escaped(name: &str) -> String {
    let mut text = String::new();
    for c in name.chars() {
        if " \\'\"#!".contains(c) {
            text.push('\\');
        }
        text.push(c);
    }
    text
}

fn about_terminal(error: ReadlineError) -> Failure {
    Failure::new(Exit::Read, format!("the terminal cannot be read: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_blanks_is_one_word() {
        assert_eq!(escaped("two words#1"), r"two\ words\#1");
        assert_eq!(start_of_word(r"get two\ wo"), 4);
        assert_eq!(start_of_word("get a b"), 6);
        let words = shlex::split(&escaped(r#"a b'c"d\e"#)).expect("a word");
        assert_eq!(words, [r#"a b'c"d\e"#]);
    }
}
