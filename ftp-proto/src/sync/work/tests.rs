//! Tests of the downloads of a sync: when they look for parts that earlier ones have left.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "these are tests"
)]

use alloc::vec::Vec;

use super::super::filter::Filter;
use super::super::local_index::LocalIndex;
use super::super::local_tree::{LocalKind, LocalTree};
use super::super::options::{LetterCase, SyncOptions};
use super::*;
use crate::error::ErrorKind;
use crate::files::{FileFact, FilePlan as _, FileStep, LocalFact, LocalStep};
use crate::session::transfer::Completion;
use crate::tree::{Inspected, Outcome};
use crate::wire::Reply;

/// Returns the download of this file, after a scan that has seen another file.
fn download(file: &str, seen: &str, options: &SyncOptions) -> GetFile {
    let mut tree = LocalTree::new(options);
    if tree.wants(seen.as_bytes(), false) {
        let added = tree.add(seen.as_bytes(), LocalKind::File, 10, None);
        added.expect("no limit");
    }
    let mut plan = SyncPlan::of_files(Direction::Download, options);
    plan.add_file(file, Ok(file));
    plan.places = Places::InRoots;
    plan.leftovers = LocalIndex::of_target(tree, LetterCase::Matters).take_leftovers();
    match work(&plan, &plan.actions[0], &Options::new("ftp.test")) {
        Ok(Work::Get(get)) => get,
        other => panic!("{other:?}"),
    }
}

/// Answers the steps with these facts and errors. Returns the next step.
fn after(get: &mut GetFile, facts: Vec<Result<FileFact, Error>>) -> FileStep {
    for fact in facts {
        drop(get.next_step());
        get.finished(fact);
    }
    get.next_step()
}

fn found(size: u64) -> Result<FileFact, Error> {
    let found = Inspected::File {
        size: Some(size),
        modified: None,
    };
    Ok(FileFact::Task(Outcome::Inspected(found)))
}

/// Whether the download, after its first attempt has ended or at once, looks for old parts.
fn tidies(mut get: GetFile) -> bool {
    let moved = Completion {
        bytes: 10,
        reply: Reply::parse(b"226 Done.\r\n").expect("a reply"),
        announced: None,
        name: None,
        clean_close: true,
    };
    let opened = Ok(FileFact::Local(LocalFact::Opened(0)));
    let facts = [found(10), opened, Ok(FileFact::Moved(moved))];
    match after(&mut get, facts.into()) {
        FileStep::Local(LocalStep::Commit { tidy, .. }) => tidy,
        other => panic!("{other:?}"),
    }
}

/// To look for old parts takes a reading of the whole directory, so that a download of n files into
/// one directory would otherwise take n of them.
#[test]
fn old_parts_of_a_file_are_looked_for_only_if_the_scan_has_seen_one() {
    let long = "x".repeat(201);
    for (file, seen, expected) in [
        ("d/a", "d/b", false),
        ("d/a", ".a.0123456789abcdef.ftp-part", false),
        ("d/a", "d/.a.0123456789abcdef.ftp-part", true),
        ("a", ".a.0123456789abcdef.ftp-part", true),
        (&*long, "b", true),
    ] {
        let filter = Filter::new().exclude(".*").expect("a pattern");
        for options in [SyncOptions::new(), SyncOptions::new().with_filter(filter)] {
            let get = download(file, seen, &options);
            assert_eq!(tidies(get), expected, "{file} {seen}");
        }
    }
}

#[test]
fn old_parts_are_looked_for_if_the_file_has_changed_between_two_attempts() {
    for (size, expected) in [(10, false), (11, true)] {
        let mut get = download("a", "b", &SyncOptions::new());
        let opened = Ok(FileFact::Local(LocalFact::Opened(0)));
        let lost = || Err(Error::new(ErrorKind::Closed));
        let end = after(&mut get, [found(size), opened, lost(), lost()].into());
        assert!(matches!(end, FileStep::Done(Err(_))), "{end:?}");
        get.restart();
        assert_eq!(tidies(get), expected);
    }
}
