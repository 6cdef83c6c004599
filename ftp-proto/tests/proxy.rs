//! The dialogues with SOCKS and HTTP proxies: what is sent, what each answer means, and that no
//! byte of the FTP server is read.
#![cfg(feature = "proxy")]

use std::net::SocketAddr;

use ftp_proto::proxy::{Handshake, Proxy, Resolver};
use ftp_proto::{Cause, DataMode, Error, ErrorKind, Misuse, Options, ProxyFailure, Target};
use proptest::prelude::*;

const SERVER: Target<'_> = Target::Server {
    host: "ftp.test",
    port: 21,
};

/// Runs a dialogue. `proxy` is all that comes from the proxy, and is read in pieces of at most
/// `piece` bytes. Returns what was sent, with `|` where the client waits for an answer, and how
/// many bytes were not read.
fn run(mut handshake: Handshake, proxy: &[u8], piece: usize) -> (Vec<u8>, Result<usize, Error>) {
    let (mut sent, mut rest) = (Vec::new(), proxy);
    loop {
        sent.extend_from_slice(handshake.outgoing());
        handshake.advance(handshake.outgoing().len());
        if handshake.is_done() {
            return (sent, Ok(rest.len()));
        }
        sent.extend(Some(b'|').filter(|_| sent.last() != Some(&b'|')));
        let count = handshake.wanted().min(piece).min(rest.len());
        if count == 0 {
            return (sent, Err(handshake.closed()));
        }
        let (read, after) = rest.split_at(count);
        rest = after;
        if let Err(error) = handshake.receive(read) {
            return (sent, Err(error));
        }
    }
}

const GREETING: &[u8] = b"220 ready\r\n";

#[track_caller]
fn tunnel(proxy: &Proxy, target: &Target<'_>, answers: &[u8]) -> Vec<u8> {
    let all = [answers, GREETING].concat();
    let mut sent = Vec::new();
    for piece in [1, 2, 5, usize::MAX] {
        let handshake = proxy.handshake(target).expect("a target");
        let (now, left) = run(handshake, &all, piece);
        assert_eq!(
            left.expect("a tunnel"),
            GREETING.len(),
            "in pieces of {piece}"
        );
        sent = now;
    }
    sent
}

fn refusal(proxy: &Proxy, answers: &[u8]) -> Error {
    let handshake = proxy.handshake(&SERVER).expect("a target");
    let (_, left) = run(handshake, answers, usize::MAX);
    left.expect_err("a refusal")
}

fn socks5() -> Proxy {
    Proxy::socks5("proxy.test", 1080)
}

fn http() -> Proxy {
    Proxy::http_connect("proxy.test", 3128)
}

fn address(text: &str) -> SocketAddr {
    text.parse().expect("an address")
}

#[test]
fn socks4_names_an_address_or_a_name() {
    let proxy = Proxy::socks4a("proxy.test", 1080).with_login("ada", "");
    let granted = b"\0\x5A\0\0\0\0\0\0";
    let sent = tunnel(&proxy, &SERVER, granted);
    assert_eq!(sent, b"\x04\x01\0\x15\0\0\0\x01ada\0ftp.test\0|");
    let data = Target::Address(address("[::ffff:192.0.2.1]:50001"));
    let sent = tunnel(&proxy, &data, granted);
    assert_eq!(sent, b"\x04\x01\xC3\x51\xC0\0\x02\x01ada\0|");
    let sixth = proxy.handshake(&Target::Address(address("[::1]:21")));
    let error = sixth.expect_err("no IPv4 address");
    assert_eq!(error.kind(), ErrorKind::Proxy(ProxyFailure::Unsupported));
}

#[test]
fn socks5_logs_in_if_the_proxy_asks() {
    let done = b"\x05\0\0\x01\x7F\0\0\x01\x04\x38";
    let asked = b"\x05\x01\0\x03\x08ftp.test\0\x15|";
    let without = [&b"\x05\0"[..], done].concat();
    let sent = tunnel(&socks5(), &SERVER, &without);
    assert_eq!(sent, [&b"\x05\x01\0|"[..], asked].concat());
    let login = socks5().with_login("ada", "secret");
    let sent = tunnel(&login, &SERVER, &without);
    assert_eq!(sent, [&b"\x05\x02\0\x02|"[..], asked].concat());
    // The version of the status is 1, but some proxies send 5.
    for status in [b"\x01\0", b"\x05\0"] {
        let with = [&b"\x05\x02"[..], status, done].concat();
        let sent = tunnel(&login, &SERVER, &with);
        let sends = [b"\x05\x02\0\x02|\x01\x03ada\x06secret|", &asked[..]].concat();
        assert_eq!(sent, sends);
    }
}

