//! A copy from server to server, on two sessions.

use std::collections::BTreeSet;
use std::net::IpAddr;

use ftp_proto::{
    Config, Copied, CopyStep, Error, ErrorKind, Misuse, PassiveAddress, Protection, ServerCopy,
    Side, TransferType, Want,
};
use proptest::prelude::*;

use crate::support::*;

pub(crate) fn couple(
    source: impl IntoIterator<Item = Item>,
    target: impl IntoIterator<Item = Item>,
) -> Couple<Script> {
    let [source, target] = [source.into_iter().collect(), target.into_iter().collect()]
        .map(|items: Vec<Item>| logged_in(Config::default(), items));
    Couple::new(source, target)
}

fn type_i() -> [Item; 2] {
    [hear("TYPE I"), say("200 I")]
}

/// Returns the dialogue in which the source opens port 6446 for the target.
pub(crate) fn offering() -> Vec<Item> {
    [type_i(), [hear("EPSV"), say("229 (|||6446|)")]].concat()
}

/// Returns the dialogue in which the client tells the target to connect to port 6446 of the source.
pub(crate) fn told_where() -> Vec<Item> {
    let told = [hear("EPRT |1|198.51.100.7|6446|"), say("200 ok")];
    [type_i(), told].concat()
}

pub(crate) fn retrieving() -> Vec<Item> {
    [&offering()[..], &[hear("RETR a"), say("150 there")]].concat()
}

pub(crate) fn storing() -> Vec<Item> {
    [&told_where()[..], &[hear("STOR b c"), say("150 here")]].concat()
}

/// Returns a final reply, and a fence (an extra PWD) that shows that no other reply follows it.
pub(crate) fn vouched(confirmation: &str) -> Vec<Item> {
    [&[say(confirmation)][..], &fence()].concat()
}

/// Returns the dialogue of an abort. `closing` is the want that closes the data connection, for
/// example `close abandon`.
fn aborting(closing: &'static str) -> [Item; 4] {
    [
        hear("ABOR"),
        serve(closing),
        say("426 cut"),
        say("226 aborted"),
    ]
}

/// Runs a copy and returns its outcome. Both scripts must be used up, and both sessions in step.
#[track_caller]
fn copied(source: Vec<Item>, target: Vec<Item>) -> String {
    let mut couple = couple(source, target);
    let outcome = couple.copy(server_copy());
    assert_in_step(&mut couple);
    outcome
}

#[track_caller]
pub(crate) fn assert_in_step(couple: &mut Couple<Script>) {
    for driver in [&mut couple.source, &mut couple.target] {
        driver.server.assert_over();
        driver.server.extend(pwd());
        assert_eq!(driver.outcome(&Op::Pwd), "/here", "{:?}", driver.wire);
        driver.server.assert_over();
        assert_eq!(driver.breaches, [] as [&str; 0]);
    }
}

#[test]
fn copy_goes_from_the_source_s_passive_port_to_the_target() {
    let source = [retrieving(), vouched("226 sent")].concat();
    let target = [storing(), vouched("226 stored")].concat();
    let mut couple = couple(source, target);
    assert_eq!(couple.copy(server_copy()), "226 sent, 226 stored");
    assert_eq!(
        couple.log,
        [
            "source: TYPE I",
            "source: EPSV",
            "target: TYPE I",
            "target: EPRT |1|198.51.100.7|6446|",
            // The target connects to the source, so the target gets its command first.
            "target: STOR b c",
            "source: RETR a",
            "source: PWD",
            "target: PWD",
        ]
    );
    // In a copy between servers, the client has no data connection. So it waits only for replies.
    let blocking = |wants: &[String]| {
        let mut wants = wants.to_vec();
        wants.retain(|want| want != "receive Arrived");
        wants
    };
    let replies = "receive Reply";
    let ends = ["receive Preliminary", "receive Remote", replies];
    assert_eq!(
        blocking(&couple.source.wants),
        [&[replies, "receive FirstEpsv"][..], &ends].concat()
    );
    assert_eq!(
        blocking(&couple.target.wants),
        [&[replies, replies][..], &ends].concat()
    );
    assert_in_step(&mut couple);
}

