//! A small proxy that forwards connections to the simulated server: SOCKS4, SOCKS5 and HTTP, told
//! apart by the first byte.

use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, Ipv6Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use socket2::SockRef;

use crate::support::tcp_server::TcpServer;

/// How the proxy treats the connections of its clients. The number in a variant is the first
/// connection that the variant applies to, counted from 0.
#[derive(Clone, Copy)]
pub(crate) enum Manner {
    Serves,
    /// The proxy sends its answers byte by byte.
    Dribbles,
    /// The proxy sends its last answer together with the first bytes of the server, in one segment.
    Joins,
    /// The proxy resets its connection to the server after the client has ended or half-closed its
    /// own. Some proxies do so if they have not read all bytes of the server.
    ResetsAtEnd,
    /// The proxy wants the user `ada` and the password `secret`.
    WantsLogin,
    /// The proxy reads what comes first, sends these bytes, and closes the connection.
    SaysFrom(usize, &'static [u8]),
    /// The proxy sends no answer on this connection and on all later ones.
    SilentFrom(usize),
}

/// A running proxy. It connects to any host, always to the simulated server, and records the
/// requests.
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
                let mut stream = stream.expect("a connection");
                let _ = stream.set_nodelay(true);
                // The client may close the connection at any time, so an error of one connection
                // does not end the proxy.
                let _ = match manner {
                    Manner::SilentFrom(first) if index >= first => {
                        silent.push(stream);
                        Ok(())
                    }
                    Manner::SaysFrom(first, bytes) if index >= first => say(&mut stream, bytes),
                    _ => serve(stream, &hosted, &remembered, manner),
                };
            }
        });
        Self { address, asked }
    }

    /// Returns the requests, such as `SOCKS5 ftp.test:21` or `HTTP ftp.test:21`.
    pub(crate) fn asked(&self) -> Vec<String> {
        let asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.clone()
    }
}

/// Reads the client's first bytes, and sends these bytes.
fn say(stream: &mut TcpStream, bytes: &[u8]) -> io::Result<()> {
    let _ = stream.read(&mut [0; 1024])?;
    stream.write_all(bytes)?;
    stream.shutdown(Shutdown::Write)?;
    // The client's other bytes are read, since the system would reset the connection otherwise, and
    // the answer could be lost.
    io::copy(stream, &mut io::sink()).map(|_| ())
}

fn serve(
    mut stream: TcpStream,
    hosted: &TcpServer,
    asked: &Mutex<Vec<String>>,
    manner: Manner,
) -> io::Result<()> {
    let wants_login = matches!(manner, Manner::WantsLogin);
    let request = match byte(&mut stream)? {
        4 => socks4(&mut stream)?,
        5 => socks5(&mut stream, manner, wants_login)?,
        first => http(&mut stream, first, wants_login)?,
    };
    let Some((request, granted)) = request else {
        return Ok(());
    };
    let port = request
        .rsplit(':')
        .next()
        .and_then(|port| port.parse().ok());
    let mut asked = asked.lock().unwrap_or_else(PoisonError::into_inner);
    asked.push(request);
    drop(asked);
    let mut server = TcpStream::connect(hosted.open(port.ok_or(io::ErrorKind::InvalidData)?)?)?;
    server.set_nodelay(true)?;
    let mut answer = granted.to_vec();
    if matches!(manner, Manner::Joins) {
        let mut greeting = [0; 1024];
        let count = server.read(&mut greeting)?;
        answer.extend(&greeting[..count]);
    }
    send(&mut stream, &answer, manner)?;
    let (from, to) = (stream.try_clone()?, server.try_clone()?);
    let resets = matches!(manner, Manner::ResetsAtEnd);
    thread::spawn(move || {
        if resets {
            reset_after(from, to);
        } else {
            pass_on(from, to);
        }
    });
    thread::spawn(move || pass_on(server, stream));
    Ok(())
}

