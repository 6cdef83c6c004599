//! FTP through an HTTP proxy. The control connection and the passive data connections are tunnels,
//! which the proxy opens on CONNECT (RFC 9110 section 9.3.6).
//!
//! ```text
//! cargo run --example proxy-smol -- proxy.example.org:3128 ftp.example.org pub/file > file
//! ```

use std::error::Error;
use std::future::poll_fn;
use std::io;
use std::net::Ipv6Addr;
use std::time::Instant;

use ftp_smol::transport::{BoxFuture, Network, Stream, Target};
use ftp_smol::{Client, Options, Tcp};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [proxy, host, path] = &arguments[..] else {
        return Err("usage: proxy <proxy:port> <FTP host> <path>".into());
    };
    let (name, port) = proxy.rsplit_once(':').ok_or("the proxy has no port")?;
    let proxy = Proxy::new(name, port.parse()?);
    smol::block_on(async {
        let mut client = Client::connect_over(proxy, Options::new(host)).await?;
        client.login("anonymous", "anonymous@").await?;
        let mut stdout = smol::Unblock::new(io::stdout());
        smol::io::copy(&mut client.download(path).await?, &mut stdout).await?;
        client.quit().await?;
        Ok(())
    })
}

/// A network that makes all its connections through one HTTP proxy.
///
/// The proxy resolves the host name. If the name has the addresses of several machines, a data
/// connection may reach another machine than the control connection. Active mode does not work,
/// because a proxy accepts no connections from the server.
pub(crate) struct Proxy {
    tcp: Tcp,
    host: String,
    port: u16,
}

impl Proxy {
    pub(crate) fn new(host: impl Into<String>, port: u16) -> Self {
        Self {
            tcp: Tcp::new(),
            host: host.into(),
            port,
        }
    }
}

impl Network for Proxy {
    fn configure(&mut self, options: &Options) -> Result<(), ftp_smol::Error> {
        self.tcp.configure(options)
    }

    fn dial(&mut self, target: &Target<'_>) -> BoxFuture<io::Result<Box<dyn Stream>>> {
        let proxy = Target::Server {
            host: &self.host,
            port: self.port,
        };
        let dialling = self.tcp.dial(&proxy);
        let authority = authority(target);
        // `dial` needs no time limit, because the driver drops this future at its deadline.
        Box::pin(async move { ask(dialling.await?, &authority).await })
    }

    fn sleep_until(&self, deadline: Instant) -> BoxFuture<()> {
        self.tcp.sleep_until(deadline)
    }
}

/// The longest answer that the program accepts from the proxy, in bytes. Real answers are far
/// shorter.
const LONGEST_HEAD: usize = 16 * 1024;

/// Sends CONNECT over a connection to the proxy. Returns the connection as a tunnel to the target.
async fn ask(mut stream: Box<dyn Stream>, authority: &str) -> io::Result<Box<dyn Stream>> {
    let request = format!("CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n\r\n");
    let request = request.as_bytes();
    let mut sent = 0;
    while sent < request.len() {
        sent += poll_fn(|cx| stream.poll_write(cx, &request[sent..])).await?;
    }
    // Reads the proxy's answer byte by byte. A larger read could also take the FTP server's
    // greeting, which may follow the answer.
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        let count = poll_fn(|cx| stream.poll_read(cx, &mut byte)).await?;
        if count == 0 || head.len() >= LONGEST_HEAD {
            return Err(io::ErrorKind::InvalidData.into());
        }
        head.extend(byte);
    }
    judge(&head).map(|()| stream)
}

/// Returns the target as CONNECT needs it, for example `ftp.example.org:21`.
fn authority(target: &Target<'_>) -> String {
    match *target {
        Target::Server { host, port } | Target::ControlPeer { host, port, .. } => {
            match host.parse::<Ipv6Addr>() {
                Ok(address) => format!("[{address}]:{port}"),
                Err(_) => format!("{host}:{port}"),
            }
        }
        Target::Address(address) => address.to_string(),
    }
}

/// Checks the proxy's answer. A 2xx status means that the tunnel is ready.
fn judge(head: &[u8]) -> io::Result<()> {
    let head = String::from_utf8_lossy(head);
    let status = head.lines().next().unwrap_or_default();
    match status.split(' ').nth(1) {
        Some(code) if status.starts_with("HTTP/") && code.starts_with('2') => Ok(()),
        _ => Err(io::Error::other(format!("the proxy refused: {status}"))),
    }
}
