//! Runs the fuzz targets on their stored corpora, without libFuzzer and without a C++ compiler. The
//! fuzz targets for listings also run on random listings.

use std::path::Path;

use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::TestRunner;

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

#[cfg(feature = "proxy")]
#[test]
fn proxy() {
    replay("proxy", targets::proxy);
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

/// Runs a fuzz target for listings on its stored inputs, on the corpora of its dialects, and on
/// random listings.
fn replay_listings(target: &str, run: fn(&[u8])) {
    replay(target, run);
    let mut corpora = seeds::CORPORA.iter();
    let (_, names) = corpora.find(|(name, _)| *name == target).unwrap();
    let mut lines = Vec::new();
    for name in *names {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("src/listing/{name}.corpus"));
        for seed in seeds::seeds(&std::fs::read_to_string(path).unwrap()) {
            println!("{}", seed.escape_ascii());
            run(&seed);
            lines.extend(seed.split_inclusive(|byte| *byte == b'\n').map(Vec::from));
        }
    }
    invariant_any_line_is_an_entry_noise_or_itself(&lines, run);
}

/// Runs a fuzz target on random listings. A line is either a line of the corpora with one part
/// replaced, or a sequence of words of the corpora in random order.
fn invariant_any_line_is_an_entry_noise_or_itself(lines: &[Vec<u8>], run: fn(&[u8])) {
    let words: Vec<Vec<u8>> = lines
        .iter()
        .flat_map(|line| line.split_inclusive(|byte| b" ;=.,".contains(byte)))
        .map(Vec::from)
        .collect();
    let part = || {
        prop_oneof![
            4 => select(words.clone()),
            1 => proptest::collection::vec(any::<u8>(), 0..3),
        ]
    };
    let replaced = (select(lines.to_vec()), part(), any::<[Index; 2]>());
    let replaced = replaced.prop_map(|(line, part, [one, other])| {
        let mut cuts = [one.index(line.len()), other.index(line.len())];
        cuts.sort_unstable();
        [&line[..cuts[0]], &part, &line[cuts[1]..]].concat()
    });
    let any_order = proptest::collection::vec(part(), 0..20).prop_map(|words| words.concat());
    let listing = proptest::collection::vec(prop_oneof![2 => replaced, 1 => any_order], 1..6);
    let config = ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    let tested = TestRunner::new(config).run(&listing, |lines| {
        run(&lines.concat());
        Ok(())
    });
    tested.unwrap_or_else(|error| panic!("{error}"));
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
