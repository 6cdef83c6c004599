//! Commands on files that move no data: DELE, RNFR and RNTO.

use ftp_proto::{Config, flows};

use crate::support::*;

fn delete() -> flows::Delete {
    flows::Delete::new("a b").expect("a path")
}

fn rename() -> flows::Rename {
    flows::Rename::new("a", "b c").expect("two paths")
}

#[test]
fn delete_yields_the_reply() {
    for reply in ["250 gone", "200 gone"] {
        let outcome = flow_outcome(delete(), [hear("DELE a b"), say(reply)]);
        assert_eq!(outcome, format!("Reply({reply})"));
    }
    for (reply, kind) in [("550 no", "Permanent"), ("450 busy", "Transient")] {
        assert_eq!(
            flow_outcome(delete(), [hear("DELE a b"), say(reply)]),
            format!("{kind} Some(\"DELE\") Some(\"{reply}\") None")
        );
    }
}

#[test]
fn rename_takes_two_commands() {
    let script = [
        hear("RNFR a"),
        say("350 to what?"),
        hear("RNTO b c"),
        say("250 done"),
    ];
    assert_eq!(flow_outcome(rename(), script), "Reply(250 done)");
}

#[test]
fn rename_does_not_send_rnto_after_a_refused_rnfr() {
    for (reply, kind) in [
        ("550 no", "Permanent"),
        ("450 busy", "Transient"),
        ("502 what", "Permanent"),
        // RNFR succeeds only with 350. After these replies, the client must not send RNTO.
        ("250 done", "UnexpectedReply"),
        ("200 ok", "UnexpectedReply"),
    ] {
        let script = [&[hear("RNFR a"), say(reply)][..], &pwd_after(reply)].concat();
        let mut driver = logged_in(Config::default(), script);
        assert_eq!(
            driver.tell(rename()),
            format!("{kind} Some(\"RNFR\") Some(\"{reply}\") None")
        );
        assert_eq!(driver.outcome(&Op::Pwd), "/here");
        driver.server.assert_over();
        assert!(!driver.wire.iter().any(|line| line.starts_with("RNTO")));
    }
}

#[test]
fn rename_refused_at_rnto() {
    for (reply, kind) in [
        ("553 no such name", "Permanent"),
        ("550 in the way", "Permanent"),
        ("503 RNFR first", "Permanent"),
        ("451 disk", "Transient"),
        ("350 again", "UnexpectedReply"),
    ] {
        let script = [
            hear("RNFR a"),
            say("350 to what?"),
            hear("RNTO b c"),
            say(reply),
        ];
        let script = [&script[..], &pwd_after(reply)].concat();
        let mut driver = logged_in(Config::default(), script);
        assert_eq!(
            driver.tell(rename()),
            format!("{kind} Some(\"RNTO\") Some(\"{reply}\") None")
        );
        assert_eq!(driver.outcome(&Op::Pwd), "/here");
        driver.server.assert_over();
    }
}

#[test]
fn rename_dropped_between_its_commands_sends_no_rnto() {
    let mut driver = logged_in(Config::default(), [hear("RNFR a")]);
    // The flow is dropped while it waits for the reply to RNFR.
    driver.drop_after = 4 * 2 - 1;
    assert_eq!(driver.tell(rename()), "dropped");
    driver.server.extend([say("350 to what?")]);
    driver.server.extend(pwd());
    assert_eq!(driver.outcome(&Op::Pwd), "/here");
    assert_eq!(driver.wire, ["RNFR a", "PWD"]);
    driver.server.assert_over();
}
