//! Peers that do not speak FTP, CCC, reconnects, and old TLS versions (classes B7 to B10 of
//! SECURITY.md). Also the fields of `TlsInfo`.

use super::*;
use crate::support::options::options_to;

/// The peer has a good certificate, but speaks another protocol than FTP over TLS. The client must
/// refuse the peer (class B7 of SECURITY.md).
#[test]
fn b7_another_protocol_with_a_good_certificate() {
    for banner in [
        "HTTP/1.1 400 Bad Request",
        "* OK IMAP4rev1",
        "SSH-2.0-x",
        "+OK POP3",
    ] {
        let setup = files()
            .implicit_tls(Identity::good().server(VERSIONS[1]))
            .banner(banner);
        let memory = memory(setup);
        let error = Client::connect_over(memory.clone(), implicit()).expect_err("no FTP");
        assert_eq!(error.kind(), ErrorKind::Protocol, "{banner}: {error}");
        assert!(memory.server().commands().is_empty(), "{banner}");
    }
}

/// After CCC, the client must still protect data, and must send no credentials in clear text (class
/// B8 of SECURITY.md).
#[test]
fn b8_clear_control_keeps_data_private_and_refuses_credentials() {
    for version in VERSIONS {
        let memory = memory(setup(version));
        let mut client = logged_in(&memory, explicit()).expect("logged in");
        let misuse = client.secure().expect_err("secured already");
        assert_eq!(misuse.kind(), ErrorKind::Misuse(Misuse::AlreadySecured));
        assert!(client.tls_info().is_some());
        client.clear_control().expect("in clear");
        assert!(client.tls_info().is_none());
        assert_eq!(fetched(&mut client, "/five").expect("under TLS"), b"12345");
        let last = memory.server().transfers().last().map(|t| t.resumed);
        assert_eq!(last, Some(Some(true)));
        // After CCC the control connection is in clear text, so this second login sends AUTH TLS.
        client.login("user", "secret").expect("secured first");
        assert!(client.tls_info().is_some());
        assert_eq!(fetched(&mut client, "/five").expect("under TLS"), b"12345");
        told_nothing_in_clear(&memory, "around CCC");
    }
}

/// After CCC, an attacker sends bytes in clear text instead of the server's close_notify. The
/// session must end (class B8 of SECURITY.md).
#[test]
fn b8_forged_bytes_instead_of_close_notify() {
    for forged in ["226 forged\r\n", "200 ok\r\n", "2"] {
        let fault = Fault::on("CCC", Action::Words(b"200 ok\r\n".to_vec()));
        let forging = Fault::on("CCC", Action::InClear(forged.into()));
        let memory = memory(setup(VERSIONS[1]).fault(fault).fault(forging));
        let mut client = logged_in(&memory, explicit()).expect("logged in");
        let error = client.clear_control().expect_err("no close_notify");
        assert!(
            matches!(error.kind(), ErrorKind::Tls | ErrorKind::Injection),
            "{error}"
        );
        let again = client.pwd().expect_err("dead");
        assert_eq!(again.kind(), error.kind());
    }
}

/// A reconnect makes a new login. The new login must not resume a TLS session of the old one (class
/// B9 of SECURITY.md).
#[test]
fn b9_another_connection_begins_anew() {
    for version in VERSIONS {
        let memory = memory(setup(version).require_reuse());
        let required = explicit().with_resumption(Resumption::Required);
        let mut client = logged_in(&memory, required).expect("logged in");
        fetched(&mut client, "/five").expect("resumed");
        client.reconnect().expect("another login");
        let info = client.tls_info().expect("under TLS");
        assert!(!info.resumed, "a session of the login before");
        fetched(&mut client, "/five").expect("resumed");
    }
}

/// When the client reconnects, the server refuses AUTH, PBSZ or PROT, or breaks off. The client
/// must not send credentials or data in clear text (class B9 of SECURITY.md).
#[test]
fn b9_a_reconnect_that_cannot_be_secured_fails_closed() {
    let answers = [
        Action::Reply(b"500 unknown\r\n".to_vec()),
        Action::Reply(b"200 fine\r\n".to_vec()),
        Action::Reply(b"234 Go ahead.\r\n".to_vec()),
        Action::After(b"230 in\r\n".to_vec()),
        Action::Hangup,
        Action::Silent,
    ];
    for (verb, credentials) in [("AUTH", false), ("PBSZ", true), ("PROT", true)] {
        for answer in &answers {
            // Not every answer makes the reconnect fail: a refusal of PBSZ does no harm, and 200 is
            // a success. So the test checks only what was sent in clear text.
            let context = format!("{verb} {answer:?}");
            let memory = memory(setup(VERSIONS[1]).fault(Fault::nth(verb, 1, answer.clone())));
            let mut client = logged_in(&memory, explicit()).expect("logged in");
            let before = memory.server().commands().len();
            let reconnected = client.reconnect();
            let data = fetched(&mut client, "/five");
            let transfers = memory.server().transfers().to_vec();
            let protected = transfers.iter().all(|transfer| transfer.resumed.is_some());
            assert!(protected || data.is_err(), "{context}: data in clear");
            told_nothing_in_clear(&memory, &context);
            if verb == "AUTH" {
                reconnected.expect_err(&context);
            }
            if !credentials {
                data.expect_err(&context);
                client
                    .login("user", "secret")
                    .expect_err("only another reconnect helps");
                client
                    .names(None)
                    .expect_err("only another reconnect helps");
                let server = memory.server();
                let mut sent = server.commands()[before..].iter();
                assert_eq!(sent.next(), Some(&b"AUTH TLS".to_vec()), "{context}");
                // A server that accepts AUTH but begins no TLS reads the ClientHello as command
                // lines. So the test does not check all lines, but only that none begins with USER
                // or PASS.
                let told = |line: &Vec<u8>| [b"USER", b"PASS"].iter().any(|v| line.starts_with(*v));
                assert!(!sent.any(told), "{context}");
            }
        }
    }
}