#[test]
fn socks5_names_each_kind_of_address() {
    let done = |bound: &[u8]| [b"\x05\0\x05\0\0", bound].concat();
    let peer = Target::ControlPeer {
        host: "ftp.test",
        address: Some(address("192.0.2.1:21")),
        port: 50_001,
    };
    let sent = tunnel(
        &socks5(),
        &peer,
        &done(b"\x04\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"),
    );
    assert_eq!(sent, b"\x05\x01\0|\x05\x01\0\x01\xC0\0\x02\x01\xC3\x51|");
    let peer = Target::ControlPeer {
        host: "ftp.test",
        address: None,
        port: 50_001,
    };
    let sent = tunnel(&socks5(), &peer, &done(b"\x03\x02me\0\0"));
    assert_eq!(sent, b"\x05\x01\0|\x05\x01\0\x03\x08ftp.test\xC3\x51|");
    let sixth = Target::Server {
        host: "::1",
        port: 21,
    };
    let sent = tunnel(&socks5(), &sixth, &done(b"\x03\0\0\0"));
    let asked = b"\x05\x01\0|\x05\x01\0\x04\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\0\x15|";
    assert_eq!(sent, asked);
}

#[test]
fn http_connects_with_basic_authentication() {
    let done = b"HTTP/1.1 200 Connection established\r\nVia: x\r\n\r\n";
    let sent = tunnel(&http(), &SERVER, done);
    assert_eq!(
        sent,
        b"CONNECT ftp.test:21 HTTP/1.1\r\nHost: ftp.test:21\r\n\r\n|"
    );
    let sixth = Target::Address(address("[::1]:50001"));
    // The example of RFC 7617 section 2.
    let proxy = http().with_login("Aladdin", "open sesame");
    let sent = tunnel(&proxy, &sixth, b"HTTP/1.0 204\n\n");
    let text = "CONNECT [::1]:50001 HTTP/1.1\r\nHost: [::1]:50001\r\n\
                Proxy-Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n\r\n|";
    assert_eq!(String::from_utf8_lossy(&sent), text);
}

#[test]
fn http_skips_interim_answers_within_the_limit() {
    let interim = b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n";
    let answers = [&interim[..], interim, b"HTTP/1.1 200 OK\r\n\r\n"].concat();
    tunnel(&http(), &SERVER, &answers);
    for long in [
        interim.repeat(500),
        [b"HTTP/1.1 200 OK\r\nX: ", &[b'x'; 17_000][..]].concat(),
    ] {
        let (_, result) = run(http().handshake(&SERVER).expect("a target"), &long, 1);
        let error = result.expect_err("too long");
        assert_eq!(error.kind(), ErrorKind::Proxy(ProxyFailure::Protocol));
        let text = "this is not the answer of such a proxy: its answer is longer than 16 KiB";
        assert_eq!(error.to_string(), text);
    }
}

