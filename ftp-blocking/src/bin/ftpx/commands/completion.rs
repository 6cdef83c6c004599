//! Completes what a person types in a shell.

use std::cell::RefCell;

use rustyline::Helper;
use rustyline::completion::{Completer, FilenameCompleter, Pair};
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::validate::Validator;

use super::line;
use crate::context::Context;
use crate::names::shown;

/// Completes commands, names on the server, and names on this machine.
pub(super) struct Completing<'c, 'r> {
    context: &'c RefCell<&'r mut Context>,
    local: FilenameCompleter,
}

impl<'c, 'r> Completing<'c, 'r> {
    pub(super) fn new(context: &'c RefCell<&'r mut Context>) -> Self {
        Self {
            context,
            local: FilenameCompleter::new(),
        }
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
