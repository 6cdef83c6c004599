//! Opening a transfer whose command is sent at the same time as the connection is made.

use ftp_proto::{Config, ErrorKind, PassiveCommand};

use crate::support::*;

/// Uses EPSV only, so that the client sends the data command without waiting for the connection. If
/// it could still change to PASV, it would first check that it can reach EPSV's port.
fn with_epsv() -> Config {
    with_connect().with_passive_command(PassiveCommand::Epsv)
}

#[test]
fn open_with_connect_does_not_wait_for_the_reply_to_rest() {
    let script = [
        hear("TYPE I"),
        say("200 I"),
        hear("EPSV"),
        say("229 (|||6446|)"),
        hear("REST 9"),
        serve("connect peer:6446"),
        say("350 armed"),
        hear("RETR a"),
        say("150 here"),
    ];
    assert_eq!(
        play(logged_in(with_epsv(), script), &[Op::Retrieve("a", 9)]),
        ["Download Image from 9, hint None, protected: false"]
    );
}

#[test]
fn open_with_connect_is_refused_with_550_while_it_connects() {
    // The server sends 550 while the client is still connecting. The client must not wait for the
    // connection.
    let script = [
        hear("TYPE I"),
        say("200 I"),
        hear("EPSV"),
        say("229 (|||6446|)"),
        hear("RETR a"),
        say("550 no file"),
        serve("close discard"),
    ];
    let driver = logged_in(with_epsv(), [&script[..], &pwd()].concat());
    let outcomes = play(driver, &[Op::Retrieve("a", 0), Op::Pwd]);
    assert_eq!(
        outcomes,
        [
            "Permanent Some(\"RETR\") Some(\"550 no file\") None",
            "/here"
        ]
    );
}

#[test]
fn open_with_connect_goes_on_with_the_same_connect_after_150() {
    let script = [
        hear("TYPE I"),
        say("200 I"),
        hear("EPSV"),
        say("229 (|||6446|)"),
        hear("RETR a"),
        say("150 here"),
        serve("connect peer:6446"),
    ];
    let mut driver = logged_in(with_epsv(), script);
    assert_eq!(driver.outcome(&Op::Retrieve("a", 0)), DOWNLOADING);
    driver.server.assert_over();
    assert_eq!(
        driver.wants.iter().rev().take(2).collect::<Vec<_>>(),
        ["connect peer:6446 continues", "connect peer:6446"]
    );
}

#[test]
fn open_with_connect_that_cannot_connect_reports_the_server_s_425() {
    let script = [
        hear("TYPE I"),
        say("200 I"),
        hear("EPSV"),
        say("229 (|||6446|)"),
        hear("RETR a"),
        fails("connect peer:6446", ErrorKind::Io),
        serve("close discard"),
        say("425 nobody came"),
    ];
    let driver = logged_in(with_epsv(), [&script[..], &pwd()].concat());
    let outcomes = play(driver, &[Op::Retrieve("a", 0), Op::Pwd]);
    assert_eq!(
        outcomes,
        [
            "Transient Some(\"RETR\") Some(\"425 nobody came\") None",
            "/here"
        ]
    );
}

/// The client has not reached a port of EPSV yet. It connects before it sends the data command, so
/// that it can still change to PASV if it cannot reach this port.
#[test]
fn open_with_connect_connects_first_where_epsv_is_new() {
    let script = [
        hear("TYPE I"),
        say("200 I"),
        hear("EPSV"),
        say("229 (|||6446|)"),
        fails("connect peer:6446", ErrorKind::Io),
        hear("PASV"),
        say("227 (192,0,2,1,25,47)"),
        hear("RETR a"),
        serve("connect peer:6447"),
        say("150 here"),
    ];
    let mut driver = logged_in(with_connect(), script);
    assert_eq!(driver.outcome(&Op::Retrieve("a", 0)), DOWNLOADING);
    driver.server.assert_over();
}

#[test]
fn open_with_connect_sends_the_command_first_once_a_port_was_reached() {
    let again = [
        hear("EPSV"),
        say("229 (|||6447|)"),
        hear("RETR a"),
        serve("connect peer:6447"),
        say("150 here"),
    ];
    let aborted = [
        hear("ABOR"),
        serve("close abandon"),
        say("426 cut"),
        say("226 aborted"),
    ];
    let script = [&opening("RETR a")[..], &aborted, &fence(), &again].concat();
    let ops = [Op::Retrieve("a", 0), Op::Abort, Op::Retrieve("a", 0)];
    let outcomes = play(logged_in(with_connect(), script), &ops);
    assert_eq!(outcomes, [DOWNLOADING, "Some(Reply(426 cut))", DOWNLOADING]);
}
