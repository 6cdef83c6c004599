//! Tests of the scan on a real disk.

use std::fs;
use std::sync::atomic::{AtomicUsize, Ordering};

use ftp_proto::sync::Filter;
use ftp_proto::tree::WalkOptions;

use super::*;
use crate::sys::os::files::symlink;

/// A directory that is deleted in the end.
struct Place(PathBuf);

impl Place {
    fn new() -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("ftp-scan-{}-{count}", std::process::id()));
        fs::create_dir_all(path.join("d/e")).expect("a directory");
        fs::write(path.join("a"), b"12").expect("a file");
        fs::write(path.join("d/e/f.tmp"), b"123").expect("a file");
        symlink("a", path.join("to-file")).expect("a link");
        symlink("nothing", path.join("to-nothing")).expect("a link");
        symlink("..", path.join("d/up")).expect("a link");
        Self(path)
    }

    /// Scans, and returns the entries and the paths of the failures, both sorted.
    fn scan(&self, options: &SyncOptions) -> (Vec<String>, Vec<String>) {
        let tree = scan(&self.0, options).expect("a tree");
        let text = |path: &[u8]| String::from_utf8_lossy(path).into_owned();
        let entries = tree.entries();
        let entries = entries.map(|(path, kind, size)| match kind {
            LocalKind::File | LocalKind::LinkToFile => format!("{} {kind:?} {size}", text(path)),
            _ => format!("{} {kind:?}", text(path)),
        });
        let failures = tree.failures().map(|(path, _)| text(path));
        let (mut entries, mut failures) =
            (entries.collect::<Vec<_>>(), failures.collect::<Vec<_>>());
        entries.sort();
        failures.sort();
        (entries, failures)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn a_scan_reports_links_and_does_not_follow_them() {
    let (entries, failures) = Place::new().scan(&SyncOptions::new());
    let expected = [
        "a File 2",
        "d Directory",
        "d/e Directory",
        "d/e/f.tmp File 3",
        "d/up Link",
        "to-file Link",
        "to-nothing Link",
    ];
    assert_eq!(entries, expected);
    assert_eq!(failures, [""; 0]);
}

#[test]
fn a_scan_of_a_target_follows_no_links() {
    let place = Place::new();
    let walk = WalkOptions::new().with_links(Links::Follow);
    let options = SyncOptions::new().with_walk(walk);
    let tree = scan_target(&place.0, &options).expect("a tree");
    assert!(!tree.follows_links());
    let links = tree
        .entries()
        .filter(|(_, kind, _)| *kind == LocalKind::Link);
    assert_eq!(links.count(), 3);
    assert_eq!(tree.failures().count(), 0);
}

#[test]
fn a_scan_follows_links_if_you_ask_and_ends_at_a_loop() {
    let walk = WalkOptions::new().with_links(Links::Follow);
    let (entries, failures) = Place::new().scan(&SyncOptions::new().with_walk(walk));
    assert!(
        entries.contains(&"to-file LinkToFile 2".into()),
        "{entries:?}"
    );
    assert!(entries.contains(&"to-nothing Link".into()), "{entries:?}");
    assert!(
        entries.contains(&"d/up LinkToDirectory".into()),
        "{entries:?}"
    );
    assert_eq!(entries.len(), 7);
    assert_eq!(failures, ["d/up"]);
}

#[test]
fn a_scan_leaves_out_what_the_filter_does_and_what_is_too_deep() {
    let filter = Filter::new().exclude("to-*").expect("a pattern");
    let filter = filter.exclude("up").expect("a pattern");
    let walk = WalkOptions::new().with_depth(2);
    let options = SyncOptions::new().with_filter(filter).with_walk(walk);
    let (entries, failures) = Place::new().scan(&options);
    assert_eq!(entries, ["a File 2", "d Directory", "d/e Directory"]);
    assert_eq!(failures, ["d/e"]);
}

#[test]
fn a_missing_root_is_an_empty_tree_and_a_file_is_an_error() {
    let place = Place::new();
    let tree = scan(&place.0.join("none"), &SyncOptions::new()).expect("a tree");
    assert!(tree.is_missing());
    let error = scan(&place.0.join("a"), &SyncOptions::new()).expect_err("a file");
    assert_eq!(error.kind(), ErrorKind::Local);
}

#[test]
fn limits_end_a_scan() {
    let walk = WalkOptions::new().with_entries(3);
    let error = scan(&Place::new().0, &SyncOptions::new().with_walk(walk)).expect_err("a limit");
    assert_eq!(error.kind(), ErrorKind::TooLarge);
}

#[test]
fn a_plan_compares_the_hash_of_a_file_in_the_scanned_root() {
    use ftp_proto::listing::{Entry, Line};
    use ftp_proto::sync::{Compare, PlanSync};
    use ftp_proto::tree::{Outcome, Plan as _, Todo};

    let options = SyncOptions::new().with_compare(Compare::Hash);
    let place = Place::new();
    let tree = scan(&place.0, &options).expect("a tree");
    let encoding = ftp_proto::Encoding::Utf8;
    let mut plan = PlanSync::download("top", tree, &encoding, &options).expect("a path");
    let is_read = matches!(plan.next_step(), Todo::Read(_));
    let line = Entry::from_facts("type=file;size=2;modify=20260102030405; a").expect("an entry");
    plan.take_line(Line::Entry(line)).expect("no limit");
    plan.finished(Ok(Outcome::Done));
    // The server is asked for its SHA-256.
    let reply = b"250 6b51d431df5d7f141cbececcf79edf3dd861c3b4069f0b11661a3eefacbba918\r\n";
    let reply = ftp_proto::Reply::parse(reply).expect("a reply");
    let hash = ftp_proto::reply::hash(&reply, ftp_proto::reply::Algorithm::Sha256);
    let is_asked = matches!(plan.next_step(), Todo::Run(_));
    assert!(is_read && is_asked);
    plan.finished(Ok(Outcome::Hash(hash.ok())));
    let Todo::HashLocal(file) = plan.next_step() else {
        panic!("the local hash is wanted");
    };
    let ours = crate::sys::disk::hash(&file).expect("a hash");
    plan.finished(Ok(Outcome::LocalHash(ours)));
    let Todo::Yield(Ok(plan)) = plan.next_step() else {
        panic!("no plan");
    };
    assert!(plan.is_empty(), "{plan}");
    assert_eq!(plan.local_root(), place.0.as_os_str().as_encoded_bytes());
}
