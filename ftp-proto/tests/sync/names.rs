//! Names that one side cannot have, and names that are the same.

use ftp_proto::Encoding;
use ftp_proto::sync::{Extra, LetterCase, LocalKind, LocalTree, PlanSync, SyncOptions};

use crate::host::{Host, Node, TOP, scan, shown, tree};

fn deleting() -> SyncOptions {
    SyncOptions::new().with_extra(Extra::Delete)
}

#[test]
fn a_name_that_no_local_file_can_have_is_a_failure() {
    let mut server = Host::with(&["a a", "nul n", "c:x/", "c:x/y y"]);
    for name in ["../../etc/passwd", "..", "", "a/b", r"..\x"] {
        server.lines.push(("", format!("type=file;size=1; {name}")));
    }
    let lines = server.download(&["nul q", "c:x/", "c:x/z z"], &deleting());
    let (actions, failures): (Vec<_>, Vec<_>) =
        lines.iter().partition(|line| !line.starts_with("failed"));
    assert_eq!(actions, ["create a (missing)"]);
    assert!(failures.len() >= 5, "{failures:?}");
    assert!(!server.has_heard("MLSD top/c:x"));
}

#[test]
fn a_name_that_cannot_be_sent_is_a_failure() {
    let mut local = tree(&["a a"]);
    local.insert(b"b\nc".to_vec(), Node::Directory);
    local.insert(b"b\nc/d".to_vec(), Node::File(vec![], 0));
    let plan = Host::with(&[]).plan_upload(&local, &SyncOptions::new());
    let lines = shown(&plan);
    assert_eq!(lines[0], "create a (missing)");
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(lines[1].starts_with(r"failed b\nc: "), "{lines:?}");
}

#[test]
fn names_are_translated_by_the_encoding() {
    let options = deleting();
    let mut server = Host::with(&[]);
    let file = |text: &str| Node::File(text.into(), crate::host::NOW);
    server.tree.insert(b"d\xe9".to_vec(), Node::Directory);
    server.tree.insert(b"d\xe9/\xe9".to_vec(), file("x"));
    server.tree.insert(b"d\xe9/\xfc".to_vec(), file("xx"));
    // In the order of Latin-1, `{` comes before `é`. So it does in UTF-8, but not `~` and `\x80`.
    server.tree.insert(b"{".to_vec(), file("y"));
    let local = tree(&["dé/", "dé/é x", "dé/ü x", "{ y", "œ o"]);

    let scanned = scan(LocalTree::new(&options), &local);
    let plan = PlanSync::download(TOP, scanned, &Encoding::Latin1, &options).expect("a path");
    let plan = server.run(plan).expect("a plan");
    let expected = [
        "skip dé (the same)",
        "skip dé/é (the same)",
        "update dé/ü (another size)",
        "skip { (the same)",
        "delete œ (not in the source)",
    ];
    assert_eq!(shown(&plan), expected);
    assert_eq!(plan.actions()[2].remote(), b"d\xe9/\xfc");

    let scanned = scan(LocalTree::new(&options), &local);
    let plan = PlanSync::upload(scanned, TOP, &Encoding::Latin1, &options).expect("a path");
    let plan = server.run(plan).expect("a plan");
    let lines = shown(&plan);
    assert_eq!(lines[..4], expected[..4]);
    assert_eq!(plan.actions()[2].remote(), b"d\xe9/\xfc");
    assert!(lines[4].starts_with("failed œ: "), "{lines:?}");
}

#[test]
fn an_unencodable_name_is_a_failure() {
    let options = SyncOptions::new();
    let scanned = scan(
        LocalTree::new(&options),
        &tree(&["a a", "œ/", "œ/x x", "é e"]),
    );
    let plan = PlanSync::upload(scanned, TOP, &Encoding::Latin1, &options).expect("a path");
    let plan = Host::with(&[]).run(plan).expect("a plan");
    let lines = shown(&plan);
    assert_eq!(lines[..2], ["create a (missing)", "create é (missing)"]);
    assert_eq!(plan.actions()[1].remote(), b"\xe9");
    assert!(lines[2].starts_with("failed œ: "), "{lines:?}");
    assert_eq!(lines.len(), 3);
}