#[test]
fn copy_yields_both_final_replies() {
    let source = [retrieving(), vouched("226 sent")].concat();
    let target = [storing(), vouched("250 stored")].concat();
    let mut couple = couple(source, target);
    let Ok(Copied { source, target, .. }) = couple.try_copy(server_copy()) else {
        panic!("no copy");
    };
    assert_eq!(source.code().value(), 226);
    assert_eq!(target.code().value(), 250);
}

#[test]
fn copy_sends_type_only_if_it_is_not_in_force() {
    let mut source = [retrieving(), vouched("226 sent")].concat();
    source.extend([
        hear("EPSV"),
        say("229 (|||6447|)"),
        hear("RETR a"),
        say("150 there"),
    ]);
    source.extend(vouched("226 sent"));
    let mut target = [storing(), vouched("226 stored")].concat();
    target.extend([
        hear("EPRT |1|198.51.100.7|6447|"),
        say("200 ok"),
        hear("STOR b c"),
        say("150 here"),
    ]);
    target.extend(vouched("226 stored"));
    let mut couple = couple(source, target);
    for _ in 0..2 {
        assert_eq!(couple.copy(server_copy()), "226 sent, 226 stored");
    }
    assert_in_step(&mut couple);
}

#[test]
fn copy_in_another_type() {
    let mut source = retrieving();
    source.splice(..2, [hear("TYPE A"), say("200 A")]);
    source.extend(vouched("226 sent"));
    let mut target = storing();
    target.splice(..2, [hear("TYPE A"), say("200 A")]);
    target.extend(vouched("226 stored"));
    let mut couple = couple(source, target);
    let copy = server_copy().with_type(TransferType::TEXT);
    assert_eq!(couple.copy(copy), "226 sent, 226 stored");
    assert_in_step(&mut couple);
}

#[test]
fn copy_sends_pret_if_the_source_lists_it() {
    let feat = [hear("FEAT"), say("211-F\r\n PRET\r\n211 End")];
    let mut source = [&feat[..], &retrieving(), &vouched("226 sent")].concat();
    source.splice(4..4, [hear("PRET RETR a"), say("200 planned")]);
    let target = [&feat[..], &storing(), &vouched("226 stored")].concat();
    let mut couple = couple(source, target);
    couple.source.outcome(&Op::Feat);
    couple.target.outcome(&Op::Feat);
    assert_eq!(couple.copy(server_copy()), "226 sent, 226 stored");
    assert_in_step(&mut couple);
}

#[test]
fn copy_falls_back_to_pasv_and_port() {
    let mut source = retrieving();
    source.splice(
        2..4,
        [
            hear("EPSV"),
            say("502 no"),
            hear("PASV"),
            say("227 (10,0,0,1,25,46)"),
        ],
    );
    source.extend(vouched("226 sent"));
    let mut target = storing();
    target[3] = say("500 what");
    target.splice(4..4, [hear("PORT 198,51,100,7,25,46"), say("200 ok")]);
    target.extend(vouched("226 stored"));
    assert_eq!(copied(source, target), "226 sent, 226 stored");
}

#[test]
fn invariant_11_the_target_gets_the_address_of_227_only_by_the_source_s_option() {
    let trust = || Config::default().with_passive_address(PassiveAddress::TrustServer);
    for (source, target, line) in [
        (Config::default(), trust(), "EPRT |1|198.51.100.7|6446|"),
        (trust(), Config::default(), "EPRT |1|10.0.0.1|6446|"),
    ] {
        let mut items = retrieving();
        items.splice(
            2..4,
            [
                hear("EPSV"),
                say("502 no"),
                hear("PASV"),
                say("227 (10,0,0,1,25,46)"),
            ],
        );
        items.extend(vouched("226 sent"));
        let source = logged_in(source, items);
        let mut items = storing();
        items[2] = hear(line);
        items.extend(vouched("226 stored"));
        let target = logged_in(target, items);
        let mut couple = Couple::new(source, target);
        assert_eq!(couple.copy(server_copy()), "226 sent, 226 stored");
        assert_in_step(&mut couple);
    }
}

