//! Finds the directory of the workspace, and runs cargo and other commands.

use std::env;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::console::{Result, complain};

/// Returns the directory of the workspace. If cargo runs this program, the environment variable
/// `CARGO_MANIFEST_DIR` contains the directory of this package. Otherwise this function uses the
/// directory at build time, which is wrong if the workspace was moved after the build.
pub(crate) fn root() -> Result<PathBuf> {
    let package = env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    let root = package.parent().unwrap_or(Path::new("."));
    Ok(root
        .canonicalize()
        .map_err(|error| format!("{}: {error}", root.display()))?)
}

/// Returns a cargo command in the workspace.
///
/// The command lacks the variables with which `cargo run` describes this package. Otherwise build
/// scripts that read them, such as ring's, would run again after each change, and cargo would build
/// half of the packages again.
pub(crate) fn cargo() -> Result<Command> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let mut command = Command::new(cargo);
    command.current_dir(root()?);
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
            command.env_remove(name);
        }
    }
    Ok(command)
}

/// Returns a command that runs the nightly toolchain's cargo in the workspace.
pub(crate) fn nightly() -> Result<Command> {
    let mut command = Command::new("rustup");
    command.args(["run", "nightly", "cargo"]);
    command.current_dir(root()?);
    // Removes the variables of the cargo that has started this program, because they are wrong for
    // another toolchain.
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO") && text != "CARGO_HOME" || text.starts_with("RUST") {
            command.env_remove(name);
        }
    }
    Ok(command)
}

/// Returns whether a tool is installed: whether a command such as `cargo fuzz --version` succeeds.
pub(crate) fn is_installed(command: &mut Command) -> bool {
    let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}

/// Builds this program with the cargo arguments `build`, which add features, and runs `job` in it.
/// Only a few jobs need these features, and all other jobs start without a long build.
///
/// This build takes a minute or more, so cargo shows its progress.
pub(crate) fn again(build: &[&str], job: &str, arguments: &[&str]) -> Result<()> {
    complain(&format!(
        "building `{job}` with the libraries it needs (minutes the first time, then seconds)"
    ));
    run(cargo()?
        .args(["run", "--package", "xtask"])
        .args(build)
        .args(["--", job])
        .args(arguments))
}

/// Runs a command to its end. The command prints to the terminal.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let status = command.status();
    let status = status.map_err(|error| format!("{}: {error}", called(command)))?;
    if status.success() {
        return Ok(());
    }
    Err(format!("{}: {status}", called(command)).into())
}

/// Runs a command to its end and returns what it prints.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let output = command.output();
    let output = output.map_err(|error| format!("{}: {error}", called(command)))?;
    printed(command, &output)
}

/// Returns what a command has printed to standard output. If the command failed, the error has what
/// it printed to standard error.
pub(crate) fn printed(command: &Command, output: &Output) -> Result<String> {
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(format!("{}, {}: {}", called(command), output.status, said.trim()).into())
}

/// Formats a command for an error, as a person would type it.
fn called(command: &Command) -> String {
    let words = [command.get_program()]
        .into_iter()
        .chain(command.get_args());
    let words: Vec<_> = words.map(OsStr::to_string_lossy).collect();
    words.join(" ")
}
