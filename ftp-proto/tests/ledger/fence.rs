//! Tests of fences: which commands serve as a fence, and that a fence follows every abort.
//!
//! A fence is an extra command, usually PWD. Every reply that comes before the fence's own reply
//! belongs to an earlier command.

use std::sync::{Arc, Mutex};

use ftp_proto::{Config, Observed, Wait, flows};

use crate::support::*;

/// Creates a driver whose server sends a stray 226. `setup` is the script of a PWD before the
/// stray; if it is empty, no PWD is sent. `fences` is the script after the stray.
fn after_a_stray(setup: &[Item], fences: &[Item]) -> Driver<Script> {
    let mut driver = logged_in(Config::default(), setup.to_vec());
    if !setup.is_empty() {
        driver.outcome(&Op::Pwd);
    }
    driver.forget();
    driver.server.extend([say("226 again")]);
    driver.server.extend(fences.to_vec());
    driver
}

const REFUSED: &str = "502 what";

#[test]
fn a_server_that_refuses_pwd_is_fenced_by_syst_or_feat() {
    let learned = [hear("PWD"), say(REFUSED)];
    let syst = [hear("SYST"), say("215 UNIX")];
    let feat = [hear("SYST"), say(REFUSED), hear("FEAT"), say("211 none")];
    let done = [hear("CWD a"), say("250 there")];
    for fences in [&syst[..], &feat] {
        let mut driver = after_a_stray(&learned, &[fences, &done].concat());
        assert_eq!(driver.outcome(&Op::Raw("CWD a")), "250 there");
        driver.server.assert_over();
    }
    // In this loop, the client does not know yet that the server refuses PWD. So it sends PWD as a
    // fence first, and then another command.
    for fences in [&syst[..], &feat] {
        let mut driver = after_a_stray(&[], &[&learned[..], fences, &done].concat());
        assert_eq!(driver.outcome(&Op::Raw("CWD a")), "250 there");
        driver.server.assert_over();
    }
}

#[test]
fn an_observer_sees_a_fence_as_what_it_is() {
    let all = [
        hear("PWD"),
        say("257 \"/here\""),
        hear("PWD"),
        say("257 \"/here\""),
    ];
    let mut driver = after_a_stray(&[], &all);
    let fences = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&fences);
    driver.session.observe(move |observed| match observed {
        Observed::Fence(_) => seen.lock().expect("the list").push(true),
        Observed::Sent(_) => seen.lock().expect("the list").push(false),
        _ => {}
    });
    assert_eq!(driver.outcome(&Op::Pwd), "/here");
    assert_eq!(*fences.lock().expect("the list"), [true, false]);
}

/// A stray 257 answers the fence. If the fence were PWD, its own 257 would answer MKD.
#[test]
fn before_a_command_with_a_257_the_fence_is_another_one_than_pwd() {
    for command in ["MKD d", "RMD d"] {
        let syst = [hear("SYST"), say("257 stray"), say("215 UNIX")];
        let mut driver = after_a_stray(&[], &[&syst[..], &[hear(command), say("550 no")]].concat());
        assert_eq!(driver.outcome(&Op::Raw(command)), "550 no");
        driver.server.assert_over();
        // PWD is the last one that is tried.
        let all = [
            hear("SYST"),
            say(REFUSED),
            hear("FEAT"),
            say(REFUSED),
            hear("PWD"),
            say("257 \"/\""),
            hear(command),
            say("550 no"),
        ];
        let mut driver = after_a_stray(&[], &all);
        assert_eq!(driver.outcome(&Op::Raw(command)), "550 no");
        driver.server.assert_over();
    }
}

#[test]
fn a_server_that_refuses_all_three_ends_the_session_at_once() {
    let all = [
        hear("PWD"),
        say(REFUSED),
        hear("SYST"),
        say("550 no"),
        hear("FEAT"),
        say("500 what"),
    ];
    let mut driver = after_a_stray(&[], &all);
    let outcome = driver.outcome(&Op::Raw("CWD a"));
    assert!(outcome.starts_with("OutOfStep"), "{outcome}");
    assert!(driver.session.is_dead());
    assert_eq!(driver.wire, ["PWD", "SYST", "FEAT"]);
    driver.server.assert_over();
}

/// A 550 that belongs to an earlier command looks like the refusal of the fence's PWD, so the
/// client sends SYST as a second fence. The 257 to PWD comes after that.
#[test]
fn a_late_refusal_before_the_257_costs_one_more_fence() {
    let fences = [
        hear("PWD"),
        say("550 late"),
        hear("SYST"),
        say("257 \"/here\""),
        say("215 UNIX"),
        hear("CWD a"),
        say("250 there"),
    ];
    let mut driver = after_a_stray(&[], &fences);
    assert_eq!(driver.outcome(&Op::Raw("CWD a")), "250 there");
    driver.server.assert_over();
}

