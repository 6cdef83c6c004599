//! FTP through an HTTP proxy. The control connection and the passive data connections are tunnels,
//! which the proxy opens on CONNECT (RFC 9110 section 9.3.6).
//!
//! ```text
//! cargo run --example proxy-blocking -- proxy.example.org:3128 ftp.example.org pub/file > file
//! ```

use std::error::Error;
use std::io;
use std::net::Ipv6Addr;
use std::time::Instant;

use ftp_blocking::transport::{Dialled, Dialling, Network, Stream, Target};
use ftp_blocking::{Client, Options, Tcp};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [proxy, host, path] = &arguments[..] else {
        return Err("usage: proxy <proxy:port> <FTP host> <path>".into());
    };
    let (name, port) = proxy.rsplit_once(':').ok_or("the proxy has no port")?;
    let proxy = Proxy::new(name, port.parse()?);
    let mut client = Client::connect_over(proxy, Options::new(host))?;
    client.login("anonymous", "anonymous@")?;
    io::copy(&mut client.download(path)?, &mut io::stdout().lock())?;
    client.quit()?;
    Ok(())
}

/// A network that makes all its connections through one HTTP proxy.
///
/// The proxy resolves the host name. If the name has the addresses of several machines, a data
/// connection may reach another machine than the control connection. A proxy accepts no incoming
/// connections, so active mode does not work.
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
    fn configure(&mut self, options: &Options) -> Result<(), ftp_blocking::Error> {
        self.tcp.configure(options)
    }

    fn dial(&mut self, target: &Target<'_>, deadline: Instant) -> io::Result<Dialled> {
        let proxy = Target::Server {
            host: &self.host,
            port: self.port,
        };
        let dialling = self.tcp.dial(&proxy, deadline)?;
        Ok(Dialled::Pending(Box::new(Tunnel::new(dialling, target))))
    }
}

/// A connection through the proxy that is not ready yet. `finish` returns `None` at each deadline,
/// so that the driver can read the control connection. The next call of `finish` continues where
/// the last one stopped.
struct Tunnel {
    stage: Stage,
    request: Vec<u8>,
    sent: usize,
    head: Vec<u8>,
}

enum Stage {
    Connecting(Box<dyn Dialling>),
    Asking(Box<dyn Stream>),
    Over,
}

/// The most bytes that the proxy's answer to CONNECT may have. A longer answer is an error.
const LONGEST_HEAD: usize = 16 * 1024;

impl Tunnel {
    fn new(dialled: Dialled, target: &Target<'_>) -> Self {
        let authority = authority(target);
        let request = format!("CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n\r\n");
        Self {
            stage: match dialled {
                Dialled::Connected(stream) => Stage::Asking(stream),
                Dialled::Pending(dialling) => Stage::Connecting(dialling),
            },
            request: request.into_bytes(),
            sent: 0,
            head: Vec::new(),
        }
    }

    /// Sends the CONNECT request and reads the proxy's answer. Returns `WouldBlock` at the
    /// deadline.
    fn ask(&mut self, deadline: Instant) -> io::Result<()> {
        let Stage::Asking(stream) = &mut self.stage else {
            return Err(io::ErrorKind::NotConnected.into());
        };
        while self.sent < self.request.len() {
            self.sent += stream.write(&self.request[self.sent..], deadline)?;
        }
        // The answer is read byte by byte, since the FTP server's greeting may follow it and must
        // not be read here.
        while !self.head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            if stream.read(&mut byte, deadline)? == 0 || self.head.len() >= LONGEST_HEAD {
                return Err(io::ErrorKind::InvalidData.into());
            }
            self.head.extend(byte);
        }
        judge(&self.head)
    }
}

impl Dialling for Tunnel {
    fn finish(&mut self, deadline: Instant) -> io::Result<Option<Box<dyn Stream>>> {
        if let Stage::Connecting(dialling) = &mut self.stage {
            let Some(stream) = dialling.finish(deadline)? else {
                return Ok(None);
            };
            self.stage = Stage::Asking(stream);
        }
        match self.ask(deadline) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(None),
            Err(error) => return Err(error),
        }
        Ok(match std::mem::replace(&mut self.stage, Stage::Over) {
            Stage::Asking(stream) => Some(stream),
            _ => None,
        })
    }

    // This type does not implement `descriptor`, so the default returns `None` and the driver does
    // not wait for the socket. The socket is writable long before the proxy has answered.
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

/// Checks the proxy's answer to CONNECT. A 2xx status means that the connection through the proxy
/// is made.
fn judge(head: &[u8]) -> io::Result<()> {
    let head = String::from_utf8_lossy(head);
    let status = head.lines().next().unwrap_or_default();
    match status.split(' ').nth(1) {
        Some(code) if status.starts_with("HTTP/") && code.starts_with('2') => Ok(()),
        _ => Err(io::Error::other(format!("the proxy refused: {status}"))),
    }
}
