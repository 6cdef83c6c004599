//! Tests of the race between connection attempts to several addresses, on loopback. Each adapter
//! includes this file next to its own function `run`. A deadline is long enough for a busy machine;
//! only a test that expects a time-out waits for it.

use std::io;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use super::addresses::{BlackHole, Refusing, answering};
use super::run;

pub(super) const LONG: Duration = Duration::from_secs(20);

#[track_caller]
fn winner(addresses: &[SocketAddr]) -> Option<SocketAddr> {
    match run(addresses, None, LONG) {
        Ok(stream) => stream.peer_address(),
        Err(error) => panic!("{error}"),
    }
}

#[track_caller]
fn failure(addresses: &[SocketAddr], source: Option<SocketAddr>, limit: Duration) -> io::Error {
    match run(addresses, source, limit) {
        Ok(stream) => panic!("connected to {:?}", stream.peer_address()),
        Err(error) => error,
    }
}

fn localhost6(port: u16) -> SocketAddr {
    (Ipv6Addr::LOCALHOST, port).into()
}

#[test]
fn the_next_address_is_tried_when_one_refuses() {
    let (_listener, good) = answering();
    let refusing = [Refusing::open(), Refusing::open()];
    let [first, second] = refusing.each_ref().map(Refusing::address);
    assert_eq!(winner(&[first, second, good]), Some(good));
    // The first address is `::1` with the same port, at which no server listens.
    assert_eq!(winner(&[localhost6(good.port()), good]), Some(good));
}

#[test]
fn a_first_address_that_never_answers_does_not_use_up_the_time() {
    let (_listener, good) = answering();
    let hole = BlackHole::open();
    assert_eq!(winner(&[hole.address(), good]), Some(good));
    let refusing = Refusing::open();
    let addresses = [hole.address(), refusing.address(), hole.address(), good];
    assert_eq!(winner(&addresses), Some(good));
}

#[test]
fn an_only_address_that_never_answers_ends_at_the_deadline() {
    let (hole, refusing) = (BlackHole::open(), Refusing::open());
    let limit = Duration::from_millis(50);
    let addresses = [hole.address()];
    assert_eq!(
        failure(&addresses, None, limit).kind(),
        io::ErrorKind::TimedOut
    );
    let addresses = [refusing.address(), hole.address()];
    assert_eq!(
        failure(&addresses, None, limit).kind(),
        io::ErrorKind::TimedOut
    );
}

#[test]
fn the_error_of_a_race_is_the_one_that_says_most() {
    let refusing = Refusing::open();
    let addresses = [refusing.address(), refusing.address()];
    let error = failure(&addresses, None, LONG);
    assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused);
    let error = failure(&[], None, LONG);
    assert_eq!(error.kind(), io::ErrorKind::NotFound);
    assert_eq!(error.to_string(), "the name has no address");
}

#[test]
fn connections_come_from_the_source_address() {
    let (_listener, good) = answering();
    let source = IpAddr::from([127, 0, 0, 5]);
    let stream = run(
        &[localhost6(good.port()), good],
        Some((source, 0).into()),
        LONG,
    )
    .expect("connected");
    let local = stream.local_address().map(|address| address.ip());
    assert_eq!(local, Some(source));
}

#[test]
fn the_other_family_cannot_be_reached_from_the_source_address() {
    let (_listener, good) = answering();
    let source = localhost6(0);
    let error = failure(&[good], Some(source), LONG);
    assert_eq!(error.kind(), io::ErrorKind::AddrNotAvailable);
}
