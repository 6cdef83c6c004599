//! Chooses the address on which a server listens, and checks that the server greets clients there.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

use super::Result;

/// What servers print if another program has taken their port: first vsftpd, then Pure-FTPd and
/// pyftpdlib, then ProFTPD. `ddress` matches with a small and with a capital A.
const PORT_IS_TAKEN: [&str; 3] = ["could not bind", "ddress already in use", "unable to bind"];

/// The IP version of the address on which a server listens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Family {
    #[default]
    V4,
    V6,
}

impl Family {
    pub(crate) const fn address(self) -> IpAddr {
        match self {
            Self::V4 => IpAddr::V4(Ipv4Addr::LOCALHOST),
            Self::V6 => IpAddr::V6(Ipv6Addr::LOCALHOST),
        }
    }
}

pub(super) fn is_about_the_port(error: &impl ToString) -> bool {
    let text = error.to_string();
    PORT_IS_TAKEN.iter().any(|saying| text.contains(saying))
}

pub(super) fn free_port(family: Family) -> Result<SocketAddr> {
    let listener = TcpListener::bind((family.address(), 0))?;
    Ok(listener.local_addr()?)
}

/// Connects to a server, and returns the first line of its greeting.
pub(super) fn greeting(address: SocketAddr) -> std::io::Result<String> {
    const PATIENCE: Duration = Duration::from_secs(2);
    let stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut line = String::new();
    let mut reader = BufReader::new(&stream);
    reader.read_line(&mut line)?;
    if line.is_empty() {
        return Err(std::io::ErrorKind::UnexpectedEof.into());
    }
    // Ends the session by QUIT, so that the server does not log a lost session as an error.
    let _ = (&stream).write_all(b"QUIT\r\n");
    while matches!(reader.read_line(&mut String::new()), Ok(1..)) {}
    Ok(line)
}