#[test]
fn copy_over_ipv6_is_told_by_eprt_alone() {
    let peer: IpAddr = "2001:db8::7".parse().expect("an address");
    let copy = || ServerCopy::new("a", peer, "b c").expect("two paths");
    let source = [retrieving(), vouched("226 sent")].concat();
    let mut target = [storing(), vouched("226 stored")].concat();
    target[2] = hear("EPRT |2|2001:db8::7|6446|");
    let mut both = couple(source, target);
    assert_eq!(both.copy(copy()), "226 sent, 226 stored");
    assert_in_step(&mut both);

    let mut target = told_where();
    target[2] = hear("EPRT |2|2001:db8::7|6446|");
    target[3] = say("522 (1)");
    let mut both = couple(offering(), target);
    assert_eq!(
        both.copy(copy()),
        "Permanent Some(\"EPRT\") Some(\"522 (1)\") None"
    );
    assert_in_step(&mut both);

    // The source has an IPv4 address that is mapped to IPv6. The client sends it as IPv4.
    let peer: IpAddr = "::ffff:198.51.100.7".parse().expect("an address");
    let source = [retrieving(), vouched("226 sent")].concat();
    let target = [storing(), vouched("226 stored")].concat();
    let mut both = couple(source, target);
    let copy = ServerCopy::new("a", peer, "b c").expect("two paths");
    assert_eq!(both.copy(copy), "226 sent, 226 stored");
}

#[test]
fn copy_whose_servers_are_done_before_they_are_asked() {
    // Both servers finish before the client waits for their final replies, and the source sends no
    // 150. The copy must still succeed.
    let mut source = offering();
    source.push(hear("RETR a"));
    source.extend(vouched("226 sent"));
    let mut target = storing();
    target.extend(vouched("226 stored"));
    assert_eq!(copied(source, target), "226 sent, 226 stored");
    // Both servers send a 200 before the 150. The copy must still succeed.
    let mut source = retrieving();
    source.splice(5..5, [say("200 ok")]);
    source.extend(vouched("226 sent"));
    let mut target = storing();
    target.splice(5..5, [say("200 ok")]);
    target.extend(vouched("226 stored"));
    assert_eq!(copied(source, target), "226 sent, 226 stored");
}

// Tests of copies that one server refuses, and of what the client then sends to the other server.

#[test]
fn copy_refused_by_the_source_before_it_listens_says_nothing_to_the_target() {
    for (at, replies, outcome) in [
        (
            1,
            vec![say("504 no")],
            "Permanent Some(\"TYPE\") Some(\"504 no\") None",
        ),
        (
            3,
            vec![say("530 no")],
            "Permanent Some(\"EPSV\") Some(\"530 no\") None",
        ),
        (
            3,
            vec![say("500 what"), hear("PASV"), say("425 no port")],
            "Transient Some(\"PASV\") Some(\"425 no port\") None",
        ),
        (
            3,
            vec![say("500 what"), hear("PASV"), say("227 none")],
            "Protocol Some(\"PASV\") Some(\"227 none\") None",
        ),
    ] {
        let mut source = offering()[..at].to_vec();
        source.extend(replies);
        let mut couple = couple(source, []);
        assert_eq!(couple.copy(server_copy()), outcome);
        assert!(couple.target.wire.is_empty());
        assert_in_step(&mut couple);
    }
}

