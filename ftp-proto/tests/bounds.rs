//! Limits for what a server can make the client keep in memory (invariant 9). Above a limit, the
//! session ends with a typed error.
//!
//! `heap.rs` measures the memory, in a program of its own with an allocator that counts.

mod support;

use ftp_proto::wire::{DecodeError, Limits};
use ftp_proto::{Config, Error, ErrorKind, Session, flows};
use support::*;

/// Feeds a session with pieces until the session is dead. Returns the error, and the number of
/// bytes that the session got before the piece that ended it.
fn endless<'a>(config: Config, pieces: impl Iterator<Item = &'a [u8]>) -> (Error, usize) {
    let mut session = Session::new(config);
    let mut taken = 0;
    for piece in pieces {
        session.receive(piece);
        if session.is_dead() {
            break;
        }
        taken += piece.len();
        assert!(taken < 10_000_000, "no end in sight");
    }
    let (mut running, answer) = session.start(flows::Greeting::new());
    let error = session.step(&mut running, answer).expect_err("dead");
    (error, taken)
}

fn cause(error: &Error) -> &DecodeError {
    assert_eq!(error.kind(), ErrorKind::Protocol);
    error
        .inner()
        .and_then(|source| source.downcast_ref())
        .expect("a decoder's error")
}

#[test]
fn invariant_9_five_hundred_continuation_lines() {
    let lines = "220-hello\r\n".repeat(500);
    let (error, taken) = endless(Config::default(), lines.as_bytes().chunks(11));
    assert!(matches!(
        cause(&error),
        DecodeError::TooManyLines { limit: 256 }
    ));
    assert_eq!(taken, 256 * 11);
}

#[test]
fn invariant_9_five_hundred_continuation_lines_by_choice() {
    let limits = Limits::default().with_reply_lines(1_000);
    let reply = format!("{}220 ready\r\n", "220-hello\r\n".repeat(500));
    let config = Config::default().with_limits(limits);
    let mut driver = scripted(config, [bytes(reply.as_bytes())]);
    let greeting = driver.run(flows::Greeting::new()).expect("a greeting");
    assert_eq!(greeting.lines().count(), 501);
}

#[test]
fn invariant_9_an_endless_line() {
    for size in [1, 1_000, 65_536] {
        let piece = vec![b'2'; size];
        let (error, taken) = endless(Config::default(), std::iter::repeat(&piece[..]));
        assert!(matches!(
            cause(&error),
            DecodeError::LineTooLong { limit: 8_192 }
        ));
        assert!(taken < 8_192, "{taken}");
    }
}

#[test]
fn invariant_9_an_endless_reply() {
    // A few long lines exceed the limit for a reply, but not the limit for a line.
    let mut line = vec![b'x'; 8_000];
    line.splice(0..0, *b"220-");
    line.extend(b"\r\n");
    let (error, taken) = endless(Config::default(), std::iter::repeat(&line[..]));
    assert!(matches!(
        cause(&error),
        DecodeError::ReplyTooLong { limit: 65_536 }
    ));
    assert!(taken <= 65_536 + line.len(), "{taken}");
}

#[test]
fn invariant_9_blank_lines_and_telnet_negotiation_without_end() {
    let (error, taken) = endless(Config::default(), std::iter::repeat(&b"\r\n"[..]));
    assert!(matches!(
        cause(&error),
        DecodeError::TooManyBlankLines { limit: 16 }
    ));
    assert!(taken <= 2 * 17, "{taken}");
    let (error, taken) = endless(Config::default(), std::iter::repeat(&b"\xff\xfb\x01"[..]));
    assert!(matches!(cause(&error), DecodeError::LineTooLong { .. }));
    assert!(taken <= 8_192 + 3, "{taken}");
}

#[test]
fn invariant_9_120_without_end() {
    // If the session accepted endless replies, the driver would never come to check its deadline.
    let mut session = Session::new(Config::default());
    let mut fed = 0;
    while !session.is_dead() {
        session.receive(b"120 soon\r\n");
        fed += 1;
        assert!(fed < 1000);
    }
    assert!(fed > 100, "a server may ask for patience more than once");
}

#[test]
fn invariant_9_replies_without_end_that_nobody_asked_for() {
    let mut driver = logged_in(Config::default(), []);
    let mut fed = 0;
    while !driver.session.is_dead() {
        driver.session.receive(b"226 done\r\n");
        fed += 1;
        assert!(fed < 100);
    }
    let outcome = driver.outcome(&Op::Pwd);
    assert!(outcome.starts_with("OutOfStep"), "{outcome}");
}

#[test]
fn invariant_9_preliminary_replies_without_end_hold_nothing() {
    let script = [
        hear("TYPE I"),
        say("200 I"),
        hear("EPSV"),
        say("229 (|||6446|)"),
        serve("connect peer:6446"),
        hear("RETR a"),
        say("150 here"),
    ];
    let mut driver = logged_in(Config::default(), script);
    driver.outcome(&Op::Retrieve("a", 0));
    for _ in 0..100_000 {
        driver.session.receive(b"150 more\r\n");
    }
    assert!(format!("{:?}", driver.session).len() < 2_000);
}

#[test]
fn invariant_9_an_http_greeting() {
    let mut driver = scripted(
        Config::default(),
        [bytes(
            b"HTTP/1.1 400 Bad Request\r\nServer: x\r\n\r\n<html>",
        )],
    );
    let error = driver.run(flows::Greeting::new()).expect_err("no FTP");
    let DecodeError::NotAReply { excerpt } = cause(&error) else {
        panic!("{error:?}");
    };
    assert_eq!(excerpt, "HTTP/1.1 400 Bad Request");
    assert!(driver.wire.is_empty());
}

#[test]
fn invariant_9_a_size_without_its_line_end_is_no_size() {
    for end in [
        &b"213 12"[..],
        b"213 12\r",
        b"213-12\r\n",
        b"213-12\r\n213 1",
        b"21",
    ] {
        let script = [
            hear("TYPE I"),
            say("200 I"),
            hear("SIZE a"),
            bytes(end),
            Item::Eof,
        ];
        let mut driver = logged_in(Config::default(), script);
        let size = flows::Size::new("a").expect("a path");
        let error = driver.run(size).expect_err("cut");
        assert_eq!(error.kind(), ErrorKind::Closed);
        assert!(error.reply().is_none());
    }
}

#[test]
fn invariant_9_steps_are_linear_in_the_bytes() {
    // Each byte of the reply arrives alone. The session must have exactly one want for each byte,
    // even if the reply has many lines.
    for lines in [10, 100, 200] {
        let reply = format!("220-{}220 ready\r\n", "hello\r\n".repeat(lines));
        let script = Script::new([bytes(reply.as_bytes())]).with_cut(Cut::Bytes);
        let mut driver = Driver::new(Config::default(), script);
        driver.run(flows::Greeting::new()).expect("a greeting");
        assert_eq!(driver.wants.len(), reply.len());
    }
}
