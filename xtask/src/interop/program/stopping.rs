//! Stops the program in the middle of a transfer.

use std::fs;
use std::path::Path;
use std::process::{Child, Command};
use std::thread;
use std::time::Duration;

use super::ftpx::Said;
use super::site::holds;
use crate::servers::Result;

/// Runs the program, and sends it SIGINT when a partial file grows in this directory.
pub(super) fn interrupted(command: &mut Command, directory: &Path) -> Result<Said> {
    let mut program = command.spawn()?;
    let result = wait_for_partial(directory, &mut program).and_then(|()| interrupt(&program));
    if result.is_err() {
        let _ = program.kill();
    }
    let said = Said::from(program.wait_with_output()?);
    result.map(|()| said)
}

/// Sends SIGINT, as Ctrl-C does.
pub(super) fn interrupt(program: &Child) -> Result<()> {
    let id = program.id().to_string();
    let status = Command::new("kill").args(["-INT", &id]).status()?;
    holds(status.success(), "`kill` failed")
}

/// Waits until a partial file in this directory is longer than what a resume compares.
pub(super) fn wait_for_partial(directory: &Path, program: &mut Child) -> Result<()> {
    const COMPARED: u64 = 64 * 1024;
    loop {
        for entry in fs::read_dir(directory)? {
            let entry = entry?;
            let is_partial = entry.file_name().to_string_lossy().ends_with(".ftp-part");
            // It may have got its final name meanwhile.
            if is_partial
                && entry
                    .metadata()
                    .is_ok_and(|metadata| metadata.len() > COMPARED)
            {
                return Ok(());
            }
        }
        if let Some(status) = program.try_wait()? {
            return Err(format!("the program has ended: {status}").into());
        }
        thread::sleep(Duration::from_millis(5));
    }
}

/// Waits until a file has the same length at two looks.
pub(super) fn wait_while_it_grows(path: &Path) -> Result<()> {
    let mut before = 0;
    loop {
        match fs::metadata(path)?.len() {
            now if now == before => return Ok(()),
            now => before = now,
        }
        thread::sleep(Duration::from_millis(100));
    }
}
