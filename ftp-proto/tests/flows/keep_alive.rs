//! NOOP during a transfer, which keeps the control connection alive.

use ftp_proto::{DataEnd, Verdict};

use crate::support::*;

#[test]
fn keep_alive_answered_before_226() {
    let script = [
        hear("NOOP"),
        serve("close graceful download"),
        say("200 still here"),
        say("226 done"),
    ];
    let driver = downloading([&script[..], &pwd()].concat());
    let outcomes = play(driver, &[Op::KeepAlive, finish(), Op::Pwd]);
    assert_eq!(outcomes, ["", "12 bytes, 226 done", "/here"]);
}

#[test]
fn keep_alive_answered_after_226() {
    let script = [
        hear("NOOP"),
        serve("close graceful download"),
        say("226 done"),
        say("200 still here"),
    ];
    let driver = downloading([&script[..], &pwd()].concat());
    let outcomes = play(driver, &[Op::KeepAlive, finish(), Op::Pwd]);
    assert_eq!(outcomes, ["", "12 bytes, 226 done", "/here"]);
}

#[test]
fn keep_alive_never_answered() {
    let script = [
        hear("NOOP"),
        serve("close graceful download"),
        say("226 done"),
        Item::Silence,
    ];
    let driver = downloading([&script[..], &fenced_pwd()].concat());
    let outcomes = play(driver, &[Op::KeepAlive, finish(), Op::Pwd]);
    assert_eq!(outcomes, ["", "12 bytes, 226 done", "/here"]);
}

#[test]
fn keep_alive_answered_so_late_that_the_fence_takes_it() {
    let script = [
        hear("NOOP"),
        serve("close graceful download"),
        say("226 done"),
        Item::Silence,
        hear("PWD"),
        say("200 late"),
        say("257 \"/fence\""),
    ];
    let driver = downloading([&script[..], &pwd()].concat());
    let outcomes = play(driver, &[Op::KeepAlive, finish(), Op::Pwd]);
    assert_eq!(outcomes, ["", "12 bytes, 226 done", "/here"]);
}

#[test]
fn keep_alive_answered_with_500() {
    for order in [["500 what", "226 done"], ["226 done", "500 what"]] {
        let script = [
            hear("NOOP"),
            serve("close graceful download"),
            say(order[0]),
            say(order[1]),
        ];
        let driver = downloading([&script[..], &pwd()].concat());
        let outcomes = play(driver, &[Op::KeepAlive, finish(), Op::Pwd]);
        assert_eq!(outcomes, ["", "12 bytes, 226 done", "/here"]);
    }
}

#[test]
fn keep_alive_does_not_make_a_failed_transfer_a_success() {
    for order in [["200 ok", "451 broken"], ["451 broken", "200 ok"]] {
        let script = [
            hear("NOOP"),
            serve("close graceful download"),
            say(order[0]),
            say(order[1]),
        ];
        let driver = downloading([&script[..], &pwd()].concat());
        let outcomes = play(driver, &[Op::KeepAlive, finish(), Op::Pwd]);
        assert_eq!(
            outcomes,
            [
                "",
                "Transient Some(\"RETR\") Some(\"451 broken\") Some(12)",
                "/here"
            ]
        );
    }
    // The 200 is the reply to NOOP, so it does not confirm the transfer.
    let script = [
        hear("NOOP"),
        serve("close graceful download"),
        say("200 ok"),
        Item::Silence,
    ];
    let driver = downloading(script);
    assert_eq!(
        play(driver, &[Op::KeepAlive, finish()])[1],
        "Unconfirmed Some(\"RETR\") None Some(12)"
    );
}

#[test]
fn keep_alive_and_a_refusal_that_no_noop_gets_stops_the_upload() {
    let mut driver = uploading([hear("NOOP")]);
    driver.outcome(&Op::KeepAlive);
    driver.session.receive(b"552 disk full\r\n");
    let transfer = driver.transfer.as_ref().expect("a transfer");
    assert_eq!(driver.session.verdict(transfer), Verdict::Failed);
    driver
        .server
        .extend([serve("close abandon"), say("200 ok")]);
    assert_eq!(
        driver.outcome(&Op::Finish(7, DataEnd::Stopped)),
        "Permanent Some(\"STOR\") Some(\"552 disk full\") Some(7)"
    );
}

#[test]
fn keep_alive_is_not_sent_while_one_is_owed_or_the_transfer_is_over() {
    let mut driver = downloading([hear("NOOP")]);
    driver.outcome(&Op::KeepAlive);
    driver.outcome(&Op::KeepAlive);
    assert_eq!(driver.wire, ["NOOP"]);
    let mut driver = downloading([]);
    driver.session.receive(b"226 done\r\n");
    driver.outcome(&Op::KeepAlive);
    assert!(driver.wire.is_empty());
}

#[test]
fn keep_alive_goes_on_once_the_one_before_was_answered() {
    // A long transfer needs more than one NOOP. The client sends the second NOOP after the reply to
    // the first one.
    let mut driver = downloading([hear("NOOP")]);
    driver.outcome(&Op::KeepAlive);
    driver.session.receive(b"200 still here\r\n");
    driver.server.extend([
        hear("NOOP"),
        serve("close graceful download"),
        say("200 still here"),
        say("226 done"),
    ]);
    driver.outcome(&Op::KeepAlive);
    assert_eq!(driver.wire, ["NOOP", "NOOP"]);
    assert_eq!(driver.outcome(&finish()), "12 bytes, 226 done");
}

#[test]
fn keep_alive_without_a_reply_while_the_transfer_is_aborted() {
    for replies in [
        &["426 cut", "200 ok", "226 aborted"][..],
        &["226 done", "200 ok", "225 nothing"],
        &["426 cut", "226 aborted"],
    ] {
        let said: Vec<Item> = replies.iter().map(|reply| say(reply)).collect();
        let script = [
            &[hear("NOOP"), hear("ABOR"), serve("close abandon")][..],
            &said,
            &fenced_pwd(),
        ]
        .concat();
        let outcomes = play(downloading(script), &[Op::KeepAlive, Op::Abort, Op::Pwd]);
        assert_eq!(outcomes[2], "/here", "{replies:?}");
    }
}

#[test]
fn invariant_4_a_completion_held_for_a_keep_alive_confirms_no_upload() {
    let mut driver = uploading([hear("NOOP")]);
    driver.outcome(&Op::KeepAlive);
    driver.session.receive(b"226 left over\r\n");
    driver.server.extend([serve("close abandon")]);
    let outcome = driver.outcome(&Op::Finish(7, DataEnd::Clean));
    assert!(outcome.starts_with("Unconfirmed"), "{outcome}");
    driver.server.extend([say("200 NOOP"), say("452 full")]);
    driver.server.extend(fence());
    driver.server.extend([hear("DELE a"), say("550 No")]);
    assert_eq!(driver.outcome(&Op::Raw("DELE a")), "550 No");
}