#[test]
fn copy_refused_by_the_target_says_nothing_more_to_the_source() {
    for (at, replies, outcome) in [
        (
            1,
            vec![say("504 no")],
            "Permanent Some(\"TYPE\") Some(\"504 no\") None",
        ),
        (
            3,
            // Many servers refuse a PORT command with an address that is not the client's.
            vec![
                say("500 no"),
                hear("PORT 198,51,100,7,25,46"),
                say("500 Illegal PORT command"),
            ],
            "Permanent Some(\"PORT\") Some(\"500 Illegal PORT command\") None",
        ),
        (
            5,
            vec![say("553 no such name")],
            "Permanent Some(\"STOR\") Some(\"553 no such name\") None",
        ),
        (
            5,
            vec![say("425 cannot connect")],
            "Transient Some(\"STOR\") Some(\"425 cannot connect\") None",
        ),
        (
            5,
            // Both replies come in one piece, so the client already has the 425 when it reads the
            // 150.
            vec![bytes(b"150 here\r\n425 cannot connect\r\n")],
            "Transient Some(\"STOR\") Some(\"425 cannot connect\") None",
        ),
    ] {
        let mut target = storing()[..at].to_vec();
        target.extend(replies);
        let mut couple = couple(offering(), target);
        assert_eq!(couple.copy(server_copy()), outcome);
        assert_eq!(couple.source.wire, ["TYPE I", "EPSV"]);
        assert_in_step(&mut couple);
    }
}

#[test]
fn copy_whose_retr_is_refused_aborts_the_stor() {
    for (reply, kind) in [("550 no such file", "Permanent"), ("450 busy", "Transient")] {
        let mut source = offering();
        source.extend([hear("RETR a"), say(reply)]);
        let target = [&storing()[..], &aborting("close abandon"), &fence()].concat();
        let mut couple = couple(source, target);
        assert_eq!(
            couple.copy(server_copy()),
            format!("{kind} Some(\"RETR\") Some(\"{reply}\") None")
        );
        couple.target.server.extend(pwd());
        assert_eq!(couple.target.outcome(&Op::Pwd), "/here");
        couple.source.server.extend(pwd());
        assert_eq!(couple.source.outcome(&Op::Pwd), "/here");
    }
}

#[test]
fn copy_without_a_reply_to_abor_is_settled_by_the_next_operation() {
    let mut source = offering();
    source.extend([hear("RETR a"), say("550 no such file")]);
    let mut target = storing();
    target.extend([hear("ABOR"), serve("close abandon"), Item::Silence]);
    let mut couple = couple(source, target);
    assert_eq!(
        couple.copy(server_copy()),
        "Permanent Some(\"RETR\") Some(\"550 no such file\") None"
    );
    couple.target.server.extend(fence());
    couple.target.server.extend(pwd());
    assert_eq!(couple.target.outcome(&Op::Pwd), "/here");
    couple.source.server.extend(pwd());
    assert_eq!(couple.source.outcome(&Op::Pwd), "/here");
}

#[test]
fn copy_whose_retr_is_not_answered_aborts_both() {
    let mut source = offering();
    source.extend([hear("RETR a"), Item::Silence]);
    let target = [&storing()[..], &aborting("close abandon")].concat();
    let mut couple = couple(source, target);
    assert_eq!(
        couple.copy(server_copy()),
        "Timeout(Preliminary) Some(\"RETR\") None None"
    );
    // The source's RETR is still under way. The next operation on the source must abort it.
    couple.source.server.extend(aborting("close discard"));
    couple.source.server.extend(fenced_pwd());
    assert_eq!(couple.source.outcome(&Op::Pwd), "/here");
    couple.target.server.extend(fenced_pwd());
    assert_eq!(couple.target.outcome(&Op::Pwd), "/here");
}

#[test]
fn copy_whose_stor_is_not_answered_is_aborted_by_the_next_operation() {
    let mut target = told_where();
    target.extend([hear("STOR b c"), Item::Silence]);
    let mut couple = couple(offering(), target);
    assert_eq!(
        couple.copy(server_copy()),
        "Timeout(Preliminary) Some(\"STOR\") None None"
    );
    assert_eq!(couple.source.wire, ["TYPE I", "EPSV"]);
    couple.target.server.extend(aborting("close abandon"));
    couple.target.server.extend(fenced_pwd());
    assert_eq!(couple.target.outcome(&Op::Pwd), "/here");
    couple.source.server.extend(pwd());
    assert_eq!(couple.source.outcome(&Op::Pwd), "/here");
}

