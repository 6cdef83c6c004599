//! Bytes that an attacker injects before TLS begins (class B1 of SECURITY.md).

use super::*;

/// An attacker adds bytes after the reply to AUTH. The session must end, however the bytes are
/// split into pieces (class B1 of SECURITY.md).
#[test]
fn b1_bytes_after_auth_in_every_segmentation() {
    const INJECTED: &[u8] = b"331 x\r\n230 y\r\n200 z\r\n";
    for accepted in [true, false] {
        for cut in 0..INJECTED.len() + 60 {
            let action = match accepted {
                true => Action::After(INJECTED.to_vec()),
                false => Action::Reply([b"500 no\r\n", INJECTED].concat()),
            };
            let setup = setup(VERSIONS[1])
                .fault(Fault::on("AUTH", action))
                .cut_at(cut);
            let memory = memory(setup);
            let mut client = Client::connect_over(memory.clone(), explicit()).expect("a greeting");
            let error = client.login("user", "secret").expect_err("an injection");
            assert_eq!(error.kind(), ErrorKind::Injection, "cut at {cut}: {error}");
            assert_eq!(
                memory.server().control_plaintext_received(),
                b"AUTH TLS\r\n"
            );
            assert_eq!(
                client.names(None).expect_err("dead").kind(),
                ErrorKind::Injection
            );
            assert_eq!(memory.server().commands(), [b"AUTH TLS"]);
        }
    }
}

/// The server refuses AUTH TLS, so the client tries AUTH SSL. If an attacker adds bytes after the
/// reply to AUTH SSL, the session must end (class B1 of SECURITY.md).
#[test]
fn b1_bytes_after_auth_ssl() {
    const INJECTED: &[u8] = b"331 x\r\n230 y\r\n";
    for accepted in [true, false] {
        for cut in 0..INJECTED.len() + 80 {
            let action = match accepted {
                true => Action::After(INJECTED.to_vec()),
                false => Action::Reply([b"534 no\r\n", INJECTED].concat()),
            };
            let setup = setup(VERSIONS[1])
                .without("AUTH TLS")
                .fault(Fault::nth("AUTH", 1, action))
                .cut_at(cut);
            let memory = memory(setup);
            let options = explicit().with_config(|config| config.with_auth(Auth::TlsThenSsl));
            let error = logged_in(&memory, options).expect_err("an injection");
            assert_eq!(error.kind(), ErrorKind::Injection, "cut at {cut}: {error}");
            let clear = memory.server().control_plaintext_received().to_vec();
            assert_eq!(clear, b"AUTH TLS\r\nAUTH SSL\r\n", "cut at {cut}");
        }
    }
}

/// A logged-in client sends CCC, and later AUTH again. If an attacker adds bytes after the reply to
/// this AUTH, the session must end (class B1 of SECURITY.md).
#[test]
fn b1_bytes_after_auth_after_clear_control() {
    const INJECTED: &[u8] = b"331 x\r\n230 y\r\n";
    for accepted in [true, false] {
        for injected in (1..=INJECTED.len()).map(|end| &INJECTED[..end]) {
            let action = match accepted {
                true => Action::After(injected.to_vec()),
                false => Action::Reply([b"500 no\r\n", injected].concat()),
            };
            let memory = memory(setup(VERSIONS[1]).fault(Fault::nth("AUTH", 1, action)));
            let mut client = logged_in(&memory, explicit()).expect("logged in");
            client.clear_control().expect("in clear");
            let error = client.login("user", "secret").expect_err("an injection");
            assert_eq!(error.kind(), ErrorKind::Injection, "{injected:?}: {error}");
            fetched(&mut client, "/five").expect_err("dead");
            assert!(memory.server().transfers().is_empty());
            let clear = memory.server().control_plaintext_received().to_vec();
            assert_eq!(clear, b"AUTH TLS\r\nAUTH TLS\r\n", "{injected:?}");
        }
    }
}

/// The server accepts AUTH, but then sends clear text instead of a handshake. The error must quote
/// that text. It must not advise explicit TLS, since the client uses that already.
#[test]
fn b1_clear_text_instead_of_the_handshake() {
    // The fault replies 234, but the simulator does not begin TLS: it reads the ClientHello as
    // command lines and replies 500 to them.
    let go_ahead = Action::Reply(b"234 Go ahead.\r\n".to_vec());
    for segment in [1, 1000] {
        let fault = Fault::on("AUTH", go_ahead.clone());
        let memory = memory(setup(VERSIONS[1]).segment(segment).fault(fault));
        let error = logged_in(&memory, explicit()).expect_err("no TLS");
        assert_eq!(error.kind(), ErrorKind::Tls, "{error}");
        assert_eq!(error.tls_reason(), Some(&Reason::ClearText), "{error}");
        let said = error.to_string();
        assert!(said.contains("the server said: 500 Unknown"), "{said}");
        assert!(!said.contains("explicit"), "{said}");
        sent_no_credentials(&memory, "no TLS");
    }
}

/// In the handshake, the server first sends a reply in clear text. The error must quote the whole
/// reply, also if the reply arrives in pieces. Bytes that are no reply must not be quoted.
#[test]
fn b1_a_reply_before_the_server_hello_is_quoted() {
    let rows = [
        (
            "421-Too many\r\n421 connections\r\n",
            Some("421 Too many | connections"),
        ),
        (
            "500 OOPS: no certificate\r\n",
            Some("500 OOPS: no certificate"),
        ),
        ("SSH-2.0-x\r\n", None),
        ("600 no code\r\n", None),
    ];
    for (words, told) in rows {
        for segment in [1, 1000] {
            let greeting = Fault::on("GREETING", Action::PartialThenHangup(words.into()));
            let memory = memory(files().segment(segment).fault(greeting));
            let error = logged_in(&memory, implicit().with_port(21)).expect_err("no TLS");
            assert_eq!(error.tls_reason(), Some(&Reason::PlainServer), "{error}");
            assert_eq!(error.reply().is_some(), told.is_some(), "{error}");
            assert!(
                error.to_string().contains(told.unwrap_or("clear text")),
                "{error}"
            );
        }
    }
}

/// The server accepts PROT P, but sends the data of a download in clear text. The error must not
/// quote the data, which may be secret.
#[test]
fn b1_clear_data_although_tls_was_agreed_on() {
    let unprotected = Fault::on("PROT", Action::Reply(b"200 fine\r\n".to_vec()));
    let setup = setup(VERSIONS[1]).file("/words", "150 private\r\n");
    let mut client = logged_in(&memory(setup.fault(unprotected)), explicit()).expect("logged in");
    let error = fetched(&mut client, "/words").expect_err("in clear");
    assert_eq!(error.tls_reason(), Some(&Reason::ClearText), "{error}");
    assert!(!error.to_string().contains("private"), "{error}");
    assert!(!error.to_string().contains("explicit"), "{error}");
}

/// The client uses implicit TLS, but the server sends a greeting in clear text. The client must
/// report that the server does not speak TLS (class B1 of SECURITY.md).
#[test]
fn b1_bytes_before_the_server_hello() {
    for greeting in ["220 Welcome\r\n", "230 In\r\n", "HTTP/1.1 400 Bad\r\n"] {
        let memory = memory(files().fault(Fault::on("GREETING", Action::Reply(greeting.into()))));
        let error = logged_in(&memory, implicit().with_port(21)).expect_err("no TLS");
        assert_eq!(error.kind(), ErrorKind::Tls, "{error}");
        assert_eq!(error.tls_reason(), Some(&Reason::PlainServer), "{error}");
        sent_no_credentials(&memory, greeting);
    }
}
