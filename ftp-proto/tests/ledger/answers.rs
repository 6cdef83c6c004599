//! Tests of what a session does with answers, operations and transfers that belong to another
//! session, and with commands that the driver never sends.

use ftp_proto::{
    Answer, Config, DataEnd, Error, ErrorKind, Flow, Misuse, Running, Session, Step, Want, flows,
};

use crate::support::*;

fn misuse<T>(result: Result<Step<T>, Error>) -> Misuse {
    match result {
        Err(error) => match error.kind() {
            ErrorKind::Misuse(misuse) => misuse,
            other => panic!("{other:?}"),
        },
        Ok(_) => panic!("no error"),
    }
}

#[test]
fn contract_a_stale_answer_is_misuse_and_harmless() {
    let mut session = logged_in(Config::default(), []).session;
    let (mut old, old_want) = waiting(&mut session, flows::Pwd::new());
    let (mut new, new_want) = waiting_after(&mut session, b"257 \"/a\"\r\n", flows::Noop::new());
    let stale = old_want.timed_out();
    assert_eq!(misuse(session.step(&mut new, stale)), Misuse::StaleAnswer);
    session.receive(b"200 ok\r\n");
    let Want::Receive(new_want) = new_want else {
        panic!("{new_want:?}");
    };
    assert!(matches!(
        session.step(&mut new, new_want.received()),
        Ok(Step::Done(_))
    ));
    let (_, begin) = session.start(flows::Pwd::new());
    assert_eq!(misuse(session.step(&mut old, begin)), Misuse::StaleAnswer);
    assert!(!session.is_dead());
}

/// Starts a flow as [`waiting`] does, after the session has received these bytes.
fn waiting_after<F: Flow>(session: &mut Session, bytes: &[u8], flow: F) -> (Running<F>, Want) {
    session.receive(bytes);
    waiting(session, flow)
}

#[test]
fn contract_a_crossed_answer_is_misuse_and_harmless() {
    let mut one = logged_in(Config::default(), []).session;
    let mut other = logged_in(Config::default(), []).session;
    let (mut running, want) = waiting(&mut one, flows::Pwd::new());
    let (_, crossed) = waiting(&mut other, flows::Pwd::new());
    assert_eq!(
        misuse(one.step(&mut running, crossed.timed_out())),
        Misuse::StaleAnswer
    );
    one.receive(b"257 \"/a\"\r\n");
    let Want::Receive(want) = want else {
        panic!("{want:?}");
    };
    assert!(matches!(
        one.step(&mut running, want.received()),
        Ok(Step::Done(path)) if path.as_bytes() == b"/a"
    ));
}

#[test]
fn contract_an_operation_that_was_started_on_another_session_is_misuse() {
    // If another session could run this login, the credentials for one server would go to another
    // server.
    let mut one = scripted(Config::default(), [say("220 ready")]);
    let mut other = scripted(Config::default(), [say("220 ready")]);
    one.outcome(&Op::Greeting);
    other.outcome(&Op::Greeting);
    let (mut running, _) = one.session.start(flows::Login::new(credentials()));
    let (_, answer) = other.session.start(flows::Pwd::new());
    assert_eq!(
        misuse(other.session.step(&mut running, answer)),
        Misuse::StaleAnswer
    );
}

#[test]
fn contract_an_operation_is_not_stepped_after_its_end() {
    let mut session = logged_in(Config::default(), []).session;
    let (mut running, want) = waiting(&mut session, flows::Pwd::new());
    session.receive(b"257 \"/a\"\r\n");
    let Want::Receive(want) = want else {
        panic!("{want:?}");
    };
    assert!(matches!(
        session.step(&mut running, want.received()),
        Ok(Step::Done(_))
    ));
    assert_eq!(
        misuse(session.step(&mut running, Answer::begin())),
        Misuse::StaleAnswer
    );
    assert!(!session.is_dead());
}

#[test]
fn contract_a_transfer_of_another_session_is_misuse_and_harmless() {
    let (mut one, _kept) = opened();
    let (_, other) = opened();
    let error = one
        .run(flows::Finish::new(other, 0, DataEnd::Clean))
        .expect_err("misuse");
    assert_eq!(error.kind(), ErrorKind::Misuse(Misuse::StaleTransfer));
    let (_, other) = opened();
    let error = one.run(flows::Abort::new(other)).expect_err("misuse");
    assert_eq!(error.kind(), ErrorKind::Misuse(Misuse::StaleTransfer));
    let (_, other) = opened();
    assert_eq!(one.session.verdict(&other), ftp_proto::Verdict::Failed);
    one.session.keep_alive(&other);
    assert!(one.session.outgoing().is_empty() && !one.session.is_dead());
}

