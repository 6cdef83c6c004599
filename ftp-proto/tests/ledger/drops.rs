//! Tests of operations and transfers that are dropped at any point (invariants 3 and 14).

use ftp_proto::{Config, DataEnd, ErrorKind, Misuse, TransferType, flows};
use proptest::prelude::*;

use crate::support::*;

/// Returns the operations of a whole session. A test drops each of them at each point.
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

/// Makes the driver of a session.
type Make = fn(bool, Pace, &'static [&'static str]) -> Driver<Model>;

/// Returns every way in which a server ends an aborted transfer, with each kind of client.
fn pairs() -> impl Iterator<Item = (&'static [&'static str], Make)> {
    let clients = [model as Make, pipelined_model, pipelined_active_model];
    ABORTS
        .into_iter()
        .flat_map(move |it| clients.map(|make| (it, make)))
}

fn drop_everywhere(tls: bool, pace: Pace) -> usize {
    let mut total = 0;
    let mut wrong = Vec::new();
    for (aborting, make) in pairs() {
        let ops = whole_session(tls);
        let mut driver = make(tls, pace, aborting);
        assert!(!run_until_dropped(&mut driver, &ops));
        let points = driver.points;
        for point in 0..points {
            let mut driver = make(tls, pace, aborting);
            driver.drop_after = point;
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
        for (aborting, make) in pairs() {
            let ops = whole_session(tls);
            let mut driver = make(tls, pace, aborting);
            run_until_dropped(&mut driver, &ops);
            for point in 0..driver.points {
                let mut driver = make(tls, pace, aborting);
                driver.drop_after = point;
                run_until_dropped(&mut driver, &ops);
                // Only the clocks matter to this test, so it ignores whether the operations
                // succeed. Other tests check that.
                let _ = check_pwd(&mut driver).and_then(|()| check_work(&mut driver));
                breaches.extend(driver.breaches);
            }
        }
    }
    assert!(breaches.is_empty(), "{breaches:#?}");
}

#[test]
fn invariant_3_a_secure_dropped_before_its_late_234_leaves_the_session_dead() {
    // The client has sent AUTH TLS, and the operation is dropped before the 234 arrives. No other
    // operation can do the handshake, so the session must be dead (invariant 6).
    let mut driver = scripted(explicit(), [say("220 ready"), hear("AUTH TLS")]);
    driver.outcome(&Op::Greeting);
    // Secure has two wants with four points each: a look at what has arrived, and the reply to
    // AUTH. It is dropped at the last of these points.
    driver.drop_after = 4 * 2 - 1;
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
    driver.drop_after = 4 * 2 - 1;
    assert_eq!(driver.outcome(&Op::ClearControl), "dropped");
    assert_eq!(driver.wire, ["CCC"]);
    driver.server.extend([say("200 clear")]);
    let outcome = driver.outcome(&Op::Pwd);
    assert!(driver.session.is_dead(), "{outcome}");
    assert_eq!(driver.wire, ["CCC"]);
}

#[test]
fn invariant_3_effects_apply_although_the_flow_is_gone() {
    // The replies to TYPE and REST arrive after their operations were dropped.
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
    driver.drop_after = 4 * 2 - 1;
    assert_eq!(driver.outcome(&Op::Type(TransferType::Image)), "dropped");
    // Now there are three wants with four points each: the reply to TYPE, a look at what has
    // arrived, and the reply to REST.
    driver.drop_after = 4 * 3 - 1;
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
        &fenced_pwd(),
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
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.max(400), failure_persistence: None, ..ProptestConfig::default() })]

    /// Runs operations in random order, and drops some of them. The replies arrive at random times,
    /// in random pieces.
    #[test]
    fn invariant_3_any_operations_dropped_anywhere(
        tls in any::<bool>(),
        together in any::<bool>(),
        seed in any::<u64>(),
        aborting in 0..ABORTS.len(),
        ops in proptest::collection::vec((any_op(), proptest::option::of(0..40_usize)), 1..12),
    ) {
        let make: Make = if together { pipelined_model } else { model };
        let mut driver = make(tls, Pace::Random(seed), ABORTS[aborting]);
        prop_assert!(!run_until_dropped(&mut driver, &[Op::Greeting, Op::Login]));
        for (op, drop_after) in &ops {
            let needs_token = matches!(op, Op::KeepAlive | Op::Finish(..) | Op::Abort);
            if needs_token && driver.transfer.is_none() {
                continue;
            }
            driver.drop_after = drop_after.unwrap_or(usize::MAX);
            let result = driver.perform(op);
            driver.drop_after = usize::MAX;
            if let Err(Stop::Failed(error)) = result {
                // An operation may fail, for example because an upload gets a reply that is left
                // over from an abort. But it must never fail with `NotSecured`: in the runs
                // with TLS, the session is under TLS until it ends, and the others need no TLS.
                prop_assert!(!matches!(error.kind(), ErrorKind::Misuse(Misuse::NotSecured)));
            }
        }
        let result = check_pwd(&mut driver).and_then(|()| check_work(&mut driver));
        prop_assert_eq!(result, Ok(()), "{:?}", driver.wire);
    }
}

#[test]
fn invariant_3_a_command_that_was_given_up_may_have_been_done() {
    let ascii = [hear("TYPE I"), say("200 I"), hear("TYPE A"), Item::Silence];
    let mut driver = logged_in(Config::default(), ascii);
    driver.outcome(&Op::Type(TransferType::Image));
    driver.outcome(&Op::Type(TransferType::TEXT));
    driver.server.extend([Item::Silence]);
    // The server's late 200 to TYPE A comes after the client has sent the PWD of the fence. The
    // client must drop the 200.
    driver
        .server
        .extend([hear("PWD"), say("200 A"), say("257 \"/fence\"")]);
    driver.server.extend([hear("TYPE I"), say("200 I")]);
    driver.outcome(&Op::Type(TransferType::Image));
    driver.server.assert_over();
}