/// A request as text, and the answer that grants it. `None` if it was refused.
type Request = Option<(String, &'static [u8])>;

fn socks4(stream: &mut TcpStream) -> io::Result<Request> {
    let [_, high, low, a, b, c, d] = bytes(stream)?;
    let port = u16::from_be_bytes([high, low]);
    until(stream, b"\0")?;
    let host = match [a, b, c, d] {
        [0, 0, 0, 1..=255] => text(&until(stream, b"\0")?),
        address => Ipv4Addr::from(address).to_string(),
    };
    let host = host.trim_end_matches('\0');
    Ok(Some((
        format!("SOCKS4 {host}:{port}"),
        b"\0\x5A\0\0\0\0\0\0",
    )))
}

fn socks5(stream: &mut TcpStream, manner: Manner, wants_login: bool) -> io::Result<Request> {
    let count = byte(stream)?;
    let methods = (0..count).map(|_| byte(stream));
    let offers = methods.collect::<io::Result<Vec<_>>>()?.contains(&2);
    match (wants_login, offers) {
        (true, false) => return send(stream, b"\x05\xFF", manner).map(|()| None),
        (true, true) => {
            send(stream, b"\x05\x02", manner)?;
            let _version = byte(stream)?;
            let (user, password) = (counted(stream)?, counted(stream)?);
            if (&*user, &*password) != ("ada", "secret") {
                return send(stream, b"\x01\x01", manner).map(|()| None);
            }
            send(stream, b"\x01\0", manner)?;
        }
        (false, _) => send(stream, b"\x05\0", manner)?,
    }
    let [_, _, _, kind] = bytes(stream)?;
    let host = match kind {
        1 => Ipv4Addr::from(bytes::<4>(stream)?).to_string(),
        4 => Ipv6Addr::from(bytes::<16>(stream)?).to_string(),
        _ => counted(stream)?,
    };
    let port = u16::from_be_bytes(bytes(stream)?);
    let granted = b"\x05\0\0\x01\x7F\0\0\x01\x04\x38";
    Ok(Some((format!("SOCKS5 {host}:{port}"), granted)))
}

fn http(stream: &mut TcpStream, first: u8, wants_login: bool) -> io::Result<Request> {
    let head = [&[first][..], &until(stream, b"\r\n\r\n")?].concat();
    let head = text(&head);
    // `ada:secret` in base64.
    if wants_login && !head.contains("Proxy-Authorization: Basic YWRhOnNlY3JldA==\r\n") {
        let refusal = b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n";
        return stream.write_all(refusal).map(|()| None);
    }
    let target = head.split(' ').nth(1).unwrap_or_default();
    let granted = b"HTTP/1.1 200 Connection established\r\nVia: test\r\n\r\n";
    Ok(Some((format!("HTTP {target}"), granted)))
}

fn send(stream: &mut TcpStream, bytes: &[u8], manner: Manner) -> io::Result<()> {
    let piece = match manner {
        Manner::Dribbles => 1,
        _ => bytes.len(),
    };
    bytes
        .chunks(piece)
        .try_for_each(|piece| stream.write_all(piece))
}

fn byte(stream: &mut TcpStream) -> io::Result<u8> {
    bytes::<1>(stream).map(|[byte]| byte)
}

fn bytes<const COUNT: usize>(stream: &mut TcpStream) -> io::Result<[u8; COUNT]> {
    let mut bytes = [0; COUNT];
    stream.read_exact(&mut bytes)?;
    Ok(bytes)
}

/// Reads a text with its length before it.
fn counted(stream: &mut TcpStream) -> io::Result<String> {
    let mut bytes = vec![0; usize::from(byte(stream)?)];
    stream.read_exact(&mut bytes)?;
    Ok(text(&bytes))
}

/// Reads up to this end, which is included.
fn until(stream: &mut TcpStream, end: &[u8]) -> io::Result<Vec<u8>> {
    let mut read = Vec::new();
    while !read.ends_with(end) {
        read.push(byte(stream)?);
    }
    Ok(read)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn pass_on(mut from: TcpStream, mut to: TcpStream) {
    let _ = io::copy(&mut from, &mut to);
    let _ = to.shutdown(Shutdown::Write);
}

fn reset_after(mut from: TcpStream, mut to: TcpStream) {
    let _ = io::copy(&mut from, &mut to);
    // With a linger time of zero, a shutdown of both directions does not reset a connection. Only
    // the drop of the last handle does, so the other thread is ended first.
    let _ = SockRef::from(&to).set_linger(Some(Duration::ZERO));
    let _ = to.shutdown(Shutdown::Read);
    let _ = from.shutdown(Shutdown::Both);
}
