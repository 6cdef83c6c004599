//! Trees that could not be read completely.

use ftp_proto::sync::{Change, Extra, LocalKind, LocalTree, PlanSync, SyncOptions};
use ftp_proto::tree::WalkOptions;
use ftp_proto::{Encoding, Error, ErrorKind};

use crate::host::{Host, NOW, Node, TOP, scan, shown, tree};

fn deleting() -> SyncOptions {
    SyncOptions::new().with_extra(Extra::Delete)
}

/// The lines of a plan that delete something.
fn deletions(lines: &[String]) -> Vec<&str> {
    let lines = lines.iter().map(String::as_str);
    lines
        .filter(|line| line.starts_with("delete") || line.starts_with("rmdir"))
        .collect()
}

#[test]
fn nothing_is_deleted_in_a_directory_whose_source_was_not_read() {
    let local = ["d/", "d/e/", "d/e/x x", "d/y y", "z z"];
    let faults: [fn(&mut Host); 4] = [
        |server| server.refusals.push(("/d", "550 not allowed")),
        |server| server.broken.push("/d"),
        |server| server.lines.push(("/d", "what is this?".into())),
        |server| server.refusals.push(("/d", "425 no data connection")),
    ];
    for fault in faults {
        let mut server = Host::with(&["d/", "d/n n"]);
        server.is_old = true;
        fault(&mut server);
        let lines = server.download(&local, &deleting());
        assert_eq!(
            deletions(&lines),
            ["delete z (not in the source)"],
            "{lines:?}"
        );
        assert!(
            lines.iter().any(|line| line.starts_with("failed d: ")),
            "{lines:?}"
        );
    }
}

#[test]
fn nothing_is_deleted_next_to_a_name_that_has_no_local_form() {
    let local = ["d/", "d/café x", "z/", "z/y y"];
    let expected = ["delete z/y (not in the source)"];
    // The server sends Latin-1, and you did not say so.
    let mut server = Host::with(&["d/", "z/"]);
    let file = Node::File(b"x".to_vec(), NOW);
    server.tree.insert(b"d/caf\xe9".to_vec(), file);
    let lines = server.download(&local, &deleting());
    assert_eq!(deletions(&lines), expected, "{lines:?}");
    assert!(lines.iter().any(|line| line.starts_with("failed d/caf")));
    // The server lists whole paths.
    let mut server = Host::with(&["d/", "z/"]);
    let line = "type=file;size=1; /top/d/café";
    server.lines.push(("/d", line.into()));
    let lines = server.download(&local, &deleting());
    assert_eq!(deletions(&lines), expected, "{lines:?}");
}

#[test]
fn a_limit_of_the_walk_deletes_nothing() {
    let options = deleting().with_walk(WalkOptions::new().with_entries(4));
    let mut server = Host::with(&["a/", "a/1 x", "b/", "b/2 x", "c/", "c/3 x"]);
    let plan = server.plan_download(&tree(&["a/", "a/z z"]), &options);
    let lines = shown(&plan);
    assert_eq!(deletions(&lines), [""; 0], "{lines:?}");
    assert_eq!(plan.failure_count(), 1);
}

#[test]
fn the_paths_of_a_plan_count_against_the_limit() {
    let name = "n".repeat(200);
    let mut server = Host::with(&[]);
    let mut path = String::new();
    for _ in 0..5 {
        path.push_str(&name);
        server.tree.insert(path.clone().into(), Node::Directory);
        path.push('/');
    }
    for number in 0..10 {
        let file = Node::File(b"x".to_vec(), NOW);
        server.tree.insert(format!("{path}{number}").into(), file);
    }
    let local = tree(&["a a"]);
    let plan = server.plan_download(&local, &deleting());
    assert_eq!((plan.transfers(), plan.failure_count()), (10, 0));
    let options = deleting().with_walk(WalkOptions::new().with_bytes(8000));
    let plan = server.plan_download(&local, &options);
    assert!((1..10).contains(&plan.transfers()), "{plan}");
    assert_eq!(plan.failure_count(), 1);
    assert_eq!(deletions(&shown(&plan)), [""; 0]);

    // The directories that the walk is in are not removed.
    let plan = server.plan_upload(&local, &options);
    let removed = plan
        .changes()
        .filter(|action| action.change == Change::RemoveDirectory);
    assert_eq!(removed.count(), 0, "{plan}");
}

#[test]
fn a_directory_that_is_too_deep_is_a_failure() {
    let options = deleting().with_walk(WalkOptions::new().with_depth(2));
    let both = ["a/", "a/b/", "a/b/c c", "a/x x"];
    let lines = Host::with(&both).download(&both, &options);
    assert_eq!(lines[..2], ["skip a (the same)", "skip a/x (the same)"]);
    assert!(lines[2].starts_with("failed a/b: "), "{lines:?}");
    assert_eq!(lines.len(), 3);

    let mut local = LocalTree::new(&options);
    assert!(local.enters(b"a"));
    assert!(!local.enters(b"a/b"));
    for path in [&b"a"[..], b"a/b"] {
        local
            .add(path, LocalKind::Directory, 0, None)
            .expect("no limit");
    }
    let plan = PlanSync::upload(local, TOP, &Encoding::Utf8, &options).expect("a path");
    let lines = shown(
        &Host::with(&["a/", "a/b/", "a/b/c c"])
            .run(plan)
            .expect("a plan"),
    );
    assert_eq!(deletions(&lines), [""; 0]);
    assert!(
        lines.iter().any(|line| line.starts_with("failed a/b: ")),
        "{lines:?}"
    );
}

