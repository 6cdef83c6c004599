//! The figures by which the structure is watched: how much code there is, what stands twice, and
//! which files of the core import each other.

mod imports;

use std::cmp::Reverse;
use std::fs;
use std::path::{Path, PathBuf};

use crate::console::say;
use crate::servers::Result;
use crate::workspace;

const MEMBERS: [&str; 5] = ["ftp-proto", "ftp-blocking", "ftp-smol", "fuzz", "xtask"];

/// How many of the largest files are shown. Past about 400 lines a file may be two.
const SHOWN: usize = 10;

/// How many files of the core may import each other in a circle: a flow and the session, which
/// runs it.
const MOST_IN_A_CIRCLE: usize = 2;

/// Prints the figures.
///
/// # Errors
/// A file that both adapters have, and a circle of more files than flow and session.
pub(crate) fn run() -> Result<()> {
    let root = workspace::root()?;
    say("code: lines without comments, blank lines and unit tests");
    for (name, directory, without) in [
        ("ftp-proto, simulator apart", "ftp-proto/src", "simulator"),
        ("its simulator", "ftp-proto/src/simulator", ""),
        ("ftp-blocking, sys apart", "ftp-blocking/src", "sys"),
        ("its sys", "ftp-blocking/src/sys", ""),
        ("ftp-smol", "ftp-smol/src", ""),
    ] {
        let files = sources(&root.join(directory))?;
        let counted = files.iter().filter(|path| !is_within(path, without));
        say(&format!("{:>7}  {name}", code_of(counted)?));
    }
    say("raw lines");
    for (name, directories) in [
        (
            "tests of the adapters",
            &["ftp-blocking/tests", "ftp-smol/tests"][..],
        ),
        ("xtask", &["xtask/src"]),
    ] {
        let mut lines = 0;
        for directory in directories {
            for path in all(&root.join(directory))? {
                lines += fs::read_to_string(path)?.lines().count();
            }
        }
        say(&format!("{lines:>7}  {name}"));
    }
    largest(&root)?;
    let twins = twins(&root)?;
    let circles = imports::circles(&root.join("ftp-proto/src"))?;
    say(&format!("files that both adapters have: {}", twins.len()));
    say(&format!(
        "circles of imports in ftp-proto: {}",
        circles.len()
    ));
    for circle in &circles {
        say(&format!("{:>7}  {}", circle.len(), circle.join(" ")));
    }
    if let Some(twin) = twins.first() {
        return Err(format!("{} stands in both adapters", twin.display()).into());
    }
    match circles
        .iter()
        .find(|circle| circle.len() > MOST_IN_A_CIRCLE)
    {
        Some(circle) => Err(format!("these import each other: {}", circle.join(" ")).into()),
        None => Ok(()),
    }
}

fn largest(root: &Path) -> Result<()> {
    let mut files = Vec::new();
    for member in MEMBERS {
        for path in all(&root.join(member))? {
            files.push((fs::read_to_string(&path)?.lines().count(), path));
        }
    }
    files.sort_by_key(|(lines, _)| Reverse(*lines));
    say("the largest files");
    for (lines, path) in files.iter().take(SHOWN) {
        let name = path.strip_prefix(root).unwrap_or(path);
        say(&format!("{lines:>7}  {}", name.display()));
    }
    Ok(())
}

/// Files that stand in both adapters, word for word.
fn twins(root: &Path) -> Result<Vec<PathBuf>> {
    let [blocking, smol] = ["ftp-blocking/src", "ftp-smol/src"].map(|adapter| root.join(adapter));
    let mut twins = Vec::new();
    for path in all(&blocking)? {
        let name = path.strip_prefix(&blocking)?;
        if fs::read(smol.join(name)).is_ok_and(|twin| fs::read(&path).is_ok_and(|it| it == twin)) {
            twins.push(name.to_owned());
        }
    }
    Ok(twins)
}

fn code_of<'a>(files: impl Iterator<Item = &'a PathBuf>) -> Result<usize> {
    let mut count = 0;
    for path in files {
        let text = fs::read_to_string(path)?;
        let lines = text.lines().map(str::trim_start);
        count += lines
            .filter(|line| !line.is_empty() && !line.starts_with("//"))
            .count();
    }
    Ok(count)
}

/// The sources below a directory, unit tests apart.
fn sources(directory: &Path) -> Result<Vec<PathBuf>> {
    let mut files = all(directory)?;
    files.retain(|path| !is_within(path, "tests") && !path.ends_with("tests.rs"));
    Ok(files)
}

/// Whether one of the directories above it has this name.
fn is_within(path: &Path, name: &str) -> bool {
    path.components().any(|part| part.as_os_str() == name)
}

/// All Rust files below a directory; none where there is no such directory.
fn all(directory: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    if !directory.is_dir() {
        return Ok(files);
    }
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        if path.is_dir() {
            // Cargo writes one where a member is built by itself.
            if !path.ends_with("target") {
                files.extend(all(&path)?);
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
