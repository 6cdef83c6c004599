//! Tests of the boundary between clear text and TLS: bytes that arrive before the handshake are
//! fatal (invariant 6), and no credentials are sent before it (invariant 7).

use ftp_proto::{Config, ErrorKind, Step, Want, flows};

use crate::support::*;

const INJECTED: &[u8] = b"220 evil\r\n331 evil\r\n230 in\r\n";

fn after_auth() -> Driver<Script> {
    let mut driver = scripted(explicit(), [say("220 ready"), hear("AUTH TLS")]);
    driver.outcome(&Op::Greeting);
    driver
}

/// Checks that the session is dead: no operation makes it send anything.
#[track_caller]
fn assert_silent(driver: &mut Driver<Script>, context: &str) {
    for op in [Op::Login, Op::Quit, Op::Noop, Op::Pwd, Op::Secure] {
        driver.outcome(&op);
        assert_eq!(driver.wire, ["AUTH TLS"], "{context}, {op:?}");
        assert!(driver.session.outgoing().is_empty(), "{context}, {op:?}");
    }
    assert!(driver.session.is_dead(), "{context}");
}

#[test]
fn invariant_6_bytes_in_one_piece_with_the_reply_to_auth_are_fatal() {
    for reply in [
        "234 go",
        "334 go",
        "200 fine",
        "500 what",
        "534 no",
        "431 later",
    ] {
        for length in 1..=INJECTED.len() {
            let mut driver = after_auth();
            let piece = [reply.as_bytes(), b"\r\n", &INJECTED[..length]].concat();
            driver.server.extend([bytes(&piece)]);
            driver.outcome(&Op::Login);
            assert_silent(&mut driver, &format!("{reply} and {length} bytes"));
        }
    }
}

#[test]
fn invariant_6_one_blank_line_after_the_reply_to_auth_is_fatal() {
    for blank in [&b"\r\n"[..], b"\n", b"\r", b"\xff\xfb\x01"] {
        for reply in ["234 go", "500 what"] {
            let mut driver = after_auth();
            driver
                .server
                .extend([bytes(&[reply.as_bytes(), b"\r\n", blank].concat())]);
            driver.outcome(&Op::Login);
            assert_silent(&mut driver, reply);
        }
    }
}

#[test]
fn invariant_6_bytes_after_an_accepted_auth_are_fatal_before_the_handshake() {
    for length in 1..=INJECTED.len() {
        let mut driver = after_auth();
        let (mut running, want) = waiting(&mut driver.session, flows::Secure::new());
        driver.session.receive(b"234 go\r\n");
        driver.session.receive(&INJECTED[..length]);
        let error = unlooked(&mut driver.session, &mut running, want).expect_err("injected");
        assert_eq!(error.kind(), ErrorKind::Injection);
        assert!(driver.session.is_dead() && driver.session.outgoing().is_empty());
    }
}

#[test]
fn invariant_6_bytes_fed_during_the_handshake_are_fatal() {
    let mut driver = after_auth();
    let (mut running, want) = waiting(&mut driver.session, flows::Secure::new());
    driver.session.receive(b"234 go\r\n");
    let step = unlooked(&mut driver.session, &mut running, want);
    let Ok(Step::Want(Want::SecureControl(want))) = step else {
        panic!("no handshake");
    };
    driver.session.receive(b"2");
    // A byte in clear text has arrived during the handshake, but the driver reports that the
    // handshake has succeeded. The session must die.
    let result = driver.session.step(&mut running, want.secured());
    assert!(driver.session.is_dead());
    assert!(result.is_err(), "a dead session was called secured");
}

#[test]
fn invariant_6_whole_replies_after_a_refused_auth_are_fatal_in_their_own_piece() {
    let mut driver = after_auth();
    driver.server.extend([say("500 what")]);
    driver.outcome(&Op::Login);
    driver.server.extend([say("220 evil")]);
    assert_silent(&mut driver, "a reply");
}

#[test]
fn invariant_6_part_of_a_reply_after_a_refused_auth_is_fatal_in_its_own_piece() {
    // The injected bytes have arrived before the client sends its next command. The session must
    // die.
    for length in 1..10 {
        let mut driver = after_auth();
        driver.server.extend([say("500 what")]);
        driver.outcome(&Op::Login);
        driver.session.receive(&INJECTED[..length]);
        let (mut running, mut answer) = driver.session.start(flows::Quit::new());
        while let Ok(Step::Want(want)) = driver.session.step(&mut running, answer) {
            let sent = driver.session.outgoing();
            assert!(
                sent.is_empty(),
                "{length} bytes, then {:?}",
                String::from_utf8_lossy(sent)
            );
            answer = want.timed_out();
        }
        assert!(driver.session.is_dead());
    }
}

#[test]
fn invariant_6_a_reply_before_auth_is_fatal_if_tls_is_demanded() {
    let mut driver = scripted(explicit(), [bytes(b"220 ready\r\n234 go\r\n")]);
    driver.outcome(&Op::Greeting);
    let outcome = driver.outcome(&Op::Login);
    assert!(outcome.starts_with("Injection"), "{outcome}");
    assert!(driver.wire.is_empty());
}

