//! Which failure is worth another attempt, and how long the pauses are.

use std::time::Duration;

use ftp_proto::retry::{Again, Attempts, RetryPolicy, Trying};
use ftp_proto::tls::Reason;
use ftp_proto::wire::Reply;
use ftp_proto::{Error, ErrorKind, Misuse, Wait};
use proptest::prelude::*;

const SECOND: Duration = Duration::from_secs(1);

fn refusal(reply: &str) -> Error {
    let reply = Reply::parse(format!("{reply}\r\n").as_bytes()).expect("a reply");
    Error::from_reply(reply)
}

fn steady() -> RetryPolicy {
    RetryPolicy::new().with_jitter(0)
}

fn is_again(error: &Error, trying: Trying) -> bool {
    let mut attempts = Attempts::new(&steady(), 1);
    attempts.failed(error, trying, Duration::ZERO) != Again::Never
}

#[test]
fn what_may_pass_is_tried_again() {
    for error in [
        refusal("450 Busy."),
        refusal("421 Too many connections."),
        refusal("426 Aborted."),
        Error::new(ErrorKind::Closed),
        Error::new(ErrorKind::Io),
        Error::new(ErrorKind::Timeout(Wait::Reply)),
        Error::new(ErrorKind::Timeout(Wait::Session)),
        Error::new(ErrorKind::Truncated),
        Error::new(ErrorKind::Unconfirmed),
        Error::new(ErrorKind::OutOfStep),
        Error::new(ErrorKind::TooSlow),
    ] {
        assert!(is_again(&error, Trying::Operation), "{error}");
    }
}

#[test]
fn what_fails_for_ever_or_on_request_is_not_tried_again() {
    for error in [
        refusal("550 No such file.")
            .with_command("RETR")
            .with_argument("a"),
        refusal("552 No room."),
        refusal("530 No.").with_command("PASS"),
        refusal("500 What?"),
        Error::new(ErrorKind::Aborted),
        Error::new(ErrorKind::OutOfTime),
        Error::new(ErrorKind::Local),
        Error::new(ErrorKind::Tls),
        Error::new(ErrorKind::Injection),
        Error::new(ErrorKind::Insecure),
        Error::new(ErrorKind::InvalidArgument),
        Error::new(ErrorKind::Protocol),
        Error::new(ErrorKind::Misuse(Misuse::Option)),
    ] {
        for trying in [Trying::Operation, Trying::Reconnect] {
            if trying == Trying::Operation || !error.is_login_refused() {
                assert!(!is_again(&error, trying), "{error}");
            }
        }
    }
}

#[test]
fn a_refused_tls_session_is_tried_again_at_once_and_then_after_pauses() {
    for reason in [Reason::ResumptionDemanded, Reason::NotResumed] {
        let error = refusal("522 Session reuse required.").with_tls_reason(reason);
        assert!(!error.is_temporary());
        let mut attempts = Attempts::new(&steady(), 1);
        let mut failed = || attempts.failed(&error, Trying::Operation, Duration::ZERO);
        assert_eq!(failed(), Again::After(Duration::ZERO));
        assert_eq!(failed(), Again::After(2 * SECOND));
        assert_eq!(failed(), Again::After(4 * SECOND));
        assert_eq!(failed(), Again::After(8 * SECOND));
        assert_eq!(failed(), Again::Never);
    }
}

#[test]
fn a_login_that_has_worked_before_may_be_refused_for_too_many_sessions() {
    let refused =
        refusal("530 Sorry, the maximum number of clients is reached.").with_command("PASS");
    assert!(is_again(&refused, Trying::Reconnect));
    assert!(!is_again(&refused, Trying::Operation));
}

#[test]
fn the_attempts_and_the_pauses_are_those_of_the_policy() {
    let policy = steady().with_attempts(6).with_longest_pause(5 * SECOND);
    let mut attempts = Attempts::new(&policy, 1);
    let busy = refusal("450 Busy.");
    let mut fail = || attempts.failed(&busy, Trying::Operation, Duration::ZERO);
    for pause in [1, 2, 4, 5, 5] {
        assert_eq!(fail(), Again::After(pause * SECOND));
    }
    assert_eq!(fail(), Again::Never);
    assert_eq!(fail(), Again::Never);
    assert_eq!(attempts.failures(), 7);
}

#[test]
fn a_policy_of_one_attempt_or_none_repeats_nothing() {
    for policy in [RetryPolicy::never(), steady().with_attempts(0)] {
        let mut attempts = Attempts::new(&policy, 1);
        let again = attempts.failed(&refusal("450 Busy."), Trying::Operation, Duration::ZERO);
        assert_eq!(again, Again::Never);
    }
}

#[test]
fn progress_begins_the_count_and_the_pauses_anew() {
    let mut attempts = Attempts::new(&steady().with_attempts(2), 1);
    let busy = refusal("450 Busy.");
    for _ in 0..100 {
        let again = attempts.failed(&busy, Trying::Operation, Duration::ZERO);
        assert_eq!(again, Again::After(SECOND));
        attempts.progressed();
    }
    let _ = attempts.failed(&busy, Trying::Operation, Duration::ZERO);
    let again = attempts.failed(&busy, Trying::Operation, Duration::ZERO);
    assert_eq!(again, Again::Never);
}

#[test]
fn no_attempt_begins_after_the_total_time() {
    let policy = steady().with_total_time(Some(10 * SECOND));
    let busy = refusal("450 Busy.");
    let fail = |elapsed| {
        let mut attempts = Attempts::new(&policy, 1);
        attempts.failed(&busy, Trying::Operation, elapsed)
    };
    assert_eq!(fail(9 * SECOND), Again::After(SECOND));
    assert_eq!(fail(9 * SECOND + Duration::from_nanos(1)), Again::Never);
    assert_eq!(fail(Duration::MAX), Again::Never);
}

proptest! {
    #[test]
    fn a_pause_stays_within_its_limits(
        seed: u64,
        jitter: u8,
        first in 0..u64::MAX,
        longest in 0..u64::MAX,
        failures in 1..80_u32,
    ) {
        let (first, longest) = (Duration::from_millis(first), Duration::from_millis(longest));
        let policy = RetryPolicy::new()
            .with_attempts(u32::MAX)
            .with_jitter(jitter)
            .with_first_pause(first)
            .with_longest_pause(longest);
        let mut attempts = Attempts::new(&policy, seed);
        let mut full = first.min(longest);
        for _ in 0..failures {
            let again = attempts.failed(&refusal("450 Busy."), Trying::Operation, Duration::ZERO);
            let Again::After(pause) = again else {
                panic!("there are more attempts");
            };
            prop_assert!(pause <= full);
            let least = full.saturating_mul(100 - u32::from(jitter.min(100)));
            prop_assert!(pause.saturating_mul(101) >= least.saturating_sub(SECOND), "{pause:?} of {full:?}");
            full = full.saturating_mul(2).min(longest);
        }
    }
}
