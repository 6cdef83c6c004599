//! The greeting: 120, 220, 421, 5xx, 230, and greetings of other protocols.

use ftp_proto::{Config, flows};

use crate::support::*;

fn greeting(items: impl IntoIterator<Item = Item>) -> String {
    play(scripted(Config::default(), items), &[Op::Greeting]).remove(0)
}

#[test]
fn greeting_of_several_lines() {
    assert_eq!(
        greeting([say("220-hi\r\n 421 files\r\n220 ready")]),
        "220 hi | 421 files | ready"
    );
}

#[test]
fn greeting_after_120_has_its_own_time_limit() {
    let mut driver = scripted(
        Config::default(),
        [say("120 in 3 minutes"), say("120 in 2"), say("220 ready")],
    );
    assert_eq!(driver.outcome(&Op::Greeting), "220 ready");
    assert_eq!(
        driver.wants,
        [
            "receive Greeting",
            "receive DelayedGreeting",
            "receive DelayedGreeting continues"
        ]
    );
}

#[test]
fn greeting_after_120_that_never_comes() {
    assert_eq!(
        greeting([say("120 in 3 minutes"), Item::Silence]),
        "Timeout(DelayedGreeting) None None None"
    );
}

#[test]
fn greeting_421_means_that_the_server_is_full() {
    let mut driver = scripted(Config::default(), [say("421 too many")]);
    let outcome = driver.outcome(&Op::Greeting);
    assert!(outcome.starts_with("Closed") && outcome.contains("421 too many"));
    assert!(driver.session.is_dead());
    assert!(driver.outcome(&Op::Login).starts_with("Closed"));
    assert!(driver.wire.is_empty());
}

#[test]
fn greeting_421_names_no_command() {
    // The greeting is no reply to a command. If the error had an empty command name, its text would
    // begin with `: the server closed …`.
    let mut driver = scripted(Config::default(), [say("421 too many")]);
    let error = driver.run(flows::Greeting::new()).expect_err("full");
    assert_eq!(error.command(), None, "{error}");
}

#[test]
fn greeting_5xx_kills_the_session() {
    let mut driver = scripted(Config::default(), [say("530 not you")]);
    assert_eq!(
        driver.outcome(&Op::Greeting),
        "Permanent None Some(\"530 not you\") None"
    );
    assert!(driver.session.is_dead());
    assert!(driver.outcome(&Op::Login).starts_with("Permanent"));
    assert!(driver.wire.is_empty());
}

#[test]
fn greeting_5xx_of_a_dropped_greeting_is_known_to_the_next_operation() {
    // The server refuses the client in its greeting, after the first operation was dropped. The
    // next operation must report the refusal, and must not send USER.
    let mut driver = scripted(Config::default(), [say("530 not you")]);
    driver.drop_after = 1;
    assert_eq!(driver.outcome(&Op::Greeting), "dropped");
    assert!(driver.outcome(&Op::Login).starts_with("Permanent"));
    assert!(driver.wire.is_empty());
}

#[test]
fn greeting_that_is_no_ftp_kills_the_session() {
    for hello in [
        "SSH-2.0-OpenSSH_9.9",
        "* OK IMAP4rev1",
        "HTTP/1.1 400 Bad",
        "633 x",
    ] {
        let mut driver = scripted(Config::default(), [say(hello)]);
        assert_eq!(driver.outcome(&Op::Greeting), "Protocol None None None");
        assert!(driver.outcome(&Op::Login).starts_with("Protocol"));
        assert!(driver.wire.is_empty());
    }
}

#[test]
fn greeting_cut_by_the_end_of_the_connection() {
    assert_eq!(
        greeting([bytes(b"220 rea"), Item::Eof]),
        "Closed None None None"
    );
    assert_eq!(greeting([Item::Eof]), "Closed None None None");
    assert_eq!(greeting([Item::Broken]), "Io None None None");
}

#[test]
fn greeting_230_in_clear_is_a_login() {
    let mut driver = scripted(Config::default(), [say("230 in already")]);
    assert_eq!(driver.outcome(&Op::Greeting), "230 in already");
    assert!(driver.session.is_logged_in());
}

#[test]
fn greeting_230_counts_as_220_if_tls_is_demanded() {
    let mut script = secure_login();
    script[0] = say("230 in already");
    let mut driver = scripted(explicit(), script);
    assert_eq!(driver.outcome(&Op::Greeting), "230 in already");
    assert!(!driver.session.is_logged_in());
    assert_eq!(driver.outcome(&Op::Login), "230 in");
    driver.server.assert_over();
}

#[test]
fn greeting_is_not_waited_for_twice() {
    let ops = [Op::Greeting, Op::Greeting];
    let driver = scripted(Config::default(), [say("220 ready")]);
    assert_eq!(play(driver, &ops), ["220 ready", "220 ready"]);
}
