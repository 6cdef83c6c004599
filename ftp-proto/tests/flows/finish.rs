//! The flow `Finish`: a transfer succeeds only if both the end of the data and the final reply
//! confirm it.

use ftp_proto::{DataEnd, Error, ErrorKind, Verdict, Wait, flows};

use crate::support::*;

#[test]
fn invariant_4_data_then_226() {
    let driver = downloading(
        [
            &[serve("close graceful download"), say("226 done")][..],
            &pwd(),
        ]
        .concat(),
    );
    assert_eq!(
        play(driver, &[finish(), Op::Pwd]),
        ["12 bytes, 226 done", "/here"]
    );
}

#[test]
fn invariant_4_226_then_data() {
    let mut driver = downloading([serve("close graceful download")]);
    driver.session.receive(b"226 done\r\n");
    let transfer = driver.transfer.as_ref().expect("a transfer");
    assert_eq!(driver.session.verdict(transfer), Verdict::Confirmed);
    assert_eq!(play(driver, &[finish()]), ["12 bytes, 226 done"]);
}

#[test]
fn invariant_4_226_while_the_data_connection_is_closed() {
    let mut driver = uploading([
        serve("close send end"),
        say("226 done"),
        serve("close graceful upload"),
    ]);
    assert_eq!(driver.outcome(&finish()), "12 bytes, 226 done");
    assert_eq!(
        driver.wants,
        [
            "receive Arrived",
            "close send end",
            "close graceful upload",
            "close graceful upload continues",
            "receive Arrived"
        ]
    );
}

#[test]
fn invariant_4_226_missing_is_unconfirmed() {
    let driver = downloading([serve("close graceful download"), Item::Silence]);
    assert_eq!(
        play(driver, &[finish()]),
        ["Unconfirmed Some(\"RETR\") None Some(12)"]
    );
    let driver = downloading([serve("close graceful download"), Item::Eof]);
    assert_eq!(
        play(driver, &[finish()]),
        ["Unconfirmed Some(\"RETR\") None Some(12)"]
    );
    let driver = uploading([serve("close graceful upload"), Item::Silence]);
    assert_eq!(
        play(driver, &[finish()]),
        ["Unconfirmed Some(\"STOR\") None Some(12)"]
    );
    let driver = uploading([serve("close graceful upload"), bytes(b"226 do"), Item::Eof]);
    assert_eq!(
        play(driver, &[finish()]),
        ["Unconfirmed Some(\"STOR\") None Some(12)"]
    );
}

#[test]
fn invariant_3_a_226_that_never_comes_does_not_block_the_session_for_ever() {
    // The server never sends the 226. If the session stayed alive and waited for this reply before
    // every later command, no operation could ever succeed.
    let mut driver = downloading([serve("close graceful download"), Item::Silence]);
    driver.outcome(&finish());
    driver.server.assert_over();
    // The client stops waiting for the 226, and sends a fence (an extra PWD). If the 226 still
    // comes, it comes before the fence's 257, and the client drops it.
    driver.server.extend(fenced_pwd());
    let first = driver.outcome(&Op::Pwd);
    assert!(
        first == "/here" || driver.session.is_dead(),
        "still owed, and nothing will ever change that: {first}"
    );
}

#[test]
fn invariant_4_a_late_226_settles_an_unconfirmed_transfer() {
    // The late 226 arrives before the client sends its next command, or after the client has sent a
    // fence (an extra PWD). The client must not take this 226 for the reply to PWD.
    let closed = [serve("close graceful download"), Item::Silence];
    for late in [
        [&[say("226 late")][..], &fenced_pwd()].concat(),
        [
            &[hear("PWD"), say("226 late"), say("257 \"/fence\"")][..],
            &pwd(),
        ]
        .concat(),
    ] {
        let driver = downloading([&closed[..], &late].concat());
        assert_eq!(play(driver, &[finish(), Op::Pwd])[1], "/here");
    }
}

#[test]
fn invariant_4_a_size_that_was_expected() {
    for (expected, outcome) in [
        (12, None),
        (
            13,
            Some("Truncated Some(\"RETR\") Some(\"226 done\") Some(12)"),
        ),
        (
            11,
            Some("Truncated Some(\"RETR\") Some(\"226 done\") Some(12)"),
        ),
    ] {
        let mut driver = downloading([serve("close graceful download"), say("226 done")]);
        let transfer = driver.transfer.take().expect("a transfer");
        let finish = flows::Finish::new(transfer, 12, DataEnd::Clean).with_expected(Some(expected));
        let result = driver.run(finish);
        assert_eq!(
            result.err().map(|error| failure(&error)).as_deref(),
            outcome
        );
        driver.server.assert_over();
    }
}

#[test]
fn invariant_4_no_close_notify_is_never_success() {
    let driver = downloading([serve("close graceful download"), say("226 done")]);
    assert_eq!(
        play(driver, &[Op::Finish(12, DataEnd::NoCloseNotify)]),
        ["Truncated Some(\"RETR\") Some(\"226 done\") Some(12)"]
    );
}

#[test]
fn invariant_4_a_reset_is_never_success() {
    let reset = || DataEnd::Failed(Error::new(ErrorKind::Io));
    let driver = downloading([serve("close abandon"), say("226 done")]);
    assert_eq!(
        play(driver, &[Op::Finish(12, reset())]),
        ["Truncated Some(\"RETR\") Some(\"226 done\") Some(12)"]
    );
    let driver = downloading([serve("close abandon"), say("426 cut")]);
    assert_eq!(
        play(driver, &[Op::Finish(12, reset())]),
        ["Transient Some(\"RETR\") Some(\"426 cut\") Some(12)"]
    );
    let driver = downloading([serve("close abandon"), Item::Silence]);
    assert_eq!(
        play(driver, &[Op::Finish(12, reset())]),
        ["Truncated Some(\"RETR\") None Some(12)"]
    );
}

