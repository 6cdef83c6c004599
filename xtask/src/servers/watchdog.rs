//! Kills a server if this process ends without stopping it.

use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};

use super::Result;

/// Kills a server if this process ends without stopping it, for example because this process was
/// killed. The server's sessions then end, because their clients are gone. Dropping the watchdog
/// cancels it.
pub(super) struct Watchdog(Child);

impl Watchdog {
    pub(super) fn over(id: u32) -> Result<Self> {
        // The shell reads from a pipe until this process, which holds the other end, has ended.
        // Then the shell kills the server.
        let mut command = Command::new("sh");
        command
            .args(["-c", "read -r _; kill -KILL \"$1\"", "watchdog"])
            .arg(id.to_string())
            // The shell gets a process group of its own, so that an interrupt from the terminal
            // (Ctrl-C) does not end it.
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        Ok(Self(
            command.spawn().map_err(|error| format!("`sh`: {error}"))?,
        ))
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::ExitStatusExt as _;
    use std::process::Command;

    use super::Watchdog;

    #[test]
    fn a_server_goes_when_the_process_that_started_it_is_gone() {
        let mut server = Command::new("sleep").arg("1000").spawn().expect("sleep");
        let mut watchdog = Watchdog::over(server.id()).expect("a watchdog");
        // Closes the pipe, as the kernel does when this process ends.
        drop(watchdog.0.stdin.take());
        let status = server.wait().expect("an end");
        assert_eq!(status.signal(), Some(9));
    }

    #[test]
    fn a_watchdog_that_is_called_off_does_nothing() {
        let mut server = Command::new("sleep").arg("1000").spawn().expect("sleep");
        drop(Watchdog::over(server.id()).expect("a watchdog"));
        assert!(server.try_wait().expect("a status").is_none());
        server.kill().expect("a process");
        server.wait().expect("an end");
    }
}
