//! A driver for devices without a standard library, and a session with it on arrays.
//!
//! ```text
//! cargo run -p ftp-proto --features std --example no_std [ftp://user:password@host/path]
//! ```
//!
//! `driver.rs` is the driver, and `arrays.rs` a network stack that consists of arrays. Neither uses
//! the standard library. This file does, so that you can run the example on your machine. `cargo
//! xtask no-std` links the same two files into a program without it. With a URL, the driver
//! downloads a file over the stack in `sockets.rs` to standard output.

mod arrays;
#[allow(dead_code, reason = "the example uploads nothing")]
mod driver;
mod sockets;

use std::error::Error;
use std::io::{Write as _, stdout};
use std::net::ToSocketAddrs as _;

use ftp_proto::data::DataPhase;
use ftp_proto::flows::{Credentials, Greeting, Login, Open, Quit};
use ftp_proto::{Security, Session, Url};

use crate::driver::Driver;
use crate::sockets::Sockets;

fn main() -> Result<(), Box<dyn Error>> {
    if let Some(url) = std::env::args().nth(1) {
        return download(&Url::parse(&url)?);
    }
    assert_eq!(arrays::session(), Ok(()), "the step that has failed");
    println!("The session on arrays went as it should.");
    Ok(())
}

fn download(url: &Url) -> Result<(), Box<dyn Error>> {
    let options = url.options()?;
    if options.config.security != Security::Plain {
        return Err("this driver has no TLS".into());
    }
    let mut addresses = options.control_peer().to_socket_addrs()?;
    let address = addresses.next().ok_or("the host has no address")?;
    let mut driver = Driver {
        session: Session::with_options(&options),
        device: Sockets::new(address)?,
    };
    driver.run(Greeting::new())?;
    let credentials = options.credentials;
    driver.run(Login::new(credentials.unwrap_or(Credentials::anonymous())))?;

    let options = url.transfer_options();
    let transfer = driver.run(Open::retrieve(url.path())?.with_options(&options))?;
    let mut phase = DataPhase::new(transfer, &options);
    let (mut out, mut buffer) = (stdout().lock(), [0; 1400]);
    loop {
        match driver.receive(&mut phase, &mut buffer) {
            0 => break,
            count => out.write_all(&buffer[..count])?,
        }
    }
    let count = phase.read_end(&mut buffer)?;
    out.write_all(&buffer[..count])?;
    out.flush()?;
    eprintln!("{} bytes", phase.into_outcome()?.bytes);
    driver.run(Quit::new())?;
    Ok(())
}
