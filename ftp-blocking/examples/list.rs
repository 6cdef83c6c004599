//! Lists a directory of an anonymous server: kind, permissions, size, time and name of each entry.
//!
//! ```text
//! cargo run --example list-blocking -- ftp.example.org pub
//! ```

use ftp_blocking::{Client, Error, Options};

fn main() -> Result<(), Error> {
    let mut arguments = std::env::args().skip(1);
    let host = arguments.next().unwrap_or_default();
    let mut client = Client::connect(Options::new(host))?;
    client.login("anonymous", "anonymous@")?;
    for entry in client.read_dir(arguments.next().as_deref())? {
        println!("{}", entry?);
    }
    client.quit().map(drop)
}
