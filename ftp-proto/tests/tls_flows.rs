//! At which point of the dialogue a session begins TLS. The tests step the flows by hand, without
//! real TLS.

use std::collections::VecDeque;

use ftp_proto::flows::{
    ClearControl, Credentials, Finish, Greeting, Host, Login, Noop, Open, Restore, Secure,
};
use ftp_proto::tls::Reason;
use ftp_proto::{
    Answer, Auth, Config, DataEnd, Error, ErrorKind, Flow, MissingCloseNotify, Misuse, Running,
    Security, Session, Step, TransferType, Wait, Want,
};

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

/// Returns the first want of the greeting flow. Under implicit TLS it is the handshake.
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

/// A byte in clear text before the handshake is an injection, however the bytes are cut (class B1
/// of SECURITY.md).
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
fn invariant_7_nothing_comes_before_the_implicit_handshake() {
    let mut session = session(Security::Implicit);
    let misuse = ErrorKind::Misuse(Misuse::NotSecured);
    assert_eq!(kind_of(&mut session, Noop::new()), misuse);
    assert_eq!(
        kind_of(&mut session, Login::new(Credentials::anonymous())),
        misuse
    );
    assert_eq!(kind_of(&mut session, Secure::new()), misuse);
    assert!(session.outgoing().is_empty() && !session.is_dead());
    // The session still works: the greeting flow, which must come first, begins with the handshake.
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

/// If the first byte that comes instead of a greeting is the first byte of a TLS record, the error
/// must tell that the server speaks TLS. After a greeting, such a byte means nothing.
#[test]
fn the_error_of_tls_instead_of_a_greeting() {
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
fn the_error_of_a_server_that_sends_no_greeting() {
    let mut silent = session(Security::Plain);
    let (mut running, want) = begin(&mut silent);
    let late = error(&mut silent, &mut running, want.timed_out());
    assert_eq!(late.kind(), ErrorKind::Timeout(Wait::Greeting));
    assert_eq!(late.tls_reason(), Some(&Reason::SilentServer));

    // This server has begun its greeting and is only slow, so the error does not mention TLS.
    let mut slow = session(Security::Plain);
    let (mut running, want) = begin(&mut slow);
    slow.receive(b"220-Wel");
    let late = error(&mut slow, &mut running, want.timed_out());
    assert_eq!(late.tls_reason(), None);
}

/// A server that sends the next of its replies at each wait. A reply that begins with `@` arrives
/// without a wait.
struct Server {
    replies: VecDeque<&'static str>,
    /// The commands of each write. Each text begins with the channel on which they were sent: `TLS:
    /// ` or `clear: `.
    heard: Vec<String>,
}

impl Server {
    fn with<const N: usize>(replies: [&'static str; N]) -> Self {
        Self {
            replies: replies.into(),
            heard: Vec::new(),
        }
    }

    fn run<F: Flow>(&mut self, session: &mut Session, flow: F) -> Result<F::Output, Error> {
        let (mut running, mut answer) = session.start(flow);
        loop {
            let want = match session.step(&mut running, answer)? {
                Step::Done(output) => return Ok(output),
                Step::Want(want) => want,
            };
            let flight = String::from_utf8_lossy(session.outgoing()).into_owned();
            session.advance(flight.len());
            for line in flight.lines() {
                let channel = if session.is_secured() { "TLS" } else { "clear" };
                self.heard.push(format!("{channel}: {line}"));
            }
            answer = match want {
                Want::Receive(want) => {
                    let unasked = self.replies.front().and_then(|line| line.strip_prefix('@'));
                    let line = match want.wait() {
                        Wait::Arrived => unasked,
                        _ => self.replies.front().copied(),
                    };
                    match line {
                        Some(line) => {
                            session.receive(format!("{line}\r\n").as_bytes());
                            self.replies.pop_front();
                            want.received()
                        }
                        None => want.timed_out(),
                    }
                }
                Want::SecureControl(want) => want.secured(),
                Want::ClearControl(want) => want.cleared(),
                Want::Connect(want) => want.connected(),
                Want::SecureData(want) => want.resumed(),
                Want::CloseData(want) => want.closed(DataEnd::Clean),
                want => want.timed_out(),
            };
        }
    }
}

fn ada() -> Credentials {
    Credentials::new("ada", "hunter2").unwrap()
}

const LOGIN: [&str; 4] = ["331 password", "230 in", "200 PBSZ", "200 PROT"];

/// Returns a session under TLS that is logged in.
fn secured(config: Config) -> Session {
    let mut session = Session::new(config.with_security(Security::Explicit));
    let mut server = Server::with(["220 hi", "234 go", LOGIN[0], LOGIN[1], LOGIN[2], LOGIN[3]]);
    server.run(&mut session, Greeting::new()).unwrap();
    server.run(&mut session, Login::new(ada())).unwrap();
    session
}

/// Returns a logged-in session whose control connection is in clear text again, after CCC.
fn cleared(config: Config) -> Session {
    let mut session = secured(config);
    let mut server = Server::with(["200 clear"]);
    let flow = ClearControl::new();
    server.run(&mut session, flow).unwrap();
    session
}

/// The client has sent HOST under implicit TLS. After a reconnect it sends HOST again, and TLS has
/// begun before that.
#[test]
fn implicit_session_is_restored_with_its_host() {
    let mut session = Session::new(Config::default().with_security(Security::Implicit));
    let mut server = Server::with(["220 hi", "220 host", LOGIN[0], LOGIN[1], LOGIN[2], LOGIN[3]]);
    server.run(&mut session, Greeting::new()).unwrap();
    let host = Host::new("ftp.example.org").unwrap();
    server.run(&mut session, host).unwrap();
    server.run(&mut session, Login::new(ada())).unwrap();

    let standing = session.standing();
    let mut next = session.successor();
    let mut server = Server::with(["220 hi", "220 host", LOGIN[0], LOGIN[1], LOGIN[2], LOGIN[3]]);
    server.run(&mut next, Greeting::new()).unwrap();
    let restore = Restore::new(ada(), standing).unwrap();
    server.run(&mut next, restore).unwrap();
    assert_eq!(server.heard[0], "TLS: HOST ftp.example.org");
}

/// If the client sent credentials under TLS, it does not send them in clear text on the next
/// connection (invariant 7).
#[test]
fn b9_what_was_secured_by_hand_is_not_restored_in_clear() {
    let mut session = Session::new(Config::default());
    let mut server = Server::with(["220 hi", "234 go", LOGIN[0], LOGIN[1], LOGIN[2], LOGIN[3]]);
    server.run(&mut session, Greeting::new()).unwrap();
    server.run(&mut session, Secure::new()).unwrap();
    server.run(&mut session, Login::new(ada())).unwrap();

    let standing = session.standing();
    let mut next = session.successor();
    let mut server = Server::with(["220 hi", "234 go", LOGIN[0], LOGIN[1], LOGIN[2], LOGIN[3]]);
    server.run(&mut next, Greeting::new()).unwrap();
    let restore = Restore::new(ada(), standing).unwrap();
    server.run(&mut next, restore).unwrap();
    assert_eq!(server.heard[..2], ["clear: AUTH TLS", "TLS: USER ada"]);
}

/// Runs a download that ends without close_notify. It has the expected five bytes, and the server
/// confirms it. Returns the kind of the error.
fn cut_at_the_expected_size(config: Config, open: Open) -> ErrorKind {
    let mut session = secured(config);
    let mut server = Server::with(["200 type", "229 (|||5000|)", "150 go", "226 done"]);
    let transfer = server.run(&mut session, open).unwrap();
    let finish = Finish::new(transfer, 5, DataEnd::NoCloseNotify).with_expected(Some(5));
    server.run(&mut session, finish).unwrap_err().kind()
}

#[test]
fn b5_a_size_replaces_close_notify_only_by_option() {
    let open = Open::retrieve("file").unwrap();
    let kind = cut_at_the_expected_size(Config::default(), open);
    assert_eq!(kind, ErrorKind::Truncated);
}

/// In TYPE A a file has different numbers of bytes on the client and on the server. So a size
/// cannot replace close_notify.
#[test]
fn b5_no_size_vouches_for_a_cut_text() {
    let tolerant = MissingCloseNotify::IfSizeAgrees;
    let config = Config::default().with_missing_close_notify(tolerant);
    let open = Open::retrieve("file").unwrap();
    let kind = cut_at_the_expected_size(config, open.with_type(TransferType::TEXT));
    assert_eq!(kind, ErrorKind::Truncated);
}

/// After CCC the reply to SIZE is in clear text. An attacker who cuts the data could also forge the
/// size.
#[test]
fn b5_size_in_clear_does_not_vouch_for_a_cut_download() {
    let tolerant = MissingCloseNotify::IfSizeAgrees;
    let mut session = cleared(Config::default().with_missing_close_notify(tolerant));
    let mut server = Server::with(["200 I", "229 (|||5000|)", "150 go", "226 done", "213 5"]);
    let open = Open::retrieve("file").unwrap();
    let transfer = server.run(&mut session, open).unwrap();
    assert!(transfer.is_protected());
    let finish = Finish::new(transfer, 5, DataEnd::NoCloseNotify);
    let error = server.run(&mut session, finish).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Truncated);
}

/// The server refuses AUTH after CCC, and another reply follows in clear text. The client sends
/// nothing more, not even AUTH SSL (invariant 6).
#[test]
fn b1_reply_after_a_refused_auth_after_ccc() {
    let mut session = cleared(Config::default().with_auth(Auth::TlsThenSsl));
    let mut server = Server::with(["500 no", "@234 go", "257 \"/\"", "234 go"]);
    let error = server.run(&mut session, Secure::new()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Injection);
    assert_eq!(server.heard, ["clear: AUTH TLS"]);
    assert!(session.is_dead());
}
