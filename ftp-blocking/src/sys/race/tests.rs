//! Tests the race between connection attempts, without sockets and without waiting. An attempt in
//! these tests is just an address.

use std::io;
use std::net::SocketAddr;
use std::time::Instant;

use super::{Race, STAGGER, more_telling};

fn address(last: u8) -> SocketAddr {
    ([192, 0, 2, last], 21).into()
}

fn race(count: u8) -> Race<SocketAddr> {
    Race::new((1..=count).map(address), None)
}

/// A function for `Race::check`, according to which no attempt has a result yet.
fn silence(_: &mut SocketAddr) -> io::Result<Option<()>> {
    Ok(None)
}

#[test]
fn the_next_attempt_begins_beside_one_that_takes_long() {
    let start = Instant::now();
    let mut race = race(2);
    assert!(race.begin(start, Ok).expect("the first"));
    assert_eq!(race.check(silence), None);
    assert!(!race.begin(start, Ok).expect("not due yet"));
    assert_eq!(race.attempts(), [address(1)]);
    let due = race.next().expect("another address");
    assert_eq!(due, start + STAGGER);
    assert!(race.begin(due, Ok).expect("the second"));
    assert_eq!(race.attempts(), [address(1), address(2)]);
    assert_eq!(race.next(), None, "no address is left");
    assert!(!race.begin(due + STAGGER, Ok).expect("both go on"));
}

#[test]
fn the_next_attempt_begins_at_once_when_one_fails() {
    let start = Instant::now();
    let mut race = race(4);
    race.begin(start, Ok).expect("the first");
    race.begin(start + STAGGER, Ok).expect("the second");
    let second_fails = |attempt: &mut SocketAddr| {
        if *attempt == address(2) {
            return Err(io::ErrorKind::ConnectionRefused.into());
        }
        Ok(None::<()>)
    };
    assert_eq!(race.check(second_fails), None);
    // The third attempt fails as soon as it begins. The fourth attempt must then begin at once.
    let third_fails = |begun| {
        if begun == address(3) {
            return Err(io::ErrorKind::NetworkUnreachable.into());
        }
        Ok(begun)
    };
    assert!(race.begin(start + STAGGER, third_fails).expect("another"));
    assert_eq!(race.attempts(), [address(1), address(4)]);
}

#[test]
fn the_race_fails_after_all_attempts_have_failed() {
    let start = Instant::now();
    let mut race = race(3);
    let mut kinds = [
        io::ErrorKind::NetworkUnreachable,
        io::ErrorKind::ConnectionRefused,
        io::ErrorKind::ConnectionReset,
    ]
    .into_iter();
    let ended = loop {
        match race.begin(start, Ok) {
            Ok(begun) => assert!(begun, "one is due after each failure"),
            Err(error) => break error,
        }
        let kind = kinds.next().expect("three attempts");
        assert_eq!(race.check(|_| Err::<Option<()>, _>(kind.into())), None);
    };
    assert_eq!(ended.kind(), io::ErrorKind::ConnectionRefused);
    assert_eq!(kinds.next(), None);
}

#[test]
fn there_is_no_address() {
    let now = Instant::now();
    let error = race(0).begin(now, Ok).expect_err("none");
    assert_eq!(error.kind(), io::ErrorKind::NotFound);
    assert_eq!(error.to_string(), "the name has no address");
    let source = SocketAddr::from(([0, 0, 0, 0, 0, 0, 0, 1], 0));
    let error = Race::new([address(1)], Some(source)).begin(now, Ok);
    let error = error.expect_err("none of this family");
    assert_eq!(error.kind(), io::ErrorKind::AddrNotAvailable);
}

#[test]
fn an_unreachable_network_says_less_than_a_refusal() {
    let kinds = [
        io::ErrorKind::NetworkUnreachable,
        io::ErrorKind::ConnectionRefused,
        io::ErrorKind::HostUnreachable,
        io::ErrorKind::ConnectionReset,
    ];
    let told = |first: Option<io::Error>, kind: io::ErrorKind| more_telling(first, kind.into());
    let after = |count| {
        let kinds = kinds.iter().take(count).copied();
        let error = kinds.fold(None, |first, kind| Some(told(first, kind)));
        error.map(|error| error.kind())
    };
    assert_eq!(after(1), Some(io::ErrorKind::NetworkUnreachable));
    assert_eq!(after(2), Some(io::ErrorKind::ConnectionRefused));
    assert_eq!(after(4), Some(io::ErrorKind::ConnectionRefused));
}