/// The client has stopped waiting for the reply to SYST, but this reply may still come. If SYST
/// were then used as a fence, the client would take the late reply for the reply to the fence. So
/// the client must use another fence.
#[test]
fn a_command_that_was_given_up_is_not_used_as_a_fence() {
    let mut driver = logged_in(Config::default(), [hear("SYST"), Item::Silence]);
    driver.tell(flows::System::new());
    driver.server.extend([Item::Silence]);
    driver
        .server
        .extend([hear("PWD"), say(REFUSED), hear("FEAT")]);
    driver.server.extend([say("215 late"), say("211 none")]);
    driver.server.extend([hear("CWD a"), say("250 there")]);
    assert_eq!(driver.outcome(&Op::Raw("CWD a")), "250 there");
    driver.server.assert_over();
}

/// Some servers answer ABOR three times: with 426, 226, and later 225. So the client sends a fence
/// after each abort.
#[test]
fn an_abort_is_always_fenced() {
    let replies = [
        hear("ABOR"),
        serve("close abandon"),
        say("426 cut"),
        say("226 aborted"),
    ];
    let late = [hear("PWD"), say("225 late"), say("257 \"/fence\"")];
    let script = [&replies[..], &late, &[hear("DELE a"), say("550 no")]].concat();
    let outcomes = play(downloading(script), &[Op::Abort, Op::Raw("DELE a")]);
    assert_eq!(outcomes, ["Some(Reply(426 cut))", "550 no"]);
}

#[test]
fn a_fence_waits_no_longer_than_any_reply() {
    let mut driver = after_a_stray(&[], &[hear("PWD"), Item::Silence]);
    driver.outcome(&Op::Raw("CWD a"));
    assert!(driver.session.is_dead());
    assert!(
        driver
            .wants
            .iter()
            .any(|want| want.contains(&format!("{:?}", Wait::Reply)))
    );
}

/// PWD got a reply that belongs to another command, so its own 257 is still to come. If the fence
/// were PWD too, the client would take this 257 for the end of the fence. The next command would
/// then get the reply to the fence.
#[test]
fn a_fence_is_not_the_command_whose_own_reply_is_still_to_come() {
    for (verb, code, fence) in [
        ("PWD", "257 \"/d\"", [hear("SYST"), say("215 UNIX")]),
        ("SYST", "215 UNIX", [hear("PWD"), say("257 \"/d\"")]),
    ] {
        let script = [hear(verb), say("350 stray")];
        let mut driver = logged_in(Config::default(), script);
        let op = match verb {
            "PWD" => driver.outcome(&Op::Pwd),
            _ => driver.tell(flows::System::new()),
        };
        assert!(op.starts_with("UnexpectedReply"), "{op}");
        let [asked, answered] = fence;
        let late = [asked, say(code), answered];
        driver.server.extend(late);
        driver.server.extend([hear("DELE m"), say("550 no")]);
        let delete = flows::Delete::new("m").expect("a path");
        let outcome = driver.tell(delete);
        assert!(outcome.starts_with("Permanent"), "{outcome}");
        driver.server.assert_over();
    }
}

#[test]
fn invariant_2_a_late_257_is_not_the_fence() {
    let mut driver = logged_in(Config::default(), [hear("MKD a"), Item::Silence]);
    driver.outcome(&Op::Raw("MKD a"));
    let late = [
        Item::Silence,
        hear("SYST"),
        say("257 \"a\""),
        say("215 UNIX"),
    ];
    driver.server.extend(late);
    driver.server.extend([hear("DELE a"), say("550 no")]);
    assert_eq!(driver.outcome(&Op::Raw("DELE a")), "550 no");
    assert_eq!(driver.wire, ["MKD a", "SYST", "DELE a"]);
}

#[test]
fn invariant_2_a_stray_after_the_fence_is_fenced_and_a_third_one_fatal() {
    let stray = [hear("PWD"), bytes(b"257 \"/fence\"\r\n250 another\r\n")];
    for (strays, outcome) in [(1, "250 gone"), (2, "250 gone"), (3, "OutOfStep")] {
        let mut driver = logged_in(Config::default(), []);
        driver.session.receive(b"250 stray\r\n");
        for _ in 0..strays {
            driver.server.extend(stray.clone());
        }
        if strays < 3 {
            driver.server.extend(fence());
            driver.server.extend([hear("DELE a"), say("250 gone")]);
        }
        let told = driver.outcome(&Op::Raw("DELE a"));
        assert!(told.starts_with(outcome), "{strays}: {told}");
        driver.server.assert_over();
    }
}

#[test]
fn invariant_2_half_a_stray_after_the_fence_is_fenced() {
    let mut driver = logged_in(Config::default(), []);
    driver.session.receive(b"250 stray\r\n");
    let both = bytes(b"257 \"/fence\"\r\n250 ano");
    let rest = [hear("PWD"), bytes(b"ther\r\n257 \"/fence\"\r\n")];
    driver.server.extend([hear("PWD"), both]);
    driver.server.extend(rest);
    driver.server.extend([hear("DELE a"), say("550 no")]);
    assert_eq!(driver.outcome(&Op::Raw("DELE a")), "550 no");
    driver.server.assert_over();
}