#[test]
fn a_name_that_is_listed_twice_is_a_failure_and_stays() {
    for line in ["type=file;size=1; d", "type=OS.unix=slink:/etc; d"] {
        let mut server = Host::with(&["d/", "d/x x"]);
        server.lines.push(("", line.to_owned()));
        let lines = server.download(&["d/", "d/y y"], &deleting());
        assert_eq!(lines.len(), 2, "{lines:?}");
        assert!(
            lines.iter().all(|line| line.starts_with("failed d: ")),
            "{lines:?}"
        );
        assert!(!server.has_heard("MLSD top/d"));
        let lines = server.upload(&["d/", "d/y y"], &deleting());
        assert!(
            lines.iter().all(|line| line.starts_with("failed d: ")),
            "{lines:?}"
        );
    }
}

#[test]
fn names_that_differ_in_case_only_are_the_same_name() {
    let options = deleting().with_letter_case(LetterCase::Ignored);
    let mut server = Host::with(&["A a", "D/", "D/x x", "a b", "d/", "d/y y"]);
    let lines = server.download(&["É e"], &options);
    assert_eq!(lines[0], "create A (missing)");
    assert_eq!(lines[1..3], ["mkdir D (missing)", "create D/x (missing)"]);
    assert_eq!(lines[3], "delete É (not in the source)");
    assert!(lines[4].starts_with("failed a: ") && lines[5].starts_with("failed d: "));
    assert_eq!(lines.len(), 6, "{lines:?}");

    let lines = Host::with(&[]).upload(&["A a", "D/", "D/x x", "a b", "d/", "d/y y"], &options);
    assert_eq!(
        lines[..3],
        [
            "create A (missing)",
            "mkdir D (missing)",
            "create D/x (missing)"
        ]
    );
    assert_eq!(lines.len(), 5, "{lines:?}");
}

#[test]
fn a_target_that_ignores_case_has_the_name_already() {
    let options = deleting().with_letter_case(LetterCase::Ignored);
    let source = ["README x", "Straße/", "Straße/A y"];
    let target = ["Readme x", "straße/", "straße/a y"];
    let lines = Host::with(&source).download(&target, &options);
    let same = [
        "skip Readme (the same)",
        "skip straße (the same)",
        "skip straße/a (the same)",
    ];
    assert_eq!(lines, same);
    let lines = Host::with(&target).upload(&source, &options);
    let same = [
        "skip README (the same)",
        "skip Straße (the same)",
        "skip Straße/A (the same)",
    ];
    assert_eq!(lines, same);
}

#[test]
fn a_target_that_ignores_case_but_lists_both_keeps_the_second() {
    let options = deleting().with_letter_case(LetterCase::Ignored);
    let lines = Host::with(&["A x", "a y", "Z/", "Z/z z", "z/"]).upload(&["a x"], &options);
    let expected = [
        "rmdir Z (not in the source)",
        "delete Z/z (not in the source)",
        "skip a (the same)",
    ];
    assert_eq!(lines[..3], expected);
    assert!(lines[3].starts_with("failed a: ") && lines[4].starts_with("failed z: "));
    assert_eq!(lines.len(), 5, "{lines:?}");
}

