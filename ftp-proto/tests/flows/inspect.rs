//! What a server knows about one path: MLST, or else SIZE and MDTM.

use ftp_proto::{Config, flows};

use crate::support::*;

const WITH_MLST: &str = "211-Features\r\n MLST type*;size*;\r\n211 End";
const WITHOUT: &str = "211-Features\r\n SIZE\r\n211 End";
const FACTS: &str = "250-Begin\r\n type=file;size=12; /a\r\n250 End";

fn inspect() -> flows::Inspect {
    flows::Inspect::new("a").expect("a path")
}

fn by_commands() -> Vec<Item> {
    vec![hear("TYPE I"), say("200 I"), hear("SIZE a")]
}

#[test]
fn mlst_answers_alone() {
    let script = [hear("FEAT"), say(WITH_MLST), hear("MLST a"), say(FACTS)];
    let outcome = flow_outcome(inspect(), script);
    assert!(outcome.starts_with("Facts(Entry"), "{outcome}");
    assert!(outcome.contains("size: Some(12)"), "{outcome}");
}

#[test]
fn mlst_that_the_server_does_not_know_is_remembered() {
    let script = [
        &[
            hear("FEAT"),
            say(WITH_MLST),
            hear("MLST a"),
            say("500 what"),
        ][..],
        &by_commands(),
        &[say("213 12"), hear("MDTM a"), say("213 20260102030405")],
        &[hear("SIZE a"), say("213 12")],
    ]
    .concat();
    let mut driver = logged_in(Config::default(), script);
    assert_eq!(
        driver.tell(inspect()),
        "File { size: Some(12), modified: Some(Timestamp(2026-01-02T03:04:05)) }"
    );
    let without_time = inspect().without_time();
    assert_eq!(
        driver.tell(without_time),
        "File { size: Some(12), modified: None }"
    );
    driver.server.assert_over();
}

#[test]
fn mlst_without_an_entry_is_followed_by_size() {
    let script = [
        &[hear("FEAT"), say(WITH_MLST), hear("MLST a")][..],
        &[say("250-Begin\r\n250 End")],
        &by_commands(),
        &[say("550 no"), hear("PWD"), say("257 \"/here\"")],
    ]
    .concat();
    let mut driver = logged_in(Config::default(), script);
    assert!(driver.tell(inspect()).starts_with("Refused(Error"));
    assert_eq!(driver.outcome(&Op::Pwd), "/here");
    driver.server.assert_over();
}

#[test]
fn a_refusal_is_a_result() {
    for refusal in ["550 no", "501 bad", "553 never", "450 busy"] {
        let script = [hear("FEAT"), say(WITH_MLST), hear("MLST a"), say(refusal)];
        let outcome = flow_outcome(inspect(), script);
        assert!(outcome.starts_with("Refused(Error"), "{outcome}");
        let script = [&[hear("FEAT"), say(WITHOUT)][..], &by_commands()].concat();
        let outcome = flow_outcome(inspect(), [&script[..], &[say(refusal)]].concat());
        assert!(outcome.starts_with("Refused(Error"), "{outcome}");
    }
}

#[test]
fn mdtm_is_asked_where_size_is_unknown() {
    for (modified, outcome) in [
        (
            "213 20260102030405",
            "File { size: None, modified: Some(Timestamp(2026-01-02T03:04:05)) }",
        ),
        ("502 no", "Unasked"),
        ("213 yesterday", "Unasked"),
    ] {
        let script = [
            &[hear("FEAT"), say("500 what")][..],
            &by_commands(),
            &[say("500 what"), hear("MDTM a"), say(modified)],
        ]
        .concat();
        assert_eq!(flow_outcome(inspect(), script), outcome);
    }
    // The server tells the size but refuses MDTM. The result must still have the size.
    let script = [
        &[hear("FEAT"), say(WITHOUT)][..],
        &by_commands(),
        &[say("213 12"), hear("MDTM a"), say("550 no")],
    ]
    .concat();
    let outcome = flow_outcome(inspect(), script);
    assert_eq!(outcome, "File { size: Some(12), modified: None }");
}

#[test]
fn a_lost_session_is_an_error() {
    for end in [say("421 bye"), Item::Eof] {
        let script = [hear("FEAT"), say(WITH_MLST), hear("MLST a"), end];
        let outcome = flow_outcome(inspect(), script);
        assert!(outcome.starts_with("Closed"), "{outcome}");
    }
}

#[test]
fn a_server_that_refuses_feat_is_asked_by_size() {
    for refusal in ["500 what", "530 not now", "550 no"] {
        let script = [
            &[hear("FEAT"), say(refusal)][..],
            &by_commands(),
            &[say("213 12")],
        ]
        .concat();
        let outcome = flow_outcome(inspect().without_time(), script);
        assert_eq!(outcome, "File { size: Some(12), modified: None }");
    }
}
