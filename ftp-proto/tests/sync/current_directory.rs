//! Servers that ignore the argument of LIST, and list the current directory (simple-ftpd).

use ftp_proto::sync::{Extra, LocalTree, PlanSync, SyncOptions};
use ftp_proto::{Encoding, ErrorKind};

use crate::host::{Host, scan, shown, tree};

const TREE: [&str; 7] = ["a a", "d/", "d/d/", "d/d/x x", "d/e/", "d/y y", "empty/"];

fn mirror() -> SyncOptions {
    SyncOptions::new().with_extra(Extra::Delete)
}

fn ignoring(lines: &[&str]) -> Host {
    Host {
        ignores_argument: true,
        ..Host::old(lines)
    }
}

#[test]
fn the_tree_is_read_as_it_is() {
    for gives_up in [false, true] {
        let mut server = ignoring(&TREE);
        server.gives_up = gives_up;
        for lines in [
            server.download(&TREE, &mirror()),
            server.upload(&TREE, &mirror()),
        ] {
            assert!(
                lines.iter().all(|line| line.ends_with("(the same)")),
                "{lines:?}"
            );
            assert_eq!(lines.len(), TREE.len());
        }
        let lines = server.download(&[], &mirror());
        assert!(
            lines.iter().all(|line| line.ends_with("(missing)")),
            "{lines:?}"
        );
        assert_eq!(lines.len(), TREE.len());
    }
}

#[test]
fn a_link_is_read_as_it_is() {
    let mut server = ignoring(&["d/", "d/x x", "link>"]);
    let options = SyncOptions::new();
    let walk = options.walk.with_links(ftp_proto::tree::Links::Follow);
    let lines = server.download(&[], &options.with_walk(walk));
    assert_eq!(lines[..2], ["mkdir d (missing)", "create d/x (missing)"]);
}

#[test]
fn directories_that_hold_the_same_are_read_as_they_are() {
    let both = ["top/", "top/top/", "top/top/top/", "top/top/top/x x"];
    for mut server in [Host::old(&both), ignoring(&both)] {
        let lines = server.download(&both, &mirror());
        assert!(
            lines.iter().all(|line| line.ends_with("(the same)")),
            "{lines:?}"
        );
        assert_eq!(lines.len(), both.len());
    }
}

#[test]
fn an_honest_server_is_asked_twice_only_about_the_root_of_a_mirror() {
    // The client goes there and back.
    for (options, visits) in [(SyncOptions::new(), 0), (mirror(), 2)] {
        let mut server = Host::old(&TREE);
        server.download(&TREE, &options);
        let heard = server.heard.iter();
        assert_eq!(heard.filter(|line| line.starts_with("CWD")).count(), visits);
    }
}

/// The listing of the current directory has nothing in common with the path.
#[test]
fn a_mirror_does_not_take_the_current_directory_for_another() {
    let all = ["other/", "other/z z", "x x"];
    let mut server = ignoring(&all);
    server.directory = "top/other".into();
    let lines = server.download(&all, &mirror());
    assert!(
        lines.iter().all(|line| line.ends_with("(the same)")),
        "{lines:?}"
    );
}

/// The first listing shows `top` itself, and the second one nothing.
#[test]
fn an_empty_second_listing_counts_as_an_empty_listing() {
    let mut server = ignoring(&[]);
    server.download(&["z z"], &mirror());
    let asked = |verb: &str| server.heard.iter().any(|line| line.starts_with(verb));
    assert!(asked("SIZE") || asked("MLST"), "{:?}", server.heard);
}

#[test]
fn nothing_is_deleted_if_the_directory_cannot_be_entered() {
    let mut server = ignoring(&TREE);
    server.directory = "top/d".into();
    let options = mirror();
    let local = scan(LocalTree::new(&options), &tree(&["z z"]));
    // The server lists `d`, which has a directory `d`. There is no `other/d`.
    let plan = PlanSync::download("other", local, &Encoding::Utf8, &options).expect("a path");
    let error = server
        .run(plan)
        .map(|plan| shown(&plan))
        .expect_err("it is unread");
    assert_eq!(error.kind(), ErrorKind::Permanent);
}
