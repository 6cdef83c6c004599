//! A server on loopback that connects to its client, as in active mode, and sends one file.

use std::io::{self, BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread::{self, JoinHandle};

/// Starts the server for one session. Join the thread after the client has ended it.
pub(crate) fn start() -> io::Result<(SocketAddr, JoinHandle<io::Result<()>>)> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    Ok((address, thread::spawn(move || serve(&listener))))
}

fn serve(listener: &TcpListener) -> io::Result<()> {
    let control = listener.accept()?.0;
    let mut lines = BufReader::new(&control).lines();
    (&control).write_all(b"220 Ready\r\n")?;
    let mut data = None;
    while let Some(line) = lines.next().transpose()? {
        let reply = match line.split_once(' ').unwrap_or((&line, "")) {
            ("USER", _) => "331 Password?\r\n",
            ("PASS", _) => "230 Hello\r\n",
            ("EPRT", to) => {
                let port = to.rsplit('|').nth(1).and_then(|port| port.parse().ok());
                data = Some(("127.0.0.1", port.unwrap_or(0)));
                "200 Done\r\n"
            }
            ("RETR", _) => {
                (&control).write_all(b"150 Comes\r\n")?;
                TcpStream::connect(data.expect("EPRT came first"))?.write_all(b"hello")?;
                "226 Sent\r\n"
            }
            _ => "200 Done\r\n",
        };
        (&control).write_all(reply.as_bytes())?;
    }
    Ok(())
}
