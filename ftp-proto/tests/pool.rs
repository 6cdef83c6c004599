//! The decisions of a pool: how many sessions, which one is used next, when one is checked or
//! closed, and what a server means that allows no more.

use std::time::Duration;

use ftp_proto::pool::{NextSession, PoolOptions, Sessions};
use ftp_proto::wire::Reply;
use ftp_proto::{Error, ErrorKind, Wait};
use proptest::prelude::*;

const NOW: Duration = Duration::ZERO;

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn refusal(reply: &str) -> Error {
    let reply = Reply::parse(format!("{reply}\r\n").as_bytes()).expect("a reply");
    Error::from_reply(reply)
}

fn too_many() -> Error {
    refusal("421 Too many users.")
}

/// Opens this many sessions, which are then in use.
fn opened(sessions: &mut Sessions<u32>, count: usize, now: Duration) {
    for _ in 0..count {
        assert!(matches!(sessions.next(NOW, now), NextSession::Open));
        sessions.opened();
    }
}

/// A pool in which `count` sessions are in use.
fn pool(most: usize, count: usize) -> Sessions<u32> {
    let mut sessions = Sessions::new(PoolOptions::new(most));
    opened(&mut sessions, count, NOW);
    sessions
}

#[test]
fn no_more_sessions_are_opened_than_the_options_say() {
    let mut sessions = pool(3, 3);
    assert!(matches!(sessions.next(NOW, NOW), NextSession::Wait(_)));
    assert_eq!(sessions.open(), 3);
    sessions.gone();
    assert!(matches!(sessions.next(NOW, NOW), NextSession::Open));
    // One that is being opened has its place already.
    assert!(matches!(sessions.next(NOW, NOW), NextSession::Wait(_)));
    sessions.given_up();
    assert!(matches!(sessions.next(NOW, NOW), NextSession::Open));
}

#[test]
fn a_pool_of_no_session_is_a_pool_of_one() {
    opened(&mut Sessions::new(PoolOptions::new(0)), 1, NOW);
}

#[test]
fn the_session_that_was_used_last_is_used_next_and_an_old_one_is_checked() {
    let mut sessions = pool(3, 3);
    sessions.give_back(1, seconds(0));
    sessions.give_back(2, seconds(9));
    assert!(matches!(
        sessions.next(NOW, seconds(10)),
        NextSession::Use(2)
    ));
    assert!(matches!(
        sessions.next(NOW, seconds(10)),
        NextSession::Check(1)
    ));
    sessions.gone();
    assert_eq!(sessions.open(), 2);
}

#[test]
fn a_session_that_is_idle_for_too_long_is_closed_and_makes_room() {
    let mut sessions = pool(2, 2);
    sessions.give_back(1, seconds(0));
    sessions.give_back(2, seconds(30));
    assert!(sessions.expired(seconds(59)).is_empty());
    assert_eq!(sessions.expired(seconds(60)), [1]);
    assert_eq!(sessions.expired(seconds(90)), [2]);
    assert_eq!(sessions.open(), 0);
    opened(&mut sessions, 2, seconds(90));
}

#[test]
fn who_waits_for_a_session_in_vain_gets_an_error_and_does_not_hang() {
    let mut sessions = pool(1, 1);
    let patience = sessions.options().patience;
    let NextSession::Wait(left) = sessions.next(seconds(2), seconds(2)) else {
        panic!("there is no session");
    };
    assert_eq!(left, patience - seconds(2));
    let NextSession::Failed(error) = sessions.next(patience, patience) else {
        panic!("there is no session");
    };
    assert_eq!(error.kind(), ErrorKind::Timeout(Wait::Session));
    assert!(error.is_temporary());
    let text = "timed out, waiting for a session of the pool (PoolOptions::patience)";
    assert_eq!(error.to_string(), text);
}

#[test]
fn too_many_sessions_for_the_server_shrink_the_pool_to_those_that_are_open() {
    let login = |reply| refusal(reply).with_command("PASS");
    for error in [
        too_many(),
        login("530 Sorry, no."),
        refusal("530 No.").with_command("USER"),
    ] {
        let mut sessions = pool(5, 2);
        assert!(matches!(sessions.next(NOW, NOW), NextSession::Open));
        sessions.refused(error, NOW).expect("two are open");
        assert_eq!(sessions.limit(), 2);
        assert!(matches!(sessions.next(NOW, NOW), NextSession::Wait(_)));
        sessions.give_back(1, NOW);
        assert!(matches!(sessions.next(NOW, NOW), NextSession::Use(1)));
    }
}

#[test]
fn only_codes_say_that_there_are_too_many_sessions() {
    for error in [
        refusal("530 Too many users.")
            .with_command("CWD")
            .with_argument("a"),
        refusal("550 Too many connections."),
        refusal("450 Too many connections."),
        Error::new(ErrorKind::Closed).with_source("too many connections"),
        Error::new(ErrorKind::Aborted),
    ] {
        let mut sessions = pool(5, 2);
        assert!(matches!(sessions.next(NOW, NOW), NextSession::Open));
        let kind = error.kind();
        assert_eq!(sessions.refused(error, NOW).unwrap_err().kind(), kind);
        assert_eq!((sessions.limit(), sessions.open()), (5, 2));
        assert!(matches!(sessions.next(NOW, NOW), NextSession::Open));
    }
}

