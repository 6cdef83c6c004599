//! Counts the system calls of a program, with perf or with strace, whichever works on this machine.

use std::fmt;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::servers::Result;
use crate::workspace::output;

/// What counts system calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Counter {
    /// `perf stat`. It needs the right to read the kernel's trace points.
    Perf,
    /// `strace -f -c`.
    Strace,
    /// Neither of them is there, or has the right to count.
    None,
}

impl Counter {
    /// Tries what works here.
    pub(super) fn find() -> Self {
        let counts = |counter: &Self| {
            let counted = counter.count(&Command::new("true"), &std::env::temp_dir());
            counted.is_ok_and(|calls| calls > 0)
        };
        let all = [Self::Perf, Self::Strace];
        all.into_iter().find(counts).unwrap_or(Self::None)
    }

    /// Runs a program to its end, and returns how many system calls its threads made. The counter
    /// writes a file in this directory.
    pub(super) fn count(self, command: &Command, directory: &Path) -> Result<usize> {
        let report = directory.join(format!("calls-{}", std::process::id()));
        let mut counted = Command::new(match self {
            Self::Perf => "perf",
            _ => "strace",
        });
        match self {
            Self::Perf => counted.args(["stat", "-x", ",", "-e", "raw_syscalls:sys_enter"]),
            _ => counted.args(["-f", "-c"]),
        };
        counted.arg("-o").arg(&report);
        counted.arg(command.get_program()).args(command.get_args());
        let set = command.get_envs();
        counted.envs(set.filter_map(|(name, value)| Some((name, value?))));
        let ran = output(&mut counted);
        let text = fs::read_to_string(&report).unwrap_or_default();
        let _ = fs::remove_file(&report);
        ran?;
        let calls = match self {
            Self::Perf => of_perf(&text),
            _ => of_strace(&text),
        };
        Ok(calls.ok_or_else(|| format!("no count of system calls in {text:?}"))?)
    }
}

/// Reads the count from perf's report, for example `29,,raw_syscalls:sys_enter,549745,100.00,,`.
fn of_perf(report: &str) -> Option<usize> {
    let mut lines = report.lines();
    let line = lines.find(|line| line.contains("raw_syscalls"))?;
    line.split(',').next()?.parse().ok()
}

/// Reads the count from the last line of strace's report, for example
/// `100.00    0.000390          13        29         1 total`.
fn of_strace(report: &str) -> Option<usize> {
    let line = report.lines().find(|line| line.ends_with(" total"))?;
    line.split_whitespace().nth(3)?.parse().ok()
}

impl fmt::Display for Counter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Perf => "counted by perf",
            Self::Strace => "counted by strace",
            Self::None => "not counted: neither perf nor strace can count them here",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{of_perf, of_strace};

    #[test]
    fn both_reports_are_read() {
        let perf = "# started on Fri\n\n29,,raw_syscalls:sys_enter,549745,100.00,,\n";
        assert_eq!(of_perf(perf), Some(29));
        assert_eq!(
            of_perf("<not supported>,,raw_syscalls:sys_enter,0,0.00,,"),
            None
        );
        let strace = "% time     seconds  usecs/call     calls    errors syscall\n\
             ------ ----------- ----------- --------- --------- ----------------\n\
             100.00    0.000390          13        29         1 total\n";
        assert_eq!(of_strace(strace), Some(29));
        let without_errors = "100.00    0.000390          13        29           total\n";
        assert_eq!(of_strace(without_errors), Some(29));
    }
}
