//! The texts about the command line.

use std::fs;
use std::path::Path;

use crate::program::Program;

const COMMANDS: &[&str] = &[
    "ls", "get", "put", "cat", "mirror", "cp", "rm", "mv", "mkdir", "rmdir", "stat", "find", "du",
    "chmod", "touch", "hash", "features", "raw", "watch", "batch", "shell", "ftplib",
];

#[test]
fn each_command_has_a_help_text() {
    let program = Program::new();
    let said = program.run(["--help"]).ok();
    assert!(
        said.text().contains("78  The file is not there"),
        "{}",
        said.text()
    );
    for command in COMMANDS {
        assert!(
            said.text().contains(&format!("\n  {command} ")),
            "{command}"
        );
        let help = program.run([command, "--help"]).ok();
        assert!(help.text().contains("Usage:"), "{command}");
    }
}

#[test]
fn options_stand_before_or_after_the_command() {
    let program = Program::new();
    program.run(["-q", "ls", "http://h"]).failed(1);
    program.run(["ls", "-q", "http://h"]).failed(1);
}

#[test]
fn a_wrong_line_shows_no_password() {
    let program = Program::new();
    for words in [
        &["ftp://ada:secret@host/"][..],
        &["get", "ftp://ada:secret@host/a", "--nonsense"],
        &["mv", "a", "b", "ftp://ada:secret@host/a"],
        &["ls", "ftp://ada:secret@host/%"],
    ] {
        let said = program.run(words);
        assert!(matches!(said.code, Some(2 | 3)), "{}", said.err);
        assert!(!said.err.contains("secret"), "{}", said.err);
    }
    let said = program.run(["host/a"]).failed(2);
    assert!(said.err.contains("ftpx ls"), "{}", said.err);
}

#[test]
fn the_help_of_a_command_fits_a_screen() {
    let program = Program::new();
    for command in COMMANDS {
        let said = program.run([command, "--help"]).ok();
        let lines = said.text().lines().count();
        assert!(lines <= 45, "{command}: {lines} lines");
        assert!(!said.text().contains("--pin"), "{}", said.text());
        assert_eq!(said.text(), program.run([command, "-h"]).ok().text());
    }
}

/// A code that no test gets may be one that nothing makes.
#[test]
fn each_exit_code_comes_from_a_cause_in_a_test() {
    let place = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ftpx");
    let files = fs::read_dir(place).expect("these tests");
    let paths = files.map(|file| file.expect("a file").path());
    let texts = paths.filter(|path| path.is_file()).map(fs::read_to_string);
    let texts: Vec<_> = texts.map(|text| text.expect("a text")).collect();
    let help = Program::new().run(["--help"]).ok().text();
    let (_, table) = help.split_once("Exit codes").expect("there is a table");
    let numbers = table
        .lines()
        .filter_map(|line| line.split_whitespace().next());
    let codes: Vec<u8> = numbers.filter_map(|word| word.parse().ok()).collect();
    assert!(codes.len() > 30, "{table}");
    for code in codes.into_iter().filter(|code| *code != 0) {
        let is_tested = |text: &String| {
            text.contains(&format!("failed({code})")) || text.contains(&format!(", {code});"))
        };
        assert!(texts.iter().any(is_tested), "no test gets {code}");
    }
}
