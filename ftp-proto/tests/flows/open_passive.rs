//! The choice between EPSV and PASV, and an EPSV to which the server never replies.

use ftp_proto::{Config, ErrorKind, PassiveCommand, Wait};

use crate::support::*;

fn by(command: PassiveCommand) -> Config {
    Config::default().with_passive_command(command)
}

/// Returns the dialogue of an EPSV to which the server does not reply in time.
fn swallowed() -> Vec<Item> {
    vec![hear("TYPE I"), say("200 I"), hear("EPSV"), Item::Silence]
}

fn by_pasv(command: &str) -> Vec<Item> {
    vec![
        hear("PASV"),
        say("227 (192,0,2,1,25,46)"),
        serve("connect peer:6446"),
        hear(command),
        say("150 here"),
    ]
}

/// A reply was missing in the flight of TYPE and EPSV. So the client sets the type again, and then
/// asks for another port.
fn by_pasv_after_a_flight(command: &str) -> Vec<Item> {
    let by_pasv = by_pasv(command);
    let settings = [hear("TYPE I"), say("200 I")];
    [&by_pasv[..2], &settings, &by_pasv].concat()
}

#[test]
fn epsv_that_is_swallowed_has_little_time_and_pasv_is_remembered() {
    let aborted = [
        hear("ABOR"),
        serve("close abandon"),
        say("426 cut"),
        say("226 aborted"),
    ];
    let once_more = [&aborted[..], &fence(), &by_pasv("RETR b")].concat();
    let first = by_pasv_after_a_flight("RETR a");
    let script = [&swallowed()[..], &fence(), &first, &once_more].concat();
    let mut driver = logged_in(Config::default(), script);
    assert_eq!(driver.outcome(&Op::Retrieve("a", 0)), DOWNLOADING);
    let waits: Vec<_> = driver
        .wants
        .iter()
        .filter(|want| want.contains("FirstEpsv"))
        .collect();
    assert_eq!(waits, ["receive FirstEpsv"]);
    driver.outcome(&Op::Abort);
    assert_eq!(driver.outcome(&Op::Retrieve("b", 0)), DOWNLOADING);
    driver.server.assert_over();
}

/// The 229 to EPSV arrives late, after the client has stopped waiting for it. The client must not
/// take this 229 for the reply to PASV.
#[test]
fn epsv_that_is_answered_late_is_still_answered() {
    let late = [hear("PWD"), say("229 (|||7000|)"), say("257 \"/fence\"")];
    let first = by_pasv_after_a_flight("RETR a");
    let script = [&swallowed()[..], &late, &first].concat();
    let mut driver = logged_in(Config::default(), script);
    assert_eq!(driver.outcome(&Op::Retrieve("a", 0)), DOWNLOADING);
    driver.server.assert_over();
}

#[test]
fn epsv_that_was_swallowed_is_tried_again_where_pasv_is_refused() {
    let refused = [hear("PASV"), say("522 no")];
    let settings = [hear("TYPE I"), say("200 I")];
    let epsv = [
        hear("EPSV"),
        say("229 (|||6446|)"),
        serve("connect peer:6446"),
    ];
    let begun = [hear("RETR a"), say("150 here")];
    let script = [
        &swallowed()[..],
        &fence(),
        &refused,
        &settings,
        &epsv,
        &begun,
    ]
    .concat();
    let mut driver = logged_in(Config::default(), script);
    let outcome = driver.outcome(&Op::Retrieve("a", 0));
    assert_eq!(outcome, "Timeout(FirstEpsv) Some(\"EPSV\") None None");
    assert_eq!(driver.outcome(&Op::Retrieve("a", 0)), DOWNLOADING);
    driver.server.assert_over();
}

#[test]
fn epsv_without_a_reply_before_and_after_the_fence_is_a_time_out() {
    let silence = [hear("PWD"), Item::Silence];
    let script = [&swallowed()[..], &silence].concat();
    let mut driver = logged_in(Config::default(), script);
    let error = driver.run(ftp_proto::flows::Open::retrieve("a").expect("a path"));
    let error = error.expect_err("nobody is there");
    assert_eq!(error.kind(), ErrorKind::Timeout(Wait::FirstEpsv));
    assert!(driver.session.is_dead());
}

