//! A small HTTP proxy that forwards connections to the simulated server.

use std::io::{self, BufRead as _, BufReader, Write as _};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use crate::support::tcp_server::TcpServer;

/// How the proxy treats the connections of its clients. The number in a variant is the first
/// connection that the variant applies to, counted from 0.
#[derive(Clone, Copy)]
pub(crate) enum Manner {
    Serves,
    RefusesFrom(usize),
    /// The proxy sends no answer on this connection and on all later ones.
    SilentFrom(usize),
}

/// A running proxy. It connects only to the host `ftp.test`, and records the requests.
pub(crate) struct Forwarding {
    pub(crate) address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Forwarding {
    pub(crate) fn to(hosted: &TcpServer, manner: Manner) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let address = listener.local_addr().expect("an address");
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (hosted, remembered) = (hosted.clone(), asked.clone());
        thread::spawn(move || {
            let mut silent = Vec::new();
            for (index, stream) in listener.incoming().enumerate() {
                let stream = stream.expect("a connection");
                match manner {
                    Manner::SilentFrom(first) if index >= first => silent.push(stream),
                    _ => {
                        let refuses =
                            matches!(manner, Manner::RefusesFrom(first) if index >= first);
                        // The client may close the connection at any time, so an error of one
                        // connection does not end the proxy.
                        let _ = serve(stream, &hosted, &remembered, refuses);
                    }
                }
            }
        });
        Self { address, asked }
    }

    /// Returns the first line of each request, such as `CONNECT ftp.test:21 HTTP/1.1`.
    pub(crate) fn asked(&self) -> Vec<String> {
        let asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.clone()
    }
}

fn serve(
    mut stream: TcpStream,
    hosted: &TcpServer,
    asked: &Mutex<Vec<String>>,
    refuses: bool,
) -> io::Result<()> {
    let mut head = BufReader::new(stream.try_clone()?).lines();
    let request = head.next().ok_or(io::ErrorKind::UnexpectedEof)??;
    while !head.next().ok_or(io::ErrorKind::UnexpectedEof)??.is_empty() {}
    let port = request
        .strip_prefix("CONNECT ftp.test:")
        .and_then(|rest| rest.strip_suffix(" HTTP/1.1"))
        .and_then(|port| port.parse().ok());
    let mut asked = asked.lock().unwrap_or_else(PoisonError::into_inner);
    asked.push(request);
    drop(asked);
    let Some(port) = port.filter(|_| !refuses) else {
        return stream.write_all(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
    };
    let server = TcpStream::connect(hosted.open(port)?)?;
    server.set_nodelay(true)?;
    stream.set_nodelay(true)?;
    stream.write_all(b"HTTP/1.1 200 Connection established\r\nVia: test\r\n\r\n")?;
    let (from, to) = (stream.try_clone()?, server.try_clone()?);
    thread::spawn(move || pass_on(from, to));
    thread::spawn(move || pass_on(server, stream));
    Ok(())
}

fn pass_on(mut from: TcpStream, mut to: TcpStream) {
    let _ = io::copy(&mut from, &mut to);
    let _ = to.shutdown(Shutdown::Write);
}
