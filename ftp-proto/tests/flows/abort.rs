//! Aborts of transfers, with every sequence of replies that servers are known to send.

use ftp_proto::{AbortClose, AbortSignal, Config, DataEnd, Error, ErrorKind, Security, flows};

use crate::support::*;

/// Aborts a download, and then an upload. `items` is what the server sends after ABOR, `aborted` is
/// the expected result, and `then` is the script of the next PWD, which must get its own reply.
#[track_caller]
fn aborted(items: &[Item], aborted: &str, then: &[Item]) {
    let script = || [&[hear("ABOR"), serve("close abandon")][..], items, then].concat();
    for driver in [downloading(script()), uploading(script())] {
        assert_eq!(play(driver, &[Op::Abort, Op::Pwd]), [aborted, "/here"]);
    }
}

#[test]
fn abort_426_and_226() {
    aborted(
        &[say("426 cut"), say("226 aborted")],
        "Some(Reply(426 cut))",
        &fenced_pwd(),
    );
}

#[test]
fn abort_426_and_225() {
    aborted(
        &[say("426 cut"), say("225 aborted")],
        "Some(Reply(426 cut))",
        &fenced_pwd(),
    );
}

#[test]
fn abort_226_and_226() {
    // After each abort, the client sends a fence (an extra PWD) before the next command. The second
    // 226 arrives before that fence, so the client drops this 226.
    aborted(
        &[say("226 done"), say("226 aborted")],
        "Some(Reply(226 done))",
        &fenced_pwd(),
    );
}

#[test]
fn abort_226_and_a_426_after_the_fence() {
    // libunftp sends this 426 after the 226, when its data task notices the abort. The client must
    // not take the 426 for the reply to PWD.
    let late = [say("426 cut")];
    let fence = [hear("PWD"), say("257 \"/fence\"")];
    let own = [hear("PWD"), late[0].clone(), say("257 \"/here\"")];
    aborted(
        &[say("226 done")],
        "Some(Reply(226 done))",
        &[&fence[..], &own].concat(),
    );
}

/// After an abort, one late 426 belongs to the aborted transfer. A second 426 is the reply to the
/// command that was sent last, here NOOP.
#[test]
fn abort_226_and_two_426_after_the_fence() {
    let script = [
        hear("ABOR"),
        serve("close abandon"),
        say("226 done"),
        hear("PWD"),
        say("257 \"/fence\""),
        hear("PWD"),
        say("426 cut"),
        say("257 \"/here\""),
        hear("NOOP"),
        say("426 no"),
    ];
    let outcomes = play(downloading(script), &[Op::Abort, Op::Pwd, Op::Raw("NOOP")]);
    assert_eq!(outcomes[1], "/here");
    assert!(outcomes[2].contains("426 no"), "{}", outcomes[2]);
}

#[test]
fn abort_226_and_a_426_before_the_next_retr() {
    // The late 426 of the aborted transfer comes after the client has opened the data connection
    // for the next transfer. The client must drop the 426 and use this data connection.
    let script = [
        hear("ABOR"),
        serve("close abandon"),
        say("226 done"),
        hear("PWD"),
        say("257 \"/fence\""),
        hear("EPSV"),
        say("229 (|||6446|)"),
        serve("connect peer:6446"),
        say("426 cut"),
        hear("RETR b"),
        say("150 here"),
    ];
    let outcomes = play(downloading(script), &[Op::Abort, Op::Retrieve("b", 0)]);
    assert_eq!(outcomes, ["Some(Reply(226 done))", DOWNLOADING]);
}

/// The client must not use the new data connection after a stray 226: pyftpdlib sends an aborted
/// file over the data connection of the next transfer.
#[test]
fn abort_226_and_another_226_before_the_next_retr() {
    let script = [
        hear("ABOR"),
        serve("close abandon"),
        say("226 done"),
        hear("PWD"),
        say("257 \"/fence\""),
        hear("EPSV"),
        say("229 (|||6446|)"),
        serve("connect peer:6446"),
        say("226 late"),
    ];
    let outcomes = play(downloading(script), &[Op::Abort, Op::Retrieve("b", 0)]);
    assert_eq!(outcomes[0], "Some(Reply(226 done))");
    assert!(outcomes[1].contains("OutOfStep"), "{}", outcomes[1]);
}

#[test]
fn abort_226_and_a_late_225() {
    aborted(
        &[say("226 done")],
        "Some(Reply(226 done))",
        &[
            &[
                hear("PWD"),
                say("225 nothing to abort"),
                say("257 \"/fence\""),
            ][..],
            &pwd(),
        ]
        .concat(),
    );
}

