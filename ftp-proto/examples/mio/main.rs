//! Many sessions on one thread, on mio: each logs in and downloads one file.
//!
//! ```text
//! cargo run -p ftp-proto --features ring --example mio [SESSIONS [DESCRIPTORS | URL]]
//! ```
//!
//! Without a URL, the server runs on another thread. For `ftpes` and `ftps`, add the feature
//! `platform-verifier`. There are 1,000 sessions, if you do not say how many. With
//! fewer descriptors than the sessions need, some fail with an error, and the rest go on.
//!
//! `ftp_proto::embedding::Driver` serves the wants of the core on streams that never wait.
//! `network.rs` gives it the sockets of mio, `session.rs` is one session, and `event_loop.rs` gives
//! each session its turns.

mod event_loop;
mod network;
#[path = "../server/mod.rs"]
mod server;
mod session;

use std::collections::BTreeSet;
use std::env;
use std::error::Error;
use std::net::ToSocketAddrs as _;
use std::time::{Duration, Instant};

use ftp_proto::{Timeouts, Url};

use crate::event_loop::{Outcome, download};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let count = arguments.next().map(|it| it.parse()).transpose()?;
    let count: usize = count.unwrap_or(1000);
    let url = match arguments.next() {
        Some(url) if url.contains("://") => url,
        most => {
            limit_descriptors(most.map(|it| it.parse()).transpose()?)?;
            let file = (0..65_536_u32).map(|it| (it % 251) as u8).collect();
            format!("ftp://ada:secret@{}/file", server::start(file)?)
        }
    };
    let url = Url::parse(&url)?;
    let timeouts = Timeouts::default().with_all(Duration::from_secs(15));
    let options = url.options()?.with_timeouts(timeouts);
    let mut addresses = options.control_peer().to_socket_addrs()?;
    let address = addresses.next().ok_or("the host has no address")?;

    let begun = Instant::now();
    let Outcome { files, errors } = download(count, address, &options, url.path())?;
    if files.iter().any(|file| *file != files[0]) {
        return Err("two sessions have got different files".into());
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