#[test]
fn copy_is_a_success_only_where_both_say_so() {
    for (sent, stored, outcome) in [
        (
            "426 cut",
            "226 stored",
            "Transient Some(\"RETR\") Some(\"426 cut\") None",
        ),
        (
            "425 nobody came",
            "425 cannot connect",
            "Transient Some(\"RETR\") Some(\"425 nobody came\") None",
        ),
        (
            "551 read error",
            "226 stored",
            "Permanent Some(\"RETR\") Some(\"551 read error\") None",
        ),
        (
            "226 sent",
            "426 cut",
            "Transient Some(\"STOR\") Some(\"426 cut\") None",
        ),
        (
            "226 sent",
            "425 cannot connect",
            "Transient Some(\"STOR\") Some(\"425 cannot connect\") None",
        ),
        (
            "226 sent",
            "552 disk full",
            "Permanent Some(\"STOR\") Some(\"552 disk full\") None",
        ),
    ] {
        let source = [retrieving(), vec![say(sent)]].concat();
        let target = [storing(), vec![say(stored)]].concat();
        assert_eq!(copied(source, target), outcome);
    }
}

#[test]
fn copy_without_a_final_reply_is_aborted_by_the_next_operation() {
    // The source sends no final reply. The client must still read the target's 226.
    let source = [retrieving(), vec![Item::Silence]].concat();
    let target = [storing(), vec![say("226 stored")]].concat();
    let mut both = couple(source, target);
    assert_eq!(
        both.copy(server_copy()),
        "Timeout(Remote) Some(\"RETR\") None None"
    );
    both.target.server.assert_over();
    both.source.server.extend(aborting("close abandon"));
    both.source.server.extend(fenced_pwd());
    assert_eq!(both.source.outcome(&Op::Pwd), "/here");
    both.target.server.extend(pwd());
    assert_eq!(both.target.outcome(&Op::Pwd), "/here");

    let source = [retrieving(), vec![say("226 sent")]].concat();
    let target = [storing(), vec![Item::Silence]].concat();
    let mut both = couple(source, target);
    assert_eq!(
        both.copy(server_copy()),
        "Timeout(Remote) Some(\"STOR\") None None"
    );
    both.target.server.extend(aborting("close abandon"));
    both.target.server.extend(fenced_pwd());
    assert_eq!(both.target.outcome(&Op::Pwd), "/here");
    both.source.server.extend(pwd());
    assert_eq!(both.source.outcome(&Op::Pwd), "/here");
}

#[test]
fn copy_with_a_server_that_goes_leaves_the_other_session_in_step() {
    for end in [Item::Eof, say("421 bye"), Item::Broken] {
        // The source ends its control connection, first instead of the 150 and then instead of the
        // 226.
        let mut source = offering();
        source.extend([hear("RETR a"), end.clone()]);
        let target = [&storing()[..], &aborting("close abandon")].concat();
        let mut both = couple(source, target);
        both.copy(server_copy());
        assert!(both.source.session.is_dead());
        both.target.server.extend(fenced_pwd());
        assert_eq!(both.target.outcome(&Op::Pwd), "/here");

        let source = [retrieving(), vec![end.clone()]].concat();
        let target = [storing(), vec![say("226 stored")]].concat();
        let mut both = couple(source, target);
        let outcome = both.copy(server_copy());
        assert!(!outcome.starts_with("226"), "{outcome}");
        assert!(both.source.session.is_dead());
        both.target.server.extend(pwd());
        assert_eq!(both.target.outcome(&Op::Pwd), "/here");

        // The target ends its control connection, first instead of the 150 and then instead of the
        // 226.
        let mut target = told_where();
        target.extend([hear("STOR b c"), end.clone()]);
        let mut both = couple(offering(), target);
        both.copy(server_copy());
        assert!(both.target.session.is_dead());
        assert_eq!(both.source.wire, ["TYPE I", "EPSV"]);
        both.source.server.extend(pwd());
        assert_eq!(both.source.outcome(&Op::Pwd), "/here");

        let source = [retrieving(), vec![say("226 sent")]].concat();
        let target = [storing(), vec![end.clone()]].concat();
        let mut both = couple(source, target);
        let outcome = both.copy(server_copy());
        assert!(!outcome.starts_with("226"), "{outcome}");
        assert!(both.target.session.is_dead());
        both.source.server.extend(pwd());
        assert_eq!(both.source.outcome(&Op::Pwd), "/here");
    }
}

