//! Tests of the local addresses and ports from which the client connects.

use std::io::Read as _;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};
use std::time::Duration;

use ftp_proto::simulator::{Setup, Simulator};

use crate::face::{Client, Error, ErrorKind, Memory, Misuse, Options};
use crate::support::recording_server::{Note, RecordingServer};

const OURS: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 79);

fn run(options: Options) -> Result<String, Error> {
    let mut client = Client::connect(options)?;
    client.login("user", "secret")?;
    let mut content = String::new();
    client.download("file")?.read_to_string(&mut content)?;
    client.quit()?;
    Ok(content)
}

#[test]
fn control_and_data_come_from_the_source_address() {
    let server = RecordingServer::at(Ipv4Addr::LOCALHOST).expect("loopback");
    let options = Options::new("127.0.0.1")
        .with_port(server.port())
        .with_source_address((OURS, 0));
    assert_eq!(run(options).expect("a session"), "file");
    let (Note::Control(control), Note::Data(data)) = (server.note(), server.note()) else {
        panic!("neither");
    };
    assert_eq!([control.ip(), data.ip()], [IpAddr::from(OURS); 2]);
}

/// The host in the options may be an IPv6 address in brackets, as in a URL, and may have a zone.
#[test]
fn ipv6_addresses_in_brackets_and_with_zones() {
    for host in ["[::1]", "::1%1", "[::1%1]", "[::1%lo]"] {
        if host.contains("lo") && !cfg!(target_os = "linux") {
            continue;
        }
        let Some(server) = RecordingServer::at(Ipv6Addr::LOCALHOST) else {
            eprintln!("skipped: no IPv6 on loopback");
            return;
        };
        let options = Options::new(host).with_port(server.port());
        assert_eq!(run(options).expect(host), "file");
    }
    let error = run(Options::new("::1%nothing")).expect_err("no such interface");
    assert_eq!(error.kind(), ErrorKind::Unresolved);
}

#[test]
fn a_source_port_is_used_by_the_control_connection_only() {
    // The system gives out a port that is free, and the test closes the listener at once. No other
    // test uses this address, so nobody takes the port before the session does.
    let ours = Ipv4Addr::new(127, 0, 0, 80);
    let free = TcpListener::bind((ours, 0)).and_then(|free| free.local_addr());
    let source = free.expect("a port");
    // The second session connects from the port that the first session has just used.
    for _ in 0..2 {
        let server = RecordingServer::at(Ipv4Addr::LOCALHOST).expect("loopback");
        let options = Options::new("127.0.0.1")
            .with_port(server.port())
            .with_source_address(source);
        assert_eq!(run(options).expect("a session"), "file");
        assert_eq!(server.note(), Note::Control(source));
        match server.note() {
            Note::Data(data) => assert_ne!(data.port(), source.port()),
            note => panic!("{note:?}"),
        }
    }
}

#[test]
fn a_source_address_of_the_other_family_is_an_error() {
    let server = RecordingServer::at(Ipv4Addr::LOCALHOST).expect("loopback");
    let options = Options::new("127.0.0.1")
        .with_port(server.port())
        .with_source_address((Ipv6Addr::LOCALHOST, 0));
    let error = run(options).expect_err("no way");
    assert_eq!(error.kind(), ErrorKind::Io, "{error}");
}

#[test]
fn a_network_without_addresses_refuses_options_that_name_them() {
    let ours = SocketAddr::from((OURS, 0));
    let options = || Options::new("localhost");
    for options in [
        options().with_source_address(ours),
        options().with_active_ports(50_000..=50_099),
        options().with_keep_alive(Duration::from_secs(60)),
        options().with_send_buffer(65_536),
        options().with_receive_buffer(65_536),
    ] {
        let memory = Memory::new(Simulator::new(Setup::new()));
        let error = Client::connect_over(memory.clone(), options).map(|_| ());
        let error = error.expect_err("not over memory");
        assert_eq!(error.kind(), ErrorKind::Misuse(Misuse::Option));
        assert_eq!(memory.server().open_links(), 0);
    }
}
