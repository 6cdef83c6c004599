//! Finds the processes that a server has started, and sends them signals.

use std::collections::BTreeMap;
use std::fs;
use std::process::{Command, Stdio};

/// Returns the ids of the running processes that descend from the process `ancestor`.
pub(super) fn descendants(ancestor: u32) -> Vec<u32> {
    let mut children: BTreeMap<u32, Vec<(u32, bool)>> = BTreeMap::new();
    for process in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let name = process.file_name();
        let Some(id) = name.to_str().and_then(|name| name.parse::<u32>().ok()) else {
            continue;
        };
        if let Some((parent, ended)) = status(id) {
            children.entry(parent).or_default().push((id, ended));
        }
    }
    let mut found = Vec::new();
    let mut families = vec![ancestor];
    while let Some(parent) = families.pop() {
        for &(child, ended) in children.get(&parent).into_iter().flatten() {
            families.push(child);
            if !ended {
                found.push(child);
            }
        }
    }
    found
}

/// Returns whether the process with this id is running.
pub(super) fn is_running(id: u32) -> bool {
    status(id).is_some_and(|(_, ended)| !ended)
}

/// Returns the id of a process's parent, and whether the process has ended.
fn status(id: u32) -> Option<(u32, bool)> {
    let line = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    // Skips the name, which may contain brackets, for example in `4711 (a name (of anything)) S 1
    // 4711`.
    let (_, fields) = line.rsplit_once(')')?;
    let mut fields = fields.split_whitespace();
    let ended = matches!(fields.next()?, "Z" | "X");
    let parent = fields.next()?.parse().ok()?;
    Some((parent, ended))
}

/// Sends a signal to processes, by the program `kill`: the standard library can only kill direct
/// children.
pub(super) fn signal(name: &str, processes: &[u32]) {
    let _ = Command::new("kill")
        .args([&format!("-{name}"), "--"])
        .args(processes.iter().map(u32::to_string))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
}