#[test]
fn copy_with_a_dead_source_says_nothing_to_the_target() {
    let mut couple = couple([], []);
    couple.source.session.kill(Error::new(ErrorKind::Io));
    assert_eq!(couple.copy(server_copy()), "Io None None None");
    assert!(couple.target.wire.is_empty());
    couple.target.server.extend(pwd());
    assert_eq!(couple.target.outcome(&Op::Pwd), "/here");
}

// Tests of copies with protected data connections.

#[test]
fn copy_with_protected_data_is_refused_before_a_byte() {
    for [source, target] in [
        [explicit(), Config::default()],
        [Config::default(), explicit()],
        [explicit(), explicit()],
    ] {
        let mut couple = Couple::new(logged_in(source, []), logged_in(target, []));
        let outcome = couple.copy(server_copy());
        assert!(outcome.starts_with("Misuse(Protected)"), "{outcome}");
        assert!(couple.source.wire.is_empty() && couple.target.wire.is_empty());
        assert_in_step(&mut couple);
    }
}

#[test]
fn copy_with_clear_data_by_choice_goes_on_under_tls() {
    let connected = |items: Vec<Item>| {
        let config = explicit().with_protection(Protection::Clear);
        let script = [&secure_login()[..8], &items].concat();
        let mut driver = scripted(config, script);
        driver.outcome(&Op::Greeting);
        assert_eq!(driver.outcome(&Op::Login), "230 in");
        driver.forget();
        driver
    };
    let source = connected([retrieving(), vouched("226 sent")].concat());
    let target = connected([storing(), vouched("226 stored")].concat());
    let mut couple = Couple::new(source, target);
    assert_eq!(couple.copy(server_copy()), "226 sent, 226 stored");
    assert_in_step(&mut couple);
}

#[test]
fn copy_where_protection_is_demanded_and_was_refused_fails_closed() {
    let unprotected = || {
        let script = [&secure_login()[..11], &[say("534 no")]].concat();
        let mut driver = scripted(explicit(), script);
        driver.outcome(&Op::Greeting);
        driver.outcome(&Op::Login);
        driver.server.assert_over();
        driver.forget();
        driver
    };
    let mut both = Couple::new(unprotected(), logged_in(Config::default(), []));
    both.source.server.extend(type_i());
    let outcome = both.copy(server_copy());
    assert!(outcome.starts_with("Insecure"), "{outcome}");
    assert_eq!(both.log, ["source: TYPE I"]);
    let mut both = Couple::new(logged_in(Config::default(), offering()), unprotected());
    both.target.server.extend(type_i());
    let outcome = both.copy(server_copy());
    assert!(outcome.starts_with("Insecure"), "{outcome}");
    assert_eq!(both.target.wire, ["TYPE I"]);
}

// A test of a driver that breaks its contract.

#[test]
fn contract_copy_is_not_stepped_after_its_end_nor_without_an_answer() {
    let misuse = |step: Result<CopyStep, Error>| match step {
        Err(error) => error.kind(),
        Ok(step) => panic!("{step:?}"),
    };
    let mut couple = couple([], []);
    let mut copy = server_copy();
    let [source, target] = [&mut couple.source, &mut couple.target].map(|side| &mut side.session);
    let step = copy.step(source, target, None).expect("a want");
    assert!(matches!(
        step,
        CopyStep::Want(Side::Source, Want::Receive(_))
    ));
    for _ in 0..2 {
        let kind = misuse(copy.step(source, target, None));
        assert_eq!(kind, ErrorKind::Misuse(Misuse::Finished));
    }
    assert!(source.outgoing().is_empty() && target.outgoing().is_empty());
    assert_in_step(&mut couple);
}

// Tests of copies that are dropped or time out at any point.