#[test]
fn refusals_have_their_kind_and_show_the_answer() {
    use ProxyFailure as Failure;
    let socks4 = |code: u8| refusal(&Proxy::socks4a("p", 1), &[0, code]);
    let socks5_reply = |code: u8| refusal(&socks5(), &[5, 0, 5, code]);
    let status = |line: &str| refusal(&http(), format!("HTTP/1.1 {line}\r\n\r\n").as_bytes());
    let login = socks5().with_login("ada", "hunter2");
    for (error, failure, cause, text) in [
        (
            socks4(91),
            Failure::Failed,
            Cause::Connection,
            "the proxy made no connection: SOCKS4 answer 91, rejected or failed",
        ),
        (
            socks4(93),
            Failure::Login,
            Cause::Refused,
            "the proxy refused the login: SOCKS4 answer 93, the ident server names another user",
        ),
        (
            socks5_reply(1),
            Failure::Failed,
            Cause::Connection,
            "the proxy made no connection: SOCKS5 reply 1, general failure",
        ),
        (
            socks5_reply(2),
            Failure::NotAllowed,
            Cause::Refused,
            "the proxy does not allow this connection: SOCKS5 reply 2, not allowed by the rules",
        ),
        (
            socks5_reply(3),
            Failure::Unreachable,
            Cause::Connection,
            "the proxy cannot reach the server: SOCKS5 reply 3, network unreachable",
        ),
        (
            socks5_reply(4),
            Failure::Unreachable,
            Cause::Connection,
            "the proxy cannot reach the server: SOCKS5 reply 4, host unreachable",
        ),
        (
            socks5_reply(5),
            Failure::Refused,
            Cause::Connection,
            "the server refused the proxy's connection: SOCKS5 reply 5, connection refused",
        ),
        (
            socks5_reply(6),
            Failure::Unreachable,
            Cause::Connection,
            "the proxy cannot reach the server: SOCKS5 reply 6, time to live expired",
        ),
        (
            socks5_reply(8),
            Failure::Unsupported,
            Cause::Unsupported,
            "the proxy cannot make this connection: SOCKS5 reply 8, kind of address not supported",
        ),
        (
            socks5_reply(99),
            Failure::Failed,
            Cause::Connection,
            "the proxy made no connection: SOCKS5 reply 99, unknown",
        ),
        (
            refusal(&socks5(), b"\x05\xFF"),
            Failure::Login,
            Cause::Refused,
            "the proxy refused the login: it may want a user name and a password: Proxy::with_login",
        ),
        (
            refusal(&login, b"\x05\x02\x01\x01"),
            Failure::Login,
            Cause::Refused,
            "the proxy refused the login: SOCKS5 status 1 to the user name and the password",
        ),
        (
            status("407 Proxy Authentication Required"),
            Failure::Login,
            Cause::Refused,
            "the proxy refused the login: HTTP/1.1 407 Proxy Authentication Required",
        ),
        (
            status("403 Forbidden"),
            Failure::NotAllowed,
            Cause::Refused,
            "the proxy does not allow this connection: HTTP/1.1 403 Forbidden",
        ),
        (
            status("502 Bad\x1B[31m Gateway"),
            Failure::Unreachable,
            Cause::Connection,
            "the proxy cannot reach the server: HTTP/1.1 502 Bad\\x1b[31m Gateway",
        ),
        (
            status("500 x"),
            Failure::Failed,
            Cause::Connection,
            "the proxy made no connection: HTTP/1.1 500 x",
        ),
        (
            refusal(&http(), GREETING),
            Failure::Protocol,
            Cause::Protocol,
            "this is not the answer of such a proxy: perhaps it is a proxy of another kind",
        ),
        (
            refusal(&socks5(), b"HTTP/1.1 400 x"),
            Failure::Protocol,
            Cause::Protocol,
            "this is not the answer of such a proxy: perhaps it is a proxy of another kind",
        ),
        (
            refusal(&http(), b"\x05\xFF"),
            Failure::Protocol,
            Cause::Protocol,
            "this is not the answer of such a proxy: perhaps it is a proxy of another kind",
        ),
        (
            refusal(&http(), b""),
            Failure::Closed,
            Cause::Connection,
            "the proxy closed the connection: it sent no answer",
        ),
        (
            refusal(&http(), b"HTTP/1.1 2"),
            Failure::Closed,
            Cause::Connection,
            "the proxy closed the connection: its answer is incomplete",
        ),
    ] {
        assert_eq!(error.to_string(), text);
        assert_eq!(error.kind(), ErrorKind::Proxy(failure), "{text}");
        assert_eq!(error.cause(), cause, "{text}");
        assert!(!error.is_login_refused(), "{text}");
    }
}

