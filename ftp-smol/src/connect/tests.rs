//! Runs the tests of the connection race in `ftp-blocking/tests/support/race.rs`.

#[path = "../../../ftp-blocking/tests/support/addresses.rs"]
mod addresses;
#[path = "../../../ftp-blocking/tests/support/race.rs"]
mod races;

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use smol::{Timer, block_on, future};

use super::{SocketOptions, race};
use crate::reactor::Smol;
use crate::transport::Stream;

fn run(
    addresses: &[SocketAddr],
    source: Option<SocketAddr>,
    limit: Duration,
) -> io::Result<Box<dyn Stream>> {
    let options = SocketOptions {
        source,
        ..SocketOptions::default()
    };
    let race = race::<Smol>(addresses.iter().copied(), options);
    let late = async {
        Timer::after(limit).await;
        Err(io::ErrorKind::TimedOut.into())
    };
    block_on(future::or(race, late))
}
