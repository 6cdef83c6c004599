//! Downloads a URL to standard output, on io_uring with owned buffers.
//!
//! ```text
//! cargo run -p ftp-proto --features ring --example io_uring [ftp://user:password@host/path]
//! ```
//!
//! Without a URL, the example downloads from a server of its own. For `ftpes` and `ftps`, add the
//! feature `platform-verifier`. With a second argument, the example uploads standard input to the
//! URL: `... --example io_uring ftp://user:password@host/path upload`. It runs on Linux.
//!
//! io_uring tells what is complete, and not what is ready. `ftp_proto::embedding::Driver` serves the
//! wants of the core on streams that never wait. `ring.rs` is the queue of the kernel, `stream.rs`
//! makes streams of it, and `client.rs` waits for completions.

#[cfg(target_os = "linux")]
#[allow(dead_code, reason = "the tests use the rest")]
mod client;
#[cfg(target_os = "linux")]
mod ring;
#[cfg(target_os = "linux")]
#[path = "../server/mod.rs"]
mod server;
#[cfg(target_os = "linux")]
mod stream;

#[cfg(not(target_os = "linux"))]
fn main() {
    println!("Only Linux has io_uring.");
}

#[cfg(target_os = "linux")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    use std::io::{Write as _, stdin, stdout};
    use std::net::ToSocketAddrs as _;

    use ftp_proto::Url;
    use ftp_proto::flows::{Credentials, Quit};

    use crate::client::Client;
    use crate::ring::Kernel;

    let ring = Kernel::new()?;
    match ring.is_io_uring() {
        true => eprintln!("on io_uring"),
        false => eprintln!("on epoll, because the kernel refuses io_uring"),
    }
    let url = match std::env::args().nth(1) {
        Some(url) => url,
        None => {
            let server = server::start(b"Hello from a server in the same process.\n".to_vec())?;
            format!("ftp://ada:secret@{server}/hello")
        }
    };
    let url = Url::parse(&url)?;
    let options = url.options()?;
    let credentials = options
        .credentials
        .clone()
        .unwrap_or(Credentials::anonymous());

    let mut connected = Err("the host has no address".into());
    for address in options.control_peer().to_socket_addrs()? {
        let attempt = Client::connect(ring.clone(), address, options.clone());
        connected = attempt.map_err(Box::<dyn std::error::Error>::from);
        if connected.is_ok() {
            break;
        }
    }
    let mut client = connected?;
    client.login(credentials)?;

    let done = match std::env::args().nth(2) {
        None => {
            let mut out = stdout().lock();
            let done = client.download(url.path(), &url.transfer_options(), &mut out)?;
            out.flush()?;
            done
        }
        Some(_) => client.upload(url.path(), &url.transfer_options(), &mut stdin().lock())?,
    };
    eprintln!("{} bytes", done.bytes);
    client.run(Quit::new())?;
    Ok(())
}
