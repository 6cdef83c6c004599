//! Which files are getting long: past about 400 lines one asks whether it is two.

use std::cmp::Reverse;
use std::fs;
use std::path::Path;

use crate::console::say;
use crate::servers::Result;
use crate::workspace;

const SHOWN: usize = 10;

const MEMBERS: [&str; 5] = ["ftp-proto", "ftp-blocking", "ftp-smol", "fuzz", "xtask"];

/// Prints the ten largest source files with their number of lines.
pub(crate) fn run() -> Result<()> {
    let root = workspace::root()?;
    let mut files = Vec::new();
    for member in MEMBERS {
        collect(&root, &root.join(member), &mut files)?;
    }
    files.sort_by_key(|(lines, _)| Reverse(*lines));
    for (lines, path) in files.iter().take(SHOWN) {
        say(&format!("{lines:>6}  {path}"));
    }
    Ok(())
}

fn collect(root: &Path, directory: &Path, files: &mut Vec<(usize, String)>) -> Result<()> {
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let path = entry.path();
        if entry.file_type()?.is_dir() {
            // Of a member that was built by itself.
            if entry.file_name() != "target" {
                collect(root, &path, files)?;
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let lines = fs::read_to_string(&path)?.lines().count();
            let name = path.strip_prefix(root).unwrap_or(&path);
            files.push((lines, name.display().to_string()));
        }
    }
    Ok(())
}