#[test]
fn invariant_6_half_a_reply_before_auth_is_fatal_if_tls_is_demanded() {
    // If the session kept `234-`, it would take the reply to AUTH for a further line of a
    // multi-line reply.
    let mut driver = scripted(explicit(), [bytes(b"220 ready\r\n234-")]);
    driver.outcome(&Op::Greeting);
    let (mut running, mut answer) = driver.session.start(flows::Secure::new());
    while let Ok(Step::Want(want)) = driver.session.step(&mut running, answer) {
        let sent = driver.session.outgoing();
        assert!(sent.is_empty(), "{:?}", String::from_utf8_lossy(sent));
        answer = want.timed_out();
    }
    assert!(driver.session.is_dead());
}

#[test]
fn invariant_7_auth_that_fails_lets_no_credentials_out() {
    for end in [
        vec![say("431 later")],
        vec![say("534 no")],
        vec![say("500 what")],
        vec![say("230 in already")],
        vec![say("421 bye")],
        vec![Item::Eof],
        vec![Item::Broken],
        vec![Item::Silence],
        vec![say("HTTP/1.1 400 Bad")],
        vec![bytes(b"234 g"), Item::Eof],
        vec![say("234 go"), fails("secure control", ErrorKind::Tls)],
        vec![say("234 go"), Item::Silence],
    ] {
        let mut driver = after_auth();
        let context = format!("{end:?}");
        driver.server.extend(end);
        let outcome = driver.outcome(&Op::Login);
        assert_ne!(outcome, "230 in");
        for line in [
            "USER ada",
            "PASS hunter2",
            "ACCT x",
            "RETR a",
            "PASV",
            "STAT",
            "SITE x",
        ] {
            driver.server.extend([Item::Silence]);
            driver.outcome(&Op::Raw(line));
        }
        driver.server.extend([Item::Silence]);
        driver.outcome(&Op::Retrieve("a", 0));
        assert_eq!(driver.wire, ["AUTH TLS"], "{context}");
    }
}

#[test]
fn invariant_7_pbsz_and_prot_that_fail_let_no_data_command_out() {
    let ends = || {
        [
            vec![say("431 later")],
            vec![say("534 no")],
            vec![say("421 bye")],
            vec![Item::Eof],
            vec![say("HTTP/1.1 400 Bad")],
        ]
    };
    // The first failures replace the reply to PBSZ (item 9 of the script), the others the reply to
    // PROT (item 11). PROT leaves together with PBSZ.
    for (at, end) in ends()
        .map(|end| (9, end))
        .into_iter()
        .chain(ends().map(|end| (11, end)))
    {
        let context = format!("{at}, {end:?}");
        let mut script = secure_login()[..at].to_vec();
        let goes_on = at == 9 && end.iter().any(|item| matches!(item, Item::Say(said) if said.starts_with(b"431") || said.starts_with(b"534")));
        if at == 9 {
            script.push(hear("PROT P"));
        }
        script.extend(end);
        if goes_on {
            script.push(say("536 no"));
        }
        let mut driver = scripted(explicit(), script);
        driver.outcome(&Op::Greeting);
        let outcome = driver.outcome(&Op::Login);
        assert_ne!(outcome, "230 in", "{context}");
        let outcome = driver.outcome(&Op::Retrieve("a", 0));
        let outcome_of_raw = driver.outcome(&Op::Raw("EPSV"));
        assert!(
            driver.session.is_dead() || outcome.starts_with("Insecure"),
            "{context}: {outcome}"
        );
        assert!(
            driver.session.is_dead() || outcome_of_raw.starts_with("Insecure"),
            "{context}: {outcome_of_raw}"
        );
        let data = ["EPSV", "PASV", "EPRT", "PORT", "RETR", "LIST"];
        assert!(
            driver
                .wire
                .iter()
                .all(|line| data.iter().all(|verb| !line.starts_with(verb))),
            "{context}: {:?}",
            driver.wire
        );
    }
}

#[test]
fn invariant_7_prot_c_takes_the_permission_back() {
    let mut driver = logged_in(explicit(), [hear("PROT C"), say("200 clear")]);
    assert_eq!(driver.outcome(&Op::Raw("PROT C")), "200 clear");
    let outcome = driver.outcome(&Op::Retrieve("a", 0));
    assert!(outcome.starts_with("Insecure"), "{outcome}");
    driver.server.assert_over();
}

#[test]
fn invariant_6_a_blank_line_after_a_refused_auth_is_fatal_however_it_is_cut() {
    for pieces in [&["502 no\r\n\r\n"][..], &["502 no\r\n", "\r\n"]] {
        let mut driver = scripted(explicit(), [say("220 ready"), hear("AUTH TLS")]);
        driver.outcome(&Op::Greeting);
        driver
            .server
            .extend(pieces.iter().map(|piece| bytes(piece.as_bytes())));
        let outcome = driver.outcome(&Op::Login);
        assert!(outcome.starts_with("Injection"), "{pieces:?}: {outcome}");
    }
}

#[test]
fn invariant_6_an_auth_that_is_given_up_leaves_the_session_dead() {
    let mut driver = logged_in(Config::default(), [hear("AUTH TLS"), Item::Silence]);
    driver.outcome(&Op::Secure);
    driver.server.extend([Item::Silence]);
    driver.outcome(&Op::Noop);
    assert!(driver.session.is_dead());
    assert_eq!(driver.wire, ["AUTH TLS"]);
}
