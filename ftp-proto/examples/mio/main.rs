//! Many sessions on one thread, on mio: each logs in and downloads one file.
//!
//! ```text
//! cargo run -p ftp-proto --features ring --example mio [SESSIONS [DESCRIPTORS]]
//! ```
//!
//! The server runs on another thread. There are 1,000 sessions, if you do not say how many. With
//! fewer descriptors than the sessions need, some fail with an error, and the rest go on.
//!
//! Read `../driver/mod.rs` first: it serves the wants of the core on non-blocking streams.
//! `network.rs` gives it the sockets of mio, `session.rs` is one session, and `event_loop.rs` gives
//! each session its turns.

#[path = "../driver/mod.rs"]
#[allow(dead_code, reason = "other examples use the rest")]
mod driver;
mod event_loop;
mod network;
#[path = "../server/mod.rs"]
mod server;
mod session;

use std::collections::BTreeSet;
use std::env;
use std::error::Error;
use std::time::{Duration, Instant};

use ftp_proto::flows::Credentials;
use ftp_proto::{Options, Timeouts};

use crate::event_loop::{Outcome, download};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1).map(|it| it.parse::<usize>());
    let count = arguments.next().transpose()?.unwrap_or(1000);
    limit_descriptors(arguments.next().transpose()?)?;

    let file: Vec<u8> = (0..65_536_u32).map(|it| (it % 251) as u8).collect();
    let address = server::start(file.clone())?;
    let timeouts = Timeouts::default().with_all(Duration::from_secs(15));
    let options = Options::new("localhost")
        .with_timeouts(timeouts)
        .with_credentials(Credentials::new("ada", "secret")?);

    let begun = Instant::now();
    let Outcome { files, errors } = download(count, address, &options)?;
    if files.iter().any(|came| *came != file) {
        return Err("a file is not the one that the server sent".into());
    }
    let (whole, time) = (files.len(), begun.elapsed());
    println!("{whole} of {count} sessions got the file, in {time:.1?}");
    for error in errors
        .iter()
        .map(ToString::to_string)
        .collect::<BTreeSet<_>>()
    {
        println!("failed: {error}");
    }
    Ok(())
}

/// Sets how many descriptors this program may open. If none is given, as many as the system lets it.
#[cfg(unix)]
fn limit_descriptors(most: Option<usize>) -> Result<(), Box<dyn Error>> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    let maximum = getrlimit(Resource::Nofile).maximum;
    let current = match most {
        Some(most) => Some(u64::try_from(most)?),
        None => maximum,
    };
    setrlimit(Resource::Nofile, Rlimit { current, maximum })?;
    Ok(())
}

#[cfg(not(unix))]
fn limit_descriptors(_: Option<usize>) -> Result<(), Box<dyn Error>> {
    Ok(())
}
