//! A small server for active mode. Before the server connects to the client's data port, a stranger
//! does: another machine, with another address.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::thread;

use socket2::{Domain, Socket, Type};

/// Starts a server for one session in active mode, and returns its port. First a stranger connects
/// to the client and sends `forged`. After that the server connects and sends `genuine`.
pub(crate) fn serve_a_stranger_first() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let port = listener.local_addr().expect("an address").port();
    thread::spawn(move || {
        let (mut control, _) = listener.accept().expect("a client");
        let mut lines = BufReader::new(control.try_clone().expect("a second handle"));
        let mut say = |text: &str| control.write_all(text.as_bytes()).expect("a reply");
        say("220 ready\r\n");
        let mut address = None;
        let mut line = String::new();
        while lines.read_line(&mut line).expect("a command") > 0 {
            match line.split_ascii_whitespace().next() {
                Some("EPRT") => {
                    let port = line.split('|').nth(3).and_then(|port| port.parse().ok());
                    address = port.map(|port: u16| SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
                    say("200 ok\r\n");
                }
                Some("RETR") => {
                    let address = address.expect("EPRT came first");
                    say("150 connecting\r\n");
                    bring(Ipv4Addr::new(127, 0, 0, 2), address, b"forged");
                    bring(Ipv4Addr::LOCALHOST, address, b"genuine");
                    say("226 done\r\n");
                }
                Some("QUIT") => say("221 bye\r\n"),
                _ => say("200 ok\r\n"),
            }
            line.clear();
        }
    });
    port
}

/// Connects from the address `from` to the client's address `to`, and sends these bytes if the
/// connection is made.
fn bring(from: Ipv4Addr, to: SocketAddr, bytes: &[u8]) {
    let mut socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
    socket
        .bind(&SocketAddr::from((from, 0)).into())
        .expect("an address on loopback");
    // The client closes its listener after the first connection that it keeps, so a second attempt
    // may fail.
    if socket.connect(&to.into()).is_ok() {
        let _ = socket.write_all(bytes);
    }
}