#[test]
fn a_login_that_cannot_be_sent_is_refused_before_a_byte_is_sent() {
    let long = "x".repeat(256);
    for (proxy, may) in [
        (socks5().with_login("ada", "x".repeat(255)), true),
        (socks5().with_login("ada", &long), false),
        (socks5().with_login(&long, "secret"), false),
        (socks5().with_login("", "secret"), false),
        (http().with_login("", ""), true),
        (http().with_login("a:b", "secret"), false),
        (http().with_login("ada", "two\r\nlines"), false),
        (Proxy::socks4("p", 1).with_login("a\0b", ""), false),
        (Proxy::socks5("", 1080), false),
        (Proxy::socks5("proxy.test:1080", 1080), false),
    ] {
        let options = Options::new("ftp.test").with_proxy(proxy.clone());
        let handshake = proxy.handshake(&SERVER).map(|_| ());
        for checked in [options.check(), handshake] {
            match checked {
                Ok(()) => assert!(may, "{proxy:?}"),
                Err(error) => {
                    assert!(!may, "{error}");
                    assert_eq!(error.kind(), ErrorKind::Misuse(Misuse::Option));
                }
            }
        }
    }
}

#[test]
fn a_host_that_would_end_a_line_is_refused() {
    for host in ["a\r\nX: b", "a b", "a\0b", "", "fe80::1%eth0"] {
        let target = Target::Server { host, port: 21 };
        for proxy in [Proxy::socks4a("p", 1), socks5(), http()] {
            let error = proxy.handshake(&target).map(|_| ()).expect_err(host);
            assert_eq!(error.kind(), ErrorKind::Misuse(Misuse::Option));
        }
    }
    let host = "x".repeat(256);
    let target = Target::Server {
        host: &host,
        port: 21,
    };
    let error = socks5()
        .handshake(&target)
        .map(|_| ())
        .expect_err("too long");
    assert_eq!(error.kind(), ErrorKind::Proxy(ProxyFailure::Unsupported));
}

#[test]
fn a_name_is_resolved_where_the_proxy_says() {
    let here = socks5().with_resolver(Resolver::Here);
    assert_eq!(here.name_to_resolve(&SERVER), Some(("ftp.test", 21)));
    assert_eq!(socks5().name_to_resolve(&SERVER), None);
    let literal = Target::Server {
        host: "192.0.2.1",
        port: 21,
    };
    assert_eq!(here.name_to_resolve(&literal), None);
    let known = address("192.0.2.1:21");
    assert_eq!(
        socks5().handshake(&literal).expect("a target").address(),
        Some(known)
    );
    assert_eq!(
        socks5().handshake(&SERVER).expect("a target").address(),
        None
    );
    let both = [address("[::1]:21"), known];
    assert_eq!(here.choose(both).expect("one"), both[0]);
    let fourth = Proxy::socks4("p", 1080);
    assert_eq!(fourth.choose(both).expect("one"), known);
    let error = fourth.choose([both[0]]).expect_err("no IPv4 address");
    assert_eq!(error.kind(), ErrorKind::Proxy(ProxyFailure::Unsupported));
}

#[test]
fn a_proxy_from_a_url() {
    for (url, shown, resolver) in [
        ("socks4://p", "SOCKS4 proxy p, port 1080", Resolver::Here),
        ("socks4a://p:1", "SOCKS4 proxy p, port 1", Resolver::Proxy),
        ("SOCKS5://p", "SOCKS5 proxy p, port 1080", Resolver::Here),
        ("socks5h://p/", "SOCKS5 proxy p, port 1080", Resolver::Proxy),
        (
            "http://[::1]:3128/",
            "HTTP proxy ::1, port 3128",
            Resolver::Proxy,
        ),
        ("http://p", "HTTP proxy p, port 80", Resolver::Proxy),
    ] {
        let proxy = Proxy::from_url(url).expect(url);
        assert_eq!(proxy.to_string(), shown);
        let resolves = proxy.name_to_resolve(&SERVER).is_some();
        assert_eq!(resolves, resolver == Resolver::Here, "{url}");
    }
    let proxy = Proxy::from_url("socks5h://a%20da:hu%40nt:er2@p").expect("a proxy");
    let sent = tunnel(&proxy, &SERVER, b"\x05\x02\x01\0\x05\0\0\x01\0\0\0\0\0\0");
    assert!(
        sent.windows(14).any(|at| at == b"\x04a da\x09hu@nt:er"),
        "{sent:?}"
    );
    assert!(!format!("{proxy:?}").contains("hu@nt"));
    for url in [
        "p:1080",
        "https://p",
        "ftp://p",
        "socks5://",
        "socks5://p:0x1",
        "socks5://p:65536",
        "socks5://hunter2:%4@p",
        "socks5://hunter2:%zz@p",
        "socks5://hunter2:x@p/path",
        "socks5://hunter2:@p",
        "http://hunter2%0d:x@p",
    ] {
        let error = Proxy::from_url(url).map(|_| ()).expect_err(url);
        assert_eq!(error.kind(), ErrorKind::Misuse(Misuse::Option), "{url}");
        assert!(!error.to_string().contains("hunter2"), "{error}");
    }
}

