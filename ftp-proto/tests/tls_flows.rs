//! Where TLS stands in the dialogue: the flows, by hand and without any TLS.

use ftp_proto::flows::{Credentials, Greeting, Login, Noop, Secure};
use ftp_proto::tls::Reason;
use ftp_proto::{Answer, Config, Error, ErrorKind, Flow, Misuse, Running, Security, Session};
use ftp_proto::{Step, Wait, Want};

fn session(security: Security) -> Session {
    Session::new(Config::default().with_security(security))
}

fn want<F: Flow>(session: &mut Session, running: &mut Running<F>, answer: Answer) -> Want {
    match session.step(running, answer) {
        Ok(Step::Want(want)) => want,
        Ok(Step::Done(_)) => panic!("done"),
        Err(error) => panic!("{error}"),
    }
}

fn error<F: Flow>(session: &mut Session, running: &mut Running<F>, answer: Answer) -> Error {
    match session.step(running, answer) {
        Err(error) => error,
        Ok(_) => panic!("no error"),
    }
}

fn kind_of<F: Flow>(session: &mut Session, flow: F) -> ErrorKind {
    let (mut running, answer) = session.start(flow);
    error(session, &mut running, answer).kind()
}

/// The want of the greeting flow, which under implicit TLS is the handshake.
fn begin(session: &mut Session) -> (Running<Greeting>, Want) {
    let (mut running, answer) = session.start(Greeting::new());
    let want = want(session, &mut running, answer);
    (running, want)
}

#[test]
fn implicit_tls_begins_with_the_handshake() {
    let mut session = session(Security::Implicit);
    assert!(!session.is_secured());
    let (mut running, first) = begin(&mut session);
    let Want::SecureControl(secure) = first else {
        panic!("{first:?}");
    };
    assert_eq!(secure.wait(), Wait::Handshake);
    assert!(session.outgoing().is_empty(), "nothing in clear");
    let next = want(&mut session, &mut running, secure.secured());
    assert!(session.is_secured());
    let Want::Receive(receive) = next else {
        panic!("{next:?}");
    };
    assert_eq!(receive.wait(), Wait::Greeting);
    session.receive(b"230 Come in.\r\n");
    assert!(matches!(
        session.step(&mut running, receive.received()),
        Ok(Step::Done(_))
    ));
    assert!(!session.is_logged_in(), "not by a greeting");
}

/// Class B1: not a byte before the handshake, be it in one piece or not.
#[test]
fn b1_implicit_tls_and_bytes_in_clear() {
    for byte in [b'2', 0x15, 0x16, b'\r'] {
        let mut early = session(Security::Implicit);
        early.receive(&[byte]);
        assert_eq!(kind_of(&mut early, Greeting::new()), ErrorKind::Injection);

        let mut meanwhile = session(Security::Implicit);
        let (mut running, first) = begin(&mut meanwhile);
        meanwhile.receive(&[byte]);
        let Want::SecureControl(secure) = first else {
            panic!("{first:?}");
        };
        let error = error(&mut meanwhile, &mut running, secure.secured());
        assert_eq!(error.kind(), ErrorKind::Injection);
        assert!(meanwhile.is_dead());
    }
}

#[test]
fn invariant_3_an_implicit_handshake_that_was_given_up_is_the_end() {
    let mut session = session(Security::Implicit);
    drop(begin(&mut session));
    assert_eq!(kind_of(&mut session, Greeting::new()), ErrorKind::Tls);
    assert!(session.is_dead());
}

#[test]
fn invariant_7_nothing_comes_ahead_of_the_implicit_handshake() {
    let mut session = session(Security::Implicit);
    let misuse = ErrorKind::Misuse(Misuse::NotSecured);
    assert_eq!(kind_of(&mut session, Noop::new()), misuse);
    assert_eq!(
        kind_of(&mut session, Login::new(Credentials::anonymous())),
        misuse
    );
    assert_eq!(kind_of(&mut session, Secure::new()), misuse);
    assert!(session.outgoing().is_empty() && !session.is_dead());
    // And then in the right order.
    let (_, first) = begin(&mut session);
    assert!(matches!(first, Want::SecureControl(_)));
}

#[test]
fn a_handshake_that_fails_or_takes_too_long_is_the_end() {
    for late in [false, true] {
        let mut session = session(Security::Implicit);
        let (mut running, first) = begin(&mut session);
        let (answer, expected) = match late {
            true => (first.timed_out(), ErrorKind::Timeout(Wait::Handshake)),
            false => (first.broken(Error::new(ErrorKind::Tls)), ErrorKind::Tls),
        };
        let error = error(&mut session, &mut running, answer);
        assert_eq!(error.kind(), expected);
        assert!(session.is_dead());
        assert_eq!(kind_of(&mut session, Noop::new()), expected);
    }
}

/// The first byte decides, and only where the greeting is due.
#[test]
fn tls_where_the_greeting_is_due() {
    for security in [Security::Plain, Security::Explicit] {
        for first in [0x15, 0x16] {
            let mut session = session(security);
            let (mut running, want) = begin(&mut session);
            let Want::Receive(receive) = want else {
                panic!("{want:?}");
            };
            session.receive(&[first]);
            let error = error(&mut session, &mut running, receive.received());
            assert_eq!(error.kind(), ErrorKind::Tls);
            assert_eq!(error.tls_reason(), Some(&Reason::TlsServer));
            assert!(error.to_string().contains("implicit TLS"), "{error}");
        }
    }
    let mut session = session(Security::Plain);
    session.receive(b"220 Welcome\r\n\x16");
    assert!(!session.is_dead(), "a greeting came first");
}

#[test]
fn silence_where_the_greeting_is_due() {
    let mut silent = session(Security::Plain);
    let (mut running, want) = begin(&mut silent);
    let late = error(&mut silent, &mut running, want.timed_out());
    assert_eq!(late.kind(), ErrorKind::Timeout(Wait::Greeting));
    assert_eq!(late.tls_reason(), Some(&Reason::SilentServer));

    // One that has begun to speak is slow, and nothing else.
    let mut slow = session(Security::Plain);
    let (mut running, want) = begin(&mut slow);
    slow.receive(b"220-Wel");
    let late = error(&mut slow, &mut running, want.timed_out());
    assert_eq!(late.tls_reason(), None);
}
