//! Setting the time of a file: MFMT, MDTM with two arguments, SITE UTIME.

use ftp_proto::reply::Timestamp;
use ftp_proto::{Capability, Config, Support, flows};

use crate::support::*;

const MFMT: &str = "MFMT 20260102030405 a b";
const MDTM: &str = "MDTM 20260102030405 a b";
const UTIME: &str = "SITE UTIME a b 20260102030405 20260102030405 20260102030405 UTC";
const SHORT: &str = "SITE UTIME 20260102030405 a b";
const NO_MDTM: &str = "211-Features:\r\n SIZE\r\n211 End";
const WITH_MDTM: &str = "211-Features:\r\n MDTM\r\n211 End";

fn set() -> flows::SetModified {
    let time = Timestamp::parse(b"20260102030405.678").expect("a time");
    flows::SetModified::new("a b", time).expect("a path")
}

/// Returns the script in which the client sends each of these commands and gets its reply.
fn dialogue(lines: &[(&str, &str)]) -> Vec<Item> {
    lines
        .iter()
        .flat_map(|(command, reply)| [hear(command), say(reply)])
        .collect()
}

/// Sets the same time twice. `first` and `second` are the commands that the client must send, with
/// the server's replies. Both times the outcome must be `outcome`.
#[track_caller]
fn twice(first: &[(&str, &str)], outcome: &str, second: &[(&str, &str)]) {
    let script = [dialogue(first), dialogue(second), pwd().into()].concat();
    let mut driver = logged_in(Config::default(), script);
    assert_eq!(driver.tell(set()), outcome);
    assert_eq!(driver.tell(set()), outcome);
    assert_eq!(driver.outcome(&Op::Pwd), "/here");
    driver.server.assert_over();
}

#[test]
fn mfmt_is_first() {
    for reply in [
        "213 Modify=20260102030405; a b",
        "213 UTIME OK",
        "250 ok",
        "200 ok",
    ] {
        twice(&[(MFMT, reply)], "Mfmt", &[(MFMT, reply)]);
    }
}

#[test]
fn mdtm_follows_and_the_refusal_is_remembered() {
    // The first row has the replies of vsftpd, the second those of Serv-U, and the third those of a
    // server without FEAT.
    for (refusal, features, reply) in [
        (
            "500 Unknown command.",
            WITH_MDTM,
            "213 File modification time set.",
        ),
        ("502 no", WITH_MDTM, "253 Date/time changed okay."),
        ("500 what", "500 what", "250 done"),
    ] {
        let first = [(MFMT, refusal), ("FEAT", features), (MDTM, reply)];
        twice(&first, "MdtmSet", &[(MDTM, reply)]);
    }
}

#[test]
fn site_utime_follows_where_feat_speaks_against_mdtm() {
    for reply in ["213 UTIME OK", "200 SITE UTIME command successful"] {
        let first = [(MFMT, "500 what"), ("FEAT", NO_MDTM), (UTIME, reply)];
        twice(&first, "SiteUtime", &[(UTIME, reply)]);
    }
}

#[test]
fn mdtm_that_is_taken_for_a_query_does_not_count() {
    // With each of these replies, the server has set no time. Most of them come from servers that
    // read MDTM as a question about the file `20260102030405 a b`. The client must try SITE UTIME.
    for reply in [
        "202 superfluous",
        "213 20250101000000",
        "213 20260102030405",
        "501 one argument, please",
        "500 no",
    ] {
        let first = [
            (MFMT, "500 what"),
            ("FEAT", WITH_MDTM),
            (MDTM, reply),
            (UTIME, "200 done"),
        ];
        twice(&first, "SiteUtime", &[(UTIME, "200 done")]);
    }
    // The 550 may mean that there is no file `a b`, or that there is no file `20260102030405 a b`.
    // SITE UTIME then works on `a b`, so the client knows that MDTM cannot set a time.
    let first = [
        (MFMT, "500 what"),
        ("FEAT", WITH_MDTM),
        (MDTM, "550 20260102030405 a b: no such file"),
        (UTIME, "200 done"),
    ];
    twice(&first, "SiteUtime", &[(UTIME, "200 done")]);
}

