//! Files, directories, links and devices that meet.

use ftp_proto::sync::{Compare, Extra, Filter, LocalKind, LocalTree, PlanSync, SyncOptions};
use ftp_proto::tree::{Links, WalkOptions};
use ftp_proto::{Encoding, Error, ErrorKind};

use crate::host::{Host, Node, TOP, shown};

fn deleting() -> SyncOptions {
    SyncOptions::new().with_extra(Extra::Delete)
}

/// Plans a download and an upload of the same trees. Returns both plans.
fn both(source: &[&str], target: &[&str], options: &SyncOptions) -> [Vec<String>; 2] {
    let down = Host::with(source).download(target, options);
    let up = Host::with(target).upload(source, options);
    [down, up]
}

#[test]
fn something_of_another_kind_is_replaced_only_if_you_ask() {
    let source = ["d/", "d/x x", "f f"];
    let target = ["d d", "f/", "f/g/", "f/g/y y"];
    for lines in both(&source, &target, &SyncOptions::new()) {
        assert_eq!(lines.len(), 2, "{lines:?}");
        assert!(lines[0].starts_with("failed d (mkdir): "), "{lines:?}");
        assert!(lines[1].starts_with("failed f (create): "), "{lines:?}");
    }
    let expected = [
        "delete d (another kind)",
        "mkdir d (another kind)",
        "create d/x (missing)",
        "rmdir f (another kind)",
        "create f (another kind)",
        "rmdir f/g (another kind)",
        "delete f/g/y (another kind)",
    ];
    for lines in both(&source, &target, &deleting()) {
        assert_eq!(lines, expected);
    }
}

#[test]
fn a_directory_that_holds_what_is_left_out_is_not_replaced() {
    let filter = Filter::new().exclude("*.tmp").expect("a pattern");
    let options = deleting().with_filter(filter);
    for lines in both(&["f f"], &["f/", "f/a.tmp x", "f/b b"], &options) {
        assert_eq!(lines.len(), 1, "{lines:?}");
        assert!(lines[0].starts_with("failed f (create): "), "{lines:?}");
    }
}

#[test]
fn a_link_in_the_target_is_never_written_through() {
    let source = ["d/", "d/x x", "f f"];
    let target = ["d>", "f>"];
    for lines in both(&source, &target, &SyncOptions::new()) {
        assert!(lines[0].starts_with("failed d (mkdir): "), "{lines:?}");
        assert!(lines[1].starts_with("failed f (create): "), "{lines:?}");
        assert_eq!(lines.len(), 2);
    }
    let expected = [
        "delete d (another kind)",
        "mkdir d (another kind)",
        "create d/x (missing)",
        "delete f (another kind)",
        "create f (another kind)",
    ];
    for lines in both(&source, &target, &deleting()) {
        assert_eq!(lines, expected);
    }
}

#[test]
fn a_link_in_the_local_target_stays_a_link_if_links_are_followed() {
    let options = SyncOptions::new().with_walk(WalkOptions::new().with_links(Links::Follow));
    let mut local = LocalTree::new(&options);
    local
        .add(b"d", LocalKind::LinkToDirectory, 0, None)
        .expect("no limit");
    local
        .add(b"d/x", LocalKind::File, 1, None)
        .expect("no limit");
    let plan = PlanSync::download(TOP, local, &Encoding::Utf8, &options).expect("a path");
    let lines = shown(&Host::with(&["d/", "d/x y"]).run(plan).expect("a plan"));
    assert_eq!(lines.len(), 1);
    assert!(lines[0].starts_with("failed d (mkdir): "), "{lines:?}");
}

#[test]
fn a_fault_below_a_link_of_the_local_target_is_no_failure() {
    let options = deleting().with_walk(WalkOptions::new().with_links(Links::Follow));
    let mut local = LocalTree::new(&options);
    for (path, kind) in [
        (&b"d"[..], LocalKind::LinkToDirectory),
        (b"d/e", LocalKind::Directory),
        (b"l", LocalKind::LinkToDirectory),
        (b"x", LocalKind::File),
    ] {
        local.add(path, kind, 1, None).expect("no limit");
    }
    local.fail(b"d/e", Error::new(ErrorKind::Local));
    // A loop.
    local.fail(b"l", Error::new(ErrorKind::Local));
    let plan = PlanSync::download(TOP, local, &Encoding::Utf8, &options).expect("a path");
    let lines = shown(&Host::with(&["n n"]).run(plan).expect("a plan"));
    let expected = [
        "delete d (not in the source)",
        "delete l (not in the source)",
        "create n (missing)",
        "delete x (not in the source)",
    ];
    assert_eq!(lines, expected);
}

#[test]
fn links_and_devices_of_the_source_are_skipped_and_protect_their_counterparts() {
    let source = ["l>", "s!"];
    let target = ["l/", "l/x x", "s s"];
    for lines in both(&source, &target, &deleting()) {
        assert_eq!(lines, ["skip l (a link)", "skip s (not a file)"]);
    }
}

#[test]
fn links_are_followed_if_you_ask() {
    let options = SyncOptions::new().with_walk(WalkOptions::new().with_links(Links::Follow));
    let mut server = Host::with(&["a/", "a/x x", "f>"]);
    server.tree.insert(b"l".to_vec(), Node::Link("top/a"));
    let lines = server.download(&[], &options);
    let expected = [
        "mkdir a (missing)",
        "create a/x (missing)",
        "create f (missing)",
        "mkdir l (missing)",
        "create l/x (missing)",
    ];
    assert_eq!(lines, expected);

    let mut local = LocalTree::new(&options);
    local
        .add(b"d", LocalKind::LinkToDirectory, 0, None)
        .expect("no limit");
    local
        .add(b"d/x", LocalKind::LinkToFile, 1, None)
        .expect("no limit");
    let plan = PlanSync::upload(local, TOP, &Encoding::Utf8, &options).expect("a path");
    let lines = shown(&Host::with(&[]).run(plan).expect("a plan"));
    assert_eq!(lines, ["mkdir d (missing)", "create d/x (missing)"]);
}