#[test]
fn epsv_alone_has_the_time_of_every_reply_and_no_pasv_after_it() {
    let refused = [hear("TYPE I"), say("200 I"), hear("EPSV"), say("500 what")];
    let mut driver = logged_in(by(PassiveCommand::Epsv), refused);
    let outcome = driver.outcome(&Op::Retrieve("a", 0));
    assert!(outcome.starts_with("Permanent Some(\"EPSV\")"), "{outcome}");
    assert!(!driver.wants.iter().any(|want| want.contains("FirstEpsv")));
    let unreachable = [
        hear("EPSV"),
        say("229 (|||6446|)"),
        fails("connect peer:6446", ErrorKind::Io),
        serve("close discard"),
    ];
    driver.server.extend(unreachable);
    let outcome = driver.outcome(&Op::Retrieve("a", 0));
    assert!(outcome.starts_with("Io"), "{outcome}");
    driver.server.assert_over();
}

#[test]
fn pasv_alone_sends_no_epsv() {
    let script = [&[hear("TYPE I"), say("200 I")][..], &by_pasv("RETR a")].concat();
    let mut driver = logged_in(by(PassiveCommand::Pasv), script);
    assert_eq!(driver.outcome(&Op::Retrieve("a", 0)), DOWNLOADING);
    driver.server.assert_over();
}

/// Returns a configuration in which these ports are blocked.
fn without(ports: std::ops::RangeInclusive<u16>) -> Config {
    Config::default().with_blocked_ports([1..=1, ports])
}

#[test]
fn a_blocked_port_is_not_connected_to_and_another_one_is_asked_for() {
    let script = [
        hear("TYPE I"),
        say("200 I"),
        hear("EPSV"),
        say("229 (|||7000|)"),
        hear("EPSV"),
        say("229 (|||7009|)"),
        hear("EPSV"),
        say("229 (|||7010|)"),
        serve("connect peer:7010"),
        hear("RETR a"),
        say("150 here"),
    ];
    let mut driver = logged_in(without(7000..=7009), script);
    assert_eq!(driver.outcome(&Op::Retrieve("a", 0)), DOWNLOADING);
    driver.server.assert_over();
}

#[test]
fn ten_blocked_ports_fail_the_transfer_and_leave_the_session_in_step() {
    for (command, verb, reply) in [
        (PassiveCommand::Epsv, "EPSV", "229 (|||7000|)"),
        (PassiveCommand::Pasv, "PASV", "227 (192,0,2,1,27,88)"),
    ] {
        let mut script = vec![hear("TYPE I"), say("200 I")];
        for _ in 0..10 {
            script.extend([hear(verb), say(reply)]);
        }
        script.extend(pwd());
        let config = without(7000..=7000).with_passive_command(command);
        let mut driver = logged_in(config, script);
        let error = driver.run(ftp_proto::flows::Open::retrieve("a").expect("a path"));
        let error = error.expect_err("no port");
        assert_eq!(error.kind(), ErrorKind::Io);
        assert_eq!(
            error.to_string(),
            format!(
                "{verb}: the server has named 10 ports, and all of them are in \
                 Config::blocked_ports"
            )
        );
        assert!(error.is_temporary());
        assert_eq!(driver.outcome(&Op::Pwd), "/here");
        driver.server.assert_over();
    }
}

/// EPSV names a blocked port, and is then refused: the flow goes on by PASV.
#[test]
fn a_blocked_port_does_not_forbid_pasv() {
    let script = [
        &[
            hear("TYPE I"),
            say("200 I"),
            hear("EPSV"),
            say("229 (|||7000|)"),
        ][..],
        &[
            hear("EPSV"),
            say("500 not again"),
            hear("PASV"),
            say("227 (192,0,2,1,27,88)"),
        ],
        &by_pasv("RETR a"),
    ]
    .concat();
    let mut driver = logged_in(without(7000..=7000), script);
    assert_eq!(driver.outcome(&Op::Retrieve("a", 0)), DOWNLOADING);
    driver.server.assert_over();
}