#[test]
fn a_path_that_looks_like_a_time_or_like_the_end_of_the_command() {
    let time = Timestamp::parse(b"20260102030405").expect("a time");
    for path in [
        "20250101000000 a",
        "202501010000 a",
        "a UTC",
        "20250101000000",
    ] {
        let [long, short] = [
            format!("SITE UTIME {path} 20260102030405 20260102030405 20260102030405 UTC"),
            format!("SITE UTIME 20260102030405 {path}"),
        ];
        let mfmt = format!("MFMT 20260102030405 {path}");
        let lines = [
            (mfmt.as_str(), "500 what"),
            ("FEAT", NO_MDTM),
            (&long, "500 what"),
            (&short, "200 done"),
        ];
        let mut driver = logged_in(Config::default(), dialogue(&lines));
        let set = flows::SetModified::new(path, time).expect("a path");
        assert_eq!(driver.tell(set), "SiteUtimeShort", "{path}");
        driver.server.assert_over();
    }
}

#[test]
fn mdtm_that_is_unknown_as_a_question_is_not_tried() {
    let question = flows::Modified::new("a").expect("a path");
    let lines = [
        ("MDTM a", "500 what"),
        (MFMT, "500 what"),
        (UTIME, "200 done"),
    ];
    let mut driver = logged_in(Config::default(), dialogue(&lines));
    assert_eq!(driver.tell(question), "None");
    assert_eq!(driver.tell(set()), "SiteUtime");
    driver.server.assert_over();
}

#[test]
fn the_short_form_of_site_utime_is_last() {
    let first = [
        (MFMT, "500 what"),
        ("FEAT", NO_MDTM),
        (UTIME, "500 wrong time"),
        (SHORT, "200 done"),
    ];
    twice(&first, "SiteUtimeShort", &[(SHORT, "200 done")]);
}

#[test]
fn a_server_that_knows_none_is_an_error_that_says_so() {
    let first = [
        (MFMT, "500 what"),
        ("FEAT", NO_MDTM),
        (UTIME, "202 superfluous"),
        (SHORT, "504 no"),
    ];
    let script = [dialogue(&first), pwd().into()].concat();
    let mut driver = logged_in(Config::default(), script);
    assert_eq!(
        driver.tell(set()),
        "Unsupported Some(\"MFMT\") Some(\"500 what\") None"
    );
    assert_eq!(driver.outcome(&Op::Pwd), "/here");
    // The client knows that the server has none of these commands, so it sends nothing.
    assert_eq!(driver.tell(set()), "Unsupported Some(\"MFMT\") None None");
    driver.server.assert_over();
    for capability in [
        Capability::Mfmt,
        Capability::SiteUtime,
        Capability::SiteUtimeShort,
    ] {
        let known = driver.session.capabilities();
        assert_eq!(known.support(capability), Support::Refused, "{capability}");
    }
}

#[test]
fn a_refusal_by_a_server_that_knows_the_command_ends_it() {
    let refused = |verb, reply| format!("Permanent Some(\"{verb}\") Some(\"{reply}\") None");
    twice(
        &[(MFMT, "550 no file")],
        &refused("MFMT", "550 no file"),
        &[(MFMT, "550 no file")],
    );
    // The server refuses SITE UTIME too. The error must show the refusal of MDTM, which comes first
    // and helps more.
    let lines = [
        (MDTM, "550 Could not set."),
        (UTIME, "550 Permission denied."),
    ];
    let first = [&[(MFMT, "500 what"), ("FEAT", WITH_MDTM)][..], &lines].concat();
    twice(&first, &refused("MDTM", "550 Could not set."), &lines);
    // The server does not know SITE UTIME in either form. The error must still show the refusal of
    // MDTM.
    let first = [&first[..3], &[(UTIME, "500 what"), (SHORT, "500 what")]].concat();
    twice(&first, &refused("MDTM", "550 Could not set."), &lines[..1]);
}

#[test]
fn mdtm_that_has_worked_is_believed_afterwards() {
    let script = dialogue(&[
        (MFMT, "500 what"),
        ("FEAT", WITH_MDTM),
        (MDTM, "213 File modification time set."),
        (MDTM, "550 Could not set file modification time."),
    ]);
    let mut driver = logged_in(Config::default(), script);
    assert_eq!(driver.tell(set()), "MdtmSet");
    assert!(
        driver
            .tell(set())
            .starts_with("Permanent Some(\"MDTM\") Some(\"550")
    );
    driver.server.assert_over();
}

#[test]
fn an_empty_path_is_not_sent() {
    let time = Timestamp::parse(b"20260102030405").expect("a time");
    for path in ["", "a\r\nDELE b"] {
        let error = flows::SetModified::new(path, time).expect_err("refused");
        assert_eq!(error.kind(), ftp_proto::ErrorKind::InvalidArgument);
    }
}
