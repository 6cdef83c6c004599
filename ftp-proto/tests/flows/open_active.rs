//! Opening a transfer in active mode.

use std::net::SocketAddr;

use ftp_proto::{ErrorKind, Misuse};

use crate::support::*;

#[test]
fn open_active_by_eprt_then_port_and_remembers() {
    let local: SocketAddr = "192.0.2.7:2000".parse().expect("an address");
    let listen = || Item::Serve("listen", Reaction::Listening(local));
    let script = [
        hear("TYPE I"),
        say("200 I"),
        listen(),
        hear("EPRT |1|192.0.2.7|2000|"),
        say("500 what"),
        hear("PORT 192,0,2,7,7,208"),
        say("200 ok"),
        hear("RETR a"),
        serve("accept"),
        say("150 here"),
        serve("close graceful download"),
        say("226 done"),
        listen(),
        hear("PORT 192,0,2,7,7,208"),
        say("250 ok"),
        hear("REST 5"),
        say("350 armed"),
        hear("RETR b"),
        // After these two replies, the client still waits for the data connection.
        say("150 here"),
        say("226 done already"),
        serve("accept"),
        serve("close graceful download"),
    ];
    let ops = [
        Op::Retrieve("a", 0),
        finish(),
        Op::Retrieve("b", 5),
        finish(),
    ];
    let outcomes = play(logged_in(active(), script), &ops);
    assert_eq!(outcomes[0], DOWNLOADING);
    assert_eq!(outcomes[3], "12 bytes, 226 done already");
}

#[test]
fn open_active_over_ipv6() {
    let local: SocketAddr = "[2001:db8::7]:2000".parse().expect("an address");
    let listen = Item::Serve("listen", Reaction::Listening(local));
    let script = [
        hear("TYPE I"),
        say("200 I"),
        listen,
        hear("EPRT |2|2001:db8::7|2000|"),
        say("522 no"),
        serve("close discard"),
    ];
    let mut driver = logged_in(active(), script);
    assert_eq!(
        driver.outcome(&Op::Store("a")),
        "Permanent Some(\"EPRT\") Some(\"522 no\") None"
    );
    // The client does not send PORT, since PORT cannot name an IPv6 address.
    driver.server.assert_over();
    driver.server.extend(pwd());
    assert_eq!(driver.outcome(&Op::Pwd), "/here");
}

#[test]
fn open_active_refused_with_425_does_not_wait_for_accept() {
    // The refusal arrives while the client waits for the data connection.
    let local: SocketAddr = "192.0.2.7:2000".parse().expect("an address");
    let script = [
        hear("TYPE I"),
        say("200 I"),
        Item::Serve("listen", Reaction::Listening(local)),
        hear("EPRT |1|192.0.2.7|2000|"),
        say("200 ok"),
        hear("RETR a"),
        say("150 trying"),
        say("425 cannot connect"),
        serve("close discard"),
    ];
    let mut driver = logged_in(active(), [&script[..], &pwd()].concat());
    assert_eq!(
        driver.outcome(&Op::Retrieve("a", 0)),
        "Transient Some(\"RETR\") Some(\"425 cannot connect\") None"
    );
    assert_eq!(
        driver
            .wants
            .iter()
            .filter(|want| want.starts_with("accept"))
            .collect::<Vec<_>>(),
        ["accept", "accept continues"]
    );
    assert_eq!(driver.outcome(&Op::Pwd), "/here");
    driver.server.assert_over();
}

#[test]
fn open_active_whose_accept_times_out_waits_for_the_server_s_reply() {
    let local: SocketAddr = "192.0.2.7:2000".parse().expect("an address");
    let script = [
        hear("TYPE I"),
        say("200 I"),
        Item::Serve("listen", Reaction::Listening(local)),
        hear("EPRT |1|192.0.2.7|2000|"),
        say("200 ok"),
        hear("RETR a"),
        Item::Silence,
        serve("close discard"),
        say("150 trying"),
        say("425 cannot connect"),
    ];
    let driver = logged_in(active(), [&script[..], &pwd()].concat());
    let outcomes = play(driver, &[Op::Retrieve("a", 0), Op::Pwd]);
    assert_eq!(
        outcomes,
        [
            "Transient Some(\"RETR\") Some(\"425 cannot connect\") None",
            "/here"
        ]
    );
}

#[test]
fn open_active_that_cannot_listen() {
    let script = [
        hear("TYPE I"),
        say("200 I"),
        fails("listen", ErrorKind::Io),
        serve("close discard"),
    ];
    let mut driver = logged_in(active(), script);
    let outcome = driver.outcome(&Op::Retrieve("a", 0));
    assert!(outcome.starts_with("Io"), "{outcome}");
    driver.server.assert_over();
    driver.server.extend(pwd());
    assert_eq!(driver.outcome(&Op::Pwd), "/here");
}

#[test]
fn contract_an_address_to_which_no_server_can_connect_is_misuse() {
    for address in ["0.0.0.0:2000", "[::]:2000", "192.0.2.7:0"] {
        let local: SocketAddr = address.parse().expect("an address");
        let listen = Item::Serve("listen", Reaction::Listening(local));
        let script = [hear("TYPE I"), say("200 I"), listen, serve("close discard")];
        let mut driver = logged_in(active(), script);
        let open = ftp_proto::flows::Open::retrieve("a").expect("a path");
        let error = driver.run(open).expect_err("no listener");
        assert_eq!(error.kind(), ErrorKind::Misuse(Misuse::NoListener));
        driver.server.assert_over();
    }
}
