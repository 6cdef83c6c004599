//! Runs the fuzz targets on their stored corpora, without libFuzzer and without a C++ compiler.

use std::path::Path;

// The fuzz targets are shared with the crate `ftp-fuzz`, where they are public.
#[allow(unreachable_pub, reason = "the fuzz crate makes them public")]
#[path = "../../fuzz/src/targets/mod.rs"]
mod targets;

#[allow(unreachable_pub, reason = "the corpora are included as they are")]
#[path = "../../fuzz/src/seeds.rs"]
mod seeds;

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

/// Runs a target of listings on its stored inputs, and on the corpora of its dialects.
fn replay_listings(target: &str, run: fn(&[u8])) {
    replay(target, run);
    let (_, corpora) = seeds::CORPORA
        .iter()
        .find(|(name, _)| *name == target)
        .unwrap();
    for name in *corpora {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("src/listing/{name}.corpus"));
        let corpus = std::fs::read_to_string(path).unwrap();
        for seed in seeds::seeds(&corpus) {
            println!("{}", seed.escape_ascii());
            run(&seed);
        }
    }
}

#[test]
fn listing_mlsx() {
    replay_listings("listing_mlsx", targets::listing_mlsx);
}

#[test]
fn listing_unix() {
    replay_listings("listing_unix", targets::listing_unix);
}

#[test]
fn listing_pc() {
    replay_listings("listing_pc", targets::listing_pc);
}

#[test]
fn listing_mainframe() {
    replay_listings("listing_mainframe", targets::listing_mainframe);
}