const ABORTING: &[&str] = &["426 cut", "226 aborted"];

fn models(pace: Pace, aborting: &'static [&'static str]) -> Couple<Model> {
    let side = || {
        let mut driver = model(false, pace, aborting);
        assert!(!run_until_dropped(&mut driver, &[Op::Greeting, Op::Login]));
        driver.forget();
        driver
    };
    Couple::new(side(), side())
}

/// Checks that each session either works or reports that it is dead.
fn check_both(couple: &mut Couple<Model>) -> Result<(), String> {
    for driver in [&mut couple.source, &mut couple.target] {
        driver.patience = usize::MAX;
        driver.drop_after = usize::MAX;
        check_pwd(driver)
            .and_then(|()| check_work(driver))
            .map_err(|why| format!("{why}; {}", driver.wire.join(" / ")))?;
        if let Some(breach) = driver.breaches.first() {
            return Err(breach.clone());
        }
    }
    Ok(())
}

#[test]
fn invariant_3_copy_dropped_at_every_step_then_pwd() {
    for pace in [Pace::Eager, Pace::Lazy] {
        for aborting in ABORTS {
            let mut whole = models(pace, aborting);
            assert_eq!(whole.copy(server_copy()), "226 done, 226 done");
            let points = whole.source.points;
            assert!(points > 40);
            let mut logs = BTreeSet::new();
            for point in 0..points {
                let mut couple = models(pace, aborting);
                couple.source.drop_after = point;
                assert_eq!(couple.copy(server_copy()), "dropped");
                logs.insert(couple.log.clone());
                let checked = check_both(&mut couple);
                assert_eq!(checked, Ok(()), "{pace:?}, {aborting:?}, at {point}");
                assert!(!couple.source.session.is_dead() && !couple.target.session.is_dead());
            }
            // The copy sends eight commands. The drops come before the first command and after each
            // command, so the commands that were sent form nine different logs.
            assert_eq!(logs.len(), 9);
        }
    }
}

#[test]
fn invariant_3_copy_timed_out_at_every_want_then_pwd() {
    for pace in [Pace::Eager, Pace::Lazy] {
        let mut whole = models(pace, ABORTING);
        whole.copy(server_copy());
        for (side, wants) in [(0, whole.source.served), (1, whole.target.served)] {
            for want in 0..wants {
                let mut couple = models(pace, ABORTING);
                let driver = match side {
                    0 => &mut couple.source,
                    _ => &mut couple.target,
                };
                driver.patience = want;
                couple.copy(server_copy());
                let checked = check_both(&mut couple);
                assert_eq!(checked, Ok(()), "{pace:?}, side {side}, want {want}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.max(400), failure_persistence: None, ..ProptestConfig::default() })]

    /// Runs several copies, one after the other. Each copy may be dropped, and each side may time
    /// out. The replies arrive at random times, in random pieces.
    #[test]
    fn invariant_3_any_copies_dropped_and_timed_out_anywhere(
        seed in any::<u64>(),
        aborting in 0..ABORTS.len(),
        faults in proptest::collection::vec(
            (
                proptest::option::of(0..80_usize),
                proptest::option::of(0..20_usize),
                proptest::option::of(0..20_usize),
            ),
            1..5,
        ),
    ) {
        let mut couple = models(Pace::Random(seed), ABORTS[aborting]);
        let mut whole = true;
        for (drop_after, source, target) in faults {
            whole &= drop_after.is_none() && source.is_none() && target.is_none();
            couple.source.drop_after = drop_after.unwrap_or(usize::MAX);
            couple.source.patience = source.unwrap_or(usize::MAX);
            couple.target.patience = target.unwrap_or(usize::MAX);
            let outcome = couple.copy(server_copy());
            couple.source.drop_after = usize::MAX;
            prop_assert!(!whole || outcome == "226 done, 226 done", "{outcome}");
            if couple.source.session.is_dead() || couple.target.session.is_dead() {
                break;
            }
        }
        let checked = check_both(&mut couple);
        prop_assert_eq!(checked, Ok(()), "{:?}", couple.log);
    }
}