#[test]
fn abort_225_alone() {
    // pyftpdlib sends 225 as its only reply to ABOR.
    aborted(
        &[say("225 aborted")],
        "Some(Reply(225 aborted))",
        &fenced_pwd(),
    );
}

#[test]
fn abort_226_alone() {
    aborted(
        &[say("226 aborted")],
        "Some(Reply(226 aborted))",
        &fenced_pwd(),
    );
}

#[test]
fn abort_426_alone() {
    aborted(
        &[say("426 cut"), Item::Silence],
        "Some(Reply(426 cut))",
        &fenced_pwd(),
    );
}

#[test]
fn abort_426_alone_and_226_later() {
    aborted(
        &[say("426 cut"), Item::Silence],
        "Some(Reply(426 cut))",
        &[
            &[hear("PWD"), say("226 late"), say("257 \"/fence\"")][..],
            &pwd(),
        ]
        .concat(),
    );
}

#[test]
fn abort_502_and_426() {
    aborted(
        &[say("502 what"), say("426 cut")],
        "Some(Reply(426 cut))",
        &fenced_pwd(),
    );
}

#[test]
fn abort_502_alone() {
    aborted(&[say("502 what"), Item::Silence], "None", &fenced_pwd());
}

/// The server replies to ABOR with 502, and then to the closed data connection with 426. The client
/// sends no second ABOR to this server.
#[test]
fn abort_that_is_unknown_is_sent_once() {
    let closed = serve("close abandon");
    let script = [
        &[
            hear("ABOR"),
            closed.clone(),
            say("502 what"),
            say("426 cut"),
        ][..],
        &fence(),
        &opening("RETR a")[2..],
        &[closed.clone(), say("426 cut")],
        &fence(),
        &opening("RETR a")[2..],
        &[closed, Item::Silence],
        &fenced_pwd(),
    ]
    .concat();
    let again = [Op::Retrieve("a", 0), Op::Abort];
    let ops = [&[Op::Abort][..], &again, &again, &[Op::Pwd]].concat();
    let driver = downloading(script);
    let cut = "Some(Reply(426 cut))";
    assert_eq!(
        play(driver, &ops),
        [cut, DOWNLOADING, cut, DOWNLOADING, "None", "/here"]
    );
}

#[test]
fn abort_that_is_unknown_waits_no_longer_than_for_a_connection_to_close() {
    let script = [
        hear("ABOR"),
        serve("close abandon"),
        say("502 what"),
        Item::Silence,
    ];
    let mut driver = downloading(script);
    assert_eq!(driver.outcome(&Op::Abort), "None");
    let waits = ["receive Abort", "receive DataClose"];
    assert_eq!(driver.wants[driver.wants.len() - 2..], waits);
}

#[test]
fn abort_226_then_426() {
    aborted(
        &[say("226 done")],
        "Some(Reply(226 done))",
        &[
            &[hear("PWD"), say("426 cut"), say("257 \"/fence\"")][..],
            &pwd(),
        ]
        .concat(),
    );
}

#[test]
fn abort_whose_replies_arrive_before_the_close() {
    let script = [
        hear("ABOR"),
        say("426 cut"),
        say("226 aborted"),
        serve("close abandon"),
    ];
    let driver = downloading([&script[..], &fenced_pwd()].concat());
    let outcomes = play(driver, &[Op::Abort, Op::Pwd]);
    assert_eq!(outcomes, ["Some(Reply(426 cut))", "/here"]);
}

#[test]
fn abort_of_a_transfer_that_is_over_sends_nothing() {
    let mut driver = downloading([&[serve("close abandon")][..], &pwd()].concat());
    driver.session.receive(b"226 done\r\n");
    let outcomes = play(driver, &[Op::Abort, Op::Pwd]);
    assert_eq!(outcomes, ["Some(Reply(226 done))", "/here"]);
}

#[test]
fn abort_of_a_transfer_that_was_refused_sends_nothing() {
    let mut driver = uploading([&[serve("close abandon")][..], &pwd()].concat());
    driver.session.receive(b"552 disk full\r\n");
    let outcomes = play(driver, &[Op::Abort, Op::Pwd]);
    assert_eq!(outcomes, ["Some(Reply(552 disk full))", "/here"]);
}

#[test]
fn abort_without_a_reply_is_given_up_after_a_fence() {
    let script = [hear("ABOR"), serve("close abandon"), Item::Silence];
    let driver = downloading([&script[..], &fenced_pwd()].concat());
    assert_eq!(
        play(driver, &[Op::Abort, Op::Pwd]),
        ["Timeout(Abort) Some(\"ABOR\") None None", "/here"]
    );
}

