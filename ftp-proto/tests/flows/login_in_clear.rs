//! A login in clear text by choice, and TLS after it. Without this choice, options with TLS let no
//! credentials leave in clear text.

use ftp_proto::{Config, ErrorKind, Security, flows};

use crate::support::*;

fn in_clear() -> Config {
    Config::default().with_security(Security::LoginInClear)
}

fn auth() -> Vec<Item> {
    vec![hear("AUTH TLS"), say("234 go"), serve("secure control")]
}

/// Returns the script of a login under TLS, from USER to PROT.
fn login_under_tls() -> Vec<Item> {
    secure_login()[4..].to_vec()
}

#[test]
fn the_login_leaves_in_clear_and_auth_follows_when_asked() {
    let download = [
        &opening("RETR a")[..],
        &[serve("close graceful download"), say("226 done")],
    ]
    .concat();
    let script = [&plain_login()[..], &download, &auth(), &login_under_tls()].concat();
    let mut driver = scripted(in_clear(), script);
    assert_eq!(driver.outcome(&Op::Greeting), "220 ready");
    assert_eq!(driver.outcome(&Op::Login), "230 in");
    assert!(!driver.session.is_secured());
    assert_eq!(driver.outcome(&Op::Retrieve("a", 0)), DOWNLOADING);
    driver.outcome(&finish());
    assert_eq!(driver.outcome(&Op::Secure), "()");
    assert!(driver.session.is_secured() && !driver.session.is_logged_in());
    assert_eq!(driver.outcome(&Op::Login), "230 in");
    driver.server.assert_over();
}

#[test]
fn after_auth_data_needs_protection() {
    let settings = [hear("TYPE I"), say("200 I")];
    let script = [&plain_login()[..], &auth(), &settings].concat();
    let mut driver = scripted(in_clear(), script);
    for op in [Op::Greeting, Op::Login, Op::Secure] {
        driver.outcome(&op);
    }
    let error = driver.run(flows::Open::retrieve("a").expect("a path"));
    assert_eq!(error.expect_err("no PROT P").kind(), ErrorKind::Insecure);
    driver.server.assert_over();
}

/// TLS has begun once, so a new connection sends no credentials before it has begun again.
#[test]
fn a_reconnect_after_auth_begins_with_tls() {
    let script = [&plain_login()[..], &auth()].concat();
    let mut driver = scripted(in_clear(), script);
    for op in [Op::Greeting, Op::Login, Op::Secure] {
        driver.outcome(&op);
    }
    let ada = credentials();
    let restore = flows::Restore::new(ada, driver.session.standing()).expect("known");
    let mut next = scripted(
        in_clear(),
        [say("220 ready"), hear("AUTH TLS"), say("534 no")],
    );
    next.session = driver.session.successor();
    next.outcome(&Op::Greeting);
    let error = next.run(restore).expect_err("no TLS");
    assert_eq!(error.command(), Some("AUTH"));
    assert_eq!(next.wire, ["AUTH TLS"]);
}

/// CCC ends TLS on this connection alone. It gives no leave to send the password in clear text.
#[test]
fn a_reconnect_after_ccc_begins_with_tls() {
    let ccc = [hear("CCC"), say("200 clear"), serve("clear control")];
    let script = [&plain_login()[..], &auth(), &ccc].concat();
    let mut driver = scripted(in_clear(), script);
    for op in [Op::Greeting, Op::Login, Op::Secure, Op::ClearControl] {
        driver.outcome(&op);
    }
    assert!(!driver.session.is_secured());
    driver.server.assert_over();
    let ada = credentials();
    let restore = flows::Restore::new(ada, driver.session.standing()).expect("known");
    let mut next = scripted(
        in_clear(),
        [say("220 ready"), hear("AUTH TLS"), say("534 no")],
    );
    next.session = driver.session.successor();
    next.outcome(&Op::Greeting);
    let error = next.run(restore).expect_err("no TLS");
    assert_eq!(error.command(), Some("AUTH"));
    assert_eq!(next.wire, ["AUTH TLS"]);
}

#[test]
fn a_server_that_wants_tls_brings_advice_to_call_secure() {
    let script = [say("220 ready"), hear("USER ada"), say("530 TLS required")];
    let mut driver = scripted(in_clear(), script);
    driver.outcome(&Op::Greeting);
    let error = driver.run(flows::Login::new(credentials()));
    let text = error.expect_err("refused").to_string();
    let advice = "call `secure`, or leave out Options::with_login_in_clear";
    assert!(text.contains(advice), "{text}");
    assert!(!text.contains("set Options::with_tls"), "{text}");
}

#[test]
fn without_this_choice_no_credentials_leave_in_clear() {
    let mut driver = scripted(explicit(), [say("220 ready")]);
    driver.outcome(&Op::Greeting);
    for line in ["USER ada", "PASS hunter2", "ACCT research"] {
        let outcome = driver.outcome(&Op::Raw(line));
        assert!(outcome.starts_with("Insecure"), "{outcome}");
    }
    assert!(driver.wire.is_empty());
    assert_eq!(Config::default().security, Security::Plain);
}
