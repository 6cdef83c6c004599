//! Measures the CPU time, the duration and the memory of a program.

use std::fs;
use std::process::{Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike as _;

use crate::servers::Result;
use crate::workspace::printed;

/// The cost of one run of a program.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cost {
    /// The time from the start of the process to its end, in seconds.
    pub(super) wall: f64,
    /// The CPU time of the process and its threads, in seconds: user and system time together. The
    /// kernel counts this sum in nanoseconds and reports microseconds. The kernel only estimates
    /// how much of it is user time, so user and system time are not shown separately.
    pub(super) cpu: f64,
    /// The largest resident memory of the process, in KiB. It is read every few milliseconds.
    pub(super) resident: u64,
}

/// How often memory is read. Bulk transfers take hundreds of milliseconds and allocate at their
/// beginning, so this is often enough.
const LOOK_EVERY: Duration = Duration::from_millis(10);

/// The usual time limit of a run. A program that takes longer is hanging, and is killed.
const PATIENCE: Duration = Duration::from_secs(120);

/// Runs a program to its end, and returns its cost. The program's output is shown only if it fails.
pub(super) fn run(command: &mut Command) -> Result<Cost> {
    let (cost, _) = run_and_read(command)?;
    Ok(cost)
}

/// Runs a program to its end, and returns its cost and what it has printed.
pub(super) fn run_and_read(command: &mut Command) -> Result<(Cost, String)> {
    run_within(PATIENCE, command)
}

/// Runs a program that may take this long.
pub(super) fn run_within(patience: Duration, command: &mut Command) -> Result<(Cost, String)> {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let before = children()?;
    let begin = Instant::now();
    let child = command
        .spawn()
        .map_err(|error| format!("{}: {error}", command.get_program().display()))?;
    let process = child.id();
    let (over, is_over) = mpsc::channel::<()>();
    let watcher = thread::spawn(move || {
        let mut resident = 0;
        while is_over.recv_timeout(LOOK_EVERY) == Err(RecvTimeoutError::Timeout) {
            resident = resident.max(peak(process));
            if begin.elapsed() > patience {
                // Does not wait for the process `kill`: the CPU time of every child that was waited
                // for would be added to the measured time.
                let _ = Command::new("kill").arg(process.to_string()).spawn();
                break;
            }
        }
        resident
    });
    let done = child.wait_with_output();
    let wall = begin.elapsed().as_secs_f64();
    let cpu = children()? - before;
    drop(over);
    let resident = watcher.join().unwrap_or_default();
    let said = printed(command, &done?)?;
    let cost = Cost {
        wall,
        cpu,
        resident,
    };
    Ok((cost, said))
}

/// Returns the CPU time of this process so far, in seconds.
pub(super) fn own() -> Result<f64> {
    cpu(UsageWho::RUSAGE_SELF)
}

/// Returns the CPU time of all children that were waited for, in seconds.
fn children() -> Result<f64> {
    cpu(UsageWho::RUSAGE_CHILDREN)
}

fn cpu(who: UsageWho) -> Result<f64> {
    let usage = getrusage(who)?;
    let time = usage.user_time() + usage.system_time();
    Ok(time.num_microseconds() as f64 / 1e6)
}

/// Returns the largest resident memory that a process had since its program was loaded, in KiB. The
/// kernel's other counter (`ru_maxrss`) would include the memory of the parent process, which the
/// child shares until then.
fn peak(process: u32) -> u64 {
    field(&format!("/proc/{process}/status"), "VmHWM:")
}

/// Returns the largest resident memory of this process so far, in KiB, and how much of the memory
/// that is resident now belongs to files: to the program and its libraries.
pub(super) fn own_peak() -> (u64, u64) {
    let field = |name| field("/proc/self/status", name);
    (field("VmHWM:"), field("RssFile:"))
}

/// Returns the resident memory of this process, in KiB.
pub(super) fn resident() -> u64 {
    field("/proc/self/status", "VmRSS:")
}

fn field(path: &str, name: &str) -> u64 {
    let status = fs::read_to_string(path).unwrap_or_default();
    let mut lines = status.lines();
    let value = lines.find_map(|line| line.strip_prefix(name));
    // The line is, for example, `VmHWM:         4096 kB`.
    let number = value.and_then(|value| value.split_whitespace().next());
    number.and_then(|number| number.parse().ok()).unwrap_or(0)
}