#[test]
fn if_there_is_no_other_session_a_refusal_is_an_error() {
    let mut sessions: Sessions<u32> = Sessions::new(PoolOptions::new(5));
    assert!(matches!(sessions.next(NOW, NOW), NextSession::Open));
    assert!(sessions.refused(too_many(), NOW).is_err());
    assert_eq!(sessions.limit(), 5);
}

#[test]
fn of_several_sessions_that_are_opened_at_the_same_time_those_that_the_server_allows_stay() {
    let mut sessions: Sessions<u32> = Sessions::new(PoolOptions::new(4));
    for _ in 0..4 {
        assert!(matches!(sessions.next(NOW, NOW), NextSession::Open));
    }
    // The third and the fourth are refused before the others have logged in.
    sessions.refused(too_many(), NOW).expect("there are others");
    sessions.refused(too_many(), NOW).expect("there are others");
    sessions.opened();
    sessions.opened();
    assert_eq!((sessions.limit(), sessions.open()), (2, 2));
}

#[test]
fn a_wrong_password_is_no_sign_of_too_many_sessions() {
    let mut sessions: Sessions<u32> = Sessions::new(PoolOptions::new(4));
    assert!(matches!(sessions.next(NOW, NOW), NextSession::Open));
    assert!(matches!(sessions.next(NOW, NOW), NextSession::Open));
    let wrong = refusal("530 Login incorrect.").with_command("PASS");
    assert!(sessions.refused(wrong.clone(), NOW).is_err());
    assert!(sessions.refused(wrong, NOW).is_err());
    assert_eq!(sessions.limit(), 4);
}

#[test]
fn after_a_while_one_session_more_is_tried() {
    let mut sessions = pool(4, 1);
    assert!(matches!(sessions.next(NOW, NOW), NextSession::Open));
    sessions
        .refused(too_many(), seconds(100))
        .expect("one is open");
    let NextSession::Wait(time) = sessions.next(NOW, seconds(110)) else {
        panic!("too early");
    };
    assert_eq!(time, seconds(50));
    assert!(matches!(
        sessions.next(NOW, seconds(160)),
        NextSession::Open
    ));
    sessions.opened();
    assert!(matches!(
        sessions.next(NOW, seconds(160)),
        NextSession::Wait(_)
    ));
    assert!(matches!(
        sessions.next(NOW, seconds(220)),
        NextSession::Open
    ));
    sessions
        .refused(too_many(), seconds(221))
        .expect("two are open");
    assert!(matches!(
        sessions.next(NOW, seconds(280)),
        NextSession::Wait(_)
    ));
    opened(&mut sessions, 1, seconds(281));
    opened(&mut sessions, 1, seconds(341));
    assert_eq!((sessions.limit(), sessions.open()), (4, 4));
    assert!(matches!(
        sessions.next(NOW, seconds(999)),
        NextSession::Wait(_)
    ));
}

#[test]
fn all_idle_sessions_can_be_taken_out() {
    let mut sessions = pool(3, 3);
    sessions.give_back(1, NOW);
    sessions.give_back(2, NOW);
    assert_eq!(sessions.take_idle(), [1, 2]);
    assert_eq!(sessions.open(), 1);
}

proptest! {
    /// Whatever comes in whatever order, there are never more sessions than allowed, no place is
    /// lost, and nobody waits although a session could be opened.
    #[test]
    fn no_place_is_lost(most in 1..5_usize, events in prop::collection::vec(0..8_u8, 0..200)) {
        let mut sessions = Sessions::new(PoolOptions::new(most));
        let (mut used, mut opening, mut idle, mut now) = (0_usize, 0_usize, 0_usize, NOW);
        for event in events {
            now += seconds(7);
            match event {
                0 | 1 => match sessions.next(NOW, now) {
                    NextSession::Use(()) | NextSession::Check(()) => (used, idle) = (used + 1, idle - 1),
                    NextSession::Open => opening += 1,
                    NextSession::Wait(_) => prop_assert!(used + opening >= sessions.limit()),
                    NextSession::Failed(error) => panic!("{error}"),
                },
                2 if opening > 0 => {
                    sessions.opened();
                    (used, opening) = (used + 1, opening - 1);
                }
                3 if opening > 0 => {
                    let _ = sessions.refused(too_many(), now);
                    opening -= 1;
                }
                4 if opening > 0 => {
                    sessions.given_up();
                    opening -= 1;
                }
                5 if used > 0 => {
                    sessions.give_back((), now);
                    (used, idle) = (used - 1, idle + 1);
                }
                6 if used > 0 => {
                    sessions.gone();
                    used -= 1;
                }
                7 => idle -= sessions.expired(now).len(),
                _ => {}
            }
            prop_assert_eq!(sessions.open(), used + idle);
            prop_assert!(used + opening + idle <= most);
            prop_assert!((1..=most).contains(&sessions.limit()));
        }
    }
}
