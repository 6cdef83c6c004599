//! A network of your own: connects to a host name at an address that you give, as curl's
//! `--resolve` does. Try a new server before its name points there: TLS still verifies the name.
//!
//! ```text
//! cargo run --example resolve-blocking -- ftp.example.org 192.0.2.7
//! ```

use std::error::Error;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Instant;

use ftp_blocking::transport::{Dialled, Listener, Network, Stream, Target};
use ftp_blocking::{Client, Options, Tcp, TlsConfig};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [host, address] = &arguments[..] else {
        return Err("usage: resolve <FTP host> <address>".into());
    };
    let options = Options::new(host).with_tls(TlsConfig::platform()?);
    let network = Resolved::new(address.parse()?);
    let mut client = Client::connect_over(network, options)?;
    client.login("anonymous", "anonymous@")?;
    for name in client.names(None)? {
        println!("{}", String::from_utf8_lossy(&name));
    }
    client.quit()?;
    Ok(())
}

/// A network that resolves every name to one address.
pub(crate) struct Resolved {
    tcp: Tcp,
    address: IpAddr,
}

impl Resolved {
    pub(crate) fn new(address: IpAddr) -> Self {
        Self {
            tcp: Tcp::new(),
            address,
        }
    }
}

impl Network for Resolved {
    fn configure(&mut self, options: &Options) -> Result<(), ftp_blocking::Error> {
        self.tcp.configure(options)
    }

    fn dial(&mut self, target: &Target<'_>, deadline: Instant) -> io::Result<Dialled> {
        let target = match target {
            Target::Server { port, .. } => Target::Address(SocketAddr::new(self.address, *port)),
            other => *other,
        };
        self.tcp.dial(&target, deadline)
    }

    fn listen(&mut self, control: &dyn Stream) -> io::Result<Box<dyn Listener>> {
        self.tcp.listen(control)
    }
}