#[test]
fn an_extra_is_not_deleted_if_a_new_name_may_be_the_same_in_the_target() {
    let options = deleting().with_letter_case(LetterCase::Matters);
    let source = ["README x", "b b", "docs/", "docs/new n", "docs/same s"];
    let target = ["Readme y", "B b", "b b", "Docs/", "Docs/same s", "Docs/z z"];
    let lines = [
        // Both names are in the target, so it tells them apart.
        "delete B (not in the source)",
        "delete Docs/z (not in the source)",
        "create README (missing)",
        "skip b (the same)",
        "mkdir docs (missing)",
        "create docs/new (missing)",
        "create docs/same (missing)",
    ];
    for found in [
        Host::with(&source).download(&target, &options),
        Host::with(&target).upload(&source, &options),
    ] {
        let (actions, failures): (Vec<_>, Vec<_>) =
            found.iter().partition(|line| !line.starts_with("failed"));
        assert_eq!(actions, lines);
        assert_eq!(failures.len(), 3, "{failures:?}");
        assert!(
            failures[0].starts_with("failed Docs (rmdir): "),
            "{failures:?}"
        );
        assert!(
            failures[1].starts_with("failed Docs/same (delete): "),
            "{failures:?}"
        );
        assert!(
            failures[2].starts_with("failed Readme (delete): "),
            "{failures:?}"
        );
    }
    // In the end nothing is left of the old names, if the target tells them apart.
    let lines = Host::with(&["A a"]).download(&["A a", "a a"], &options);
    assert_eq!(lines, ["skip A (the same)", "delete a (not in the source)"]);
}

#[test]
fn a_directory_stays_if_something_in_it_is_not_deleted() {
    let options = deleting().with_letter_case(LetterCase::Matters);
    let lines = Host::with(&["d/", "d/x x"]).download(&["D/", "D/X x", "d/"], &options);
    assert_eq!(lines[..2], ["skip d (the same)", "create d/x (missing)"]);
    assert!(lines[2].starts_with("failed D/X (delete): "), "{lines:?}");
    assert_eq!(lines.len(), 3, "{lines:?}");
}

#[test]
fn a_name_after_a_directory_stays_in_its_order() {
    // `a-b` comes before `a/b` in the order of bytes, but is not in `a`.
    let mut local = LocalTree::new(&deleting());
    for (path, kind) in [
        (&b"a/x"[..], LocalKind::File),
        (b"a-b", LocalKind::File),
        (b"a", LocalKind::Directory),
        (b"a.c", LocalKind::File),
    ] {
        local.add(path, kind, 1, None).expect("no limit");
    }
    let plan = PlanSync::upload(local, TOP, &Encoding::Utf8, &deleting()).expect("a path");
    let lines = shown(&Host::with(&["a/"]).run(plan).expect("a plan"));
    let expected = [
        "skip a (the same)",
        "create a/x (missing)",
        "create a-b (missing)",
        "create a.c (missing)",
    ];
    assert_eq!(lines, expected);
}

#[test]
fn hidden_names_that_a_server_does_not_list_are_asked_about() {
    let mut server = Host::old(&["a a", ".h/", ".h/x x", ".b b", ".n new"]);
    let local = ["a a", ".h/", ".h/x x", ".h/y y", ".b b", ".c c", ".n n"];
    let lines = server.upload(&local, &deleting());
    let expected = [
        "skip .b (the same)",
        "create .c (missing)",
        "skip .h (the same)",
        "skip .h/x (the same)",
        "create .h/y (missing)",
        "update .n (another size)",
        "skip a (the same)",
    ];
    assert_eq!(lines, expected);
    // And a download does not delete what it may only not see.
    let lines = server.download(
        &["a a", ".h/", ".h/x x", ".b b", "d/", "d/.e e"],
        &deleting(),
    );
    let expected = [
        "skip a (the same)",
        "rmdir d (not in the source)",
        "delete d/.e (not in the source)",
    ];
    assert_eq!(lines, expected);
}