#[test]
fn invariant_4_data_that_stalled_is_aborted_by_the_next_operation() {
    let timeout = DataEnd::Failed(Error::new(ErrorKind::Timeout(Wait::DataIdle)));
    let script = [
        hear("ABOR"),
        serve("close abandon"),
        say("426 cut"),
        say("226 aborted"),
    ];
    let driver = downloading([&script[..], &fenced_pwd()].concat());
    assert_eq!(
        play(driver, &[Op::Finish(12, timeout), Op::Pwd]),
        ["Timeout(DataIdle) Some(\"RETR\") None Some(12)", "/here"]
    );
}

#[test]
fn invariant_4_a_late_refusal_of_a_complete_download() {
    for reply in ["550 read error", "451 local error"] {
        let driver = downloading([serve("close graceful download"), say(reply)]);
        let outcome = play(driver, &[finish()]).remove(0);
        assert!(outcome.ends_with(&format!("Some(\"RETR\") Some(\"{reply}\") Some(12)")));
    }
}

#[test]
fn finish_with_421_in_the_middle_of_a_download() {
    // The error must carry the 421 and the number of bytes.
    let mut driver = downloading([serve("close abandon")]);
    driver.session.receive(b"421 bye\r\n");
    let transfer = driver.transfer.as_ref().expect("a transfer");
    assert_eq!(driver.session.verdict(transfer), Verdict::Failed);
    assert_eq!(
        driver.outcome(&Op::Finish(7, DataEnd::Stopped)),
        "Closed Some(\"RETR\") Some(\"421 bye\") Some(7)"
    );
    assert!(driver.session.is_dead());
    driver.server.assert_over();
}

#[test]
fn finish_with_421_instead_of_226() {
    let mut driver = downloading([serve("close graceful download"), say("421 bye")]);
    // All the data arrived, but no reply confirmed it. The error shows the 421 as the reason.
    assert_eq!(
        driver.outcome(&finish()),
        "Unconfirmed Some(\"RETR\") Some(\"421 bye\") Some(12)"
    );
    assert!(driver.session.is_dead());
}

#[test]
fn finish_an_upload_refused_with_552_half_way() {
    let mut driver = uploading([&[serve("close abandon")][..], &pwd()].concat());
    driver.session.receive(b"552 disk full\r\n");
    let transfer = driver.transfer.as_ref().expect("a transfer");
    assert_eq!(driver.session.verdict(transfer), Verdict::Failed);
    assert_eq!(
        driver.outcome(&Op::Finish(7, DataEnd::Stopped)),
        "Permanent Some(\"STOR\") Some(\"552 disk full\") Some(7)"
    );
    assert_eq!(driver.outcome(&Op::Pwd), "/here");
    driver.server.assert_over();
}

#[test]
fn finish_an_upload_refused_with_552_after_all_was_written() {
    let driver = uploading([serve("close graceful upload"), say("552 disk full")]);
    assert_eq!(
        play(driver, &[finish()]),
        ["Permanent Some(\"STOR\") Some(\"552 disk full\") Some(12)"]
    );
}

#[test]
fn finish_an_upload_refused_while_it_is_closed_drops_the_connection() {
    let driver = uploading([say("552 disk full"), serve("close abandon")]);
    assert_eq!(
        play(driver, &[finish()]),
        ["Permanent Some(\"STOR\") Some(\"552 disk full\") Some(12)"]
    );
}

#[test]
fn finish_an_upload_whose_writing_failed_reports_the_server_s_reply() {
    let reset = DataEnd::Failed(Error::new(ErrorKind::Io));
    let driver = uploading([serve("close abandon"), say("552 disk full")]);
    assert_eq!(
        play(driver, &[Op::Finish(7, reset.clone())]),
        ["Permanent Some(\"STOR\") Some(\"552 disk full\") Some(7)"]
    );
    // An upload whose data connection was reset is no success, even if the server confirms it.
    let driver = uploading([serve("close abandon"), say("226 done")]);
    assert_eq!(
        play(driver, &[Op::Finish(7, reset)]),
        ["Io Some(\"STOR\") Some(\"226 done\") Some(7)"]
    );
}

#[test]
fn finish_an_upload_whose_close_notify_was_not_answered_is_judged_by_the_reply() {
    for (item, clean) in [
        (
            Item::Serve(
                "close graceful upload",
                Reaction::Ended(DataEnd::NoCloseNotify),
            ),
            false,
        ),
        (
            Item::Serve("close graceful upload", Reaction::TimesOut),
            false,
        ),
        (serve("close graceful upload"), true),
    ] {
        let mut driver = uploading([item, say("226 done")]);
        let transfer = driver.transfer.take().expect("a transfer");
        let completion = driver
            .run(flows::Finish::new(transfer, 12, DataEnd::Clean))
            .expect("an upload");
        assert_eq!(completion.clean_close, clean);
        driver.server.assert_over();
    }
}

#[test]
fn invariant_4_an_upload_whose_end_cannot_be_sent_is_no_success() {
    let stuck = Item::Serve(SEND_END, Reaction::TimesOut);
    let mut driver = uploading([stuck, serve("close abandon"), say("226 Thank you")]);
    let outcome = driver.outcome(&Op::Finish(200_000, DataEnd::Clean));
    assert!(outcome.starts_with("Timeout(DataIdle)"), "{outcome}");
    driver.server.assert_over();
}
