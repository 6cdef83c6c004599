//! Runs the fuzz targets on their stored corpora, without libFuzzer and without a C++ compiler.

use std::path::Path;

// The fuzz targets are shared with the crate `ftp-fuzz`, where they are public.
#[allow(unreachable_pub, reason = "the fuzz crate makes them public")]
#[path = "../../fuzz/src/targets/mod.rs"]
mod targets;

fn replay(target: &str, run: fn(&[u8])) {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../fuzz/corpus")
        .join(target);
    let entries = std::fs::read_dir(&directory)
        .unwrap_or_else(|error| panic!("{}: {error}", directory.display()));
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    assert!(!paths.is_empty(), "{}: empty", directory.display());
    paths.sort();
    for path in paths {
        // The path is shown only if the test fails. The last path shown is the file that failed.
        println!("{}", path.display());
        run(&std::fs::read(&path).unwrap());
    }
}

#[test]
fn reply() {
    replay("reply", targets::reply);
}

#[test]
fn split() {
    replay("split", targets::split);
}

#[test]
fn passive() {
    replay("passive", targets::passive);
}

#[test]
fn facts() {
    replay("facts", targets::facts);
}

#[cfg(feature = "ring")]
#[test]
fn pump() {
    replay("pump", targets::pump);
}

#[test]
fn session() {
    replay("session", targets::session);
}