/// Such a server (vsftpd) refuses SIZE and MDTM for directories, but CWD tells.
#[test]
fn a_hidden_directory_is_asked_about_by_entering_it() {
    let mut server = Host::old(&["a a", ".e/", ".h/", ".h/.i/", ".h/.i/x x"]);
    let local = [
        "a a",
        ".e/",
        ".h/",
        ".h/.i/",
        ".h/.i/x x",
        ".h/n/",
        ".n/",
        ".n/m/",
        ".n/m/y y",
    ];
    let lines = server.upload(&local, &deleting());
    let expected = [
        "skip .e (the same)",
        "skip .h (the same)",
        "skip .h/.i (the same)",
        "skip .h/.i/x (the same)",
        "mkdir .h/n (missing)",
        "mkdir .n (missing)",
        "mkdir .n/m (missing)",
        "create .n/m/y (missing)",
        "skip a (the same)",
    ];
    assert_eq!(lines, expected);
    let about_missing = |line: &&String| line.contains("/.n/");
    assert_eq!(server.heard.iter().filter(about_missing).count(), 0);
}

#[test]
fn a_plan_can_go_to_another_thread() {
    fn is_send<T: Send>() {}
    is_send::<PlanSync>();
    is_send::<ftp_proto::sync::SyncPlan>();
    is_send::<LocalTree>();
}

#[test]
fn local_names_that_differ_in_case_only_stay_with_all_in_them() {
    let options = deleting().with_letter_case(LetterCase::Ignored);
    let local = [
        "D/", "D/x x", "d/", "d/x x", "d/y y", "z/", "z/A a", "z/a a",
    ];
    let lines = Host::with(&["d/", "d/n n"]).download(&local, &options);
    let expected = [
        "skip D (the same)",
        "create D/n (missing)",
        "delete D/x (not in the source)",
        "delete z/A (not in the source)",
    ];
    assert_eq!(lines[..4], expected);
    assert!(lines[4].starts_with("failed d: "), "{lines:?}");
    assert!(lines[5].starts_with("failed z/a: "), "{lines:?}");
    assert_eq!(lines.len(), 6, "{lines:?}");
}

#[test]
fn what_is_left_alone_stays_whatever_bytes_its_names_have() {
    let options = deleting().with_letter_case(LetterCase::Ignored);
    let mut server = Host::with(&["a a"]);
    // This name is listed twice, so it is left alone.
    server.lines.push(("", "type=dir; É".to_owned()));
    server.lines.push(("", "type=file;size=1; É".to_owned()));
    let mut local = tree(&["a a", "É/"]);
    local.insert(b"\xc3\x89/\xff".to_vec(), Node::File(vec![], 0));
    let lines = shown(&server.plan_download(&local, &options));
    assert!(
        lines.iter().all(|line| !line.starts_with("delete")),
        "{lines:?}"
    );
}

/// Each of these took the square of their number of steps.
#[test]
fn many_names_that_are_the_same_are_left_out() {
    let options = deleting().with_letter_case(LetterCase::Ignored);
    let mut local = LocalTree::new(&options);
    for at in 0..40_000 {
        for name in ["a", "A"] {
            let path = format!("{name}{at}");
            local
                .add(path.as_bytes(), LocalKind::File, 1, None)
                .expect("no limit");
        }
    }
    let plan = PlanSync::upload(local, TOP, &Encoding::Utf8, &options).expect("a path");
    let plan = Host::with(&[]).run(plan).expect("a plan");
    assert_eq!(
        (plan.actions().len(), plan.failure_count()),
        (40_000, 40_000)
    );

    let mut local = LocalTree::new(&options);
    local
        .add(b"d", LocalKind::Directory, 0, None)
        .expect("no limit");
    let mut server = Host::with(&["d/"]);
    for at in 0..20_000 {
        let path = format!("d/{at}");
        local
            .add(path.as_bytes(), LocalKind::File, 1, None)
            .expect("no limit");
        server.lines.push(("", "type=dir; d".to_owned()));
    }
    let plan = PlanSync::download(TOP, local, &Encoding::Utf8, &options).expect("a path");
    let plan = server.run(plan).expect("a plan");
    assert!(plan.failure_count() > 10_000);
    assert!(plan.actions().iter().all(|action| *action.local == *b"d"));
}
