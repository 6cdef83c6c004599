//! The fuzz target `proxy` for the dialogues with SOCKS and HTTP proxies.

use ftp_proto::proxy::{Handshake, Proxy};
use ftp_proto::{Error, Target};

/// The most bytes that a proxy may send before the tunnel: the limit for HTTP.
const MOST: usize = 16 * 1024;

/// The bit of the first byte that gives the proxy a login.
const LOGIN: u8 = 4;

/// The first byte chooses the proxy, its login and the target. The other bytes are what the proxy
/// sends. The dialogue must end in the same way however the bytes are cut, must not take more bytes
/// than its limit, and must not show the password.
pub fn proxy(data: &[u8]) {
    let Some((choice, sent)) = data.split_first() else {
        return;
    };
    let whole = run(*choice, sent, usize::MAX);
    for piece in [1, 2, 3, 7] {
        assert_eq!(run(*choice, sent, piece), whole, "pieces of {piece}");
    }
}

/// How a dialogue has ended, and what the client has sent.
#[derive(Debug, PartialEq)]
struct Outcome {
    text: String,
    taken: usize,
    sent: Vec<u8>,
}

fn run(choice: u8, mut rest: &[u8], piece: usize) -> Outcome {
    let all = rest.len();
    let mut handshake = handshake(choice);
    let mut sent = Vec::new();
    let result = loop {
        sent.extend_from_slice(handshake.outgoing());
        handshake.advance(handshake.outgoing().len());
        if handshake.is_done() {
            break Ok(());
        }
        let count = handshake.wanted().min(piece).min(rest.len());
        assert!(handshake.wanted() > 0);
        if count == 0 {
            break Err(handshake.closed());
        }
        let (read, after) = rest.split_at(count);
        rest = after;
        if let Err(error) = handshake.receive(read) {
            break Err(error);
        }
    };
    let taken = all - rest.len();
    assert!(taken <= MOST);
    // An error may come before the last byte of its answer was read.
    let taken = if result.is_ok() { taken } else { 0 };
    let text = shown(result);
    // Without a login the client has no secret, and the proxy's text is shown as it is.
    assert!(choice & LOGIN == 0 || !text.contains("hunter2"), "{text}");
    Outcome { text, taken, sent }
}

fn shown(result: Result<(), Error>) -> String {
    let error = match result {
        Ok(()) => return "a tunnel".to_owned(),
        Err(error) => error,
    };
    format!("{:?} {error} {error:?}", error.kind())
}

fn handshake(choice: u8) -> Handshake {
    let proxy = match choice & 3 {
        0 => Proxy::socks4a("proxy.test", 1080),
        1 | 2 => Proxy::socks5("proxy.test", 1080),
        _ => Proxy::http_connect("proxy.test", 3128),
    };
    let proxy = match choice & LOGIN {
        0 => proxy,
        _ => proxy.with_login("ada", "hunter2"),
    };
    let target = match choice & 8 {
        0 => Target::Server {
            host: "ftp.example.org",
            port: 21,
        },
        _ => Target::Address(([192, 0, 2, 1], 50_001).into()),
    };
    proxy.handshake(&target).expect("a proxy that knows it")
}
