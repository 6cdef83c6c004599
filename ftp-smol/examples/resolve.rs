//! A network of your own: connects to a host name at an address that you give, as curl's
//! `--resolve` does. Try a new server before its name points there: TLS still verifies the name.
//!
//! ```text
//! cargo run --example resolve-smol -- ftp.example.org 192.0.2.7
//! ```

use std::error::Error;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Instant;

use ftp_smol::transport::{BoxFuture, Listener, Network, Stream, Target};
use ftp_smol::{Client, Options, Tcp, TlsConfig};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [host, address] = &arguments[..] else {
        return Err("usage: resolve <FTP host> <address>".into());
    };
    let options = Options::new(host).with_tls(TlsConfig::platform()?);
    let network = Resolved::new(address.parse()?);
    smol::block_on(async {
        let mut client = Client::connect_over(network, options).await?;
        client.login("anonymous", "anonymous@").await?;
        for name in client.names(None).await? {
            println!("{}", String::from_utf8_lossy(&name));
        }
        client.quit().await?;
        Ok(())
    })
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
    fn configure(&mut self, options: &Options) -> Result<(), ftp_smol::Error> {
        self.tcp.configure(options)
    }

    fn dial(&mut self, target: &Target<'_>) -> BoxFuture<io::Result<Box<dyn Stream>>> {
        let target = match target {
            Target::Server { port, .. } => Target::Address(SocketAddr::new(self.address, *port)),
            other => *other,
        };
        self.tcp.dial(&target)
    }

    fn listen(&mut self, control: &dyn Stream) -> io::Result<Box<dyn Listener>> {
        self.tcp.listen(control)
    }

    fn sleep_until(&self, deadline: Instant) -> BoxFuture<()> {
        self.tcp.sleep_until(deadline)
    }
}
