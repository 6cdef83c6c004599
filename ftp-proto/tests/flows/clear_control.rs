//! CCC (the flow `ClearControl`), which returns the control connection to clear text.

use ftp_proto::{Config, ErrorKind};

use crate::support::*;

#[test]
fn clear_control_refuses_credentials_afterwards_and_allows_auth() {
    let script = [
        &[hear("CCC"), say("200 clear"), serve("clear control")][..],
        &pwd(),
        &[hear("AUTH TLS"), say("234 go"), serve("secure control")],
    ]
    .concat();
    let mut driver = logged_in(explicit(), script);
    assert_eq!(driver.outcome(&Op::ClearControl), "()");
    assert!(!driver.session.is_secured());
    for line in ["USER ada", "PASS x", "ACCT x"] {
        let outcome = driver.outcome(&Op::Raw(line));
        assert!(outcome.starts_with("Insecure"), "{outcome}");
    }
    assert_eq!(driver.outcome(&Op::Pwd), "/here");
    assert_eq!(driver.outcome(&Op::Secure), "()");
    assert!(driver.session.is_secured());
    driver.server.assert_over();
}

#[test]
fn clear_control_refused_stays_secured() {
    let script = [&[hear("CCC"), say("533 no")][..], &pwd()].concat();
    let mut driver = logged_in(explicit(), script);
    assert_eq!(
        driver.outcome(&Op::ClearControl),
        "Permanent Some(\"CCC\") Some(\"533 no\") None"
    );
    assert!(driver.session.is_secured());
    assert_eq!(driver.outcome(&Op::Pwd), "/here");
}

#[test]
fn clear_control_without_close_notify_is_dead() {
    for (item, kind) in [
        (fails("clear control", ErrorKind::Tls), "Tls"),
        (Item::Silence, "Timeout(Handshake)"),
    ] {
        let mut driver = logged_in(explicit(), [hear("CCC"), say("200 clear"), item]);
        let outcome = driver.outcome(&Op::ClearControl);
        assert!(outcome.starts_with(kind), "{outcome}");
        assert!(driver.session.is_dead());
        assert_eq!(driver.outcome(&Op::Pwd), outcome);
        assert_eq!(driver.wire, ["CCC"]);
    }
}

#[test]
fn clear_control_in_clear_is_misuse() {
    let mut driver = logged_in(Config::default(), []);
    let outcome = driver.outcome(&Op::ClearControl);
    assert!(outcome.starts_with("Misuse(NotSecured)"), "{outcome}");
}

/// A 425 "not resumed" may make the next login use TLS 1.2. After CCC, replies are in clear text,
/// and an attacker could forge such a 425. So after CCC a 425 must change nothing.
#[test]
fn clear_control_lets_no_reply_choose_the_next_tls_version() {
    for cleared in [false, true] {
        let ccc = [hear("CCC"), say("200 clear"), serve("clear control")];
        let upload = [
            serve("secure data"),
            serve(SEND_END),
            serve("close graceful upload"),
            say("425 not resumed"),
        ];
        let ccc = ccc.into_iter().filter(|_| cleared);
        let script = ccc.chain(opening("STOR a")).chain(upload);
        let mut driver = logged_in(explicit(), script);
        if cleared {
            assert_eq!(driver.outcome(&Op::ClearControl), "()");
        }
        driver.outcome(&Op::Store("a"));
        let outcome = driver.outcome(&finish());
        assert!(outcome.starts_with("Transient"), "{outcome}");
        assert_eq!(driver.session.resumption_failed(), !cleared);
        driver.server.assert_over();
    }
}

#[test]
fn clear_control_with_bytes_after_its_reply_is_dead() {
    let mut driver = logged_in(explicit(), [hear("CCC"), bytes(b"200 clear\r\n2")]);
    let outcome = driver.outcome(&Op::ClearControl);
    assert!(outcome.starts_with("Injection"), "{outcome}");
    assert!(driver.session.is_dead());
}