#[test]
fn abort_that_the_server_closes_fails() {
    let driver = downloading([hear("ABOR"), serve("close abandon"), Item::Eof]);
    assert_eq!(play(driver, &[Op::Abort]), ["Closed None None None"]);
    let driver = downloading([hear("ABOR"), serve("close abandon"), say("421 bye")]);
    assert_eq!(
        play(driver, &[Op::Abort]),
        ["Closed Some(\"ABOR\") Some(\"421 bye\") None"]
    );
}

#[test]
fn abort_with_telnet_synch_in_clear_only() {
    let synch = r"\xff\xf4\xff\xf2ABOR";
    let config = || Config::default().with_abort_signal(AbortSignal::TelnetSynch);
    for (config, opened, line) in [
        (config(), opening("RETR a"), synch),
        (
            config().with_security(Security::Explicit),
            [opening("RETR a"), vec![serve("secure data")]].concat(),
            "ABOR",
        ),
    ] {
        let mut driver = logged_in(config, opened);
        driver.outcome(&Op::Retrieve("a", 0));
        let urgent = line == synch;
        driver.server.extend([
            hear(line),
            serve("close abandon"),
            say("426 cut"),
            say("226 aborted"),
        ]);
        assert_eq!(driver.outcome(&Op::Abort), "Some(Reply(426 cut))");
        driver.server.assert_over();
        assert!(driver.breaches.is_empty(), "{:?}", driver.breaches);
        assert_eq!(
            driver.wire.last().map(String::as_str) == Some(synch),
            urgent
        );
    }
}

/// The aborted data connection has used up a TLS session ticket. The client waits for a new ticket
/// before it closes the connection, because the next data connection needs one.
#[test]
fn abort_of_a_resumed_transfer_waits_for_the_ticket() {
    let harvests = [
        vec![
            serve("close harvest"),
            serve("close abandon"),
            say("426 cut"),
        ],
        // The reply to ABOR arrives during the wait for a ticket. The client stops waiting, since
        // the server sends no ticket after that reply.
        vec![say("426 cut"), serve("close abandon")],
        vec![
            Item::Serve("close harvest", Reaction::TimesOut),
            serve("close abandon"),
            say("426 cut"),
        ],
        vec![
            Item::Serve(
                "close harvest",
                Reaction::Ended(DataEnd::Failed(Error::new(ErrorKind::Io))),
            ),
            serve("close abandon"),
            say("426 cut"),
        ],
    ];
    for harvest in harvests {
        let handshake = Item::Serve("secure data", Reaction::Resumes);
        let script = [opening("STOR a"), vec![handshake]].concat();
        let mut driver = logged_in(explicit(), script);
        driver.outcome(&Op::Store("a"));
        driver.server.extend([hear("ABOR")]);
        driver.server.extend(harvest);
        driver.server.extend([say("226 aborted")]);
        assert_eq!(driver.outcome(&Op::Abort), "Some(Reply(426 cut))");
        driver.server.extend(fenced_pwd());
        assert_eq!(driver.outcome(&Op::Pwd), "/here");
        driver.server.assert_over();
        assert!(driver.breaches.is_empty(), "{:?}", driver.breaches);
        let wants = driver.wants.iter().filter(|want| want.starts_with("close"));
        assert_eq!(
            wants.collect::<Vec<_>>(),
            ["close harvest", "close abandon"]
        );
    }
}

/// ProFTPD sends no session ticket during an upload, and may not read ABOR while it waits for data.
/// After one wait in vain, the client must not wait for a ticket again.
#[test]
fn abort_waits_in_vain_for_a_ticket_only_once() {
    let resumes = Item::Serve("secure data", Reaction::Resumes);
    let opening = [opening("STOR a"), vec![resumes.clone()]].concat();
    let mut driver = logged_in(explicit(), opening);
    let reopening = [
        hear("EPSV"),
        say("229 (|||6446|)"),
        serve("connect peer:6446"),
        hear("STOR a"),
        say("150 here"),
        resumes,
    ];
    let closed = [serve("close abandon"), say("426 cut"), say("226 aborted")];
    driver.outcome(&Op::Store("a"));
    driver.server.extend([
        hear("ABOR"),
        Item::Serve("close harvest", Reaction::TimesOut),
    ]);
    driver.server.extend(closed.clone());
    driver.outcome(&Op::Abort);
    driver.server.extend(fence());
    driver.server.extend(reopening);
    driver.outcome(&Op::Store("a"));
    driver.server.extend([hear("ABOR")]);
    driver.server.extend(closed);
    assert_eq!(driver.outcome(&Op::Abort), "Some(Reply(426 cut))");
    driver.server.assert_over();
}

