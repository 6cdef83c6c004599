//! SIZE, MDTM and MLST, which return attributes of a file.

use ftp_proto::{Config, flows};

use crate::support::*;

#[test]
fn size_sets_type_i_first() {
    let script = [
        hear("TYPE I"),
        say("200 I"),
        hear("SIZE a b"),
        say("213 12"),
    ];
    assert_eq!(plain(Op::Size("a b"), script), "Some(12)");
}

#[test]
fn size_unknown_to_the_server_is_remembered() {
    for refusal in ["500 what", "502 no", "504 no"] {
        let script = [hear("TYPE I"), say("200 I"), hear("SIZE a"), say(refusal)];
        let ops = [Op::Size("a"), Op::Size("b")];
        let outcomes = play(logged_in(Config::default(), script), &ops);
        assert_eq!(outcomes, ["None", "None"]);
    }
}

#[test]
fn size_answers_that_are_errors_and_leave_the_session_in_step() {
    for (reply, kind) in [
        ("550 no file", "Permanent"),
        ("213 18446744073709551616", "Protocol"),
        ("213 many", "Protocol"),
        ("213 12 bytes", "Protocol"),
        ("250 12", "UnexpectedReply"),
    ] {
        let script = [hear("TYPE I"), say("200 I"), hear("SIZE a"), say(reply)];
        let script = [&script[..], &pwd_after(reply)].concat();
        let outcomes = play(
            logged_in(Config::default(), script),
            &[Op::Size("a"), Op::Pwd],
        );
        assert_eq!(
            outcomes,
            [
                format!("{kind} Some(\"SIZE\") Some(\"{reply}\") None"),
                "/here".into()
            ]
        );
    }
}

#[test]
fn size_cut_by_the_end_of_the_connection_is_never_a_size() {
    let script = [
        hear("TYPE I"),
        say("200 I"),
        hear("SIZE a"),
        bytes(b"213 12"),
        Item::Eof,
    ];
    assert_eq!(plain(Op::Size("a"), script), "Closed None None None");
}

fn modified(path: &str) -> flows::Modified {
    flows::Modified::new(path).expect("a path")
}

#[test]
fn modified_yields_the_time() {
    for (reply, time) in [
        ("213 20260102030405", "Some(Timestamp(2026-01-02T03:04:05))"),
        (
            "213 20260102030405.250",
            "Some(Timestamp(2026-01-02T03:04:05.25))",
        ),
        (
            "213  20260102030405 ",
            "Some(Timestamp(2026-01-02T03:04:05))",
        ),
    ] {
        let outcome = flow_outcome(modified("a b"), [hear("MDTM a b"), say(reply)]);
        assert_eq!(outcome, time, "{reply}");
    }
}

#[test]
fn modified_of_a_name_that_begins_as_a_time_does_changes_no_time() {
    let d13 = "2026010100000";
    for (path, line) in [
        (format!("{d13}0 a"), format!("MDTM ./{d13}0 a")),
        (format!("{d13}0"), format!("MDTM ./{d13}0")),
        (format!("{d13}0.5 a"), format!("MDTM ./{d13}0.5 a")),
        (format!("{d13}00 a"), format!("MDTM ./{d13}00 a")),
        (format!("{d13} a"), format!("MDTM {d13} a")),
        (format!("/{d13}0 a"), format!("MDTM /{d13}0 a")),
        (format!(" {d13}0 a"), format!("MDTM  {d13}0 a")),
    ] {
        let outcome = flow_outcome(modified(&path), [hear(&line), say("213 20260102030405")]);
        assert!(outcome.starts_with("Some"), "{path}: {outcome}");
    }
}

#[test]
fn modified_unknown_to_the_server_is_remembered() {
    for refusal in ["500 what", "502 no", "504 no"] {
        let script = [&[hear("MDTM a"), say(refusal)][..], &pwd()].concat();
        let mut driver = logged_in(Config::default(), script);
        assert_eq!(driver.tell(modified("a")), "None");
        assert_eq!(driver.tell(modified("b")), "None");
        assert_eq!(driver.outcome(&Op::Pwd), "/here");
        driver.server.assert_over();
    }
}

#[test]
fn modified_answers_that_are_errors_and_leave_the_session_in_step() {
    for (reply, kind) in [
        ("550 no file", "Permanent"),
        ("450 busy", "Transient"),
        ("213 yesterday", "Protocol"),
        ("213 ", "Protocol"),
        ("213 20261302030405", "Protocol"),
        ("213 2026010203040", "Protocol"),
        ("213 20260102030405 20260102030405", "Protocol"),
        ("250 20260102030405", "UnexpectedReply"),
        ("350 20260102030405", "UnexpectedReply"),
    ] {
        let script = [
            &[hear("MDTM a"), say(reply)][..],
            &pwd_after(reply),
            // The client remembers only that a server does not implement a command. After any other
            // reply, it sends MDTM again.
            &[hear("MDTM a"), say("213 20260102030405")],
        ]
        .concat();
        let mut driver = logged_in(Config::default(), script);
        assert_eq!(
            driver.tell(modified("a")),
            format!("{kind} Some(\"MDTM\") Some(\"{reply}\") None")
        );
        assert_eq!(driver.outcome(&Op::Pwd), "/here");
        assert!(driver.tell(modified("a")).starts_with("Some(Timestamp"));
        driver.server.assert_over();
    }
}

fn facts(path: Option<&str>) -> flows::Facts {
    flows::Facts::new(path).expect("a path")
}

#[test]
fn facts_of_one_file() {
    let script = [
        hear("MLST a b"),
        say("250-Begin\r\n type=file;size=12; /pub/a b\r\n250 End"),
    ];
    let shown = flow_outcome(facts(Some("a b")), script);
    assert!(
        shown.contains("raw: \"type=file;size=12; /pub/a b\""),
        "{shown}"
    );
    // MLST without a path describes the current directory. One server leaves out the blank before
    // the entry, and another one repeats the code.
    for inner in ["type=cdir; /pub", "250-type=cdir; /pub"] {
        let reply = format!("250-Begin\r\n{inner}\r\n250 End");
        let outcome = flow_outcome(facts(None), [hear("MLST"), say(&reply)]);
        assert!(outcome.contains("raw: \"type=cdir; /pub\""), "{outcome}");
    }
}

#[test]
fn facts_answers_that_are_errors_and_leave_the_session_in_step() {
    for (reply, kind) in [
        ("550 no file", "Permanent"),
        ("500 what", "Permanent"),
        ("502 no", "Permanent"),
        ("250 done", "Protocol"),
        ("250-Begin\r\n250 End", "Protocol"),
        ("200 fine", "Protocol"),
    ] {
        let script = [&[hear("MLST a"), say(reply)][..], &pwd()].concat();
        let mut driver = logged_in(Config::default(), script);
        let outcome = driver.tell(facts(Some("a")));
        assert!(
            outcome.starts_with(&format!("{kind} Some(\"MLST\") Some(\"{}", &reply[..3])),
            "{outcome}"
        );
        assert_eq!(driver.outcome(&Op::Pwd), "/here");
        driver.server.assert_over();
    }
}
