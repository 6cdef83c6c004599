//! Active mode behind NAT: the client listens at one address, and sends the server another address.

mod support;

use std::net::{IpAddr, SocketAddr};

use ftp_proto::{Accept, Config, DataEnd, DataMode};
use support::*;

const DOWNLOADING: &str = "Download Image from 0, hint None, protected: false";

fn outside(address: &str) -> Config {
    let address: IpAddr = address.parse().expect("an address");
    Config::default()
        .with_data_mode(DataMode::Active)
        .with_active_address(address)
}

fn listen(local: &str) -> Item {
    let local: SocketAddr = local.parse().expect("an address");
    Item::Serve("listen", Reaction::Listening(local))
}

/// Opens a download in active mode. `said` is the script after the client has begun to listen.
/// Returns the outcome as text.
#[track_caller]
fn open(config: Config, local: &str, said: impl IntoIterator<Item = Item>) -> String {
    let mut script = vec![hear("TYPE I"), say("200 I"), listen(local)];
    script.extend(said);
    let mut driver = logged_in(config, script);
    let outcome = driver.outcome(&Op::Retrieve("a", 0));
    driver.server.assert_over();
    outcome
}

fn accepted() -> [Item; 3] {
    [hear("RETR a"), say("150 here"), serve("accept")]
}

#[test]
fn the_active_address_is_sent_with_the_port_of_the_listener() {
    let said = [hear("EPRT |1|203.0.113.9|2000|"), say("200 ok")];
    let outcome = open(
        outside("203.0.113.9"),
        "192.168.1.7:2000",
        said.into_iter().chain(accepted()),
    );
    assert_eq!(outcome, DOWNLOADING);
}

#[test]
fn the_active_address_is_sent_by_port_as_well_and_from_then_on() {
    let port = || [hear("PORT 203,0,113,9,7,208"), say("200 ok")];
    let mut script = vec![hear("TYPE I"), say("200 I"), listen("192.168.1.7:2000")];
    script.extend([hear("EPRT |1|203.0.113.9|2000|"), say("500 what")]);
    script.extend(port().into_iter().chain(accepted()));
    script.extend([serve("close graceful download"), say("226 done")]);
    script.push(listen("192.168.1.7:2000"));
    script.extend(port().into_iter().chain(accepted()));
    let mut driver = logged_in(outside("203.0.113.9"), script);
    assert_eq!(driver.outcome(&Op::Retrieve("a", 0)), DOWNLOADING);
    let finished = driver.outcome(&Op::Finish(12, DataEnd::Clean));
    assert_eq!(finished, "12 bytes, 226 done");
    assert_eq!(driver.outcome(&Op::Retrieve("a", 0)), DOWNLOADING);
    driver.server.assert_over();
}

#[test]
fn the_command_has_the_family_of_the_active_address() {
    let said = [hear("EPRT |2|2001:db8::9|2000|"), say("200 ok")];
    let said = said.into_iter().chain(accepted());
    let outcome = open(outside("2001:db8::9"), "192.168.1.7:2000", said);
    assert_eq!(outcome, DOWNLOADING);

    let said = [hear("EPRT |1|203.0.113.9|2000|"), say("200 ok")];
    let said = said.into_iter().chain(accepted());
    let outcome = open(outside("203.0.113.9"), "[fd00::7]:2000", said);
    assert_eq!(outcome, DOWNLOADING);

    // The configuration has an IPv4 address that is mapped to IPv6. The client must send it as
    // IPv4.
    let said = [hear("EPRT |1|203.0.113.9|2000|"), say("200 ok")];
    let said = said.into_iter().chain(accepted());
    let outcome = open(outside("::ffff:203.0.113.9"), "192.168.1.7:2000", said);
    assert_eq!(outcome, DOWNLOADING);
}

#[test]
fn port_cannot_say_ipv6_so_that_the_refusal_of_eprt_is_the_error() {
    let said = [
        hear("EPRT |2|2001:db8::9|2000|"),
        say("522 (1)"),
        serve("close discard"),
    ];
    let outcome = open(outside("2001:db8::9"), "192.168.1.7:2000", said);
    assert_eq!(outcome, "Permanent Some(\"EPRT\") Some(\"522 (1)\") None");
}

/// If the server's address or the address of a data connection is unknown, the client must not take
/// the data connection for the server's.
#[test]
fn invariant_11_an_unknown_address_is_no_peer() {
    let address = |text: &str| Some(text.parse().expect("an address"));
    let (peer, mapped) = (address("192.0.2.1:20"), address("[::ffff:192.0.2.1]:4000"));
    assert!(Accept::is_peer(peer, mapped));
    assert!(!Accept::is_peer(peer, address("192.0.2.2:20")));
    assert!(!Accept::is_peer(None, peer));
    assert!(!Accept::is_peer(peer, None));
    assert!(!Accept::is_peer(None, None));
}
