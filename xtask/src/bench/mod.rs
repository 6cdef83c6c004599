//! Compares this project's adapters with other FTP clients: the CPU time, duration and memory of
//! bulk transfers with one server, of listings, and of the plans of whole trees; and the round trips,
//! system calls and CPU time of small files; and the program `ftpx` with other programs. A transfer of the same bytes without FTP shows what the
//! system itself needs.

use crate::console::Result;

/// Builds this program with optimisations, and starts the comparison in it.
#[cfg(not(all(feature = "bench", target_os = "linux")))]
pub(crate) fn run(arguments: &[&str]) -> Result<()> {
    if cfg!(not(target_os = "linux")) {
        return Err("what this job compares is Linux's own: splice, sendfile, tmpfs, /proc".into());
    }
    let build = ["--profile", "bench", "--features", "bench"];
    crate::workspace::again(&build, "bench", arguments)
}

/// Runs the comparison.
#[cfg(all(feature = "bench", target_os = "linux"))]
pub(crate) fn run(arguments: &[&str]) -> Result<()> {
    compare::run(arguments)
}

/// Runs one of the measured clients, in a process of its own; see [`client`].
#[cfg(all(feature = "bench", target_os = "linux"))]
pub(crate) use client::run as client;

#[cfg(all(feature = "bench", target_os = "linux"))]
mod bare;
#[cfg(all(feature = "bench", target_os = "linux"))]
mod client;
#[cfg(all(feature = "bench", target_os = "linux"))]
mod compare;
#[cfg(all(feature = "bench", target_os = "linux"))]
mod contender;
#[cfg(all(feature = "bench", target_os = "linux"))]
mod listings;
#[cfg(all(feature = "bench", target_os = "linux"))]
mod measure;
#[cfg(all(feature = "bench", target_os = "linux"))]
mod one_cpu;
#[cfg(all(feature = "bench", target_os = "linux"))]
mod program;
#[cfg(all(feature = "bench", target_os = "linux"))]
mod report;
#[cfg(all(feature = "bench", target_os = "linux"))]
mod site;
#[cfg(all(feature = "bench", target_os = "linux"))]
mod small;
#[cfg(all(feature = "bench", target_os = "linux"))]
mod trees;
