//! Prints figures about the structure of the code: how many lines there are, which files are in
//! both adapters, and which files of the core import each other.

mod imports;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::console::{Result, say};
use crate::workspace;

const MEMBERS: [&str; 5] = ["ftp-proto", "ftp-blocking", "ftp-smol", "fuzz", "xtask"];

/// How many of the largest files are shown. A file of more than about 400 lines may have to be
/// divided.
const SHOWN: usize = 10;

/// How many files of the core may import each other in a circle. The limit is two, because a flow
/// and the session that runs it import each other.
const MOST_IN_A_CIRCLE: usize = 2;

/// The text of each Rust file, by its path in the workspace.
type Files = BTreeMap<String, String>;

/// Prints the figures.
///
/// # Errors
/// Both adapters contain the same file, or more than [`MOST_IN_A_CIRCLE`] files of the core import
/// each other in a circle.
pub(crate) fn run() -> Result<()> {
    let root = workspace::root()?;
    let mut files = Files::new();
    for member in MEMBERS {
        read(&root.join(member), &root, &mut files)?;
    }
    let below = |directory| {
        files
            .iter()
            .filter(move |(name, _)| name.starts_with(directory))
    };

    say("code: lines without comments, blank lines and unit tests");
    for (what, directory, apart) in [
        (
            "ftp-proto, simulator apart",
            "ftp-proto/src/",
            "/simulator/",
        ),
        ("its simulator", "ftp-proto/src/simulator/", "/tests/"),
        ("ftp-blocking, sys apart", "ftp-blocking/src/", "/sys/"),
        ("its sys", "ftp-blocking/src/sys/", "/tests/"),
        ("ftp-smol", "ftp-smol/src/", "/tests/"),
    ] {
        let counted = below(directory).filter(|(name, _)| !is_test(name) && !name.contains(apart));
        let lines: usize = counted.map(|(_, text)| code(text).count()).sum();
        say(&format!("{lines:>7}  {what}"));
    }
    say("raw lines");
    let raw = |directory| -> usize { below(directory).map(|(_, text)| text.lines().count()).sum() };
    let tests = raw("ftp-blocking/tests/") + raw("ftp-smol/tests/");
    say(&format!("{tests:>7}  tests of the adapters"));
    say(&format!("{:>7}  xtask", raw("xtask/src/")));
    say("the largest files");
    let mut sizes: Vec<_> = files
        .iter()
        .map(|(name, text)| (text.lines().count(), name))
        .collect();
    sizes.sort();
    for (lines, name) in sizes.iter().rev().take(SHOWN) {
        say(&format!("{lines:>7}  {name}"));
    }

    let mut twins = below("ftp-blocking/src/")
        .map(|(name, _)| name)
        .filter(|name| {
            let twin = name.replacen("ftp-blocking", "ftp-smol", 1);
            files.get(&twin) == files.get(*name)
        });
    let circles = imports::circles(&files, "ftp-proto/src/");
    say(&format!(
        "files that both adapters have: {}",
        twins.clone().count()
    ));
    say(&format!(
        "circles of imports in ftp-proto: {}",
        circles.len()
    ));
    for circle in &circles {
        say(&format!("{:>7}  {}", circle.len(), circle.join(" ")));
    }
    if let Some(twin) = twins.next() {
        return Err(format!("{twin} stands in both adapters").into());
    }
    match circles
        .iter()
        .find(|circle| circle.len() > MOST_IN_A_CIRCLE)
    {
        Some(circle) => Err(format!("these import each other: {}", circle.join(" ")).into()),
        None => Ok(()),
    }
}

/// Reads all Rust files below a directory.
fn read(directory: &Path, root: &Path, files: &mut Files) -> Result<()> {
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        if path.is_dir() {
            // Skips `target`, which cargo creates if a member of the workspace is built alone.
            if !path.ends_with("target") {
                read(&path, root, files)?;
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let name = path.strip_prefix(root)?.to_string_lossy().into_owned();
            files.insert(name, fs::read_to_string(&path)?);
        }
    }
    Ok(())
}

fn is_test(name: &str) -> bool {
    name.contains("/tests/") || name.ends_with("/tests.rs")
}

/// Returns the lines of code: those that are neither blank nor a comment.
fn code(text: &str) -> impl Iterator<Item = &str> {
    let lines = text.lines();
    lines.filter(|line| !line.trim().is_empty() && !line.trim_start().starts_with("//"))
}
