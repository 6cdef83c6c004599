//! Runs the tests of `tests/support/race.rs`, in which the connection attempts to several addresses
//! race. Also tests an attempt that is polled several times.

#[path = "../../tests/support/addresses.rs"]
mod addresses;
#[path = "../../tests/support/race.rs"]
mod races;

use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use addresses::{BlackHole, answering};

use super::{Attempt, SocketOptions, race};
use crate::transport::{Dialling as _, Stream};

fn run(
    addresses: &[SocketAddr],
    source: Option<SocketAddr>,
    limit: Duration,
) -> io::Result<Box<dyn Stream>> {
    let options = SocketOptions {
        source,
        ..SocketOptions::default()
    };
    let addresses = addresses.iter().copied();
    race(addresses, options, Instant::now() + limit, None)
}

#[test]
fn one_attempt_goes_on_after_its_first_deadline() {
    let (_listener, good) = answering();
    let hole = BlackHole::open();
    let mut stuck = Attempt::start(hole.address(), &SocketOptions::default()).expect("begun");
    for _ in 0..3 {
        let stream = stuck.finish(Instant::now()).expect("no failure yet");
        assert!(stream.is_none());
    }
    let mut attempt = Attempt::start(good, &SocketOptions::default()).expect("begun");
    let stream = attempt
        .finish(Instant::now() + races::LONG)
        .expect("no failure");
    let peer = stream.and_then(|stream| stream.peer_address());
    assert_eq!(peer, Some(good));
}
