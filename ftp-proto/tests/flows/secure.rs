//! AUTH TLS, and the TLS handshake after it.

use ftp_proto::{Auth, ErrorKind};

use crate::support::*;

fn auth(items: impl IntoIterator<Item = Item>) -> Driver<Script> {
    let mut driver = scripted(explicit(), [say("220 ready"), hear("AUTH TLS")]);
    driver.server.extend(items);
    driver.outcome(&Op::Greeting);
    driver
}

#[test]
fn secure_accepts_234_and_334() {
    for accepted in ["234 go", "334 go"] {
        let mut driver = auth([say(accepted), serve("secure control")]);
        assert_eq!(driver.outcome(&Op::Secure), "()");
        assert!(driver.session.is_secured());
        driver.server.assert_over();
    }
}

#[test]
fn secure_refused_sends_no_credentials_and_does_not_fall_back() {
    for (refusal, kind) in [
        ("500 what", "Permanent"),
        ("502 no", "Permanent"),
        ("504 not TLS", "Permanent"),
        ("534 policy", "Permanent"),
        ("431 later", "Transient"),
        ("200 fine", "UnexpectedReply"),
        ("331 hm", "UnexpectedReply"),
    ] {
        let mut driver = auth([say(refusal)]);
        let outcome = driver.outcome(&Op::Login);
        assert_eq!(
            outcome,
            format!("{kind} Some(\"AUTH\") Some(\"{refusal}\") None")
        );
        assert!(!driver.session.is_secured());
        assert_eq!(driver.wire, ["AUTH TLS"]);
        let outcome = driver.outcome(&Op::Raw("USER ada"));
        // A 331 cannot be the reply to AUTH, so an attacker may have injected it. After that, the
        // client trusts no reply in clear text.
        let refused = ["Insecure", "Injection"][usize::from(refusal == "331 hm")];
        assert!(outcome.starts_with(refused), "{outcome}");
        assert_eq!(driver.wire, ["AUTH TLS"]);
    }
}

#[test]
fn secure_tries_auth_ssl_only_if_auth_tls_is_unknown() {
    for (refusal, again) in [
        ("500 what", true),
        ("502 no", true),
        ("504 not TLS", true),
        ("534 policy", true),
        ("431 later", false),
        ("530 log in first", false),
        ("533 no", false),
        ("200 fine", false),
        ("331 hm", false),
    ] {
        let config = explicit().with_auth(Auth::TlsThenSsl);
        let mut driver = scripted(config, [say("220 ready"), hear("AUTH TLS"), say(refusal)]);
        driver.outcome(&Op::Greeting);
        let mut sent = vec!["AUTH TLS"];
        if again {
            driver.server.extend([hear("AUTH SSL"), say("504 not SSL")]);
            sent.push("AUTH SSL");
        }
        driver.outcome(&Op::Login);
        assert_eq!(driver.wire, sent, "{refusal}");
        driver.server.assert_over();
    }
}

#[test]
fn secure_answered_with_a_preliminary_is_dead() {
    // A 150 announces another reply. Since any byte in clear text after the reply to AUTH is fatal,
    // the session ends.
    let mut driver = auth([say("150 hm")]);
    driver.outcome(&Op::Login);
    assert!(driver.session.is_dead());
    assert_eq!(driver.wire, ["AUTH TLS"]);
}

#[test]
fn secure_whose_handshake_fails_is_dead() {
    for (item, kind) in [
        (fails("secure control", ErrorKind::Tls), "Tls"),
        (Item::Silence, "Timeout(Handshake)"),
        (Item::Broken, "Io"),
    ] {
        let mut driver = auth([say("234 go"), item]);
        let outcome = driver.outcome(&Op::Login);
        assert!(outcome.starts_with(kind), "{outcome}");
        assert!(driver.session.is_dead());
        assert!(driver.outcome(&Op::Quit).starts_with(kind));
        assert_eq!(driver.wire, ["AUTH TLS"]);
    }
}

#[test]
fn secure_twice_is_misuse() {
    let mut driver = logged_in(explicit(), []);
    let outcome = driver.outcome(&Op::Secure);
    assert!(outcome.starts_with("Misuse(AlreadySecured)"), "{outcome}");
    assert!(driver.wire.is_empty() && !driver.session.is_dead());
}
