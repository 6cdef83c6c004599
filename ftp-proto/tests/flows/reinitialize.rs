//! REIN, which logs the client out but keeps the connection.

use ftp_proto::{Config, TransferType, TransmissionMode, flows};

use crate::support::*;

fn type_i() -> [Item; 2] {
    [hear("TYPE I"), say("200 I")]
}

fn rein() -> flows::Reinitialize {
    flows::Reinitialize::new()
}

#[test]
fn rein_may_be_answered_with_120_first() {
    let script = [hear("REIN"), say("120 in a minute"), say("220 again")];
    let mut driver = logged_in(Config::default(), script);
    assert_eq!(driver.tell(rein()), "Reply(220 again)");
    driver.server.assert_over();
    assert!(!driver.session.is_logged_in() && !driver.session.is_dead());
    // The session is in step, so no fence (an extra PWD) comes before the next login.
    driver.server.extend(plain_login().drain(1..));
    assert_eq!(driver.outcome(&Op::Login), "230 in");
    driver.server.assert_over();
    assert!(driver.session.is_logged_in());
}

#[test]
fn rein_resets_what_was_agreed_on() {
    let script = [
        &type_i()[..],
        &[
            hear("MODE B"),
            say("200 B"),
            hear("REST 7"),
            say("350 armed"),
            hear("REIN"),
            say("220 again"),
        ],
        &plain_login()[1..],
        // REIN resets the server's settings. So the client sends TYPE again, sends no REST 0, and
        // assumes MODE S.
        &opening("RETR a"),
    ]
    .concat();
    let mut driver = logged_in(Config::default(), script);
    driver.outcome(&Op::Type(TransferType::Image));
    driver.tell(flows::Mode::new(TransmissionMode::Block));
    driver.outcome(&Op::Raw("REST 7"));
    assert_eq!(driver.tell(rein()), "Reply(220 again)");
    assert_eq!(driver.session.transfer_type(), None);
    assert_eq!(driver.outcome(&Op::Login), "230 in");
    assert_eq!(driver.outcome(&Op::Retrieve("a", 0)), DOWNLOADING);
    driver.server.assert_over();
}

#[test]
fn rein_refused_leaves_everything_as_it_is() {
    for (reply, kind) in [
        ("502 no", "Permanent"),
        ("421 bye", "Closed"),
        ("450 later", "Transient"),
    ] {
        let script = [&type_i()[..], &[hear("REIN"), say(reply)]].concat();
        let mut driver = logged_in(Config::default(), script);
        driver.outcome(&Op::Type(TransferType::Image));
        assert_eq!(
            driver.tell(rein()),
            format!("{kind} Some(\"REIN\") Some(\"{reply}\") None")
        );
        assert!(driver.session.is_logged_in());
        assert_eq!(driver.session.transfer_type(), Some(TransferType::Image));
        assert_eq!(driver.session.is_dead(), kind == "Closed");
        driver.server.assert_over();
    }
}

#[test]
fn rein_under_tls_is_refused_before_a_byte() {
    let mut driver = logged_in(explicit(), pwd());
    let outcome = driver.tell(rein());
    assert!(outcome.starts_with("Misuse(AlreadySecured)"), "{outcome}");
    assert!(driver.wire.is_empty() && driver.session.is_logged_in());
    assert_eq!(driver.outcome(&Op::Pwd), "/here");
    driver.server.assert_over();
}

#[test]
fn rein_after_ccc_is_refused_before_a_byte() {
    // REIN would log the client out. After CCC it could not log in again, because it sends no
    // credentials in clear text.
    let script = [hear("CCC"), say("200 clear"), serve("clear control")];
    let mut driver = logged_in(explicit(), script);
    driver.outcome(&Op::ClearControl);
    driver.forget();
    let outcome = driver.tell(rein());
    assert!(outcome.starts_with("Misuse"), "{outcome}");
    assert!(driver.wire.is_empty() && driver.session.is_logged_in());
}

#[test]
fn rein_dropped_before_its_answer_logs_out_all_the_same() {
    for late in [
        &[say("220 again")][..],
        &[say("120 in a minute"), say("220 again")],
    ] {
        let mut driver = logged_in(Config::default(), [hear("REIN")]);
        driver.drop_after = 4 * 2 - 1;
        assert_eq!(driver.tell(rein()), "dropped");
        driver.server.extend(late.iter().cloned());
        driver.server.extend(plain_login().drain(1..));
        assert_eq!(driver.outcome(&Op::Login), "230 in");
        driver.server.assert_over();
    }
}