#[test]
fn active_mode_and_networks_without_sockets_are_refused() {
    let options = Options::new("ftp.test").with_proxy(socks5());
    assert!(options.check().is_ok());
    let checked = options.check_without_sockets();
    assert_eq!(
        checked.expect_err("no sockets").kind(),
        ErrorKind::Misuse(Misuse::Option)
    );
    let active = options.with_config(|config| config.with_data_mode(DataMode::Active));
    let error = active.check().expect_err("no way");
    assert_eq!(error.kind(), ErrorKind::Misuse(Misuse::Option));
    assert!(
        error
            .to_string()
            .starts_with("active mode does not work through a proxy")
    );
}

#[test]
fn texts_name_the_proxy() {
    let options = Options::new("ftp.test").with_proxy(socks5().with_login("ada", "hunter2"));
    let text = "connecting to ftp.test, port 21, through the SOCKS5 proxy proxy.test, port 1080";
    assert_eq!(options.connecting(), text);
    assert!(!format!("{options:?}").contains("hunter2"));
}

#[test]
fn more_bytes_than_wanted_are_refused() {
    let mut handshake = socks5().handshake(&SERVER).expect("a target");
    assert_eq!(handshake.wanted(), 0);
    assert!(handshake.receive(b"\x05").is_err());
    handshake.advance(usize::MAX);
    assert_eq!(handshake.wanted(), 2);
    let error = handshake.receive(b"\x05\0\x05").expect_err("too many");
    assert_eq!(error.kind(), ErrorKind::Misuse(Misuse::Option));
}

/// The answers of a proxy: well formed, with one byte changed, or any bytes.
fn answers() -> impl Strategy<Value = Vec<u8>> {
    let whole = prop::sample::select(vec![
        b"\0\x5A\0\0\0\0\0\0".to_vec(),
        b"\x05\0\x05\0\0\x01\0\0\0\0\0\0".to_vec(),
        b"\x05\x02\x01\0\x05\0\0\x03\x02me\0\0".to_vec(),
        b"HTTP/1.1 200 OK\r\n\r\n".to_vec(),
        b"HTTP/1.1 100 x\r\n\r\nHTTP/1.0 200\n\n".to_vec(),
        b"HTTP/1.1 407 x\r\nA: b\r\n\r\n".to_vec(),
    ]);
    let changed = (whole.clone(), any::<prop::sample::Index>(), any::<u8>());
    let changed = changed.prop_map(|(mut bytes, at, byte)| {
        let at = at.index(bytes.len());
        bytes[at] = byte;
        bytes
    });
    prop_oneof![whole, changed, prop::collection::vec(any::<u8>(), 0..40)]
}

proptest! {
    #[test]
    fn invariant_cuts_change_nothing(answers in answers(), kind in 0..3, with_login: bool, piece in 1..6_usize) {
        let proxy = match kind {
            0 => Proxy::socks4a("proxy.test", 1080),
            1 => socks5(),
            _ => http(),
        };
        let proxy = if with_login { proxy.with_login("ada", "hunter2") } else { proxy };
        let all = [&answers[..], GREETING].concat();
        let whole = run(proxy.handshake(&SERVER).expect("a target"), &all, usize::MAX);
        let cut = run(proxy.handshake(&SERVER).expect("a target"), &all, piece);
        prop_assert_eq!(&whole.0, &cut.0);
        match (whole.1, cut.1) {
            (Ok(one), Ok(other)) => prop_assert_eq!(one, other),
            (one, other) => {
                let text = |result: Result<usize, Error>| result.expect_err("both fail").to_string();
                prop_assert_eq!(text(one), text(other));
            }
        }
    }
}
