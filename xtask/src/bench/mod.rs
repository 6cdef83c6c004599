//! This project's adapters beside the clients that people use: CPU, time and memory of bulk
//! transfers against one server, and beside them what the system takes for the same bytes
//! without FTP.

use crate::console::Result;

/// Compares; optimised, which makes it another build in any case.
#[cfg(not(all(feature = "bench", target_os = "linux")))]
pub(crate) fn run(arguments: &[&str]) -> Result<()> {
    if cfg!(not(target_os = "linux")) {
        return Err("what this job compares is Linux's own: splice, sendfile, tmpfs, /proc".into());
    }
    let build = ["--profile", "bench", "--features", "bench"];
    crate::workspace::again(&build, "bench", arguments)
}

/// Compares.
#[cfg(all(feature = "bench", target_os = "linux"))]
pub(crate) fn run(arguments: &[&str]) -> Result<()> {
    compare::run(arguments)
}

/// One client under test; see [`client`].
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
mod measure;
#[cfg(all(feature = "bench", target_os = "linux"))]
mod report;
#[cfg(all(feature = "bench", target_os = "linux"))]
mod site;
