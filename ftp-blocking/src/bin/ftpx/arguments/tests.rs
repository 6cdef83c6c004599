//! Each option is in a test of the program.

use std::fs;
use std::path::Path;

use clap::{Arg, Command, CommandFactory as _};

use super::Arguments;

/// Returns the text of each test of the program.
fn texts_of_tests() -> Vec<String> {
    let place = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ftpx");
    let entries = fs::read_dir(place).expect("the tests of the program");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let texts = paths.filter(|path| path.is_file()).map(fs::read_to_string);
    let mut tests = Vec::new();
    for text in texts {
        let text = text.expect("a text");
        tests.extend(text.split("#[test]").map(str::to_owned));
    }
    tests
}

/// Whether a test has one of the names of an option as a word, or as the begin of `--name=`.
fn names(test: &str, arg: &Arg) -> bool {
    let long = arg
        .get_long()
        .into_iter()
        .chain(arg.get_visible_aliases().into_iter().flatten());
    let mut long = long.map(|name| format!("\"--{name}"));
    let short = arg.get_short().map(|name| format!("\"-{name}\""));
    long.any(|name| {
        let after = test.split(&name).skip(1);
        after.into_iter().any(|rest| rest.starts_with(['"', '=']))
    }) || short.is_some_and(|name| test.contains(&name))
}

fn options(command: &Command) -> impl Iterator<Item = &Arg> {
    let of_clap = ["help", "version"];
    command
        .get_opts()
        .filter(move |arg| !of_clap.contains(&arg.get_id().as_str()))
}

#[test]
fn each_option_is_in_a_test() {
    let tests = texts_of_tests();
    let program = Arguments::command();
    let mut missing = Vec::new();
    for arg in options(&program) {
        if !tests.iter().any(|test| names(test, arg)) {
            missing.push(arg.get_id().to_string());
        }
    }
    for command in program.get_subcommands() {
        let name = format!("\"{}\"", command.get_name());
        for arg in options(command) {
            let mut of_command = tests.iter().filter(|it| it.contains(&name));
            if !of_command.any(|test| names(test, arg)) {
                missing.push(format!("{name} {}", arg.get_id()));
            }
        }
    }
    assert!(missing.is_empty(), "no test uses {missing:?}");
}

#[test]
fn the_words_of_clap_fit_together() {
    Arguments::command().debug_assert();
}
