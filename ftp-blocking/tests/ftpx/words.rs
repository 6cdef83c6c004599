//! The texts about the command line.

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
