//! Tests of invariant 2: the client never takes a reply to one command for the reply to another.

use ftp_proto::{Config, DataEnd, Pipelining};

use crate::support::*;

#[test]
fn invariant_2_a_stray_250_before_dele_is_refused_is_not_a_success() {
    // A stray 250 has arrived before the client sends DELE. The client must first send a fence (an
    // extra PWD), so that it does not take the 250 for the reply to DELE.
    let script = [
        &[say("250 stray")][..],
        &fence(),
        &[hear("DELE a"), say("550 no")],
    ]
    .concat();
    let mut driver = logged_in(Config::default(), script);
    assert_eq!(driver.outcome(&Op::Raw("DELE a")), "550 no");
    driver.server.assert_over();
}

#[test]
fn invariant_2_half_a_stray_250_that_has_arrived_is_not_the_answer_to_dele() {
    // The first half of a stray 250 has arrived before the client sends DELE. The client must first
    // send a fence (an extra PWD), and drop the whole 250.
    let script = [
        bytes(b"250 str"),
        hear("PWD"),
        bytes(b"ay\r\n"),
        say("257 \"/fence\""),
        hear("DELE a"),
        say("550 no"),
    ];
    let mut driver = logged_in(Config::default(), script);
    assert_eq!(driver.outcome(&Op::Raw("DELE a")), "550 no");
    driver.server.assert_over();
}

#[test]
fn invariant_2_ledger_late_226_is_not_the_answer_to_dele() {
    // The client aborts a transfer. The second reply to ABOR comes later, when no operation waits
    // for it.
    let script = [
        &[
            hear("TYPE I"),
            say("200 I"),
            hear("EPSV"),
            say("229 (|||6446|)"),
            serve("connect peer:6446"),
            hear("RETR a"),
            say("150 here"),
            hear("ABOR"),
            serve("close abandon"),
            say("226 done"),
            say("226 aborted"),
        ][..],
        &fence(),
        &[hear("DELE a"), say("550 no")],
    ]
    .concat();
    let mut driver = logged_in(Config::default(), script);
    driver.outcome(&Op::Retrieve("a", 0));
    driver.outcome(&Op::Abort);
    assert_eq!(driver.outcome(&Op::Raw("DELE a")), "550 no");
    driver.server.assert_over();
}

#[test]
fn invariant_2_a_duplicated_226_is_not_the_answer_to_dele() {
    let script = [
        &[
            hear("TYPE A"),
            say("200 A"),
            hear("EPSV"),
            say("229 (|||6446|)"),
            serve("connect peer:6446"),
            hear("LIST"),
            say("150 here"),
            serve("close graceful download"),
            bytes(b"226 done\r\n226 done\r\n"),
        ][..],
        &fence(),
        &[hear("DELE a"), say("550 no")],
    ]
    .concat();
    let mut driver = logged_in(Config::default(), script);
    driver.outcome(&Op::List);
    assert_eq!(
        driver.outcome(&Op::Finish(0, DataEnd::Clean)),
        "0 bytes, 226 done"
    );
    assert_eq!(driver.outcome(&Op::Raw("DELE a")), "550 no");
    driver.server.assert_over();
}

#[test]
fn invariant_2_the_fence_swallows_all_that_belongs_to_something_else() {
    let strays = [say("250 one"), say("550 two"), say("331 three")];
    let late = [
        hear("PWD"),
        say("226 four"),
        say("150 five"),
        say("257 \"/fence\""),
    ];
    let script = [&strays[..], &late, &pwd(), &pwd()].concat();
    let mut driver = logged_in(Config::default(), script);
    assert_eq!(driver.outcome(&Op::Pwd), "/here");
    // The session is in step again, so the client sends no second fence.
    assert_eq!(driver.outcome(&Op::Pwd), "/here");
    driver.server.assert_over();
}

#[test]
fn invariant_2_a_fence_that_is_not_answered_leaves_the_session_dead() {
    for item in [
        Item::Silence,
        Item::Eof,
        Item::Broken,
        say("421 bye"),
        say("HTTP/1.1 400"),
    ] {
        let mut driver = logged_in(Config::default(), [say("250 stray"), hear("PWD"), item]);
        driver.outcome(&Op::Raw("DELE a"));
        assert!(driver.session.is_dead());
        let outcome = driver.outcome(&Op::Raw("DELE a"));
        assert_eq!(driver.wire, ["PWD"], "{outcome}");
        driver.server.assert_over();
    }
}

