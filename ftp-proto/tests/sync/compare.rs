//! Which files are transferred, and why.

use ftp_proto::sync::{Compare, SyncOptions};
use ftp_proto::{Format, TransferOptions, TransferType};

use crate::host::Host;

/// Plans a download of one file over a local one, and an upload of it.
fn both(remote: &str, local: &str, compare: Compare) -> [String; 2] {
    let options = SyncOptions::new().with_compare(compare);
    let mut server = Host::with(&[remote]);
    let down = server.download(&[local], &options);
    let up = Host::with(&[local]).upload(&[remote], &options);
    [down, up].map(|lines| lines.join("; "))
}

/// How often the server has heard a command.
fn count(server: &Host, verb: &str) -> usize {
    let is_it = |line: &&String| line.starts_with(verb);
    server.heard.iter().filter(is_it).count()
}

#[test]
fn each_comparison_has_its_rule() {
    use Compare::*;
    for (compare, source, target, line) in [
        (SizeOrNewer, "a xx 0", "a x 9", "update a (another size)"),
        (SizeOrNewer, "a x 9", "a y 0", "update a (newer)"),
        (SizeOrNewer, "a x 0", "a y 9", "skip a (the same)"),
        (SizeOrNewer, "a x 1", "a y 0", "skip a (the same)"),
        (SizeOrNewer, "a x 2", "a y 0", "update a (newer)"),
        (Newer, "a xx 9", "a x 0", "update a (newer)"),
        (Newer, "a xx 0", "a x 9", "skip a (older)"),
        (Newer, "a xx 0", "a x 0", "skip a (the same)"),
        (SizeOrTime, "a x 0", "a y 9", "update a (another time)"),
        (SizeOrTime, "a x 9", "a y 0", "update a (another time)"),
        (SizeOrTime, "a x 0", "a y 0", "skip a (the same)"),
        (SizeOrTime, "a xx 0", "a y 0", "update a (another size)"),
        (Size, "a x 9", "a y 0", "skip a (the same)"),
        (Size, "a xx 0", "a y 0", "update a (another size)"),
        (Existence, "a xx 9", "a y 0", "skip a (the same)"),
        (Never, "a x 0", "a x 0", "update a (always)"),
    ] {
        let lines = both(source, target, compare);
        assert_eq!(lines, [line, line], "{compare:?} {source} {target}");
    }
}

#[test]
fn what_is_missing_is_created_and_what_is_extra_stays() {
    let options = SyncOptions::new();
    let source = ["a x", "d/", "d/b y"];
    let lines = [
        "create a (missing)",
        "mkdir d (missing)",
        "create d/b (missing)",
    ];
    assert_eq!(Host::with(&source).download(&["z z"], &options), lines);
    assert_eq!(Host::with(&["z z"]).upload(&source, &options), lines);
}

#[cfg(any(feature = "ring", feature = "aws-lc-rs", feature = "hashes"))]
#[test]
fn hashes_decide_if_the_server_has_them() {
    let options = SyncOptions::new().with_compare(Compare::Hash);
    let mut server = Host::with(&["a here/a 0", "b here/x 0", "c longer"]);
    server.hashes = true;
    let local = ["a 123456 9", "b 123456 9", "c x"];
    let lines = server.download(&local, &options);
    let expected = [
        "skip a (the same)",
        "update b (another hash)",
        "update c (another size)",
    ];
    assert_eq!(lines, expected);
    assert!(server.has_heard("hash here/b") && !server.has_heard("XSHA256 top/c"));
}

#[test]
fn without_hashes_the_time_decides() {
    let options = SyncOptions::new().with_compare(Compare::Hash);
    let mut server = Host::with(&["a x 9", "b x 0"]);
    let lines = server.download(&["a y 0", "b y 0"], &options);
    assert_eq!(lines, ["update a (newer)", "skip b (the same)"]);
}

#[test]
fn the_sizes_of_texts_are_not_compared() {
    let text = TransferOptions::new().with_type(TransferType::Ascii(Format::NonPrint));
    let mut options = SyncOptions::new();
    options.files = options.files.with_transfer(text);
    let lines = Host::with(&["a xx 0", "b xx 9"]).download(&["a x 0", "b x 0"], &options);
    assert_eq!(lines, ["skip a (the same)", "update b (newer)"]);
}

#[test]
fn a_time_without_seconds_is_newer_only_if_its_whole_minute_is() {
    // Without MDTM, the server shows 12:00 or 12:02. With it, one question tells the second.
    for (remote, local, by_list, by_question) in [
        ("a x 30", "a y 0", "skip a (the same)", "update a (newer)"),
        ("a x 0", "a y 59", "skip a (the same)", "skip a (the same)"),
        ("a x 120", "a y 59", "skip a (the same)", "update a (newer)"),
    ] {
        let mut server = Host::old(&[remote]);
        let options = SyncOptions::new();
        assert_eq!(server.download(&[local], &options), [by_question]);
        server.tells_times = false;
        assert_eq!(server.download(&[local], &options), [by_list]);
    }
    // The zone is known from `a`.
    let mut server = Host::old(&["a x", "b x 30", "c x 120"]);
    let lines = server.download(&["a x", "b x", "c x"], &SyncOptions::new());
    let expected = ["skip a (the same)", "skip b (the same)", "update c (newer)"];
    assert_eq!(lines, expected);
    assert!(server.has_heard("MDTM top/c") && !server.has_heard("MDTM top/b"));
}