/// The server has already refused or confirmed the transfer, so it sends no further ticket. The
/// client must not wait for a ticket. It sends no ABOR here, so no reply to ABOR could end such a
/// wait early.
#[test]
fn abort_of_a_resumed_transfer_that_was_refused_waits_for_nothing() {
    for reply in ["552 disk full", "226 done"] {
        let handshake = Item::Serve("secure data", Reaction::Resumes);
        let script = [opening("STOR a"), vec![handshake]].concat();
        let mut driver = logged_in(explicit(), script);
        driver.outcome(&Op::Store("a"));
        driver.session.receive(format!("{reply}\r\n").as_bytes());
        driver.server.extend([serve("close abandon")]);
        driver.server.extend(pwd());
        let outcomes = [driver.outcome(&Op::Abort), driver.outcome(&Op::Pwd)];
        assert_eq!(outcomes, [format!("Some(Reply({reply}))"), "/here".into()]);
        driver.server.assert_over();
    }
}

#[test]
fn abort_with_telnet_synch_marks_the_data_mark_urgent() {
    let config = Config::default().with_abort_signal(AbortSignal::TelnetSynch);
    let mut driver = logged_in(config, opening("RETR a"));
    driver.outcome(&Op::Retrieve("a", 0));
    let transfer = driver.transfer.take().expect("a transfer");
    let (mut running, answer) = driver.session.start(flows::Abort::new(transfer));
    let step = driver.session.step(&mut running, answer).expect("a want");
    drop(step);
    assert_eq!(driver.session.outgoing(), b"\xff\xf4\xff\xf2ABOR\r\n");
    assert_eq!(driver.session.urgent(), Some(3));
    driver.session.advance(2);
    assert_eq!(driver.session.urgent(), Some(1));
    driver.session.advance(2);
    assert_eq!(driver.session.urgent(), None);
}

fn after_reply() -> Config {
    Config::default().with_abort_close(AbortClose::AfterReply)
}

/// Aborts a download with [`AbortClose::AfterReply`]. `items` is the script after ABOR. Checks that
/// `wants` are the first wants of the abort.
#[track_caller]
fn aborted_after_reply(items: &[Item], wants: &[&str]) {
    let mut driver = logged_in(after_reply(), opening("RETR a"));
    driver.outcome(&Op::Retrieve("a", 0));
    let before = driver.wants.len();
    driver.server.extend([hear("ABOR")]);
    driver.server.extend(items.to_vec());
    assert_eq!(driver.outcome(&Op::Abort), "Some(Reply(426 cut))");
    driver.server.extend(fenced_pwd());
    assert_eq!(driver.outcome(&Op::Pwd), "/here");
    driver.server.assert_over();
    assert!(driver.breaches.is_empty(), "{:?}", driver.breaches);
    assert_eq!(driver.wants[before..][..wants.len()], *wants);
}

#[test]
fn abort_closes_the_data_connection_after_the_first_reply() {
    let end = [serve("close abandon"), say("226 aborted")];
    let wants = ["receive AbortReply", "close abandon", "receive DataClose"];
    aborted_after_reply(&[&[say("426 cut")][..], &end].concat(), &wants);
    let cut = [bytes(b"42"), bytes(b"6 cut\r\n")];
    let wants = [
        "receive AbortReply",
        "receive AbortReply continues",
        "close abandon",
    ];
    aborted_after_reply(&[&cut[..], &end].concat(), &wants);
}

#[test]
fn abort_waits_for_the_first_reply_but_once() {
    let silent = [
        Item::Silence,
        serve("close abandon"),
        say("426 cut"),
        say("226 aborted"),
    ];
    let wants = ["receive AbortReply", "close abandon", "receive Abort"];
    aborted_after_reply(&silent, &wants);
}

/// With [`AbortClose::AfterReply`], the client waits for a session ticket and for the reply to
/// ABOR. If the reply arrives during the wait for the ticket, the client does not wait again.
#[test]
fn abort_waits_for_the_ticket_and_the_reply() {
    for (harvest, wants) in [
        (
            vec![serve("close harvest"), say("426 cut")],
            vec!["close harvest", "receive AbortReply", "close abandon"],
        ),
        (vec![say("426 cut")], vec!["close harvest", "close abandon"]),
    ] {
        let handshake = Item::Serve("secure data", Reaction::Resumes);
        let script = [opening("STOR a"), vec![handshake]].concat();
        let config = after_reply().with_security(Security::Explicit);
        let mut driver = logged_in(config, script);
        driver.outcome(&Op::Store("a"));
        let before = driver.wants.len();
        driver.server.extend([hear("ABOR")]);
        driver.server.extend(harvest);
        driver
            .server
            .extend([serve("close abandon"), say("226 aborted")]);
        assert_eq!(driver.outcome(&Op::Abort), "Some(Reply(426 cut))");
        driver.server.assert_over();
        assert_eq!(driver.wants[before..][..wants.len()], wants);
    }
}