#[test]
fn a_followed_link_has_the_time_of_its_file() {
    let options = SyncOptions::new().with_compare(Compare::Newer);
    let options = options.with_walk(WalkOptions::new().with_links(Links::Follow));
    // The link itself is ten minutes older.
    let mut server = Host::old(&["a hello 600"]);
    server.tree.insert(b"l".to_vec(), Node::Link("top/a"));
    let lines = server.download(&["a hello 600", "l hello 600"], &options);
    assert_eq!(lines, ["skip a (the same)", "skip l (the same)"]);
    let lines = server.download(&["a hello 600", "l hello"], &options);
    assert_eq!(lines, ["skip a (the same)", "update l (newer)"]);
}

#[test]
fn a_link_that_may_lead_to_a_directory_deletes_no_directory() {
    let options = deleting().with_walk(WalkOptions::new().with_links(Links::Follow));
    let local = ["l/", "l/x x"];
    for reply in ["550 not allowed", "425 no data connection"] {
        let mut server = Host::with(&["l>"]);
        server.refusals.push(("/l", reply));
        let lines = server.download(&local, &options);
        assert_eq!(lines.len(), 1, "{lines:?}");
        assert!(lines[0].starts_with("failed l"), "{lines:?}");
    }
    let mut server = Host::with(&["a/", "a/x x"]);
    server.tree.insert(b"l".to_vec(), Node::Link("top/a"));
    server.broken.push("/l");
    let lines = server.download(&["a/", "a/x x", "l/", "l/x x"], &options);
    assert_eq!(lines[..2], ["skip a (the same)", "skip a/x (the same)"]);
    assert!(lines[2].starts_with("failed l: "), "{lines:?}");
    assert_eq!(lines.len(), 3);
}

#[test]
fn a_loop_of_links_is_a_failure() {
    let options = deleting().with_walk(WalkOptions::new().with_links(Links::Follow));
    let mut server = Host::old(&["a/", "a/f f"]);
    let link = "lrwxrwxrwx 1 0 0 1 2026-01-01 00:00 l -> .";
    server.lines.push(("/a", link.into()));
    let lines = server.download(&["a/", "a/f f", "a/l/", "a/l/x x"], &options);
    assert_eq!(lines[..2], ["skip a (the same)", "skip a/f (the same)"]);
    assert!(lines[2].starts_with("failed a/l: "), "{lines:?}");
    assert_eq!(lines.len(), 3);
}

#[test]
fn extras_are_deleted_if_you_ask() {
    let target = ["d/", "d/e/", "d/e/x x", "d/l>", "f f"];
    let expected = [
        "rmdir d (not in the source)",
        "rmdir d/e (not in the source)",
        "delete d/e/x (not in the source)",
        "delete d/l (not in the source)",
        "delete f (not in the source)",
    ];
    for lines in both(&["a a"], &target, &deleting()) {
        assert_eq!(lines[0], "create a (missing)");
        assert_eq!(lines[1..], expected);
    }
}

#[test]
fn partial_files_are_no_source_and_go_with_their_files() {
    let source = [".p.ftp-part x", "a a", "b b"];
    let target = [
        ".a.ftp-part x",
        ".b.0123456789abcdef.ftp-part x",
        ".c.ftp-part x",
        "b b",
    ];
    // The transfer of `a` goes on with its partial file. Nothing needs the others.
    let expected = [
        "delete .b.0123456789abcdef.ftp-part (not in the source)",
        "delete .c.ftp-part (not in the source)",
        "create a (missing)",
        "skip b (the same)",
    ];
    for lines in both(&source, &target, &deleting()) {
        assert_eq!(lines, expected);
    }
}

#[test]
fn the_directory_itself_is_made_if_it_is_missing() {
    let mut server = Host::with(&[]);
    server.is_missing = true;
    let lines = server.upload(&["a a"], &SyncOptions::new());
    assert_eq!(lines, ["mkdir . (missing)", "create a (missing)"]);

    let options = SyncOptions::new();
    let mut local = LocalTree::new(&options);
    local.set_missing();
    let upload = PlanSync::upload(local.clone(), TOP, &Encoding::Utf8, &options);
    assert_eq!(upload.expect_err("no directory").kind(), ErrorKind::Local);
    let plan = PlanSync::download(TOP, local, &Encoding::Utf8, &options).expect("a path");
    let lines = shown(&Host::with(&["a a"]).run(plan).expect("a plan"));
    assert_eq!(lines, ["mkdir . (missing)", "create a (missing)"]);
}

#[test]
fn a_download_of_a_missing_directory_is_an_error() {
    let options = deleting();
    let plan = |server: &mut Host| {
        let local = crate::host::scan(LocalTree::new(&options), &crate::host::tree(&["a a"]));
        let plan = PlanSync::download(TOP, local, &Encoding::Utf8, &options).expect("a path");
        server.run(plan)
    };
    let mut server = Host::with(&[]);
    server.is_missing = true;
    assert_eq!(
        plan(&mut server).expect_err("missing").kind(),
        ErrorKind::Permanent
    );
}