#[test]
fn invariant_2_a_fence_swallows_eight_replies_and_no_more() {
    for (count, dead) in [(8, false), (9, true)] {
        let strays = vec![say("226 again"); count];
        let script = [
            &[say("250 stray"), hear("PWD")][..],
            &strays,
            &[say("257 \"/fence\"")],
            &pwd(),
        ]
        .concat();
        let mut driver = logged_in(Config::default(), script);
        if dead {
            let outcome = driver.outcome(&Op::Pwd);
            assert!(outcome.starts_with("OutOfStep"), "{outcome}");
        } else {
            assert_eq!(driver.outcome(&Op::Pwd), "/here");
        }
        assert_eq!(driver.session.is_dead(), dead);
    }
}

#[test]
fn invariant_2_strays_without_end_leave_the_session_dead() {
    let mut driver = logged_in(Config::default(), []);
    for _ in 0..8 {
        driver.session.receive(b"250 stray\r\n");
        assert!(!driver.session.is_dead());
    }
    driver.session.receive(b"250 stray\r\n");
    assert!(driver.session.is_dead());
}

#[test]
fn invariant_2_a_preliminary_may_come_before_any_final_reply() {
    let late = [hear("PWD"), say("120 what"), say("257 \"/late\"")];
    let mut driver = logged_in(Config::default(), [&late[..], &pwd()].concat());
    assert_eq!(driver.outcome(&Op::Pwd), "/late");
    assert_eq!(driver.outcome(&Op::Pwd), "/here");
    driver.server.assert_over();
}

#[test]
fn invariant_2_an_unasked_421_is_the_error_of_the_next_operation() {
    let mut driver = logged_in(Config::default(), [say("421 idle")]);
    assert_eq!(
        driver.outcome(&Op::Pwd),
        "Closed None Some(\"421 idle\") None"
    );
    assert!(driver.wire.is_empty());
}

#[test]
fn invariant_2_an_end_of_file_is_seen_before_a_command_is_sent() {
    let mut driver = logged_in(Config::default(), [Item::Eof]);
    assert_eq!(driver.outcome(&Op::Pwd), "Closed None None None");
    assert!(driver.wire.is_empty());
}

#[test]
fn invariant_2_a_second_greeting_does_not_hang_the_login() {
    // Before the login, PWD gets 530 and never 257. Many servers answer FEAT.
    let greetings = [bytes(b"220 ready\r\n220 again\r\n"), hear("FEAT")];
    let login = [
        say("211 none"),
        hear("USER ada"),
        say("331 password"),
        hear("PASS hunter2"),
        say("230 in"),
    ];
    let mut driver = scripted(Config::default(), [&greetings[..], &login].concat());
    driver.outcome(&Op::Greeting);
    assert_eq!(driver.outcome(&Op::Login), "230 in");
    let mut driver = scripted(
        Config::default(),
        [&greetings[..], &[say("530 no")]].concat(),
    );
    driver.outcome(&Op::Greeting);
    let outcome = driver.outcome(&Op::Login);
    assert!(outcome.starts_with("OutOfStep"), "{outcome}");
    assert!(driver.session.is_dead());
}

/// The server accepts the login and ends the session, before it answers the last command of the
/// flight. The login is no success.
#[test]
fn rule_421_in_the_flight_of_a_login_fails_the_login() {
    let script = [
        say("220 (vsFTPd 3.0.5)"),
        hear("USER ada"),
        say("331 password"),
        hear("PASS hunter2"),
        hear("TYPE I"),
        hear("EPSV"),
        bytes(b"230 in\r\n200 I\r\n421 bye\r\n"),
    ];
    let pipelining = Pipelining::default().with_transfer_next(true);
    let mut driver = scripted(Config::default().with_pipelining(pipelining), script);
    driver.outcome(&Op::Greeting);
    let outcome = driver.outcome(&Op::Login);
    assert!(outcome.starts_with("Closed"), "{outcome}");
    assert!(driver.session.is_dead());
}

/// The port and the end of the session come in one read. The client makes no connection to the
/// port, where it would wait until the time limit.
#[test]
fn rule_421_after_229_ends_the_transfer_before_it_connects() {
    let script = [
        hear("TYPE I"),
        say("200 I"),
        hear("EPSV"),
        bytes(b"229 (|||6446|)\r\n421 bye\r\n"),
    ];
    let never = Config::default().with_pipelining(Pipelining::never());
    let mut driver = logged_in(never, script);
    let outcome = driver.outcome(&Op::Retrieve("a", 0));
    assert!(outcome.starts_with("Closed"), "{outcome}");
    driver.server.assert_over();
}