#[test]
fn an_empty_listing_may_be_a_refusal() {
    // vsftpd confirms the listing of a directory that it may not read.
    let local = ["d/", "d/x x"];
    let mut server = Host::old(&["d/", "d/x x"]);
    server.unreadable.push("/d");
    let lines = server.download(&local, &deleting());
    // The mode of `d` in the listing lets everybody read it, so `d` is empty.
    assert_eq!(deletions(&lines), ["delete d/x (not in the source)"]);
    // Here, only the owner may read it, and the server may be another user.
    server.tree.clear();
    let line = "drwx-wx--- 1 0 0 0 2026-01-01 00:00 d";
    server.lines.push(("", line.into()));
    let lines = server.download(&local, &deleting());
    assert_eq!(deletions(&lines), [""; 0], "{lines:?}");
}

#[test]
fn an_empty_listing_of_a_missing_directory_deletes_nothing() {
    // vsftpd also confirms the listing of a directory that does not exist.
    let mut server = Host::old(&[]);
    server.unreadable.push("");
    server.is_missing = true;
    let options = deleting();
    let local = scan(LocalTree::new(&options), &tree(&["a a"]));
    let plan = PlanSync::download(TOP, local, &Encoding::Utf8, &options).expect("a path");
    let error = server.run(plan).expect_err("missing");
    assert_eq!(error.kind(), ErrorKind::Permanent);
    // An upload makes it.
    let lines = server.upload(&["a a"], &options);
    assert_eq!(lines, ["mkdir . (missing)", "create a (missing)"]);
}

#[test]
fn a_listing_may_say_in_a_line_that_the_directory_is_missing() {
    // GNU inetutils confirms the listing, and sends the error of `ls` as its only line.
    let mut server = Host::old(&[]);
    (server.is_missing, server.lists_missing) = (true, true);
    let lines = server.upload(&["a a"], &deleting());
    assert_eq!(lines, ["mkdir . (missing)", "create a (missing)"]);

    let options = deleting();
    let local = scan(LocalTree::new(&options), &tree(&["a a"]));
    let plan = PlanSync::download(TOP, local, &Encoding::Utf8, &options).expect("a path");
    let error = server.run(plan).expect_err("missing");
    assert_eq!(error.kind(), ErrorKind::Permanent);
}

#[test]
fn nothing_is_planned_in_a_directory_without_a_line_of_a_known_dialect() {
    let mut server = Host::old(&[]);
    server.lines.push(("", "what is this?".into()));
    for lines in [
        server.upload(&["a a"], &deleting()),
        server.download(&["a a"], &deleting()),
    ] {
        assert_eq!(lines.len(), 1, "{lines:?}");
        assert!(lines[0].starts_with("failed .: "), "{lines:?}");
        assert!(lines[0].contains("known dialect"), "{lines:?}");
    }
}

#[test]
fn nothing_is_written_where_the_target_was_not_read() {
    let mut server = Host::with(&["d/", "d/x old"]);
    server.refusals.push(("/d", "550 not allowed"));
    let lines = server.upload(&["d/", "d/x x", "e/", "e/y y"], &deleting());
    assert_eq!(
        lines[..3],
        [
            "skip d (the same)",
            "mkdir e (missing)",
            "create e/y (missing)"
        ]
    );
    assert!(lines[3].starts_with("failed d: "), "{lines:?}");
    assert_eq!(lines.len(), 4);

    let options = deleting();
    let mut local = scan(LocalTree::new(&options), &tree(&["d/", "d/s/"]));
    local.fail(b"d", Error::new(ErrorKind::Local));
    let plan = PlanSync::download(TOP, local, &Encoding::Utf8, &options).expect("a path");
    let mut server = Host::with(&["d/", "d/x x", "d/s/", "d/s/y y", "d/t/", "d/t/z z"]);
    let lines = shown(&server.run(plan).expect("a plan"));
    let expected = [
        "skip d (the same)",
        "skip d/s (the same)",
        "create d/s/y (missing)",
    ];
    assert_eq!(lines[..3], expected);
    assert!(lines[3].starts_with("failed d: "), "{lines:?}");
    assert_eq!(lines.len(), 4);
}

#[test]
fn nothing_is_deleted_where_the_local_source_was_not_read() {
    let options = deleting();
    let mut local = scan(LocalTree::new(&options), &tree(&["d/", "d/s/"]));
    local.fail(b"d", Error::new(ErrorKind::Local));
    let plan = PlanSync::upload(local, TOP, &Encoding::Utf8, &options).expect("a path");
    let mut server = Host::with(&["d/", "d/s/", "d/s/y y", "d/x x", "z z"]);
    let lines = shown(&server.run(plan).expect("a plan"));
    assert_eq!(deletions(&lines), ["delete z (not in the source)"]);
}

#[test]
fn limits_of_the_local_tree_are_errors() {
    let add = |walk: WalkOptions| {
        let mut local = LocalTree::new(&SyncOptions::new().with_walk(walk));
        let first = local.add(b"a", LocalKind::Directory, 0, None);
        first.and_then(|()| local.add(b"b", LocalKind::Directory, 0, None))
    };
    assert!(add(WalkOptions::new()).is_ok());
    for walk in [
        WalkOptions::new().with_entries(1),
        WalkOptions::new().with_directories(2),
        WalkOptions::new().with_bytes(65),
    ] {
        assert_eq!(add(walk).expect_err("a limit").kind(), ErrorKind::TooLarge);
    }
}
