//! Races on loopback. The deadlines are for a busy machine: none of them is waited for, but for
//! the one that must be missed.

#[path = "../../../ftp-blocking/tests/support/addresses.rs"]
mod addresses;

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use addresses::{BlackHole, Refusing, answering};
use smol::{Timer, block_on, future};

use super::{connect, in_turn, more_telling, race};
use crate::transport::Stream;

const LONG: Duration = Duration::from_secs(20);

fn run(
    addresses: &[SocketAddr],
    source: Option<SocketAddr>,
    limit: Duration,
) -> io::Result<Box<dyn Stream>> {
    let race = race(addresses.iter().copied(), source);
    let late = async {
        Timer::after(limit).await;
        Err(io::ErrorKind::TimedOut.into())
    };
    block_on(future::or(race, late))
}

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
    // Nobody listens at the same port of the other family.
    assert_eq!(winner(&[localhost6(good.port()), good]), Some(good));
}

#[test]
fn a_black_hole_in_front_does_not_cost_all_the_time_there_is() {
    let (_listener, good) = answering();
    let hole = BlackHole::open();
    assert_eq!(winner(&[hole.address(), good]), Some(good));
    let refusing = Refusing::open();
    let addresses = [hole.address(), refusing.address(), hole.address(), good];
    assert_eq!(winner(&addresses), Some(good));
}

#[test]
fn a_black_hole_alone_ends_at_the_deadline() {
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
fn the_failure_says_what_was_heard() {
    let refusing = Refusing::open();
    let addresses = [refusing.address(), refusing.address()];
    let error = failure(&addresses, None, LONG);
    assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused);
    let error = failure(&[], None, LONG);
    assert_eq!(error.kind(), io::ErrorKind::NotFound);
    assert_eq!(error.to_string(), "the name has no address");
}

#[test]
fn that_there_is_no_way_says_less_than_a_refusal() {
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

#[test]
fn the_families_take_turns() {
    let six = |last| SocketAddr::from(([0x2001, 0xdb8, 0, 0, 0, 0, 0, last], 21));
    let four = |last| SocketAddr::from(([192, 0, 2, last], 21));
    let resolved = [six(1), six(2), six(3), four(1), four(2)];
    let turns = [six(1), four(1), six(2), four(2), six(3)];
    assert_eq!(in_turn(resolved, None), turns);
    let resolved = [four(1), four(2), six(1)];
    assert_eq!(in_turn(resolved, None), [four(1), six(1), four(2)]);
    let source = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    assert_eq!(in_turn(resolved, Some(source)), [four(1), four(2)]);
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
    let error = block_on(connect(good, Some(source))).map(|_| ());
    let error = error.expect_err("of the other family");
    assert_eq!(error.kind(), io::ErrorKind::AddrNotAvailable);
}