#[test]
fn one_question_shows_the_zone_of_all_times() {
    let mut server = Host::old(&["a x", "b x", "c x"]);
    server.zone = [120, 120];
    let lines = server.download(&["a x", "b x", "c x"], &SyncOptions::new());
    assert!(
        lines.iter().all(|line| line.starts_with("skip")),
        "{lines:?}"
    );
    assert_eq!(count(&server, "MDTM"), 1);
}

#[test]
fn daylight_saving_time_makes_no_file_newer() {
    // The zone is learnt from `a`, in winter, and `b` is of the summer before.
    let summer = -180 * 86_400;
    let b = format!("b x {summer}");
    let mut server = Host::old(&["a x 0", &b]);
    server.zone = [60, 120];
    let lines = server.download(&["a x 0", &b], &SyncOptions::new());
    assert_eq!(lines, ["skip a (the same)", "skip b (the same)"]);
    assert!(server.has_heard("MDTM top/b"));
}

#[test]
fn an_unknown_zone_makes_a_file_newer_only_if_it_is_newer_in_every_zone() {
    for (seconds, line) in [
        (13 * 3600, "skip a (the same)"),
        (15 * 3600, "update a (newer)"),
    ] {
        let mut server = Host::old(&[&format!("a x {seconds}")]);
        server.tells_times = false;
        assert_eq!(server.download(&["a x 0"], &SyncOptions::new()), [line]);
    }
}

#[test]
fn days_teach_no_zone_so_they_are_not_asked_about() {
    let year = -365 * 86_400;
    let mut server = Host::old(&[]);
    for name in ["a", "b"] {
        let line = format!("-rw-r--r-- 1 0 0 1 Jan  2  2025 {name}");
        server.lines.push(("", line));
    }
    let local = ["a", "b"].map(|name| format!("{name} x {year}"));
    let lines = server.download(&[&local[0], &local[1]], &SyncOptions::new());
    assert_eq!(lines, ["skip a (the same)", "skip b (the same)"]);
    assert_eq!(count(&server, "SIZE") + count(&server, "MDTM"), 0);
}

#[test]
fn one_refused_question_does_not_hide_the_zone() {
    let mut server = Host::old(&["a x", "b y 7200", "c x"]);
    server.zone = [120, 120];
    server.refusals.push(("/a", "550 not this one"));
    let local = ["a x", "b x", "c x"];
    let lines = server.download(&local, &SyncOptions::new());
    let expected = ["skip a (the same)", "update b (newer)", "skip c (the same)"];
    assert_eq!(lines, expected);
    assert!(!server.has_heard("MDTM top/c"));
}

#[test]
fn without_a_zone_each_file_is_asked_about() {
    let mut server = Host::old(&["a x", "b x", "c x", "d y 7200", "e x"]);
    for path in ["/a", "/b", "/c"] {
        server.refusals.push((path, "550 not this one"));
    }
    let local = ["a x", "b x", "c x", "d x", "e x"];
    for compare in [Compare::SizeOrNewer, Compare::Newer] {
        let options = SyncOptions::new().with_compare(compare);
        let lines = server.download(&local, &options);
        assert_eq!(lines[3..], ["update d (newer)", "skip e (the same)"]);
        assert!(lines[..3].iter().all(|line| line.starts_with("skip")));
        // `d` has shown the zone.
        assert!(!server.has_heard("MDTM top/e"));
    }
}

#[test]
fn daylight_saving_time_makes_no_file_older() {
    // The zone is learnt from `a`, in summer. So `b` seems to be of 11:00, but is of 12:00.
    let summer = 180 * 86_400;
    let (a, b) = (format!("a x {summer}"), "b y 0");
    for (local, line) in [(-1800, "update b (newer)"), (0, "skip b (the same)")] {
        let mut server = Host::old(&[&a, b]);
        server.zone = [60, 120];
        let lines = server.download(&[&a, &format!("b x {local}")], &SyncOptions::new());
        assert_eq!(lines, ["skip a (the same)", line]);
        assert!(server.has_heard("MDTM top/b"));
    }
    // What is older by more stays without a question.
    let mut server = Host::old(&[&a, b]);
    server.zone = [60, 120];
    server.download(&[&a, "b x 120"], &SyncOptions::new());
    assert!(!server.has_heard("MDTM top/b"));
}
