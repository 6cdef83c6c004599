//! Tests of what a client finds out about the server, and of `Capabilities`, which pass it on to
//! the next connection.

use ftp_proto::simulator::{Setup, Simulator};

use crate::face::{Capabilities, Capability, Client, Memory, Options, Support};

fn connect(setup: Setup, options: Options) -> (Client, Memory) {
    let memory = Memory::new(Simulator::new(setup));
    let mut client = Client::connect_over(memory.clone(), options).expect("a greeting");
    client.login("user", "secret").expect("a login");
    (client, memory)
}

fn heard(memory: &Memory) -> Vec<String> {
    let server = memory.server();
    let all = server.commands().iter().skip(2);
    all.map(|line| String::from_utf8_lossy(line).into_owned())
        .collect()
}

fn server() -> Setup {
    Setup::new().file("/f", "12345").without("MDTM")
}

/// Returns what a first client has found out about the server with FEAT, SYST and a refused MDTM.
fn learnt() -> Capabilities {
    let (mut client, memory) = connect(server(), Options::new("localhost"));
    client.discover().expect("the answers");
    client.discover().expect("no second question");
    client.modified("/f").expect("unknown is no error");
    assert_eq!(heard(&memory), ["FEAT", "SYST", "MDTM /f"]);
    client.capabilities()
}

#[test]
fn the_next_connection_asks_nothing_that_is_known() {
    let known = learnt();
    assert_eq!(known.greeting(), Some(&b"simulator ready"[..]));
    assert_eq!(known.system(), Some(&b"UNIX Type: L8"[..]));
    assert_eq!(known.support(Capability::Mdtm), Support::Refused);
    assert_eq!(known.support(Capability::Size), Support::Advertised);
    let options = Options::new("localhost").with_capabilities(known);
    let (mut client, memory) = connect(server(), options);
    client.discover().expect("nothing to ask");
    assert!(client.features().expect("known").supports("SIZE"));
    assert_eq!(client.modified("/f").expect("known to be unknown"), None);
    assert_eq!(heard(&memory), [""; 0]);
}

#[test]
fn saved_capabilities_that_are_wrong_are_corrected() {
    let options = Options::new("localhost").with_capabilities(learnt());
    let (mut client, memory) = connect(server().without("SIZE"), options);
    assert_eq!(client.size("/f").expect("unknown"), None);
    assert_eq!(client.size("/f").expect("not asked again"), None);
    assert_eq!(heard(&memory), ["TYPE I", "SIZE /f"]);
    let now = client.capabilities();
    assert_eq!(now.support(Capability::Size), Support::Refused);
}

#[test]
fn a_reconnect_keeps_what_was_learnt() {
    let (mut client, memory) = connect(server(), Options::new("localhost"));
    client.discover().expect("the answers");
    client.modified("/f").expect("unknown is no error");
    client.reconnect().expect("a new connection");
    client.discover().expect("nothing to ask");
    client.modified("/f").expect("known to be unknown");
    let known = ["FEAT", "SYST", "MDTM /f", "USER user", "PASS secret"];
    assert_eq!(heard(&memory), known);
}
