//! Where the workspace is, and how cargo is run in it.

use std::env;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::console::{Result, complain};

/// The directory of the workspace.
///
/// Cargo says at run time where the package is; what was compiled in is for a binary that is
/// started by hand, from a tree that has not been moved.
pub(crate) fn root() -> Result<PathBuf> {
    let package = env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    let root = package.parent().unwrap_or(Path::new("."));
    Ok(root
        .canonicalize()
        .map_err(|error| format!("{}: {error}", root.display()))?)
}

/// Cargo, in the workspace.
///
/// What `cargo run` told this process about its own package is taken out: build scripts that
/// look at it, ring's among them, would run again whenever it differs, and with them half of the
/// build.
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

/// Runs this program a second time, built with more: what few jobs need is behind features, so that
/// no other job compiles it.
///
/// Cargo shows what it compiles, since that takes minutes the first time.
pub(crate) fn again(build: &[&str], job: &str, arguments: &[&str]) -> Result<()> {
    complain(&format!(
        "building what `{job}` needs: the clients and a server (minutes the first time, then seconds)"
    ));
    run(cargo()?
        .args(["run", "--package", "xtask"])
        .args(build)
        .args(["--", job])
        .args(arguments))
}

/// Runs a command to its end, its output visible.
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

/// What a command has printed; where it failed, an error with what it says.
pub(crate) fn printed(command: &Command, output: &Output) -> Result<String> {
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(format!("{}, {}: {}", called(command), output.status, said.trim()).into())
}

/// A command as it is typed.
fn called(command: &Command) -> String {
    let words = [command.get_program()]
        .into_iter()
        .chain(command.get_args());
    let words: Vec<_> = words.map(OsStr::to_string_lossy).collect();
    words.join(" ")
}
