//! Which replies confirm a transfer, and what happens after any other reply.

use ftp_proto::{Config, DataEnd, Verdict};

use crate::support::*;

const UNCONFIRMED: &str = "Unconfirmed Some(\"RETR\")";
const BROKEN: &str = "Transient Some(\"RETR\") Some(\"451 broken\") Some(12)";

/// Ends a download in which the server sends `said`, and checks the outcome. Then PWD must get its
/// own reply; `fenced` says whether the client must send a fence (an extra PWD) before that.
#[track_caller]
fn ended(said: &[Item], outcome: &str, fenced: bool) {
    let then = if fenced { fenced_pwd() } else { pwd().into() };
    let script = [&[serve("close graceful download")][..], said, &then].concat();
    let outcomes = play(downloading(script), &[finish(), Op::Pwd]);
    assert_eq!(outcomes, [outcome, "/here"]);
}

#[test]
fn confirmed_by_226_and_250_and_by_no_other_reply() {
    ended(&[say("226 done")], "12 bytes, 226 done", false);
    ended(&[say("250 done")], "12 bytes, 250 done", false);
    for other in ["202", "211", "213", "225", "227", "229", "257"] {
        let reply = format!("{other} what");
        let outcome = format!("{UNCONFIRMED} Some(\"{reply}\") Some(12)");
        ended(&[say(&reply)], &outcome, true);
    }
    let outcome = "UnexpectedReply Some(\"RETR\") Some(\"350 what\") Some(12)";
    ended(&[say("350 what")], outcome, true);
}

#[test]
fn confirmed_by_200_if_no_reply_follows() {
    let question = hear("PWD");
    let answer = say("257 \"/here\"");
    let whole = "12 bytes, 200 done";
    ended(
        &[say("200 done"), question.clone(), answer.clone()],
        whole,
        false,
    );
    // After a 200, the client sends PWD to see whether another reply follows. If the server refuses
    // PWD, the client sends SYST instead.
    for refusal in ["502 no PWD here", "550 not for you"] {
        let other = [hear("SYST"), say("215 UNIX")];
        let said = [
            &[say("200 done"), question.clone(), say(refusal)][..],
            &other,
        ]
        .concat();
        ended(&said, whole, false);
    }
    ended(
        &[say("200 done"), question, say("451 broken"), answer],
        BROKEN,
        false,
    );
    ended(&[say("200 done"), say("451 broken")], BROKEN, true);
}

/// The server sends a 226 before any 150, so this 226 may belong to an earlier transfer. The client
/// sends PWD to see whether the real replies follow.
#[test]
fn confirmed_without_a_150_if_no_reply_follows() {
    let begun = |rest: &[Item]| {
        let end = [
            say("226 stale"),
            serve("close graceful download"),
            hear("PWD"),
        ];
        [&opening("RETR a")[..6], &end, rest, &pwd()].concat()
    };
    let ops = [Op::Retrieve("a", 0), finish(), Op::Pwd];
    let own = begun(&[say("257 \"/here\"")]);
    let outcomes = play(logged_in(Config::default(), own), &ops);
    assert_eq!(outcomes, [DOWNLOADING, "12 bytes, 226 stale", "/here"]);
    let broken = begun(&[say("150 here"), say("451 broken"), say("257 \"/here\"")]);
    let outcomes = play(logged_in(Config::default(), broken), &ops);
    assert_eq!(outcomes, [DOWNLOADING, BROKEN, "/here"]);
}

#[test]
fn confirmed_by_no_200_before_the_150() {
    let script = [
        &opening("RETR a")[..6],
        &[say("200 ok"), say("200 ok"), say("150 here")],
    ]
    .concat();
    let mut driver = logged_in(Config::default(), script);
    driver.outcome(&Op::Retrieve("a", 0));
    driver
        .server
        .extend([serve("close graceful download"), say("451 broken")]);
    assert_eq!(driver.outcome(&finish()), BROKEN);
    driver.server.assert_over();
}

#[test]
fn confirmed_and_refused_is_refused() {
    ended(&[say("226 done"), say("451 broken")], BROKEN, true);
    ended(&[bytes(b"226 done\r\n451 broken\r\n")], BROKEN, true);
    ended(&[bytes(b"451 broken\r\n226 done\r\n")], BROKEN, true);
    let outcome = format!("{UNCONFIRMED} Some(\"257 what\") Some(12)");
    ended(&[say("226 done"), say("257 what")], &outcome, true);
}

#[test]
fn confirmed_twice_is_confirmed() {
    ended(
        &[say("226 done"), say("226 done")],
        "12 bytes, 226 done",
        true,
    );
    ended(
        &[say("226 done"), say("200 fine")],
        "12 bytes, 226 done",
        true,
    );
}

#[test]
fn confirmed_while_another_reply_begins_is_unconfirmed() {
    let outcome = format!("{UNCONFIRMED} Some(\"226 done\") Some(12)");
    let script = [
        serve("close graceful download"),
        bytes(b"226 done\r\n45"),
        hear("PWD"),
        bytes(b"1 broken\r\n257 \"/fence\"\r\n"),
    ];
    let driver = downloading([&script[..], &pwd()].concat());
    assert_eq!(play(driver, &[finish(), Op::Pwd]), [&*outcome, "/here"]);
}

