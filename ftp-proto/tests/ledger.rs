//! The ledger under attack: strays, late replies, dropped operations, the boundary to TLS, and
//! what must not be printed.

mod support;

use std::error::Error as _;
use std::sync::{Arc, Mutex};

use ftp_proto::wire::DecodeError;
use ftp_proto::{
    Config, DataEnd, Error, ErrorKind, Flow, Misuse, Observed, Session, Step, Transfer,
    TransferType, Want, flows,
};
use proptest::prelude::*;
use support::*;

fn pwd() -> [Item; 2] {
    [hear("PWD"), say("257 \"/here\"")]
}

fn fence() -> [Item; 2] {
    [hear("PWD"), say("257 \"/fence\"")]
}

// Invariant 2: no reply is taken for the answer to another command.

#[test]
fn invariant_2_a_stray_250_before_dele_is_refused_is_not_a_success() {
    // Hard case 7.
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
    // What has arrived counts as arrived before DELE leaves, although its line end has not.
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
    // A transfer was aborted; its second reply comes when nobody expects it any more.
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
    // In step again: no second fence.
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
fn invariant_2_a_preliminary_where_none_belongs_is_fenced_off() {
    let script = [
        &[hear("PWD"), say("150 what"), say("257 \"/late\"")][..],
        &fence(),
        &pwd(),
    ]
    .concat();
    let mut driver = logged_in(Config::default(), script);
    assert_eq!(
        driver.outcome(&Op::Pwd),
        "UnexpectedReply Some(\"PWD\") Some(\"150 what\") None"
    );
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
    // PWD is no fence before the login: it is answered 530, and never 257.
    let script = [
        bytes(b"220 ready\r\n220 again\r\n"),
        hear("PWD"),
        say("530 log in first"),
        Item::Silence,
    ];
    let mut driver = scripted(Config::default(), script);
    driver.outcome(&Op::Greeting);
    driver.outcome(&Op::Login);
    assert!(driver.session.is_dead(), "and the credentials never left");
    assert_eq!(driver.wire, ["PWD"]);
}

// Answers and runs that do not belong.

/// Starts a flow and steps it up to its first want that waits for a reply.
fn waiting<F: Flow>(session: &mut Session, flow: F) -> (ftp_proto::Running<F>, Want) {
    let (mut running, mut answer) = session.start(flow);
    loop {
        let Ok(Step::Want(want)) = session.step(&mut running, answer) else {
            panic!("no want");
        };
        if want.wait() != ftp_proto::Wait::Arrived {
            let length = session.outgoing().len();
            session.advance(length);
            return (running, want);
        }
        answer = want.timed_out();
    }
}

/// Says that something was received, and that nothing more has arrived where that is asked.
fn unlooked<F: Flow>(
    session: &mut Session,
    running: &mut ftp_proto::Running<F>,
    want: Want,
) -> Result<Step<F::Output>, Error> {
    let Want::Receive(want) = want else {
        panic!("{want:?}");
    };
    let mut answer = want.received();
    loop {
        match session.step(running, answer) {
            Ok(Step::Want(want)) if want.wait() == ftp_proto::Wait::Arrived => {
                answer = want.timed_out();
            }
            other => return other,
        }
    }
}

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

/// As [`waiting`], where an earlier operation is still owed these bytes.
fn waiting_after<F: Flow>(
    session: &mut Session,
    bytes: &[u8],
    flow: F,
) -> (ftp_proto::Running<F>, Want) {
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
    // One login's credentials would go to the other one's server.
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
    let begin = session.begin();
    assert_eq!(
        misuse(session.step(&mut running, begin)),
        Misuse::StaleAnswer
    );
    assert!(!session.is_dead());
}

fn opened() -> (Driver<Script>, Transfer) {
    let script = [
        hear("TYPE I"),
        say("200 I"),
        hear("EPSV"),
        say("229 (|||6446|)"),
        serve("connect peer:6446"),
        hear("RETR a"),
        say("150 here"),
    ];
    let mut driver = logged_in(Config::default(), script);
    driver.outcome(&Op::Retrieve("a", 0));
    let transfer = driver.transfer.take().expect("a transfer");
    (driver, transfer)
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
        &pwd(),
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

// Invariants 3 and 14: dropped at any point.

/// A whole session; every line of it can be dropped.
fn whole_session(tls: bool) -> Vec<Op> {
    let mut ops = vec![Op::Greeting, Op::Login];
    if tls {
        ops.push(Op::Feat);
    }
    ops.extend([
        Op::Pwd,
        Op::Size("a"),
        Op::Retrieve("a", 0),
        Op::Finish(12, DataEnd::Clean),
        Op::Store("a"),
        Op::KeepAlive,
        Op::Finish(12, DataEnd::Clean),
        Op::Retrieve("a", 7),
        Op::Abort,
        Op::List,
        Op::Finish(0, DataEnd::Clean),
        Op::Quit,
    ]);
    ops
}

fn model(tls: bool, pace: Pace, aborting: &'static [&'static str]) -> Driver<Model> {
    let config = if tls { explicit() } else { Config::default() };
    Driver::new(config, Model::new(tls, pace, aborting))
}

/// Runs until the fuse burns down; whether it did.
fn run_until_dropped(driver: &mut Driver<Model>, ops: &[Op]) -> bool {
    for op in ops {
        match driver.perform(op) {
            Ok(_) => {}
            Err(Stop::Dropped) => return true,
            Err(Stop::Failed(error)) => panic!("{op:?}: {error}"),
        }
    }
    false
}

/// The right answer, the server's own refusal, or a session that says that it is dead.
fn check_pwd(driver: &mut Driver<Model>) -> Result<(), String> {
    driver.transfer = None;
    let sent = driver.wire.len();
    match driver.run(flows::Pwd::new()) {
        Ok(path) if path.to_string() == format!("/here/{}", driver.server.pwds) => Ok(()),
        Ok(path) => Err(format!("another one's answer: {path}")),
        Err(_) if driver.session.is_dead() => Ok(()),
        Err(error) => {
            let refusal = error.reply().map(|reply| reply.code().value()) == Some(530);
            let own = refusal && !driver.server.logged_in;
            let held_back = error.kind() == ErrorKind::Insecure && driver.wire.len() == sent;
            if own || held_back {
                return Ok(());
            }
            Err(format!("neither the answer nor dead: {error:?}"))
        }
    }
}

/// After the drop and the PWD: a whole download starts at byte 0 and is right, and so is PWD.
fn check_work(driver: &mut Driver<Model>) -> Result<(), String> {
    if driver.session.is_dead() || !driver.server.logged_in {
        return Ok(());
    }
    match driver.perform(&Op::Retrieve("b", 0)) {
        Ok(_) => {}
        // The protection of data connections was not agreed on before the drop.
        Err(Stop::Failed(error)) if error.kind() == ErrorKind::Insecure => return Ok(()),
        Err(stop) => return Err(format!("the download after it: {stop:?}")),
    }
    if driver.server.starts.last() != Some(&0) {
        return Err(format!("it starts at {:?}", driver.server.starts.last()));
    }
    match driver.perform(&Op::Finish(12, DataEnd::Clean)) {
        Ok(outcome) if outcome == "12 bytes, 226 done" => check_pwd(driver),
        other => Err(format!("the download after it ends: {other:?}")),
    }
}

const ABORTS: [&[&str]; 7] = [
    &["426 cut", "226 aborted"],
    &["226 done", "226 aborted"],
    &["226 done", "225 aborted"],
    &["225 aborted"],
    &["226 aborted"],
    &["426 cut"],
    &["502 what"],
];

fn drop_everywhere(tls: bool, pace: Pace) -> usize {
    let mut total = 0;
    let mut wrong = Vec::new();
    for aborting in ABORTS {
        let ops = whole_session(tls);
        let mut driver = model(tls, pace, aborting);
        assert!(!run_until_dropped(&mut driver, &ops));
        let points = driver.points;
        for point in 0..points {
            let mut driver = model(tls, pace, aborting);
            driver.fuse = point;
            assert!(run_until_dropped(&mut driver, &ops));
            if let Err(why) = check_pwd(&mut driver).and_then(|()| check_work(&mut driver)) {
                let wire = driver.wire.join(" / ");
                wrong.push(format!("{aborting:?}, dropped at {point}: {why}; {wire}"));
            }
        }
        total += points;
    }
    let first = &wrong[..wrong.len().min(5)];
    assert!(
        wrong.is_empty(),
        "{} of {total} points: {first:#?}",
        wrong.len()
    );
    total
}

#[test]
fn invariant_3_dropped_at_every_step_then_pwd_in_clear() {
    let points = drop_everywhere(false, Pace::Eager);
    println!("{points} points");
    assert!(points > 1_000);
}

#[test]
fn invariant_3_dropped_at_every_step_then_pwd_in_clear_replies_late() {
    println!("{} points", drop_everywhere(false, Pace::Lazy));
}

#[test]
fn invariant_3_dropped_at_every_step_then_pwd_under_tls() {
    println!("{} points", drop_everywhere(true, Pace::Eager));
}

#[test]
fn invariant_3_dropped_at_every_step_then_pwd_under_tls_replies_late() {
    println!("{} points", drop_everywhere(true, Pace::Lazy));
}

#[test]
fn contract_clocks_go_on_only_where_they_were_started_wherever_a_session_is_dropped() {
    let mut breaches = std::collections::BTreeSet::new();
    for (tls, pace) in [(false, Pace::Lazy), (true, Pace::Eager)] {
        for aborting in ABORTS {
            let ops = whole_session(tls);
            let mut driver = model(tls, pace, aborting);
            run_until_dropped(&mut driver, &ops);
            for point in 0..driver.points {
                let mut driver = model(tls, pace, aborting);
                driver.fuse = point;
                run_until_dropped(&mut driver, &ops);
                // Whether that works is the other tests' question.
                let _ = check_pwd(&mut driver).and_then(|()| check_work(&mut driver));
                breaches.extend(driver.breaches);
            }
        }
    }
    assert!(breaches.is_empty(), "{breaches:#?}");
}

#[test]
fn invariant_3_a_secure_dropped_before_its_late_234_leaves_the_session_dead() {
    // Invariant 6, too: nobody is left to do the handshake.
    let mut driver = scripted(explicit(), [say("220 ready"), hear("AUTH TLS")]);
    driver.outcome(&Op::Greeting);
    // The look, then the reply.
    driver.fuse = 4 * 2 - 1;
    assert_eq!(driver.outcome(&Op::Secure), "dropped");
    assert_eq!(driver.wire, ["AUTH TLS"]);
    driver.server.extend([say("234 go")]);
    let outcome = driver.outcome(&Op::Login);
    assert!(driver.session.is_dead(), "{outcome}");
    assert_eq!(driver.wire, ["AUTH TLS"]);
}

#[test]
fn invariant_3_a_clear_control_dropped_before_its_late_200_leaves_the_session_dead() {
    let mut driver = logged_in(explicit(), [hear("CCC")]);
    driver.fuse = 4 * 2 - 1;
    assert_eq!(driver.outcome(&Op::ClearControl), "dropped");
    assert_eq!(driver.wire, ["CCC"]);
    driver.server.extend([say("200 clear")]);
    let outcome = driver.outcome(&Op::Pwd);
    assert!(driver.session.is_dead(), "{outcome}");
    assert_eq!(driver.wire, ["CCC"]);
}

#[test]
fn invariant_3_effects_apply_although_the_flow_is_gone() {
    // TYPE and REST are answered when their flows are long dropped.
    let script = [
        hear("TYPE I"),
        say("200 I"),
        hear("REST 7"),
        say("350 armed"),
        hear("EPSV"),
        say("229 (|||6446|)"),
        serve("connect peer:6446"),
        hear("REST 0"),
        say("350 off"),
        hear("RETR a"),
        say("150 here"),
    ];
    let mut driver = logged_in(Config::default(), script);
    driver.fuse = 4 * 2 - 1;
    assert_eq!(driver.outcome(&Op::Type(TransferType::Image)), "dropped");
    // The reply to TYPE first, then the look.
    driver.fuse = 4 * 3 - 1;
    assert_eq!(driver.outcome(&Op::Raw("REST 7")), "dropped");
    assert_eq!(driver.wire, ["TYPE I", "REST 7"]);
    driver.outcome(&Op::Retrieve("a", 0));
    driver.server.assert_over();
}

#[test]
fn invariant_3_an_operation_that_is_started_and_never_stepped_sends_nothing() {
    let mut driver = logged_in(Config::default(), pwd());
    drop(
        driver
            .session
            .start(flows::Raw::new("DELE a").expect("a command")),
    );
    assert_eq!(driver.outcome(&Op::Pwd), "/here");
    assert_eq!(driver.wire, ["PWD"]);
}

#[test]
fn invariant_14_a_forgotten_transfer_is_aborted_by_the_next_operation() {
    let (mut driver, transfer) = opened();
    std::mem::forget(transfer);
    let script = [
        &[
            hear("ABOR"),
            serve("close abandon"),
            say("426 cut"),
            say("226 aborted"),
        ][..],
        &pwd(),
    ]
    .concat();
    driver.server.extend(script);
    assert_eq!(driver.outcome(&Op::Pwd), "/here");
    driver.server.assert_over();
}

#[test]
fn invariant_14_a_dropped_token_does_nothing_by_itself() {
    let (driver, transfer) = opened();
    drop(transfer);
    assert!(driver.session.outgoing().is_empty() && !driver.session.is_dead());
}

fn any_op() -> impl Strategy<Value = Op> {
    prop_oneof![
        Just(Op::Pwd),
        Just(Op::Noop),
        Just(Op::Feat),
        Just(Op::Size("a")),
        Just(Op::Type(TransferType::TEXT)),
        Just(Op::Retrieve("a", 0)),
        Just(Op::Retrieve("a", 7)),
        Just(Op::Store("a")),
        Just(Op::List),
        Just(Op::Raw("REST 5")),
        Just(Op::KeepAlive),
        Just(Op::Finish(12, DataEnd::Clean)),
        Just(Op::Abort),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    /// Any operations in any order, each dropped somewhere or not, the replies in pieces of any
    /// size at any time.
    #[test]
    fn invariant_3_any_operations_dropped_anywhere(
        tls in any::<bool>(),
        seed in any::<u64>(),
        aborting in 0..ABORTS.len(),
        ops in proptest::collection::vec((any_op(), proptest::option::of(0..40_usize)), 1..12),
    ) {
        let mut driver = model(tls, Pace::Random(seed), ABORTS[aborting]);
        prop_assert!(!run_until_dropped(&mut driver, &[Op::Greeting, Op::Login]));
        for (op, fuse) in &ops {
            let needs_token = matches!(op, Op::KeepAlive | Op::Finish(..) | Op::Abort);
            if needs_token && driver.transfer.is_none() {
                continue;
            }
            driver.fuse = fuse.unwrap_or(usize::MAX);
            let result = driver.perform(op);
            driver.fuse = usize::MAX;
            if let Err(Stop::Failed(error)) = result {
                // An upload that reads an abort's stray, for one: whatever it is, it is known.
                prop_assert!(!matches!(error.kind(), ErrorKind::Misuse(Misuse::NotSecured)));
            }
        }
        let result = check_pwd(&mut driver).and_then(|()| check_work(&mut driver));
        prop_assert_eq!(result, Ok(()), "{:?}", driver.wire);
    }
}

// Invariant 6: the boundary to TLS.

const INJECTED: &[u8] = b"220 evil\r\n331 evil\r\n230 in\r\n";

fn after_auth() -> Driver<Script> {
    let mut driver = scripted(explicit(), [say("220 ready"), hear("AUTH TLS")]);
    driver.outcome(&Op::Greeting);
    driver
}

/// Dead, and whatever is tried next sends nothing.
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
fn invariant_6_one_blank_line_behind_the_reply_to_auth_is_fatal() {
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
fn invariant_6_bytes_behind_an_accepted_auth_are_fatal_before_the_handshake() {
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
    // The driver does not know yet, and says that all went well.
    let result = driver.session.step(&mut running, want.secured());
    assert!(driver.session.is_dead());
    assert!(result.is_err(), "a dead session was called secured");
}

#[test]
fn invariant_6_whole_replies_behind_a_refused_auth_are_fatal_in_a_piece_of_their_own() {
    let mut driver = after_auth();
    driver.server.extend([say("500 what")]);
    driver.outcome(&Op::Login);
    driver.server.extend([say("220 evil")]);
    assert_silent(&mut driver, "a reply");
}

#[test]
fn invariant_6_part_of_a_reply_behind_a_refused_auth_is_fatal_in_a_piece_of_its_own() {
    // It stands in the buffer when the next command is about to leave.
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
fn invariant_6_a_reply_ahead_of_auth_is_fatal_where_tls_is_demanded() {
    let mut driver = scripted(explicit(), [bytes(b"220 ready\r\n234 go\r\n")]);
    driver.outcome(&Op::Greeting);
    let outcome = driver.outcome(&Op::Login);
    assert!(outcome.starts_with("Injection"), "{outcome}");
    assert!(driver.wire.is_empty());
}

#[test]
fn invariant_6_half_a_reply_ahead_of_auth_is_fatal_where_tls_is_demanded() {
    // It would be glued to the answer to AUTH: `234-` makes that one an inner line.
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

// Invariant 7: no credentials before security.

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
    // Where PBSZ is answered, PROT still decides.
    for (at, end) in ends()
        .map(|end| (9, end))
        .into_iter()
        .chain(ends().map(|end| (11, end)))
    {
        let context = format!("{at}, {end:?}");
        let mut script = secure_login()[..at].to_vec();
        let goes_on = at == 9 && end.iter().any(|item| matches!(item, Item::Say(said) if said.starts_with(b"431") || said.starts_with(b"534")));
        script.extend(end);
        if goes_on {
            script.extend([hear("PROT P"), say("534 no")]);
        }
        script.extend([hear("TYPE I"), say("200 I")]);
        let mut driver = scripted(explicit(), script);
        driver.outcome(&Op::Greeting);
        let outcome = driver.outcome(&Op::Login);
        assert_ne!(outcome, "230 in", "{context}");
        let outcome = driver.outcome(&Op::Retrieve("a", 0));
        let outcome_of_raw = driver.outcome(&Op::Raw("LIST"));
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
    driver.server.extend([hear("TYPE I"), say("200 I")]);
    let outcome = driver.outcome(&Op::Retrieve("a", 0));
    assert!(outcome.starts_with("Insecure"), "{outcome}");
    driver.server.assert_over();
}

// Invariant 9, what the core holds for the caller.

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
    assert!(session.outgoing().len() <= session.config().unsent);
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

// Invariant 13: secrets do not print.

const CANARY: &str = "tr0ub4dor&3-canary";

struct Seen(Arc<Mutex<String>>);

impl Seen {
    fn note(&self, text: &str) {
        self.0.lock().expect("the notes").push_str(text);
    }
}

/// A session whose observer writes everything down.
fn watched(config: Config, items: Vec<Item>) -> (Driver<Script>, Seen) {
    let mut driver = scripted(config, items);
    let notes = Arc::new(Mutex::new(String::new()));
    let observed = Arc::clone(&notes);
    driver.session.observe(move |event| {
        let mut notes = observed.lock().expect("the notes");
        match event {
            Observed::Sent(command) => notes.push_str(&format!("{command} {command:?}\n")),
            Observed::Received(reply) => notes.push_str(&format!("{reply} {reply:?}\n")),
            _ => {}
        }
        notes.push_str(&format!("{event:?}\n"));
    });
    (driver, Seen(notes))
}

fn note_error(seen: &Seen, error: &Error) {
    seen.note(&format!("{error} {error:?} {error:#?}\n"));
    let mut source = error.source();
    while let Some(inner) = source {
        seen.note(&format!("{inner} {inner:?}\n"));
        if let Some(DecodeError::Unterminated { partial }) = inner.downcast_ref() {
            // `Debug` shows numbers; whoever takes the bytes shows the text.
            seen.note(&String::from_utf8_lossy(partial));
        }
        source = inner.source();
    }
}

/// Runs a login with the canary as password and account, then a transfer and PWD, and writes
/// everything down that can be printed.
#[track_caller]
fn no_canary(items: Vec<Item>) {
    let (mut driver, seen) = watched(Config::default(), items);
    let login = || {
        let credentials = flows::Credentials::new("ada", CANARY)
            .and_then(|credentials| credentials.with_account(CANARY))
            .expect("credentials");
        seen.note(&format!("{credentials:?} {credentials:#?}\n"));
        flows::Login::new(credentials)
    };
    seen.note(&format!("{:?}", login()));
    driver.outcome(&Op::Greeting);
    while driver.server.hears_next("USER ada") {
        let (running, answer) = driver.session.start(login());
        seen.note(&format!("{running:?} {answer:?}\n"));
        match driver.run(login()) {
            Ok(reply) => seen.note(&format!("{reply} {reply:?}\n")),
            Err(error) => note_error(&seen, &error),
        }
        seen.note(&format!("{:?} {:#?}\n", driver.session, driver.session));
    }
    while !driver.server.is_over() {
        match driver.run(flows::Pwd::new()) {
            Ok(path) => seen.note(&path.to_string()),
            Err(error) => note_error(&seen, &error),
        }
        seen.note(&format!("{:?} {:#?}\n", driver.session, driver.session));
    }
    let notes = seen.0.lock().expect("the notes");
    assert!(notes.contains("PASS ***"), "{notes}");
    let at = notes.find(CANARY);
    assert_eq!(
        at.map(|at| &notes[at.saturating_sub(80)..at + CANARY.len()]),
        None
    );
}

/// A login with the canary, up to the reply to PASS.
fn canary_login() -> Vec<Item> {
    vec![
        say("220 ready"),
        hear("USER ada"),
        say("331 password"),
        hear(&format!("PASS {CANARY}")),
    ]
}

fn canary_with(items: impl IntoIterator<Item = Item>) -> Vec<Item> {
    let mut script = canary_login();
    script.extend(items);
    script
}

#[test]
fn invariant_13_secrets_do_not_print() {
    no_canary(canary_with([say("230 in")]));
    no_canary(canary_with([
        say("332 account"),
        hear(&format!("ACCT {CANARY}")),
        say("230 in"),
    ]));
}

#[test]
fn invariant_13_an_echo_in_the_replies_of_a_login_does_not_print() {
    no_canary(canary_with([say(&format!("230 in with {CANARY}"))]));
    no_canary(canary_with([say(&format!("530 wrong: {CANARY}{CANARY}"))]));
    no_canary(canary_with([say(&format!("430 wrong: {CANARY}"))]));
    no_canary(canary_with([say(&format!("421 wrong: {CANARY}"))]));
    no_canary(canary_with([
        say(&format!("332 account for {CANARY}")),
        hear(&format!("ACCT {CANARY}")),
        say(&format!("530 {CANARY}")),
    ]));
    no_canary(canary_with([say(&format!(
        "230-hello\r\n {CANARY}\r\n230-{CANARY}\r\n230 {CANARY}"
    ))]));
    // A second login on the same connection: now the reply to USER can echo it.
    no_canary(canary_with([
        say("530 no"),
        hear("USER ada"),
        say(&format!("331 not {CANARY} again")),
        hear(&format!("PASS {CANARY}")),
        say("530 no"),
    ]));
}

#[test]
fn invariant_13_an_echo_in_a_malformed_line_does_not_print() {
    no_canary(canary_with([say(&format!("wrong: {CANARY}"))]));
    // Cut in the middle of the secret by the excerpt's length.
    let filler = "x".repeat(64 - CANARY.len() / 2);
    no_canary(canary_with([say(&format!("{filler}{CANARY}"))]));
}

#[test]
fn invariant_13_an_echo_in_a_reply_cut_by_the_end_of_the_connection_does_not_print() {
    no_canary(canary_with([
        bytes(format!("530 wrong: {CANARY}").as_bytes()),
        Item::Eof,
    ]));
    no_canary(canary_with([
        bytes(format!("530-wrong: {CANARY}\r\n530-").as_bytes()),
        Item::Eof,
    ]));
}

#[test]
fn invariant_13_an_echo_in_a_malformed_last_line_does_not_print() {
    no_canary(canary_with([
        bytes(format!("wrong: {CANARY}").as_bytes()),
        Item::Eof,
    ]));
}

#[test]
fn invariant_13_an_echo_in_a_stray_reply_does_not_print() {
    // Nine of them: the last one is the error.
    let stray = format!("230 in with {CANARY}\r\n").repeat(9);
    no_canary(canary_with([say("230 in"), bytes(stray.as_bytes())]));
}

#[test]
fn invariant_13_an_echo_in_an_unasked_421_does_not_print() {
    no_canary(canary_with([
        say("230 in"),
        say(&format!("421 idle, {CANARY}")),
    ]));
}

#[test]
fn invariant_13_an_echo_in_a_later_refusal_does_not_print() {
    no_canary(canary_with([
        say("230 in"),
        hear("PWD"),
        say(&format!("550 not for {CANARY}")),
    ]));
}

#[test]
fn invariant_13_an_echo_in_the_replies_of_a_transfer_does_not_print() {
    let script = canary_with([
        say("230 in"),
        hear("TYPE I"),
        say("200 I"),
        hear("EPSV"),
        say("229 (|||6446|)"),
        serve("connect peer:6446"),
        hear("RETR a"),
        say(&format!("150 here, {CANARY}")),
        serve("close graceful download"),
        say(&format!("451 broken, {CANARY}")),
    ]);
    let (mut driver, seen) = watched(Config::default(), script);
    driver.outcome(&Op::Greeting);
    let credentials = flows::Credentials::new("ada", CANARY).expect("credentials");
    driver.run(flows::Login::new(credentials)).expect("a login");
    driver.outcome(&Op::Retrieve("a", 0));
    seen.note(&format!("{:?}", driver.session));
    let transfer = driver.transfer.take().expect("a transfer");
    let error = driver
        .run(flows::Finish::new(transfer, 12, DataEnd::Clean))
        .expect_err("broken");
    note_error(&seen, &error);
    let notes = seen.0.lock().expect("the notes");
    assert!(!notes.contains(CANARY), "{notes}");
}

#[test]
fn invariant_13_a_raw_pass_does_not_print() {
    let raw = flows::Raw::new(format!("pass {CANARY}")).expect("a command");
    let (mut driver, seen) = watched(
        Config::default(),
        vec![
            say("220 ready"),
            hear(&format!("PASS {CANARY}")),
            say(&format!("503 {CANARY}: USER first")),
        ],
    );
    driver.outcome(&Op::Greeting);
    seen.note(&format!("{raw:?}"));
    let reply = driver.run(raw).expect("a reply");
    seen.note(&format!("{reply} {reply:?} {:?}", driver.session));
    let notes = seen.0.lock().expect("the notes");
    assert!(!notes.contains(CANARY), "{notes}");
}

#[test]
fn invariant_13_errors_about_bad_credentials_do_not_print_them() {
    let error = flows::Credentials::new("ada", format!("{CANARY}\r\n")).expect_err("refused");
    let (_, seen) = watched(Config::default(), Vec::new());
    note_error(&seen, &error);
    assert!(!seen.0.lock().expect("the notes").contains(CANARY));
}
