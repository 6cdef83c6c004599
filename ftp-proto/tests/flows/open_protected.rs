//! Opening a transfer under TLS.

use ftp_proto::tls::Reason;
use ftp_proto::{ErrorKind, flows};

use crate::support::*;

#[test]
fn open_under_tls_does_the_handshake_after_the_150() {
    let script = [opening("RETR a"), vec![serve("secure data")]].concat();
    let mut driver = logged_in(explicit(), script);
    assert_eq!(
        driver.outcome(&Op::Retrieve("a", 0)),
        "Download Image from 0, hint None, protected: true"
    );
    driver.server.assert_over();
    assert_eq!(
        driver.wants.iter().rev().take(2).collect::<Vec<_>>(),
        ["secure data", "receive EarlyHandshake"]
    );
}

#[test]
fn open_whose_data_handshake_failed_reports_the_522_after_it() {
    // vsftpd tells only on the control connection why the data handshake failed.
    let script = [
        &opening("STOR a")[..],
        &[
            fails("secure data", ErrorKind::Tls),
            serve("close abandon"),
            say("522 session reuse required"),
        ],
        &pwd(),
    ]
    .concat();
    let mut driver = logged_in(explicit(), script);
    let store = flows::Open::store("a").expect("a path");
    let error = driver.run(store).expect_err("refused");
    assert_eq!(
        failure(&error),
        "Permanent Some(\"STOR\") Some(\"522 session reuse required\") None"
    );
    let source = error.inner().expect("the handshake's error");
    assert!(source.to_string().contains("TLS"), "{source}");
    assert_eq!(driver.outcome(&Op::Pwd), "/here");
    driver.server.assert_over();
}

#[test]
fn open_whose_data_handshake_fails_after_the_522() {
    let script = [
        &opening("STOR a")[..],
        &[say("522 session reuse required"), serve("close abandon")],
        &pwd(),
    ]
    .concat();
    let outcomes = play(logged_in(explicit(), script), &[Op::Store("a"), Op::Pwd]);
    assert_eq!(
        outcomes,
        [
            "Permanent Some(\"STOR\") Some(\"522 session reuse required\") None",
            "/here"
        ]
    );
}

#[test]
fn open_whose_data_handshake_failed_without_a_reply() {
    let script = [
        &opening("STOR a")[..],
        &[
            Item::Serve("secure data", Reaction::TimesOut),
            serve("close abandon"),
            Item::Silence,
            hear("ABOR"),
            serve("close abandon"),
            say("426 cut"),
            say("226 aborted"),
        ],
        &fence(),
        &pwd(),
    ]
    .concat();
    let outcomes = play(logged_in(explicit(), script), &[Op::Store("a"), Op::Pwd]);
    assert_eq!(
        outcomes,
        ["Timeout(Handshake) Some(\"STOR\") None None", "/here"]
    );
}

/// The server demands TLS session resumption, and closes a data connection that resumes no session.
/// If the server has not read all the client's bytes, its system sends a reset (RST). The error
/// must show the same reply and advice as after a normal close.
#[test]
fn open_whose_data_handshake_was_reset_for_lack_of_resumption() {
    for (refusal, kind) in [
        ("522 session reuse required", "Permanent"),
        (
            "425 TLS session of data connection not resumed",
            "Transient",
        ),
        // FileZilla Server 0.9 sends a 450.
        (
            "450 TLS session of data connection has not resumed or the session does not match",
            "Transient",
        ),
    ] {
        for failure_of_ours in [ErrorKind::Io, ErrorKind::Tls] {
            let script = [
                &opening("STOR a")[..],
                &[
                    fails("secure data", failure_of_ours),
                    serve("close abandon"),
                    say(refusal),
                ],
                &pwd(),
            ]
            .concat();
            let mut driver = logged_in(explicit(), script);
            let store = flows::Open::store("a").expect("a path");
            let error = driver.run(store).expect_err("refused");
            assert!(failure(&error).starts_with(kind), "{error}");
            let reason = error.tls_reason();
            assert_eq!(reason, Some(&Reason::ResumptionDemanded), "{error}");
            assert_eq!(driver.outcome(&Op::Pwd), "/here");
            driver.server.assert_over();
        }
    }
}