#[test]
fn a_226_before_the_150_confirms_another_transfer() {
    for (said, outcome) in [
        ("451 broken", BROKEN),
        (
            "226 done",
            "Unconfirmed Some(\"RETR\") Some(\"226 done\") Some(12)",
        ),
    ] {
        let script = [
            &opening("RETR a")[..6],
            &[say("226 old"), say("150 here (12 bytes)")],
        ]
        .concat();
        let mut driver = logged_in(Config::default(), script);
        let opened = driver.outcome(&Op::Retrieve("a", 0));
        assert_eq!(opened, DOWNLOADING.replace("None", "Some(12)"));
        let transfer = driver.transfer.as_ref().expect("a transfer");
        assert_eq!(driver.session.verdict(transfer), Verdict::Open);
        driver
            .server
            .extend([serve("close graceful download"), say(said)]);
        driver.server.extend(fenced_pwd());
        assert_eq!(driver.outcome(&finish()), outcome);
        assert_eq!(driver.outcome(&Op::Pwd), "/here");
        driver.server.assert_over();
    }
}

#[test]
fn a_226_before_a_150_that_comes_with_the_data() {
    let script = [&opening("RETR a")[..6], &[say("226 old")]].concat();
    let mut driver = logged_in(Config::default(), script);
    assert_eq!(driver.outcome(&Op::Retrieve("a", 0)), DOWNLOADING);
    driver.server.extend([
        serve("close graceful download"),
        say("150 here"),
        say("226 done"),
    ]);
    driver.server.extend(fenced_pwd());
    let outcome = format!("{UNCONFIRMED} Some(\"226 done\") Some(12)");
    assert_eq!(driver.outcome(&finish()), outcome);
    assert_eq!(driver.outcome(&Op::Pwd), "/here");
}

#[test]
fn confirmed_and_refused_while_a_noop_is_owed_is_refused() {
    for said in [
        &["226 done", "451 broken"][..],
        &["451 broken", "226 done"],
        &["226 done", "200 still here", "451 broken"],
        &["200 still here", "226 done", "451 broken"],
    ] {
        let said: Vec<Item> = said.iter().map(|reply| say(reply)).collect();
        let script = [&[hear("NOOP"), serve("close graceful download")][..], &said].concat();
        let driver = downloading([script, fenced_pwd()].concat());
        let outcomes = play(driver, &[Op::KeepAlive, finish(), Op::Pwd]);
        assert_eq!(outcomes[1..], [BROKEN, "/here"], "{said:?}");
    }
}

#[test]
fn confirmed_by_the_worse_of_two_replies_that_a_noop_may_get() {
    for order in [["200 fine", "500 broken"], ["500 broken", "200 fine"]] {
        let script = [
            hear("NOOP"),
            serve("close graceful download"),
            say(order[0]),
            say(order[1]),
        ];
        let outcomes = play(
            downloading([&script[..], &pwd()].concat()),
            &[Op::KeepAlive, finish(), Op::Pwd],
        );
        let failed = "Permanent Some(\"RETR\") Some(\"500 broken\") Some(12)";
        assert_eq!(outcomes, ["", failed, "/here"]);
    }
}

#[test]
fn confirmed_by_no_other_reply_while_a_noop_is_owed() {
    let mut driver = uploading([hear("NOOP")]);
    driver.outcome(&Op::KeepAlive);
    driver.session.receive(b"350 what\r\n");
    let transfer = driver.transfer.as_ref().expect("a transfer");
    assert_eq!(driver.session.verdict(transfer), Verdict::Failed);
    driver
        .server
        .extend([serve("close abandon"), say("200 still here")]);
    driver.server.extend(fenced_pwd());
    assert_eq!(
        driver.outcome(&Op::Finish(7, DataEnd::Stopped)),
        "UnexpectedReply Some(\"STOR\") Some(\"350 what\") Some(7)"
    );
    assert_eq!(driver.outcome(&Op::Pwd), "/here");
    driver.server.assert_over();
}

#[test]
fn confirmed_uploads_are_followed_by_a_look() {
    let script = [
        serve("close graceful upload"),
        say("226 done"),
        say("552 disk full"),
    ];
    let driver = uploading([&script[..], &fenced_pwd()].concat());
    assert_eq!(
        play(driver, &[finish(), Op::Pwd]),
        [
            "Permanent Some(\"STOR\") Some(\"552 disk full\") Some(12)",
            "/here"
        ]
    );
}

#[test]
fn invariant_4_a_completion_before_the_data_confirms_no_upload() {
    let mut driver = uploading([serve("close abandon"), say("452 Disk full")]);
    driver.session.receive(b"226 left over\r\n");
    let outcome = driver.outcome(&Op::Finish(7, DataEnd::Clean));
    assert!(outcome.starts_with("Unconfirmed"), "{outcome}");
    // The 452 is the server's real reply to this upload. The 452 has arrived before the client
    // sends the fence (an extra PWD), so the client drops the 452.
    driver.server.extend(fence());
    driver.server.extend([hear("DELE a"), say("550 No")]);
    assert_eq!(driver.outcome(&Op::Raw("DELE a")), "550 No");
}

#[test]
fn invariant_4_a_completion_that_waits_unread_confirms_no_upload() {
    // The 226 arrives before the client ends the upload. The client reads what has arrived before
    // it closes the data connection, so it knows that this 226 cannot confirm the upload.
    let mut driver = uploading([say("226 left over"), serve("close abandon")]);
    let outcome = driver.outcome(&Op::Finish(7, DataEnd::Clean));
    assert!(outcome.starts_with("Unconfirmed"), "{outcome}");
    driver.server.assert_over();
}