#[test]
fn contract_a_transfer_that_was_settled_is_misuse() {
    let (mut driver, transfer) = opened();
    let script = [
        &[
            hear("ABOR"),
            serve("close abandon"),
            say("426 cut"),
            say("226 aborted"),
        ][..],
        &fenced_pwd(),
    ]
    .concat();
    driver.server.extend(script);
    assert_eq!(driver.outcome(&Op::Pwd), "/here");
    let error = driver
        .run(flows::Finish::new(transfer, 12, DataEnd::Clean))
        .expect_err("spent");
    assert_eq!(error.kind(), ErrorKind::Misuse(Misuse::StaleTransfer));
    assert!(!driver.session.is_dead());
}

#[test]
fn contract_a_driver_that_feeds_nothing_is_told_so() {
    let mut session = logged_in(Config::default(), []).session;
    let (mut running, mut want) = waiting(&mut session, flows::Pwd::new());
    for _ in 0..100 {
        let Want::Receive(receive) = want else {
            panic!("{want:?}");
        };
        match session.step(&mut running, receive.received()) {
            Ok(Step::Want(next)) => want = next,
            result => {
                assert_eq!(misuse(result), Misuse::NothingFed);
                // The reply is still owed, and the next operation waits for it.
                assert!(!session.is_dead());
                let (mut noop, next) = waiting(&mut session, flows::Noop::new());
                session.receive(b"257 \"/a\"\r\n");
                let Want::Receive(next) = next else {
                    panic!("{next:?}");
                };
                let step = session.step(&mut noop, next.received());
                assert!(matches!(step, Ok(Step::Want(_))), "{step:?}");
                return;
            }
        }
    }
    panic!("the same is wanted for ever");
}

#[test]
fn contract_a_driver_whose_control_connection_is_never_first_is_told_so() {
    let mut session = logged_in(Config::default(), []).session;
    let open = flows::Open::retrieve("a").expect("a path");
    let (mut running, want) = waiting(&mut session, open);
    session.receive(b"200 ok\r\n229 here (|||2020|)\r\n");
    let Ok(Step::Want(mut want)) = unlooked(&mut session, &mut running, want) else {
        panic!("no want");
    };
    assert!(matches!(want, Want::Connect(_)), "{want:?}");
    for _ in 0..100 {
        let Ok(answer) = want.control_first() else {
            panic!("another want");
        };
        match session.step(&mut running, answer) {
            Ok(Step::Want(next)) => want = next,
            result => return assert_eq!(misuse(result), Misuse::NothingFed),
        }
    }
    panic!("the same is wanted for ever");
}

#[test]
fn invariant_9_unsent_commands_are_bounded() {
    let long = "x".repeat(70_000);
    let mut session = logged_in(Config::default(), []).session;
    let raw = flows::Raw::new(format!("SITE {long}")).expect("a command");
    let (mut running, mut answer) = session.start(raw);
    let error = loop {
        match session.step(&mut running, answer) {
            Ok(Step::Want(want)) if session.outgoing().is_empty() => answer = want.timed_out(),
            Ok(_) => panic!("{} bytes stand unsent", session.outgoing().len()),
            Err(error) => break error,
        }
    };
    assert_eq!(error.kind(), ErrorKind::Misuse(Misuse::TooMuchUnsent));
    assert!(session.outgoing().len() <= session.config().max_unsent);
}

#[test]
fn invariant_9_commands_that_are_never_written_are_misuse_at_last() {
    let mut session = logged_in(Config::default(), []).session;
    for _ in 0..100_000 {
        let (mut running, mut answer) = session.start(flows::Noop::new());
        loop {
            match session.step(&mut running, answer) {
                Ok(Step::Want(want)) if want.wait() == ftp_proto::Wait::Arrived => {
                    answer = want.timed_out();
                }
                Ok(_) => break,
                Err(error) => {
                    assert_eq!(error.kind(), ErrorKind::Misuse(Misuse::TooMuchUnsent));
                    return;
                }
            }
        }
        session.receive(b"200 ok\r\n");
    }
    panic!("{} bytes stand unsent", session.outgoing().len());
}