/// The server offers only a TLS version before 1.2, or no version that the client supports. The
/// client must refuse it and name the reason (class B10 of SECURITY.md).
#[test]
fn b10_old_versions() {
    let alert = b"\x15\x03\x01\x00\x02\x02\x46".to_vec();
    let hello = [
        &b"\x16\x03\x01\x00\x2a\x02\x00\x00\x26\x03\x01"[..],
        &[7; 32],
        &b"\x00\x00\x2f\x00"[..],
    ]
    .concat();
    for answer in [alert, hello] {
        let memory = memory(files().fault(Fault::on("GREETING", Action::Reply(answer))));
        let error =
            Client::connect_over(memory.clone(), implicit().with_port(21)).expect_err("old");
        assert_eq!(
            error.tls_reason(),
            Some(&Reason::NoCommonVersion),
            "{error}"
        );
        assert!(error.to_string().contains("1.0 and 1.1"), "{error}");
    }
    for (version, only) in VERSIONS
        .into_iter()
        .zip([TlsVersion::V1_3, TlsVersion::V1_2])
    {
        let tls = trusting().with_only_version(only).expect("supported");
        let options = options_to("localhost").with_tls(tls);
        let memory = memory(setup(version));
        let error = logged_in(&memory, options).expect_err("no common version");
        assert_eq!(
            error.tls_reason(),
            Some(&Reason::NoCommonVersion),
            "{error}"
        );
        sent_no_credentials(&memory, "no common version");
    }
}

/// The client uses implicit TLS, but the server expects explicit TLS, or the reverse. The error
/// must tell what to try.
#[test]
fn explicit_instead_of_implicit_tls_and_the_reverse_are_named() {
    let plain = memory(files());
    let error = Client::connect_over(plain, implicit().with_port(21)).expect_err("no TLS");
    assert_eq!(error.tls_reason(), Some(&Reason::PlainServer), "{error}");
    assert!(error.to_string().contains("port 21"), "{error}");

    let tls = memory(files().implicit_tls(Identity::good().server(VERSIONS[1])));
    let error = Client::connect_over(tls, explicit().with_port(990)).expect_err("silence");
    assert_eq!(error.kind(), ErrorKind::Timeout(Wait::Greeting), "{error}");
    assert_eq!(error.tls_reason(), Some(&Reason::SilentServer), "{error}");
    assert!(error.to_string().contains("port 990"), "{error}");

    let alert = Action::Reply(b"\x15\x03\x01\x00\x02\x02\x0a".to_vec());
    let tls = memory(files().fault(Fault::on("GREETING", alert)));
    let error = Client::connect_over(tls, explicit()).expect_err("TLS");
    assert_eq!(error.tls_reason(), Some(&Reason::TlsServer), "{error}");
}

#[test]
fn tls_info_tells_of_both_connections() {
    for (version, spoken) in VERSIONS
        .into_iter()
        .zip([TlsVersion::V1_2, TlsVersion::V1_3])
    {
        let memory = memory(setup(version));
        let mut client = Client::connect_over(memory.clone(), explicit()).expect("a greeting");
        assert_eq!(client.tls_info(), None);
        client.login("user", "secret").expect("logged in");
        let control = client.tls_info().expect("under TLS");
        assert_eq!((control.version, control.resumed), (spoken, false));
        assert!(
            control.cipher_suite.starts_with("TLS_"),
            "{}",
            control.cipher_suite
        );
        assert_eq!(control.certificates.len(), 1);
        let data = info_of_download(&mut client, "/five").expect("downloaded");
        let data = data.expect("under TLS");
        assert_eq!((data.version, data.resumed), (spoken, true));
        assert_eq!(data.certificates, control.certificates);
        assert_eq!(client.data_tls_info(), Some(&data), "of one that is over");
        client.names(None).expect("listed");
        assert_eq!(client.data_tls_info(), Some(&data), "of a listing");
        client.reconnect().expect("another login");
        assert_eq!(client.data_tls_info(), None, "of an earlier login");
    }
    let mut plain = logged_in(&memory(files()), options_to("localhost")).expect("in clear");
    assert_eq!(plain.tls_info(), None);
    assert_eq!(
        info_of_download(&mut plain, "/five").expect("downloaded"),
        None
    );
    assert_eq!(plain.data_tls_info(), None);
}
